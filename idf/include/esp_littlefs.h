// littlefs: a folder of the board in place of the flash file system (docs/formats/file-systems.md).
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "esp_err.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct {
  const char* base_path;
  const char* partition_label;  // NULL: the first partition of subtype littlefs
  const void* partition;        // an esp_partition_t instead of a label
  uint8_t format_if_mount_failed : 1;
  uint8_t read_only : 1;
  uint8_t dont_mount : 1;
  uint8_t grow_on_mount : 1;  // no effect
} esp_vfs_littlefs_conf_t;

// Errors as esp_vfs_spiffs_register().
esp_err_t esp_vfs_littlefs_register(const esp_vfs_littlefs_conf_t* conf);
esp_err_t esp_vfs_littlefs_unregister(const char* partition_label);
bool esp_littlefs_mounted(const char* partition_label);
esp_err_t esp_littlefs_format(const char* partition_label);
esp_err_t esp_littlefs_info(const char* partition_label, size_t* total_bytes, size_t* used_bytes);

#ifdef __cplusplus
}
#endif
