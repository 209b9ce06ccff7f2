// The processor: one core, whose cycle counter runs with the board's clock at 160 MHz.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "esp_err.h"
#include "esp_timer.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef uint32_t esp_cpu_cycle_count_t;
static inline int esp_cpu_get_core_id(void) { return 0; }
static inline esp_cpu_cycle_count_t esp_cpu_get_cycle_count(void) {
  return (esp_cpu_cycle_count_t)(esp_timer_get_time() * 160);
}

#ifdef __cplusplus
}
#endif
