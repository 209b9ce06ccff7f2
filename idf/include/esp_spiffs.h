// SPIFFS: a folder of the board in place of the flash file system (docs/formats/file-systems.md).
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
  const char* partition_label;  // NULL: the first partition of subtype spiffs
  size_t max_files;             // no effect
  bool format_if_mount_failed;
} esp_vfs_spiffs_conf_t;

// ESP_ERR_NOT_FOUND: no such partition; ESP_ERR_INVALID_STATE: mounted already; ESP_FAIL: it holds
// no file system of this board.
esp_err_t esp_vfs_spiffs_register(const esp_vfs_spiffs_conf_t* conf);
esp_err_t esp_vfs_spiffs_unregister(const char* partition_label);
bool esp_spiffs_mounted(const char* partition_label);
esp_err_t esp_spiffs_format(const char* partition_label);
// The partition's size, and that of its files in pages of 256 bytes. Writing more is not refused.
esp_err_t esp_spiffs_info(const char* partition_label, size_t* total_bytes, size_t* used_bytes);
esp_err_t esp_spiffs_check(const char* partition_label);
esp_err_t esp_spiffs_gc(const char* partition_label, size_t size_to_gc);

#ifdef __cplusplus
}
#endif
