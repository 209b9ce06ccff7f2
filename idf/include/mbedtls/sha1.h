// SHA-1 by Mbed TLS's names.
#pragma once

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct mbedtls_sha1_context {
  void* digest;
} mbedtls_sha1_context;

void mbedtls_sha1_init(mbedtls_sha1_context* ctx);
void mbedtls_sha1_free(mbedtls_sha1_context* ctx);
void mbedtls_sha1_clone(mbedtls_sha1_context* dst, const mbedtls_sha1_context* src);
int mbedtls_sha1_starts(mbedtls_sha1_context* ctx);
int mbedtls_sha1_update(mbedtls_sha1_context* ctx, const unsigned char* input, size_t ilen);
int mbedtls_sha1_finish(mbedtls_sha1_context* ctx, unsigned char* output);
int mbedtls_sha1(const unsigned char* input, size_t ilen, unsigned char* output);

// As Mbed TLS 2 called them.
#define mbedtls_sha1_starts_ret mbedtls_sha1_starts
#define mbedtls_sha1_update_ret mbedtls_sha1_update
#define mbedtls_sha1_finish_ret mbedtls_sha1_finish
#define mbedtls_sha1_ret mbedtls_sha1

#ifdef __cplusplus
}
#endif
