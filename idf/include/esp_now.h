// ESP-NOW: a virtual board has no radio.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "esp_err.h"
#include "esp_wifi_types.h"
#include "rota_not_offered.h"

#ifdef __cplusplus
extern "C" {
#endif

#define ESP_NOW_ETH_ALEN 6
#define ESP_NOW_KEY_LEN 16
#define ESP_NOW_MAX_DATA_LEN 250

typedef enum { ESP_NOW_SEND_SUCCESS = 0, ESP_NOW_SEND_FAIL } esp_now_send_status_t;

typedef struct esp_now_peer_info {
  uint8_t peer_addr[ESP_NOW_ETH_ALEN];
  uint8_t lmk[ESP_NOW_KEY_LEN];
  uint8_t channel;
  wifi_interface_t ifidx;
  bool encrypt;
  void* priv;
} esp_now_peer_info_t;

typedef struct esp_now_recv_info {
  uint8_t* src_addr;
  uint8_t* des_addr;
  void* rx_ctrl;
} esp_now_recv_info_t;

typedef void (*esp_now_recv_cb_t)(const esp_now_recv_info_t* info, const uint8_t* data, int len);
typedef void (*esp_now_send_cb_t)(const uint8_t* mac_addr, esp_now_send_status_t status);

ROTA_NOT_OFFERED(esp_now_init, void)
ROTA_NOT_OFFERED(esp_now_deinit, void)
ROTA_NOT_OFFERED(esp_now_register_recv_cb, esp_now_recv_cb_t cb)
ROTA_NOT_OFFERED(esp_now_register_send_cb, esp_now_send_cb_t cb)
ROTA_NOT_OFFERED(esp_now_add_peer, const esp_now_peer_info_t* peer)
ROTA_NOT_OFFERED(esp_now_del_peer, const uint8_t* peer_addr)
ROTA_NOT_OFFERED(esp_now_set_pmk, const uint8_t* pmk)
ROTA_NOT_OFFERED(esp_now_send, const uint8_t* peer_addr, const uint8_t* data, size_t len)
static inline bool esp_now_is_peer_exist(const uint8_t* peer_addr) { return false; }

#ifdef __cplusplus
}
#endif
