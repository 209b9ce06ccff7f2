// Bluetooth by NimBLE: a virtual board has no radio.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "esp_err.h"
#include "host/ble_gap.h"
#include "host/ble_gatt.h"
#include "host/ble_uuid.h"
#include "nimble/ble.h"
#include "rota_not_offered.h"

#ifdef __cplusplus
extern "C" {
#endif

#define BLE_HS_CONN_HANDLE_NONE 0xffff
#define BLE_HS_EDONE 14
#define BLE_HS_ENOTCONN 7
#define BLE_HS_ADV_F_DISC_LTD 0x01
#define BLE_HS_ADV_F_DISC_GEN 0x02
#define BLE_HS_ADV_F_BREDR_UNSUP 0x04
#define BLE_HS_ADV_TX_PWR_LVL_AUTO (-128)
#define BLE_ATT_ERR_INVALID_ATTR_VALUE_LEN 0x0d
#define BLE_ATT_ERR_UNLIKELY 0x0e
#define BLE_ATT_ERR_INSUFFICIENT_RES 0x11
#define BLE_ATT_ERR_INVALID_HANDLE 0x01
#define BLE_ERR_REM_USER_CONN_TERM 0x13
#define BLE_SM_IO_CAP_NO_IO 3
struct ble_hs_adv_fields {
  uint8_t flags;
  const ble_uuid16_t* uuids16;
  uint8_t num_uuids16;
  unsigned uuids16_is_complete : 1;
  const ble_uuid128_t* uuids128;
  uint8_t num_uuids128;
  unsigned uuids128_is_complete : 1;
  const uint8_t* name;
  uint8_t name_len;
  unsigned name_is_complete : 1;
  int8_t tx_pwr_lvl;
  unsigned tx_pwr_lvl_is_present : 1;
  uint16_t appearance;
  unsigned appearance_is_present : 1;
  const uint8_t* mfg_data;
  uint8_t mfg_data_len;
};
typedef void ble_hs_reset_fn(int reason);
typedef void ble_hs_sync_fn(void);
struct ble_hs_cfg {
  ble_gatt_register_fn* gatts_register_cb;
  void* gatts_register_arg;
  uint8_t sm_io_cap;
  unsigned sm_oob_data_flag : 1;
  unsigned sm_bonding : 1;
  unsigned sm_mitm : 1;
  unsigned sm_sc : 1;
  uint8_t sm_our_key_dist;
  uint8_t sm_their_key_dist;
  ble_hs_reset_fn* reset_cb;
  ble_hs_sync_fn* sync_cb;
  void* store_status_cb;
  void* store_status_arg;
};
extern struct ble_hs_cfg ble_hs_cfg;

ROTA_NOT_OFFERED(ble_gap_adv_set_fields, const struct ble_hs_adv_fields* adv_fields)
ROTA_NOT_OFFERED(ble_gap_adv_rsp_set_fields, const struct ble_hs_adv_fields* rsp_fields)
ROTA_NOT_OFFERED(ble_hs_id_infer_auto, int privacy, uint8_t* out_addr_type)
ROTA_NOT_OFFERED(ble_hs_id_copy_addr, uint8_t id_addr_type, uint8_t* out_id_addr, int* out_is_nrpa)
ROTA_NOT_OFFERED(ble_hs_mbuf_to_flat,
                 const struct os_mbuf* om,
                 void* flat,
                 uint16_t max_len,
                 uint16_t* out_copy_len)
ROTA_NOT_OFFERED(ble_att_set_preferred_mtu, uint16_t mtu)
static inline struct os_mbuf* ble_hs_mbuf_from_flat(const void* buf, uint16_t len) { return NULL; }
static inline uint16_t ble_att_mtu(uint16_t conn_handle) { return 23; }

#ifdef __cplusplus
}
#endif
