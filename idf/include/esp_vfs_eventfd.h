// Event descriptors: the host's.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "esp_err.h"

#include <sys/eventfd.h>
#define EFD_SUPPORT_ISR 0
typedef struct {
  size_t max_fds;
} esp_vfs_eventfd_config_t;
#define ESP_VFS_EVENTD_CONFIG_DEFAULT() \
  { .max_fds = 5 }
static inline esp_err_t esp_vfs_eventfd_register(const esp_vfs_eventfd_config_t* config) {
  return config == NULL ? ESP_ERR_INVALID_ARG : ESP_OK;
}
static inline esp_err_t esp_vfs_eventfd_unregister(void) { return ESP_OK; }
