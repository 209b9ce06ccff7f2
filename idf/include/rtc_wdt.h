// The RTC watchdog: the board has its own (BOOTLOADER_WDT_TIME_MS).
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "esp_err.h"

#ifdef __cplusplus
extern "C" {
#endif

static inline void rtc_wdt_feed(void) {}
static inline void rtc_wdt_disable(void) {}
static inline void rtc_wdt_enable(void) {}
static inline void rtc_wdt_protect_off(void) {}
static inline void rtc_wdt_protect_on(void) {}
static inline bool rtc_wdt_is_on(void) { return false; }

#ifdef __cplusplus
}
#endif
