// FAT: a folder of the board in place of the flash file system (docs/formats/file-systems.md). SD
// cards: a virtual board has none.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "driver/sdmmc_host.h"
#include "driver/sdspi_host.h"
#include "esp_err.h"
#include "rota_not_offered.h"
#include "wear_levelling.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct {
  bool format_if_mount_failed;
  int max_files;  // these: no effect
  size_t allocation_unit_size;
  bool disk_status_check_enable;
  bool use_one_fat;
} esp_vfs_fat_mount_config_t;
typedef esp_vfs_fat_mount_config_t esp_vfs_fat_sdmmc_mount_config_t;
#define VFS_FAT_MOUNT_DEFAULT_CONFIG()                                          \
  {                                                                             \
    .format_if_mount_failed = false, .max_files = 5, .allocation_unit_size = 0, \
    .disk_status_check_enable = false, .use_one_fat = false                     \
  }

// `partition_label` NULL: the first partition of subtype fat. Errors as esp_vfs_spiffs_register().
esp_err_t esp_vfs_fat_spiflash_mount_rw_wl(const char* base_path,
                                           const char* partition_label,
                                           const esp_vfs_fat_mount_config_t* mount_config,
                                           wl_handle_t* wl_handle);
esp_err_t esp_vfs_fat_spiflash_unmount_rw_wl(const char* base_path, wl_handle_t wl_handle);
esp_err_t esp_vfs_fat_spiflash_mount_ro(const char* base_path,
                                        const char* partition_label,
                                        const esp_vfs_fat_mount_config_t* mount_config);
esp_err_t esp_vfs_fat_spiflash_unmount_ro(const char* base_path, const char* partition_label);
esp_err_t esp_vfs_fat_spiflash_format_rw_wl(const char* base_path, const char* partition_label);
// The partition's size, and what its files leave of it. Writing more is not refused.
esp_err_t esp_vfs_fat_info(const char* base_path,
                           uint64_t* out_total_bytes,
                           uint64_t* out_free_bytes);
#define esp_vfs_fat_spiflash_mount esp_vfs_fat_spiflash_mount_rw_wl
#define esp_vfs_fat_spiflash_unmount esp_vfs_fat_spiflash_unmount_rw_wl
#define esp_vfs_fat_rawflash_mount esp_vfs_fat_spiflash_mount_ro
#define esp_vfs_fat_rawflash_unmount esp_vfs_fat_spiflash_unmount_ro

ROTA_NOT_OFFERED(esp_vfs_fat_sdmmc_mount,
                 const char* base_path,
                 const sdmmc_host_t* host_config,
                 const void* slot_config,
                 const esp_vfs_fat_mount_config_t* mount_config,
                 sdmmc_card_t** out_card)
ROTA_NOT_OFFERED(esp_vfs_fat_sdspi_mount,
                 const char* base_path,
                 const sdmmc_host_t* host_config_input,
                 const sdspi_device_config_t* slot_config,
                 const esp_vfs_fat_mount_config_t* mount_config,
                 sdmmc_card_t** out_card)
ROTA_NOT_OFFERED(esp_vfs_fat_sdcard_unmount, const char* base_path, sdmmc_card_t* card)
ROTA_NOT_OFFERED(esp_vfs_fat_sdmmc_unmount, void)

#ifdef __cplusplus
}
#endif
