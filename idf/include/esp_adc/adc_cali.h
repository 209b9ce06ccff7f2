// Calibration of analog inputs: a virtual board has none.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "esp_adc/adc_oneshot.h"
#include "esp_err.h"
#include "rota_not_offered.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct adc_cali_scheme_t* adc_cali_handle_t;

ROTA_NOT_OFFERED(adc_cali_raw_to_voltage, adc_cali_handle_t handle, int raw, int* voltage)

#ifdef __cplusplus
}
#endif
