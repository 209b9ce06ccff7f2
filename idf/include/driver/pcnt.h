// Pulse counters by their old driver: a virtual board has none.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "esp_err.h"
#include "rota_not_offered.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef enum { PCNT_UNIT_0 = 0, PCNT_UNIT_1, PCNT_UNIT_2, PCNT_UNIT_3, PCNT_UNIT_MAX } pcnt_unit_t;
typedef enum { PCNT_CHANNEL_0 = 0, PCNT_CHANNEL_1, PCNT_CHANNEL_MAX } pcnt_channel_t;
typedef enum { PCNT_COUNT_DIS = 0, PCNT_COUNT_INC, PCNT_COUNT_DEC } pcnt_count_mode_t;
typedef enum { PCNT_MODE_KEEP = 0, PCNT_MODE_REVERSE, PCNT_MODE_DISABLE } pcnt_ctrl_mode_t;
#define PCNT_PIN_NOT_USED (-1)
typedef struct {
  int pulse_gpio_num;
  int ctrl_gpio_num;
  pcnt_ctrl_mode_t lctrl_mode;
  pcnt_ctrl_mode_t hctrl_mode;
  pcnt_count_mode_t pos_mode;
  pcnt_count_mode_t neg_mode;
  int16_t counter_h_lim;
  int16_t counter_l_lim;
  pcnt_unit_t unit;
  pcnt_channel_t channel;
} pcnt_config_t;

ROTA_NOT_OFFERED(pcnt_unit_config, const pcnt_config_t* pcnt_config)
ROTA_NOT_OFFERED(pcnt_get_counter_value, pcnt_unit_t pcnt_unit, int16_t* count)
ROTA_NOT_OFFERED(pcnt_counter_pause, pcnt_unit_t pcnt_unit)
ROTA_NOT_OFFERED(pcnt_counter_resume, pcnt_unit_t pcnt_unit)
ROTA_NOT_OFFERED(pcnt_counter_clear, pcnt_unit_t pcnt_unit)
ROTA_NOT_OFFERED(pcnt_set_filter_value, pcnt_unit_t unit, uint16_t filter_val)
ROTA_NOT_OFFERED(pcnt_filter_enable, pcnt_unit_t unit)

#ifdef __cplusplus
}
#endif
