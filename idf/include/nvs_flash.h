// Start and erasure of the non-volatile storage.
#pragma once

#include "esp_err.h"
#include "esp_partition.h"
#include "nvs.h"

#ifdef __cplusplus
extern "C" {
#endif

esp_err_t nvs_flash_init(void);
esp_err_t nvs_flash_init_partition(const char* partition_label);
esp_err_t nvs_flash_init_partition_ptr(const esp_partition_t* partition);
esp_err_t nvs_flash_deinit(void);
esp_err_t nvs_flash_deinit_partition(const char* partition_label);
// Errors: NOT_FOUND when the table has no NVS partition.
esp_err_t nvs_flash_erase(void);
esp_err_t nvs_flash_erase_partition(const char* part_name);
esp_err_t nvs_flash_erase_partition_ptr(const esp_partition_t* partition);

#ifdef __cplusplus
}
#endif
