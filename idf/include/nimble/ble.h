// Bluetooth by NimBLE: a virtual board has no radio.
#pragma once

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define BLE_ADDR_PUBLIC 0
#define BLE_ADDR_RANDOM 1
#define BLE_OWN_ADDR_PUBLIC 0
#define BLE_OWN_ADDR_RANDOM 1
#define BLE_HS_FOREVER INT32_MAX
typedef struct {
  uint8_t type;
  uint8_t val[6];
} ble_addr_t;

#ifdef __cplusplus
}
#endif
