// Analog outputs: a virtual board has none.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "esp_err.h"
#include "rota_not_offered.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef enum { DAC_CHAN_0 = 0, DAC_CHAN_1 } dac_channel_t;
typedef struct dac_oneshot_s* dac_oneshot_handle_t;
typedef struct {
  dac_channel_t chan_id;
} dac_oneshot_config_t;

ROTA_NOT_OFFERED(dac_oneshot_new_channel,
                 const dac_oneshot_config_t* oneshot_cfg,
                 dac_oneshot_handle_t* ret_handle)
ROTA_NOT_OFFERED(dac_oneshot_del_channel, dac_oneshot_handle_t handle)
ROTA_NOT_OFFERED(dac_oneshot_output_voltage, dac_oneshot_handle_t handle, uint8_t digi_value)

#ifdef __cplusplus
}
#endif
