// Start and erasure of the non-volatile storage. The usual start: init, and on NO_FREE_PAGES or
// NEW_VERSION_FOUND erase and init again.
#pragma once

#include <stdint.h>

#include "esp_err.h"
#include "esp_partition.h"
#include "nvs.h"

#ifdef __cplusplus
extern "C" {
#endif

#define NVS_KEY_SIZE 32

// The two keys of an encrypted NVS partition (XTS-AES-256).
typedef struct {
  uint8_t eky[NVS_KEY_SIZE];
  uint8_t tky[NVS_KEY_SIZE];
} nvs_sec_cfg_t;

typedef esp_err_t (*nvs_flash_generate_keys_t)(const void* scheme_data, nvs_sec_cfg_t* cfg);
typedef esp_err_t (*nvs_flash_read_cfg_t)(const void* scheme_data, nvs_sec_cfg_t* cfg);

// How a program gets its keys.
typedef struct {
  int scheme_id;
  void* scheme_data;
  nvs_flash_generate_keys_t nvs_flash_key_gen;
  nvs_flash_read_cfg_t nvs_flash_read_cfg;
} nvs_sec_scheme_t;

// Errors: NOT_FOUND when the table has no data/nvs partition of that label; WRONG_ENCRYPTION when
// it carries the flag "encrypted".
esp_err_t nvs_flash_init(void);
esp_err_t nvs_flash_init_partition(const char* partition_label);
esp_err_t nvs_flash_init_partition_ptr(const esp_partition_t* partition);
// The partition's handles become invalid.
esp_err_t nvs_flash_deinit(void);
esp_err_t nvs_flash_deinit_partition(const char* partition_label);
// All values are lost; the partition is left not initialised.
esp_err_t nvs_flash_erase(void);
esp_err_t nvs_flash_erase_partition(const char* part_name);
esp_err_t nvs_flash_erase_partition_ptr(const esp_partition_t* partition);

// Without keys (NULL) as the plain init.
esp_err_t nvs_flash_secure_init(nvs_sec_cfg_t* cfg);
esp_err_t nvs_flash_secure_init_partition(const char* partition_label, nvs_sec_cfg_t* cfg);
// Keys in a partition of type data/nvs_keys. Reading: KEYS_NOT_INITIALIZED, CORRUPT_KEY_PART.
esp_err_t nvs_flash_generate_keys(const esp_partition_t* partition, nvs_sec_cfg_t* cfg);
esp_err_t nvs_flash_read_security_cfg(const esp_partition_t* partition, nvs_sec_cfg_t* cfg);

esp_err_t nvs_flash_register_security_scheme(nvs_sec_scheme_t* scheme_cfg);
void nvs_flash_deregister_security_scheme(void);
nvs_sec_scheme_t* nvs_flash_get_default_security_scheme(void);
esp_err_t nvs_flash_generate_keys_v2(nvs_sec_scheme_t* scheme_cfg, nvs_sec_cfg_t* cfg);
esp_err_t nvs_flash_read_security_cfg_v2(nvs_sec_scheme_t* scheme_cfg, nvs_sec_cfg_t* cfg);

#ifdef __cplusplus
}
#endif
