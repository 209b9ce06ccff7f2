// The part of the bootloader's shared functions that apps use.
#pragma once

#include <stdint.h>

#include "esp_flash_partitions.h"
#include "esp_image_format.h"

#ifdef __cplusplus
extern "C" {
#endif

// The check word of a record's sequence number (spec 2.2).
uint32_t bootloader_common_ota_select_crc(const esp_ota_select_entry_t* s);
bool bootloader_common_ota_select_valid(const esp_ota_select_entry_t* s);
bool bootloader_common_ota_select_invalid(const esp_ota_select_entry_t* s);

#ifdef __cplusplus
}
#endif
