// MD5 by Mbed TLS's names.
#pragma once

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct mbedtls_md5_context {
  void* digest;
} mbedtls_md5_context;

void mbedtls_md5_init(mbedtls_md5_context* ctx);
void mbedtls_md5_free(mbedtls_md5_context* ctx);
void mbedtls_md5_clone(mbedtls_md5_context* dst, const mbedtls_md5_context* src);
int mbedtls_md5_starts(mbedtls_md5_context* ctx);
int mbedtls_md5_update(mbedtls_md5_context* ctx, const unsigned char* input, size_t ilen);
int mbedtls_md5_finish(mbedtls_md5_context* ctx, unsigned char* output);
int mbedtls_md5(const unsigned char* input, size_t ilen, unsigned char* output);

// As Mbed TLS 2 called them.
#define mbedtls_md5_starts_ret mbedtls_md5_starts
#define mbedtls_md5_update_ret mbedtls_md5_update
#define mbedtls_md5_finish_ret mbedtls_md5_finish
#define mbedtls_md5_ret mbedtls_md5

#ifdef __cplusplus
}
#endif
