// lwIP's IPv6 address: sixteen bytes in network order and the zone.
#pragma once

#include <arpa/inet.h>

#include "lwip/def.h"

#ifdef __cplusplus
extern "C" {
#endif

struct ip6_addr {
  u32_t addr[4];
  u8_t zone;
};
typedef struct ip6_addr ip6_addr_t;

#define IP6ADDR_STRLEN_MAX 46
#define ip6_addr_get_block(ip6addr, word, shift) \
  ((u16_t)((lwip_ntohl((ip6addr)->addr[word]) >> (shift)) & 0xffff))
#define IP6_ADDR_BLOCK1(ip6addr) ip6_addr_get_block(ip6addr, 0, 16)
#define IP6_ADDR_BLOCK2(ip6addr) ip6_addr_get_block(ip6addr, 0, 0)
#define IP6_ADDR_BLOCK3(ip6addr) ip6_addr_get_block(ip6addr, 1, 16)
#define IP6_ADDR_BLOCK4(ip6addr) ip6_addr_get_block(ip6addr, 1, 0)
#define IP6_ADDR_BLOCK5(ip6addr) ip6_addr_get_block(ip6addr, 2, 16)
#define IP6_ADDR_BLOCK6(ip6addr) ip6_addr_get_block(ip6addr, 2, 0)
#define IP6_ADDR_BLOCK7(ip6addr) ip6_addr_get_block(ip6addr, 3, 16)
#define IP6_ADDR_BLOCK8(ip6addr) ip6_addr_get_block(ip6addr, 3, 0)

// NULL when the buffer is too small.
static inline char* ip6addr_ntoa_r(const ip6_addr_t* addr, char* buf, int buflen) {
  return (char*)inet_ntop(AF_INET6, addr->addr, buf, (socklen_t)buflen);
}
// In a buffer that the next call uses again.
static inline char* ip6addr_ntoa(const ip6_addr_t* addr) {
  static char text[IP6ADDR_STRLEN_MAX];
  return ip6addr_ntoa_r(addr, text, (int)sizeof(text));
}
// 1: it is an address; 0: it is none.
static inline int ip6addr_aton(const char* text, ip6_addr_t* addr) {
  return inet_pton(AF_INET6, text, addr->addr) == 1 ? 1 : 0;
}

#ifdef __cplusplus
}
#endif
