// Bluetooth by NimBLE: a virtual board has no radio.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "esp_err.h"
#include "host/ble_uuid.h"
#include "os/os_mbuf.h"
#include "rota_not_offered.h"

#ifdef __cplusplus
extern "C" {
#endif

#define BLE_GATT_SVC_TYPE_END 0
#define BLE_GATT_SVC_TYPE_PRIMARY 1
#define BLE_GATT_SVC_TYPE_SECONDARY 2
#define BLE_GATT_CHR_F_READ 0x0002
#define BLE_GATT_CHR_F_WRITE_NO_RSP 0x0004
#define BLE_GATT_CHR_F_WRITE 0x0008
#define BLE_GATT_CHR_F_NOTIFY 0x0010
#define BLE_GATT_CHR_F_INDICATE 0x0020
#define BLE_GATT_CHR_F_READ_ENC 0x0200
#define BLE_GATT_CHR_F_WRITE_ENC 0x1000
#define BLE_GATT_ACCESS_OP_READ_CHR 0
#define BLE_GATT_ACCESS_OP_WRITE_CHR 1
#define BLE_GATT_ACCESS_OP_READ_DSC 2
#define BLE_GATT_ACCESS_OP_WRITE_DSC 3
struct ble_gatt_access_ctxt;
typedef int ble_gatt_access_fn(uint16_t conn_handle,
                               uint16_t attr_handle,
                               struct ble_gatt_access_ctxt* ctxt,
                               void* arg);
struct ble_gatt_dsc_def {
  const ble_uuid_t* uuid;
  uint8_t att_flags;
  uint8_t min_key_size;
  ble_gatt_access_fn* access_cb;
  void* arg;
};
struct ble_gatt_chr_def {
  const ble_uuid_t* uuid;
  ble_gatt_access_fn* access_cb;
  void* arg;
  struct ble_gatt_dsc_def* descriptors;
  uint32_t flags;
  uint8_t min_key_size;
  uint16_t* val_handle;
};
struct ble_gatt_svc_def {
  uint8_t type;
  const ble_uuid_t* uuid;
  const struct ble_gatt_svc_def** includes;
  const struct ble_gatt_chr_def* characteristics;
};
struct ble_gatt_access_ctxt {
  uint8_t op;
  struct os_mbuf* om;
  union {
    const struct ble_gatt_chr_def* chr;
    const struct ble_gatt_dsc_def* dsc;
  };
};
struct ble_gatt_register_ctxt {
  uint8_t op;
};
typedef void ble_gatt_register_fn(struct ble_gatt_register_ctxt* ctxt, void* arg);

ROTA_NOT_OFFERED(ble_gatts_count_cfg, const struct ble_gatt_svc_def* defs)
ROTA_NOT_OFFERED(ble_gatts_add_svcs, const struct ble_gatt_svc_def* svcs)
ROTA_NOT_OFFERED(ble_gatts_start, void)
ROTA_NOT_OFFERED(ble_gatts_notify_custom,
                 uint16_t conn_handle,
                 uint16_t att_handle,
                 struct os_mbuf* om)
ROTA_NOT_OFFERED(ble_gatts_indicate_custom,
                 uint16_t conn_handle,
                 uint16_t chr_val_handle,
                 struct os_mbuf* txom)
ROTA_NOT_OFFERED(ble_gatts_notify, uint16_t conn_handle, uint16_t chr_val_handle)
#define ble_gattc_notify_custom ble_gatts_notify_custom
static inline void ble_gatts_chr_updated(uint16_t chr_val_handle) {}

#ifdef __cplusplus
}
#endif
