// lwIP's IPv4 address: four bytes in network order, as esp_ip4_addr_t has them.
#pragma once

#include <arpa/inet.h>
#include <stdbool.h>

#include "lwip/def.h"

#ifdef __cplusplus
extern "C" {
#endif

struct ip4_addr {
  u32_t addr;
};
typedef struct ip4_addr ip4_addr_t;

#ifndef INADDR_NONE
#define INADDR_NONE ((in_addr_t)0xffffffffUL)
#endif
#define IPADDR_NONE ((u32_t)0xffffffffUL)
#define IPADDR_ANY ((u32_t)0x00000000UL)
#define IPADDR_LOOPBACK ((u32_t)0x7f000001UL)
#define IPADDR_BROADCAST ((u32_t)0xffffffffUL)
#define IP4ADDR_STRLEN_MAX 16

// Also of esp_ip4_addr_t.
#define IP4_ADDR(ipaddr, a, b, c, d) ((ipaddr)->addr = PP_HTONL(LWIP_MAKEU32(a, b, c, d)))
#define ip4_addr_get_u32(ipaddr) ((ipaddr)->addr)
#define ip4_addr_set_u32(ipaddr, value) ((ipaddr)->addr = (value))
#define ip4_addr_copy(to, from) ((to).addr = (from).addr)
#define ip4_addr_set_zero(ipaddr) ((ipaddr)->addr = 0)
#define ip4_addr_isany_val(ipaddr) ((ipaddr).addr == IPADDR_ANY)
#define ip4_addr_isany(ipaddr) ((ipaddr) == NULL || ip4_addr_isany_val(*(ipaddr)))
#define ip4_addr_eq(one, other) ((one)->addr == (other)->addr)
#define ip4_addr_cmp(one, other) ip4_addr_eq(one, other)
#define ip4_addr_get_byte(ipaddr, index) (((const u8_t*)(&(ipaddr)->addr))[index])
#define ip4_addr1(ipaddr) ip4_addr_get_byte(ipaddr, 0)
#define ip4_addr2(ipaddr) ip4_addr_get_byte(ipaddr, 1)
#define ip4_addr3(ipaddr) ip4_addr_get_byte(ipaddr, 2)
#define ip4_addr4(ipaddr) ip4_addr_get_byte(ipaddr, 3)
#define ip4_addr1_16(ipaddr) ((u16_t)ip4_addr1(ipaddr))
#define ip4_addr2_16(ipaddr) ((u16_t)ip4_addr2(ipaddr))
#define ip4_addr3_16(ipaddr) ((u16_t)ip4_addr3(ipaddr))
#define ip4_addr4_16(ipaddr) ((u16_t)ip4_addr4(ipaddr))

// NULL when the buffer is too small.
static inline char* ip4addr_ntoa_r(const ip4_addr_t* addr, char* buf, int buflen) {
  return (char*)inet_ntop(AF_INET, &addr->addr, buf, (socklen_t)buflen);
}
// In a buffer that the next call uses again.
static inline char* ip4addr_ntoa(const ip4_addr_t* addr) {
  static char text[IP4ADDR_STRLEN_MAX];
  return ip4addr_ntoa_r(addr, text, (int)sizeof(text));
}
// 1: it is an address; 0: it is none.
static inline int ip4addr_aton(const char* text, ip4_addr_t* addr) {
  struct in_addr parsed;
  if (inet_aton(text, &parsed) == 0) return 0;
  if (addr != NULL) addr->addr = parsed.s_addr;
  return 1;
}
static inline u32_t ipaddr_addr(const char* text) { return inet_addr(text); }

#ifdef __cplusplus
}
#endif
