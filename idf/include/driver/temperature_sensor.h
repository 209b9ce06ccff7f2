// The chip's temperature: a virtual board has none.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "esp_err.h"
#include "rota_not_offered.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct temperature_sensor_obj_t* temperature_sensor_handle_t;

typedef struct {
  int range_min;
  int range_max;
  int clk_src;
  struct {
    uint32_t allow_pd : 1;
  } flags;
} temperature_sensor_config_t;
#define TEMPERATURE_SENSOR_CONFIG_DEFAULT(min, max) \
  { .range_min = min, .range_max = max, .clk_src = 0 }

ROTA_NOT_OFFERED(temperature_sensor_install,
                 const temperature_sensor_config_t* tsens_config,
                 temperature_sensor_handle_t* ret_tsens)
ROTA_NOT_OFFERED(temperature_sensor_uninstall, temperature_sensor_handle_t tsens)
ROTA_NOT_OFFERED(temperature_sensor_enable, temperature_sensor_handle_t tsens)
ROTA_NOT_OFFERED(temperature_sensor_disable, temperature_sensor_handle_t tsens)
ROTA_NOT_OFFERED(temperature_sensor_get_celsius,
                 temperature_sensor_handle_t tsens,
                 float* out_celsius)

#ifdef __cplusplus
}
#endif
