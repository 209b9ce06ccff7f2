// The chip's temperature by the old driver: a virtual board has none.
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
  int dac_offset;
  uint8_t clk_div;
} temp_sensor_config_t;
#define TSENS_CONFIG_DEFAULT() \
  { .dac_offset = 2, .clk_div = 6 }

ROTA_NOT_OFFERED(temp_sensor_set_config, temp_sensor_config_t tsens)
ROTA_NOT_OFFERED(temp_sensor_get_config, temp_sensor_config_t* tsens)
ROTA_NOT_OFFERED(temp_sensor_start, void)
ROTA_NOT_OFFERED(temp_sensor_stop, void)
ROTA_NOT_OFFERED(temp_sensor_read_celsius, float* celsius)

#ifdef __cplusplus
}
#endif
