// Joining a network by a button: a virtual board has none.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "esp_err.h"
#include "rota_not_offered.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef enum { WPS_TYPE_DISABLE = 0, WPS_TYPE_PBC, WPS_TYPE_PIN } wps_type_t;
typedef struct {
  wps_type_t wps_type;
  char pin[9];
} esp_wps_config_t;
#define WPS_CONFIG_INIT_DEFAULT(type) \
  { .wps_type = type }

ROTA_NOT_OFFERED(esp_wifi_wps_enable, const esp_wps_config_t* config)
ROTA_NOT_OFFERED(esp_wifi_wps_disable, void)
ROTA_NOT_OFFERED(esp_wifi_wps_start, int timeout_ms)

#ifdef __cplusplus
}
#endif
