// Public keys and signatures by Mbed TLS's names: RSA (PKCS #1 v1.5 and PSS) and ECDSA, parsed from
// PEM or DER.
#pragma once

#include <stddef.h>

#include "mbedtls/md.h"

#ifdef __cplusplus
extern "C" {
#endif

#define MBEDTLS_ERR_PK_ALLOC_FAILED -0x3F80
#define MBEDTLS_ERR_PK_TYPE_MISMATCH -0x3F00
#define MBEDTLS_ERR_PK_BAD_INPUT_DATA -0x3E80
#define MBEDTLS_ERR_PK_KEY_INVALID_FORMAT -0x3D00
#define MBEDTLS_ERR_PK_SIG_LEN_MISMATCH -0x3900
// What a wrong signature gives, of either kind.
#define MBEDTLS_ERR_RSA_VERIFY_FAILED -0x4380
#define MBEDTLS_ERR_ECP_VERIFY_FAILED -0x4E00

typedef enum {
  MBEDTLS_PK_NONE = 0,
  MBEDTLS_PK_RSA,
  MBEDTLS_PK_ECKEY,
  MBEDTLS_PK_ECKEY_DH,
  MBEDTLS_PK_ECDSA,
  MBEDTLS_PK_RSA_ALT,
  MBEDTLS_PK_RSASSA_PSS,
} mbedtls_pk_type_t;

typedef struct mbedtls_pk_context {
  void* key;
} mbedtls_pk_context;

typedef struct mbedtls_pk_rsassa_pss_options {
  mbedtls_md_type_t mgf1_hash_id;
  int expected_salt_len;
} mbedtls_pk_rsassa_pss_options;

void mbedtls_pk_init(mbedtls_pk_context* ctx);
void mbedtls_pk_free(mbedtls_pk_context* ctx);
// PEM counts its terminating NUL.
int mbedtls_pk_parse_public_key(mbedtls_pk_context* ctx, const unsigned char* key, size_t keylen);
int mbedtls_pk_parse_key(mbedtls_pk_context* ctx,
                         const unsigned char* key,
                         size_t keylen,
                         const unsigned char* pwd,
                         size_t pwdlen,
                         int (*f_rng)(void*, unsigned char*, size_t),
                         void* p_rng);
mbedtls_pk_type_t mbedtls_pk_get_type(const mbedtls_pk_context* ctx);
int mbedtls_pk_can_do(const mbedtls_pk_context* ctx, mbedtls_pk_type_t type);
size_t mbedtls_pk_get_bitlen(const mbedtls_pk_context* ctx);
size_t mbedtls_pk_get_len(const mbedtls_pk_context* ctx);
int mbedtls_pk_verify(mbedtls_pk_context* ctx,
                      mbedtls_md_type_t md_alg,
                      const unsigned char* hash,
                      size_t hash_len,
                      const unsigned char* sig,
                      size_t sig_len);
// With MBEDTLS_PK_RSASSA_PSS `options` is a mbedtls_pk_rsassa_pss_options.
int mbedtls_pk_verify_ext(mbedtls_pk_type_t type,
                          const void* options,
                          mbedtls_pk_context* ctx,
                          mbedtls_md_type_t md_alg,
                          const unsigned char* hash,
                          size_t hash_len,
                          const unsigned char* sig,
                          size_t sig_len);

#ifdef __cplusplus
}
#endif
