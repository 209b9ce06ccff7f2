// Base64 by Mbed TLS's names.
#pragma once

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

#define MBEDTLS_ERR_BASE64_BUFFER_TOO_SMALL -0x002A
#define MBEDTLS_ERR_BASE64_INVALID_CHARACTER -0x002C

// olen: what was written, without the NUL that encode adds; when the room is too small (or dst is
// NULL): the room that is needed.
int mbedtls_base64_encode(
    unsigned char* dst, size_t dlen, size_t* olen, const unsigned char* src, size_t slen);
// Line ends between the characters are passed over.
int mbedtls_base64_decode(
    unsigned char* dst, size_t dlen, size_t* olen, const unsigned char* src, size_t slen);

#ifdef __cplusplus
}
#endif
