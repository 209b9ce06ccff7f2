// Watchdogs below the driver: the board has its own.
#pragma once

#ifdef __cplusplus
extern "C" {
#endif

typedef struct {
  int inst;
} wdt_hal_context_t;
#define RWDT_HAL_CONTEXT_DEFAULT() \
  { 0 }
static inline void wdt_hal_write_protect_disable(wdt_hal_context_t* hal) { (void)hal; }
static inline void wdt_hal_write_protect_enable(wdt_hal_context_t* hal) { (void)hal; }
static inline void wdt_hal_feed(wdt_hal_context_t* hal) { (void)hal; }
static inline void wdt_hal_disable(wdt_hal_context_t* hal) { (void)hal; }

#ifdef __cplusplus
}
#endif
