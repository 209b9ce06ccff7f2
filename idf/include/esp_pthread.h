// Threads of the C library as tasks: kept, without effect on the host's threads.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "esp_err.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct {
  size_t stack_size;
  size_t prio;
  bool inherit_cfg;
  const char* thread_name;
  int pin_to_core;
  uint32_t stack_alloc_caps;
} esp_pthread_cfg_t;
static inline esp_pthread_cfg_t esp_pthread_get_default_config(void) {
  esp_pthread_cfg_t config = {3072, 5, false, NULL, 0x7FFFFFFF, 0};
  return config;
}
static inline esp_err_t esp_pthread_set_cfg(const esp_pthread_cfg_t* cfg) {
  return cfg == NULL ? ESP_ERR_INVALID_ARG : ESP_OK;
}
static inline esp_err_t esp_pthread_get_cfg(esp_pthread_cfg_t* p) {
  if (p == NULL) return ESP_ERR_INVALID_ARG;
  *p = esp_pthread_get_default_config();
  return ESP_ERR_NOT_FOUND;
}
static inline esp_err_t esp_pthread_init(void) { return ESP_OK; }

#ifdef __cplusplus
}
#endif
