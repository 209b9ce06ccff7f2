// Interfaces by the names before ESP-IDF 4.1, over esp_netif.h.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "esp_err.h"
#include "esp_netif.h"
#include "esp_wifi_types.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef enum {
  TCPIP_ADAPTER_IF_STA = 0,
  TCPIP_ADAPTER_IF_AP,
  TCPIP_ADAPTER_IF_ETH,
  TCPIP_ADAPTER_IF_MAX
} tcpip_adapter_if_t;
typedef esp_netif_ip_info_t tcpip_adapter_ip_info_t;
typedef esp_netif_dns_type_t tcpip_adapter_dns_type_t;
typedef esp_netif_dns_info_t tcpip_adapter_dns_info_t;
#define TCPIP_ADAPTER_DNS_MAIN ESP_NETIF_DNS_MAIN

static inline esp_netif_t* rota_netif_of(tcpip_adapter_if_t tcpip_if) {
  static const char* const keys[] = {"WIFI_STA_DEF", "WIFI_AP_DEF", "ETH_DEF"};
  return tcpip_if < TCPIP_ADAPTER_IF_MAX ? esp_netif_get_handle_from_ifkey(keys[tcpip_if]) : NULL;
}
static inline void tcpip_adapter_init(void) {
  esp_netif_init();
  if (rota_netif_of(TCPIP_ADAPTER_IF_STA) == NULL) esp_netif_create_default_wifi_sta();
}
static inline esp_err_t tcpip_adapter_set_hostname(tcpip_adapter_if_t tcpip_if, const char* name) {
  return esp_netif_set_hostname(rota_netif_of(tcpip_if), name);
}
static inline esp_err_t tcpip_adapter_get_ip_info(tcpip_adapter_if_t tcpip_if,
                                                  tcpip_adapter_ip_info_t* ip_info) {
  return esp_netif_get_ip_info(rota_netif_of(tcpip_if), ip_info);
}
static inline esp_err_t tcpip_adapter_set_ip_info(tcpip_adapter_if_t tcpip_if,
                                                  const tcpip_adapter_ip_info_t* ip_info) {
  return esp_netif_set_ip_info(rota_netif_of(tcpip_if), ip_info);
}
static inline esp_err_t tcpip_adapter_dhcps_start(tcpip_adapter_if_t tcpip_if) {
  return esp_netif_dhcps_start(rota_netif_of(tcpip_if));
}
static inline esp_err_t tcpip_adapter_dhcps_stop(tcpip_adapter_if_t tcpip_if) {
  return esp_netif_dhcps_stop(rota_netif_of(tcpip_if));
}
static inline esp_err_t tcpip_adapter_dhcpc_start(tcpip_adapter_if_t tcpip_if) {
  return esp_netif_dhcpc_start(rota_netif_of(tcpip_if));
}
static inline esp_err_t tcpip_adapter_dhcpc_stop(tcpip_adapter_if_t tcpip_if) {
  return esp_netif_dhcpc_stop(rota_netif_of(tcpip_if));
}

#ifdef __cplusplus
}
#endif
