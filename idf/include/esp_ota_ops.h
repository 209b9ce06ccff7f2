// The native update interface (spec 5).
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "esp_app_desc.h"
#include "esp_app_format.h"
#include "esp_bootloader_desc.h"
#include "esp_err.h"
#include "esp_flash_partitions.h"
#include "esp_image_format.h"
#include "esp_partition.h"

#ifdef __cplusplus
extern "C" {
#endif

#define OTA_SIZE_UNKNOWN 0xffffffff
#define OTA_WITH_SEQUENTIAL_WRITES 0xfffffffe

#define ESP_ERR_OTA_BASE 0x1500
#define ESP_ERR_OTA_PARTITION_CONFLICT (ESP_ERR_OTA_BASE + 0x01)
#define ESP_ERR_OTA_SELECT_INFO_INVALID (ESP_ERR_OTA_BASE + 0x02)
#define ESP_ERR_OTA_VALIDATE_FAILED (ESP_ERR_OTA_BASE + 0x03)
#define ESP_ERR_OTA_SMALL_SEC_VER (ESP_ERR_OTA_BASE + 0x04)
#define ESP_ERR_OTA_ROLLBACK_FAILED (ESP_ERR_OTA_BASE + 0x05)
#define ESP_ERR_OTA_ROLLBACK_INVALID_STATE (ESP_ERR_OTA_BASE + 0x06)
#define ESP_ERR_OTA_ALREADY_IN_PROGRESS (ESP_ERR_OTA_BASE + 0x07)
#define ESP_ERR_OTA_SPI_MODE_MISMATCH (ESP_ERR_OTA_BASE + 0x08)

typedef uint32_t esp_ota_handle_t;

typedef enum {
  SECURE_BOOT_PUBLIC_KEY_INDEX_0,
  SECURE_BOOT_PUBLIC_KEY_INDEX_1,
  SECURE_BOOT_PUBLIC_KEY_INDEX_2,
} esp_ota_secure_boot_public_key_index_t;

// Writing an image (spec 5.2, 5.3).
esp_err_t esp_ota_begin(const esp_partition_t* partition,
                        size_t image_size,
                        esp_ota_handle_t* out_handle);
esp_err_t esp_ota_resume(const esp_partition_t* partition,
                         const size_t erase_size,
                         const size_t image_offset,
                         esp_ota_handle_t* out_handle);
esp_err_t esp_ota_set_final_partition(esp_ota_handle_t handle,
                                      const esp_partition_t* final_,
                                      bool finalize_with_copy);
esp_err_t esp_ota_write(esp_ota_handle_t handle, const void* data, size_t size);
esp_err_t esp_ota_write_with_offset(esp_ota_handle_t handle,
                                    const void* data,
                                    size_t size,
                                    uint32_t offset);
esp_err_t esp_ota_end(esp_ota_handle_t handle);
esp_err_t esp_ota_abort(esp_ota_handle_t handle);

// What boots, what runs, what comes next (spec 5.4).
esp_err_t esp_ota_set_boot_partition(const esp_partition_t* partition);
esp_err_t esp_ota_set_boot_partition_skip_validate(const esp_partition_t* partition);
const esp_partition_t* esp_ota_get_boot_partition(void);
const esp_partition_t* esp_ota_get_running_partition(void);
const esp_partition_t* esp_ota_get_next_update_partition(const esp_partition_t* start_from);
esp_err_t esp_ota_get_partition_description(const esp_partition_t* partition,
                                            esp_app_desc_t* app_desc);
esp_err_t esp_ota_get_bootloader_description(const esp_partition_t* bootloader_partition,
                                             esp_bootloader_desc_t* desc);
uint8_t esp_ota_get_app_partition_count(void);

// Confirming, rejecting, going back (spec 5.4).
esp_err_t esp_ota_get_state_partition(const esp_partition_t* partition,
                                      esp_ota_img_states_t* ota_state);
esp_err_t esp_ota_mark_app_valid_cancel_rollback(void);
esp_err_t esp_ota_mark_app_invalid_rollback(void);
esp_err_t esp_ota_mark_app_invalid_rollback_and_reboot(void);
bool esp_ota_check_rollback_is_possible(void);
const esp_partition_t* esp_ota_get_last_invalid_partition(void);
esp_err_t esp_ota_erase_last_boot_app_partition(void);
esp_err_t esp_ota_invalidate_inactive_ota_data_slot(void);
esp_err_t esp_ota_check_image_validity(esp_partition_type_t part_type,
                                       const esp_image_header_t* img_hdr,
                                       const esp_app_desc_t* app_desc);
esp_err_t esp_ota_revoke_secure_boot_public_key(esp_ota_secure_boot_public_key_index_t index);

// Removed by ESP-IDF 6.0; kept for sources that still use them.
static inline __attribute__((deprecated("use esp_app_get_description"))) const esp_app_desc_t*
esp_ota_get_app_description(void) {
  return esp_app_get_description();
}
static inline __attribute__((deprecated("use esp_app_get_elf_sha256"))) int
esp_ota_get_app_elf_sha256(char* dst, size_t size) {
  return esp_app_get_elf_sha256(dst, size);
}

#ifdef __cplusplus
}
#endif
