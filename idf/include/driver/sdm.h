// Sigma-delta outputs: a virtual board has none.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "esp_err.h"
#include "rota_not_offered.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct sdm_channel_t* sdm_channel_handle_t;
typedef struct {
  int gpio_num;
  int clk_src;
  uint32_t sample_rate_hz;
} sdm_config_t;

ROTA_NOT_OFFERED(sdm_new_channel, const sdm_config_t* config, sdm_channel_handle_t* ret_chan)
ROTA_NOT_OFFERED(sdm_channel_enable, sdm_channel_handle_t chan)
ROTA_NOT_OFFERED(sdm_channel_set_pulse_density, sdm_channel_handle_t chan, int8_t density)

#ifdef __cplusplus
}
#endif
