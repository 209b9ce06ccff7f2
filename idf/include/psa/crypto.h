// Digests and random bytes by the names of PSA.
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "mbedtls/md.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef int32_t psa_status_t;
typedef uint32_t psa_algorithm_t;
#define PSA_SUCCESS ((psa_status_t)0)
#define PSA_ERROR_GENERIC_ERROR ((psa_status_t)-132)
#define PSA_ERROR_NOT_SUPPORTED ((psa_status_t)-134)
#define PSA_ERROR_INVALID_ARGUMENT ((psa_status_t)-135)
#define PSA_ERROR_BAD_STATE ((psa_status_t)-137)
#define PSA_ERROR_BUFFER_TOO_SMALL ((psa_status_t)-138)
#define PSA_ERROR_INVALID_SIGNATURE ((psa_status_t)-149)
#define PSA_ALG_NONE ((psa_algorithm_t)0)
#define PSA_ALG_MD5 ((psa_algorithm_t)0x02000003)
#define PSA_ALG_SHA_1 ((psa_algorithm_t)0x02000005)
#define PSA_ALG_SHA_224 ((psa_algorithm_t)0x02000008)
#define PSA_ALG_SHA_256 ((psa_algorithm_t)0x02000009)
#define PSA_ALG_SHA_384 ((psa_algorithm_t)0x0200000a)
#define PSA_ALG_SHA_512 ((psa_algorithm_t)0x0200000b)
#define PSA_HASH_MAX_SIZE 64
#define PSA_HASH_LENGTH(alg) ((size_t)mbedtls_md_get_size(rota_md_of_psa(alg)))

typedef struct psa_hash_operation_s {
  mbedtls_md_context_t context;
  int is_active;
} psa_hash_operation_t;
#define PSA_HASH_OPERATION_INIT \
  { {NULL, NULL, NULL}, 0 }
static inline psa_hash_operation_t psa_hash_operation_init(void) {
  psa_hash_operation_t operation = PSA_HASH_OPERATION_INIT;
  return operation;
}

// NULL for an algorithm that is no digest.
const mbedtls_md_info_t* rota_md_of_psa(psa_algorithm_t alg);
psa_status_t psa_crypto_init(void);
psa_status_t psa_generate_random(uint8_t* output, size_t output_size);
psa_status_t psa_hash_compute(psa_algorithm_t alg,
                              const uint8_t* input,
                              size_t input_length,
                              uint8_t* hash,
                              size_t hash_size,
                              size_t* hash_length);
psa_status_t psa_hash_compare(psa_algorithm_t alg,
                              const uint8_t* input,
                              size_t input_length,
                              const uint8_t* hash,
                              size_t hash_length);
psa_status_t psa_hash_setup(psa_hash_operation_t* operation, psa_algorithm_t alg);
psa_status_t psa_hash_update(psa_hash_operation_t* operation,
                             const uint8_t* input,
                             size_t input_length);
psa_status_t psa_hash_finish(psa_hash_operation_t* operation,
                             uint8_t* hash,
                             size_t hash_size,
                             size_t* hash_length);
psa_status_t psa_hash_abort(psa_hash_operation_t* operation);

#ifdef __cplusplus
}
#endif
