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

ROTA_NOT_OFFERED(esp_nimble_hci_init, void)
ROTA_NOT_OFFERED(esp_nimble_hci_deinit, void)
ROTA_NOT_OFFERED(esp_nimble_hci_and_controller_init, void)

#ifdef __cplusplus
}
#endif
