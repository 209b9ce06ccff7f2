// Deep sleep: ends this boot; the board starts again after the time with the reason DEEPSLEEP.
#pragma once

#include <stdint.h>

#include "esp_err.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef enum {
  ESP_SLEEP_WAKEUP_UNDEFINED = 0,
  ESP_SLEEP_WAKEUP_ALL = 1,
  ESP_SLEEP_WAKEUP_EXT0 = 2,
  ESP_SLEEP_WAKEUP_EXT1 = 3,
  ESP_SLEEP_WAKEUP_TIMER = 4,
} esp_sleep_source_t;
typedef esp_sleep_source_t esp_sleep_wakeup_cause_t;

esp_err_t esp_sleep_enable_timer_wakeup(uint64_t time_in_us);
void esp_deep_sleep_start(void) __attribute__((__noreturn__));
void esp_deep_sleep(uint64_t time_in_us) __attribute__((__noreturn__));
esp_sleep_wakeup_cause_t esp_sleep_get_wakeup_cause(void);
// The same as a set of bits: BIT(cause).
uint32_t esp_sleep_get_wakeup_causes(void);

#ifdef __cplusplus
}
#endif
