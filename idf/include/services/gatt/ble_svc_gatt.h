// Bluetooth by NimBLE: a virtual board has no radio.
#pragma once

#ifdef __cplusplus
extern "C" {
#endif

static inline void ble_svc_gatt_init(void) {}

#ifdef __cplusplus
}
#endif
