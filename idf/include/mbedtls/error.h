// Error texts by Mbed TLS's name.
#pragma once

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

// "Mbed TLS error -0x2700".
void mbedtls_strerror(int errnum, char* buffer, size_t buflen);

#ifdef __cplusplus
}
#endif
