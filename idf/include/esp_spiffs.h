// The SPIFFS file system: not on a virtual board.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "esp_err.h"
#include "rota_not_offered.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct {
  const char* base_path;
  const char* partition_label;
  size_t max_files;
  bool format_if_mount_failed;
} esp_vfs_spiffs_conf_t;

ROTA_NOT_OFFERED(esp_vfs_spiffs_register, const esp_vfs_spiffs_conf_t* conf)
ROTA_NOT_OFFERED(esp_vfs_spiffs_unregister, const char* partition_label)
ROTA_NOT_OFFERED(esp_spiffs_format, const char* partition_label)
ROTA_NOT_OFFERED(esp_spiffs_info,
                 const char* partition_label,
                 size_t* total_bytes,
                 size_t* used_bytes)
ROTA_NOT_OFFERED(esp_spiffs_check, const char* partition_label)
static inline bool esp_spiffs_mounted(const char* partition_label) { return false; }

#ifdef __cplusplus
}
#endif
