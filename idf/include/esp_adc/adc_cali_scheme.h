// Calibration of analog inputs: a virtual board has none, and so no scheme of it.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "esp_adc/adc_cali.h"
#include "esp_err.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef enum {
  ADC_CALI_SCHEME_VER_LINE_FITTING = 1,
  ADC_CALI_SCHEME_VER_CURVE_FITTING = 2,
} adc_cali_scheme_ver_t;
#define ADC_CALI_SCHEME_CURVE_FITTING_SUPPORTED 0
#define ADC_CALI_SCHEME_LINE_FITTING_SUPPORTED 0

#ifdef __cplusplus
}
#endif
