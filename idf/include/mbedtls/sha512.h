// SHA-512 and SHA-384 by Mbed TLS's names.
#pragma once

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct mbedtls_sha512_context {
  void* digest;
} mbedtls_sha512_context;

void mbedtls_sha512_init(mbedtls_sha512_context* ctx);
void mbedtls_sha512_free(mbedtls_sha512_context* ctx);
void mbedtls_sha512_clone(mbedtls_sha512_context* dst, const mbedtls_sha512_context* src);
int mbedtls_sha512_starts(mbedtls_sha512_context* ctx, int is384);
int mbedtls_sha512_update(mbedtls_sha512_context* ctx, const unsigned char* input, size_t ilen);
int mbedtls_sha512_finish(mbedtls_sha512_context* ctx, unsigned char* output);
int mbedtls_sha512(const unsigned char* input, size_t ilen, unsigned char* output, int is384);

// As Mbed TLS 2 called them.
#define mbedtls_sha512_starts_ret mbedtls_sha512_starts
#define mbedtls_sha512_update_ret mbedtls_sha512_update
#define mbedtls_sha512_finish_ret mbedtls_sha512_finish
#define mbedtls_sha512_ret mbedtls_sha512

#ifdef __cplusplus
}
#endif
