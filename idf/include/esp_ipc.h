// Calls on the other core: there is one, so they run at once.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "esp_err.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef void (*esp_ipc_func_t)(void* arg);
static inline esp_err_t esp_ipc_call(uint32_t cpu_id, esp_ipc_func_t func, void* arg) {
  (void)cpu_id;
  if (func == NULL) return ESP_ERR_INVALID_ARG;
  func(arg);
  return ESP_OK;
}
static inline esp_err_t esp_ipc_call_blocking(uint32_t cpu_id, esp_ipc_func_t func, void* arg) {
  return esp_ipc_call(cpu_id, func, arg);
}

#ifdef __cplusplus
}
#endif
