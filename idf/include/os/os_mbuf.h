// Bluetooth by NimBLE: a virtual board has no radio.
#pragma once

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

struct os_mbuf {
  uint8_t* om_data;
  uint8_t om_flags;
  uint8_t om_pkthdr_len;
  uint16_t om_len;
};
#define OS_MBUF_PKTLEN(om) ((om)->om_len)
static inline int os_mbuf_append(struct os_mbuf* om, const void* data, uint16_t len) {
  (void)om, (void)data, (void)len;
  return -1;
}
static inline int os_mbuf_copydata(const struct os_mbuf* om, int off, int len, void* dst) {
  (void)om, (void)off, (void)len, (void)dst;
  return -1;
}

#ifdef __cplusplus
}
#endif
