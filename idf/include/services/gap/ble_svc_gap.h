// Bluetooth by NimBLE: a virtual board has no radio.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "esp_err.h"
#include "rota_not_offered.h"

#ifdef __cplusplus
extern "C" {
#endif

static inline void ble_svc_gap_init(void) {}
static inline const char* ble_svc_gap_device_name(void) { return ""; }

ROTA_NOT_OFFERED(ble_svc_gap_device_name_set, const char* name)
ROTA_NOT_OFFERED(ble_svc_gap_device_appearance_set, uint16_t appearance)

#ifdef __cplusplus
}
#endif
