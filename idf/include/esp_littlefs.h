// The littlefs file system: not on a virtual board.
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
  const void* partition;
  uint8_t format_if_mount_failed : 1;
  uint8_t read_only : 1;
  uint8_t dont_mount : 1;
  uint8_t grow_on_mount : 1;
} esp_vfs_littlefs_conf_t;

ROTA_NOT_OFFERED(esp_vfs_littlefs_register, const esp_vfs_littlefs_conf_t* conf)
ROTA_NOT_OFFERED(esp_vfs_littlefs_unregister, const char* partition_label)
ROTA_NOT_OFFERED(esp_littlefs_format, const char* partition_label)
ROTA_NOT_OFFERED(esp_littlefs_info,
                 const char* partition_label,
                 size_t* total_bytes,
                 size_t* used_bytes)

#ifdef __cplusplus
}
#endif
