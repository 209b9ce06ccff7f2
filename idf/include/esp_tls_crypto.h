// Digests and Base64 by the names of esp_tls.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "esp_err.h"
#include "mbedtls/base64.h"
#include "mbedtls/sha1.h"

#ifdef __cplusplus
extern "C" {
#endif

static inline int esp_crypto_sha1(const unsigned char* input,
                                  size_t ilen,
                                  unsigned char output[20]) {
  return mbedtls_sha1(input, ilen, output);
}
static inline int esp_crypto_base64_encode(
    unsigned char* dst, size_t dlen, size_t* olen, const unsigned char* src, size_t slen) {
  return mbedtls_base64_encode(dst, dlen, olen, src, slen);
}

#ifdef __cplusplus
}
#endif
