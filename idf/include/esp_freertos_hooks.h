// Calls from the idle task and the tick: a virtual board has neither.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "esp_err.h"
#include "rota_not_offered.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef bool (*esp_freertos_idle_cb_t)(void);
typedef void (*esp_freertos_tick_cb_t)(void);
ROTA_NOT_OFFERED(esp_register_freertos_idle_hook, esp_freertos_idle_cb_t new_idle_cb)
ROTA_NOT_OFFERED(esp_register_freertos_tick_hook, esp_freertos_tick_cb_t new_tick_cb)
ROTA_NOT_OFFERED(esp_register_freertos_idle_hook_for_cpu, esp_freertos_idle_cb_t cb, uint32_t cpuid)
ROTA_NOT_OFFERED(esp_register_freertos_tick_hook_for_cpu, esp_freertos_tick_cb_t cb, uint32_t cpuid)
static inline void esp_deregister_freertos_idle_hook(esp_freertos_idle_cb_t old_idle_cb) {
  (void)old_idle_cb;
}
static inline void esp_deregister_freertos_tick_hook(esp_freertos_tick_cb_t old_tick_cb) {
  (void)old_tick_cb;
}

#ifdef __cplusplus
}
#endif
