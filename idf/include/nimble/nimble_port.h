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

static inline void nimble_port_run(void) {}
static inline int nimble_port_stop(void) { return 0; }

ROTA_NOT_OFFERED(nimble_port_init, void)
ROTA_NOT_OFFERED(nimble_port_deinit, void)

#ifdef __cplusplus
}
#endif
