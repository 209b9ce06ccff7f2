// Memory that is wiped.
#pragma once

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

static inline void mbedtls_platform_zeroize(void* buf, size_t len) {
  volatile unsigned char* at = (volatile unsigned char*)buf;
  while (len-- > 0) *at++ = 0;
}

#ifdef __cplusplus
}
#endif
