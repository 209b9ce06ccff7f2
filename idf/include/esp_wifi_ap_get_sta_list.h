// Who is connected to the board's access point: nobody.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "esp_err.h"
#include "esp_netif.h"
#include "esp_wifi.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct {
  uint8_t mac[6];
  esp_ip4_addr_t ip;
} esp_netif_pair_mac_ip_t;
typedef struct {
  esp_netif_pair_mac_ip_t sta[10];
  int num;
} wifi_sta_mac_ip_list_t;

#ifdef __cplusplus
}
#endif
