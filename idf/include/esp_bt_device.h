// Bluetooth by Bluedroid: a virtual board has no radio.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "esp_err.h"
#include "rota_not_offered.h"

#ifdef __cplusplus
extern "C" {
#endif

static inline const uint8_t* esp_bt_dev_get_address(void) { return NULL; }

ROTA_NOT_OFFERED(esp_bt_dev_set_device_name, const char* name)

#ifdef __cplusplus
}
#endif
