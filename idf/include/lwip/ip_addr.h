// lwIP's address of either kind, laid out as esp_ip_addr_t.
#pragma once

#include "lwip/ip4_addr.h"
#include "lwip/ip6_addr.h"

#ifdef __cplusplus
extern "C" {
#endif

enum lwip_ip_addr_type { IPADDR_TYPE_V4 = 0U, IPADDR_TYPE_V6 = 6U, IPADDR_TYPE_ANY = 46U };

typedef struct ip_addr {
  union {
    ip6_addr_t ip6;
    ip4_addr_t ip4;
  } u_addr;
  u8_t type;
} ip_addr_t;

#define IPADDR_STRLEN_MAX IP6ADDR_STRLEN_MAX
#define IPADDR4_INIT(u32val) \
  { {{{u32val, 0, 0, 0}, 0}}, IPADDR_TYPE_V4 }
#define IPADDR4_INIT_BYTES(a, b, c, d) IPADDR4_INIT(PP_HTONL(LWIP_MAKEU32(a, b, c, d)))
#define IP_IS_V4_VAL(ipaddr) ((ipaddr).type == IPADDR_TYPE_V4)
#define IP_IS_V6_VAL(ipaddr) ((ipaddr).type == IPADDR_TYPE_V6)
#define IP_IS_V4(ipaddr) ((ipaddr) == NULL || IP_IS_V4_VAL(*(ipaddr)))
#define IP_IS_V6(ipaddr) ((ipaddr) != NULL && IP_IS_V6_VAL(*(ipaddr)))
#define IP_SET_TYPE_VAL(ipaddr, kind) ((ipaddr).type = (kind))
#define IP_SET_TYPE(ipaddr, kind) IP_SET_TYPE_VAL(*(ipaddr), kind)
#define ip_2_ip4(ipaddr) (&((ipaddr)->u_addr.ip4))
#define ip_2_ip6(ipaddr) (&((ipaddr)->u_addr.ip6))
#define IP_ADDR4(ipaddr, a, b, c, d) \
  (IP4_ADDR(ip_2_ip4(ipaddr), a, b, c, d), IP_SET_TYPE(ipaddr, IPADDR_TYPE_V4))
#define ip_addr_set_zero(ipaddr) (*(ipaddr) = (ip_addr_t)IPADDR4_INIT(0))
#define ip_addr_isany(ipaddr) ((ipaddr) == NULL || ip4_addr_isany(ip_2_ip4(ipaddr)))

static const ip_addr_t ip_addr_any __attribute__((unused)) = IPADDR4_INIT(IPADDR_ANY);
#define IP_ADDR_ANY (&ip_addr_any)
#define IP4_ADDR_ANY (&ip_addr_any)
#define IP_ANY_TYPE (&ip_addr_any)

static inline char* ipaddr_ntoa_r(const ip_addr_t* addr, char* buf, int buflen) {
  return IP_IS_V6(addr) ? ip6addr_ntoa_r(ip_2_ip6(addr), buf, buflen)
                        : ip4addr_ntoa_r(ip_2_ip4(addr), buf, buflen);
}
// In a buffer that the next call uses again.
static inline char* ipaddr_ntoa(const ip_addr_t* addr) {
  static char text[IPADDR_STRLEN_MAX];
  return ipaddr_ntoa_r(addr, text, (int)sizeof(text));
}
// 1: it is an address; 0: it is none.
static inline int ipaddr_aton(const char* text, ip_addr_t* addr) {
  if (ip4addr_aton(text, ip_2_ip4(addr)) != 0) {
    addr->type = IPADDR_TYPE_V4;
    return 1;
  }
  addr->type = IPADDR_TYPE_V6;
  return ip6addr_aton(text, ip_2_ip6(addr));
}

#ifdef __cplusplus
}
#endif
