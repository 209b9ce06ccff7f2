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

typedef struct {
  bool ssp_en;
  bool sc_en;
} esp_bluedroid_config_t;
#define BT_BLUEDROID_INIT_CONFIG_DEFAULT() \
  { .ssp_en = true, .sc_en = false }

ROTA_NOT_OFFERED(esp_bluedroid_init, void)
ROTA_NOT_OFFERED(esp_bluedroid_init_with_cfg, esp_bluedroid_config_t* cfg)
ROTA_NOT_OFFERED(esp_bluedroid_deinit, void)
ROTA_NOT_OFFERED(esp_bluedroid_enable, void)
ROTA_NOT_OFFERED(esp_bluedroid_disable, void)

#ifdef __cplusplus
}
#endif
