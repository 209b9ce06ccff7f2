// Calibration of the old ADC driver: a virtual board has none.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "driver/adc.h"
#include "esp_err.h"
#include "rota_not_offered.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef enum {
  ESP_ADC_CAL_VAL_EFUSE_VREF = 0,
  ESP_ADC_CAL_VAL_EFUSE_TP,
  ESP_ADC_CAL_VAL_DEFAULT_VREF,
  ESP_ADC_CAL_VAL_NOT_SUPPORTED
} esp_adc_cal_value_t;
typedef struct {
  adc_unit_t adc_num;
  adc_atten_t atten;
  adc_bits_width_t bit_width;
  uint32_t coeff_a;
  uint32_t coeff_b;
  uint32_t vref;
} esp_adc_cal_characteristics_t;
static inline esp_adc_cal_value_t esp_adc_cal_characterize(adc_unit_t adc_num,
                                                           adc_atten_t atten,
                                                           adc_bits_width_t bit_width,
                                                           uint32_t default_vref,
                                                           esp_adc_cal_characteristics_t* chars) {
  ROTA_ANSWER_NOT_OFFERED(ESP_ADC_CAL_VAL_NOT_SUPPORTED);
}
static inline uint32_t esp_adc_cal_raw_to_voltage(uint32_t adc_reading,
                                                  const esp_adc_cal_characteristics_t* chars) {
  ROTA_ANSWER_NOT_OFFERED(0);
}
ROTA_NOT_OFFERED(esp_adc_cal_check_efuse, esp_adc_cal_value_t value_type)

#ifdef __cplusplus
}
#endif
