// Bluetooth by NimBLE: a virtual board has no radio.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "esp_err.h"
#include "nimble/ble.h"
#include "rota_not_offered.h"

#ifdef __cplusplus
extern "C" {
#endif

#define BLE_GAP_CONN_MODE_NON 0
#define BLE_GAP_CONN_MODE_DIR 1
#define BLE_GAP_CONN_MODE_UND 2
#define BLE_GAP_DISC_MODE_NON 0
#define BLE_GAP_DISC_MODE_LTD 1
#define BLE_GAP_DISC_MODE_GEN 2
#define BLE_GAP_EVENT_CONNECT 0
#define BLE_GAP_EVENT_DISCONNECT 1
#define BLE_GAP_EVENT_CONN_UPDATE 3
#define BLE_GAP_EVENT_DISC 7
#define BLE_GAP_EVENT_DISC_COMPLETE 8
#define BLE_GAP_EVENT_ADV_COMPLETE 9
#define BLE_GAP_EVENT_ENC_CHANGE 10
#define BLE_GAP_EVENT_PASSKEY_ACTION 11
#define BLE_GAP_EVENT_NOTIFY_RX 12
#define BLE_GAP_EVENT_NOTIFY_TX 13
#define BLE_GAP_EVENT_SUBSCRIBE 14
#define BLE_GAP_EVENT_MTU 15
struct ble_gap_adv_params {
  uint8_t conn_mode;
  uint8_t disc_mode;
  uint16_t itvl_min;
  uint16_t itvl_max;
  uint8_t channel_map;
  uint8_t filter_policy;
  uint8_t high_duty_cycle : 1;
};
struct ble_gap_conn_desc {
  ble_addr_t our_id_addr;
  ble_addr_t peer_id_addr;
  ble_addr_t our_ota_addr;
  ble_addr_t peer_ota_addr;
  uint16_t conn_handle;
  uint16_t conn_itvl;
  uint16_t conn_latency;
  uint16_t supervision_timeout;
};
struct ble_gap_event {
  uint8_t type;
  union {
    struct {
      int status;
      uint16_t conn_handle;
    } connect;
    struct {
      int reason;
      struct ble_gap_conn_desc conn;
    } disconnect;
    struct {
      int reason;
    } adv_complete;
    struct {
      uint16_t conn_handle;
      uint16_t attr_handle;
      uint8_t reason;
      uint8_t prev_notify : 1;
      uint8_t cur_notify : 1;
      uint8_t prev_indicate : 1;
      uint8_t cur_indicate : 1;
    } subscribe;
    struct {
      uint16_t conn_handle;
      uint16_t channel_id;
      uint16_t value;
    } mtu;
    struct {
      int status;
      uint16_t conn_handle;
    } conn_update;
    struct {
      int status;
      uint16_t conn_handle;
      uint16_t attr_handle;
      uint8_t indication : 1;
    } notify_tx;
  };
};
typedef int ble_gap_event_fn(struct ble_gap_event* event, void* arg);

ROTA_NOT_OFFERED(ble_gap_adv_start,
                 uint8_t own_addr_type,
                 const ble_addr_t* direct_addr,
                 int32_t duration_ms,
                 const struct ble_gap_adv_params* adv_params,
                 ble_gap_event_fn* cb,
                 void* cb_arg)
ROTA_NOT_OFFERED(ble_gap_adv_stop, void)
ROTA_NOT_OFFERED(ble_gap_terminate, uint16_t conn_handle, uint8_t hci_reason)
ROTA_NOT_OFFERED(ble_gap_conn_find, uint16_t handle, struct ble_gap_conn_desc* out_desc)
static inline int ble_gap_adv_active(void) { return 0; }

#ifdef __cplusplus
}
#endif
