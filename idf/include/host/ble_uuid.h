// Bluetooth by NimBLE: a virtual board has no radio.
#pragma once

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

enum { BLE_UUID_TYPE_16 = 16, BLE_UUID_TYPE_32 = 32, BLE_UUID_TYPE_128 = 128 };
typedef struct {
  uint8_t type;
} ble_uuid_t;
typedef struct {
  ble_uuid_t u;
  uint16_t value;
} ble_uuid16_t;
typedef struct {
  ble_uuid_t u;
  uint32_t value;
} ble_uuid32_t;
typedef struct {
  ble_uuid_t u;
  uint8_t value[16];
} ble_uuid128_t;
typedef union {
  ble_uuid_t u;
  ble_uuid16_t u16;
  ble_uuid32_t u32;
  ble_uuid128_t u128;
} ble_uuid_any_t;
#define BLE_UUID16_INIT(uuid16) \
  { .u = {.type = BLE_UUID_TYPE_16}, .value = (uuid16) }
#define BLE_UUID128_INIT(uuid128...)                       \
  {                                                        \
    .u = {.type = BLE_UUID_TYPE_128}, .value = { uuid128 } \
  }
#define BLE_UUID16_DECLARE(uuid16) ((ble_uuid_t*)(&(ble_uuid16_t)BLE_UUID16_INIT(uuid16)))
#define BLE_UUID128_DECLARE(uuid128...) ((ble_uuid_t*)(&(ble_uuid128_t)BLE_UUID128_INIT(uuid128)))
static inline int ble_uuid_cmp(const ble_uuid_t* uuid1, const ble_uuid_t* uuid2) {
  return uuid1 == uuid2 ? 0 : 1;
}

#ifdef __cplusplus
}
#endif
