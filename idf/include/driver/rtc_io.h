// Pins of the RTC domain: a virtual board has none.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "esp_err.h"
#include "hal/gpio_types.h"
#include "rota_not_offered.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef enum {
  RTC_GPIO_MODE_INPUT_ONLY,
  RTC_GPIO_MODE_OUTPUT_ONLY,
  RTC_GPIO_MODE_INPUT_OUTPUT,
  RTC_GPIO_MODE_DISABLED
} rtc_gpio_mode_t;
static inline bool rtc_gpio_is_valid_gpio(gpio_num_t gpio_num) { return false; }
static inline uint32_t rtc_gpio_get_level(gpio_num_t gpio_num) { ROTA_ANSWER_NOT_OFFERED(0); }

ROTA_NOT_OFFERED(rtc_gpio_init, gpio_num_t gpio_num)
ROTA_NOT_OFFERED(rtc_gpio_deinit, gpio_num_t gpio_num)
ROTA_NOT_OFFERED(rtc_gpio_set_level, gpio_num_t gpio_num, uint32_t level)
ROTA_NOT_OFFERED(rtc_gpio_set_direction, gpio_num_t gpio_num, rtc_gpio_mode_t mode)
ROTA_NOT_OFFERED(rtc_gpio_pullup_en, gpio_num_t gpio_num)
ROTA_NOT_OFFERED(rtc_gpio_pullup_dis, gpio_num_t gpio_num)
ROTA_NOT_OFFERED(rtc_gpio_pulldown_en, gpio_num_t gpio_num)
ROTA_NOT_OFFERED(rtc_gpio_pulldown_dis, gpio_num_t gpio_num)
ROTA_NOT_OFFERED(rtc_gpio_hold_en, gpio_num_t gpio_num)
ROTA_NOT_OFFERED(rtc_gpio_hold_dis, gpio_num_t gpio_num)
ROTA_NOT_OFFERED(rtc_gpio_isolate, gpio_num_t gpio_num)

#ifdef __cplusplus
}
#endif
