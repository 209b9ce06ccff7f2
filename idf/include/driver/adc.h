// The old ADC driver: a virtual board has none.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "esp_err.h"
#include "hal/adc_types.h"
#include "rota_not_offered.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef int adc1_channel_t;
typedef int adc2_channel_t;
#define ADC1_CHANNEL_0 0
#define ADC1_CHANNEL_1 1
#define ADC1_CHANNEL_2 2
#define ADC1_CHANNEL_3 3
#define ADC1_CHANNEL_4 4
#define ADC1_CHANNEL_5 5
#define ADC1_CHANNEL_6 6
#define ADC1_CHANNEL_7 7
#define ADC2_CHANNEL_0 0
typedef enum {
  ADC_WIDTH_BIT_9 = 0,
  ADC_WIDTH_BIT_10,
  ADC_WIDTH_BIT_11,
  ADC_WIDTH_BIT_12,
  ADC_WIDTH_MAX
} adc_bits_width_t;
#define ADC_WIDTH_BIT_DEFAULT ADC_WIDTH_BIT_12
ROTA_NOT_OFFERED(adc1_config_width, adc_bits_width_t width_bit)
ROTA_NOT_OFFERED(adc1_config_channel_atten, adc1_channel_t channel, adc_atten_t atten)
static inline int adc1_get_raw(adc1_channel_t channel) { ROTA_ANSWER_NOT_OFFERED(-1); }
ROTA_NOT_OFFERED(adc2_config_channel_atten, adc2_channel_t channel, adc_atten_t atten)
ROTA_NOT_OFFERED(adc2_get_raw, adc2_channel_t channel, adc_bits_width_t width_bit, int* raw_out)

#ifdef __cplusplus
}
#endif
