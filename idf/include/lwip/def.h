// Byte order and small helpers of lwIP, on the host's functions.
#pragma once

#include <arpa/inet.h>

#include "lwip/arch.h"

#define lwip_htonl(x) htonl(x)
#define lwip_htons(x) htons(x)
#define lwip_ntohl(x) ntohl(x)
#define lwip_ntohs(x) ntohs(x)
#define PP_HTONL(x) __builtin_bswap32((uint32_t)(x))
#define PP_NTOHL(x) __builtin_bswap32((uint32_t)(x))
#define PP_HTONS(x) __builtin_bswap16((uint16_t)(x))
#define PP_NTOHS(x) __builtin_bswap16((uint16_t)(x))
#define LWIP_MAKEU32(a, b, c, d)                                                         \
  (((u32_t)((a)&0xffU) << 24) | ((u32_t)((b)&0xffU) << 16) | ((u32_t)((c)&0xffU) << 8) | \
   (u32_t)((d)&0xffU))
#define LWIP_MIN(x, y) (((x) < (y)) ? (x) : (y))
#define LWIP_MAX(x, y) (((x) > (y)) ? (x) : (y))
#define LWIP_ARRAYSIZE(x) (sizeof(x) / sizeof((x)[0]))
