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

ROTA_NOT_OFFERED(ble_hs_util_ensure_addr, int prefer_random)

#ifdef __cplusplus
}
#endif
