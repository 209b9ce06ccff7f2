// The clocks of the RTC: fixed figures.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "esp_err.h"
#include "esp_timer.h"

#ifdef __cplusplus
extern "C" {
#endif

static inline uint64_t rtc_time_get(void) { return (uint64_t)esp_timer_get_time() * 15 / 100; }
static inline uint32_t rtc_clk_apb_freq_get(void) { return 80000000; }

#ifdef __cplusplus
}
#endif
