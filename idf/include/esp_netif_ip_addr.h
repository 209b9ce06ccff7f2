// IPv4 and IPv6 addresses. The four bytes of an IPv4 address lie in network order.
#pragma once

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct {
  uint32_t addr;
} esp_ip4_addr_t;
typedef struct {
  uint32_t addr[4];
  uint8_t zone;
} esp_ip6_addr_t;
typedef struct {
  union {
    esp_ip6_addr_t ip6;
    esp_ip4_addr_t ip4;
  } u_addr;
  uint8_t type;
} esp_ip_addr_t;

#define ESP_IPADDR_TYPE_V4 0U
#define ESP_IPADDR_TYPE_V6 6U
#define ESP_IPADDR_TYPE_ANY 46U
#define esp_ip4_addr_get_byte(ipaddr, idx) (((const uint8_t*)(&(ipaddr)->addr))[idx])
#define esp_ip4_addr1_16(ipaddr) ((uint16_t)esp_ip4_addr_get_byte(ipaddr, 0))
#define esp_ip4_addr2_16(ipaddr) ((uint16_t)esp_ip4_addr_get_byte(ipaddr, 1))
#define esp_ip4_addr3_16(ipaddr) ((uint16_t)esp_ip4_addr_get_byte(ipaddr, 2))
#define esp_ip4_addr4_16(ipaddr) ((uint16_t)esp_ip4_addr_get_byte(ipaddr, 3))
#define IP2STR(ipaddr)                                                          \
  esp_ip4_addr1_16(ipaddr), esp_ip4_addr2_16(ipaddr), esp_ip4_addr3_16(ipaddr), \
      esp_ip4_addr4_16(ipaddr)
#define IPSTR "%d.%d.%d.%d"
#define esp_ip4_addr1(ipaddr) esp_ip4_addr_get_byte(ipaddr, 0)
#define esp_ip4_addr2(ipaddr) esp_ip4_addr_get_byte(ipaddr, 1)
#define esp_ip4_addr3(ipaddr) esp_ip4_addr_get_byte(ipaddr, 2)
#define esp_ip4_addr4(ipaddr) esp_ip4_addr_get_byte(ipaddr, 3)
#define IP4ADDR_STRLEN_MAX 16
#define esp_ip6_addr_get_block(ip6addr, word, shift) \
  ((uint16_t)((__builtin_bswap32((ip6addr)->addr[word]) >> (shift)) & 0xffff))
#define esp_ip6_addr_block1(ip6addr) esp_ip6_addr_get_block(ip6addr, 0, 16)
#define esp_ip6_addr_block2(ip6addr) esp_ip6_addr_get_block(ip6addr, 0, 0)
#define esp_ip6_addr_block3(ip6addr) esp_ip6_addr_get_block(ip6addr, 1, 16)
#define esp_ip6_addr_block4(ip6addr) esp_ip6_addr_get_block(ip6addr, 1, 0)
#define esp_ip6_addr_block5(ip6addr) esp_ip6_addr_get_block(ip6addr, 2, 16)
#define esp_ip6_addr_block6(ip6addr) esp_ip6_addr_get_block(ip6addr, 2, 0)
#define esp_ip6_addr_block7(ip6addr) esp_ip6_addr_get_block(ip6addr, 3, 16)
#define esp_ip6_addr_block8(ip6addr) esp_ip6_addr_get_block(ip6addr, 3, 0)
#define IPV62STR(ipaddr)                                                                          \
  esp_ip6_addr_block1(&(ipaddr)), esp_ip6_addr_block2(&(ipaddr)), esp_ip6_addr_block3(&(ipaddr)), \
      esp_ip6_addr_block4(&(ipaddr)), esp_ip6_addr_block5(&(ipaddr)),                             \
      esp_ip6_addr_block6(&(ipaddr)), esp_ip6_addr_block7(&(ipaddr)),                             \
      esp_ip6_addr_block8(&(ipaddr))
#define IPV6STR "%04x:%04x:%04x:%04x:%04x:%04x:%04x:%04x"
#define ESP_IP4TOUINT32(a, b, c, d)                                                               \
  (((uint32_t)((a)&0xffU) << 24) | ((uint32_t)((b)&0xffU) << 16) | ((uint32_t)((c)&0xffU) << 8) | \
   (uint32_t)((d)&0xffU))
#define ESP_IP4TOADDR(a, b, c, d) __builtin_bswap32(ESP_IP4TOUINT32(a, b, c, d))
#define ESP_IP4ADDR_INIT(a, b, c, d) \
  { .u_addr = {.ip4 = {.addr = ESP_IP4TOADDR(a, b, c, d)}}, .type = ESP_IPADDR_TYPE_V4 }

#ifdef __cplusplus
}
#endif
