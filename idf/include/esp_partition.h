// Partitions of the flash (spec 1.2, 1.6, 9).
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "esp_err.h"
#include "esp_flash.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef enum {
  ESP_PARTITION_TYPE_APP = 0x00,
  ESP_PARTITION_TYPE_DATA = 0x01,
  ESP_PARTITION_TYPE_BOOTLOADER = 0x02,
  ESP_PARTITION_TYPE_PARTITION_TABLE = 0x03,
  ESP_PARTITION_TYPE_ANY = 0xff,
} esp_partition_type_t;

typedef enum {
  ESP_PARTITION_SUBTYPE_BOOTLOADER_PRIMARY = 0x00,
  ESP_PARTITION_SUBTYPE_BOOTLOADER_OTA = 0x01,
  ESP_PARTITION_SUBTYPE_BOOTLOADER_RECOVERY = 0x02,

  ESP_PARTITION_SUBTYPE_PARTITION_TABLE_PRIMARY = 0x00,
  ESP_PARTITION_SUBTYPE_PARTITION_TABLE_OTA = 0x01,

  ESP_PARTITION_SUBTYPE_APP_FACTORY = 0x00,
  ESP_PARTITION_SUBTYPE_APP_OTA_MIN = 0x10,
  ESP_PARTITION_SUBTYPE_APP_OTA_0 = ESP_PARTITION_SUBTYPE_APP_OTA_MIN + 0,
  ESP_PARTITION_SUBTYPE_APP_OTA_1 = ESP_PARTITION_SUBTYPE_APP_OTA_MIN + 1,
  ESP_PARTITION_SUBTYPE_APP_OTA_2 = ESP_PARTITION_SUBTYPE_APP_OTA_MIN + 2,
  ESP_PARTITION_SUBTYPE_APP_OTA_3 = ESP_PARTITION_SUBTYPE_APP_OTA_MIN + 3,
  ESP_PARTITION_SUBTYPE_APP_OTA_4 = ESP_PARTITION_SUBTYPE_APP_OTA_MIN + 4,
  ESP_PARTITION_SUBTYPE_APP_OTA_5 = ESP_PARTITION_SUBTYPE_APP_OTA_MIN + 5,
  ESP_PARTITION_SUBTYPE_APP_OTA_6 = ESP_PARTITION_SUBTYPE_APP_OTA_MIN + 6,
  ESP_PARTITION_SUBTYPE_APP_OTA_7 = ESP_PARTITION_SUBTYPE_APP_OTA_MIN + 7,
  ESP_PARTITION_SUBTYPE_APP_OTA_8 = ESP_PARTITION_SUBTYPE_APP_OTA_MIN + 8,
  ESP_PARTITION_SUBTYPE_APP_OTA_9 = ESP_PARTITION_SUBTYPE_APP_OTA_MIN + 9,
  ESP_PARTITION_SUBTYPE_APP_OTA_10 = ESP_PARTITION_SUBTYPE_APP_OTA_MIN + 10,
  ESP_PARTITION_SUBTYPE_APP_OTA_11 = ESP_PARTITION_SUBTYPE_APP_OTA_MIN + 11,
  ESP_PARTITION_SUBTYPE_APP_OTA_12 = ESP_PARTITION_SUBTYPE_APP_OTA_MIN + 12,
  ESP_PARTITION_SUBTYPE_APP_OTA_13 = ESP_PARTITION_SUBTYPE_APP_OTA_MIN + 13,
  ESP_PARTITION_SUBTYPE_APP_OTA_14 = ESP_PARTITION_SUBTYPE_APP_OTA_MIN + 14,
  ESP_PARTITION_SUBTYPE_APP_OTA_15 = ESP_PARTITION_SUBTYPE_APP_OTA_MIN + 15,
  ESP_PARTITION_SUBTYPE_APP_OTA_MAX = ESP_PARTITION_SUBTYPE_APP_OTA_MIN + 16,  // exclusive
  ESP_PARTITION_SUBTYPE_APP_TEST = 0x20,
  ESP_PARTITION_SUBTYPE_APP_TEE_MIN = 0x30,
  ESP_PARTITION_SUBTYPE_APP_TEE_0 = ESP_PARTITION_SUBTYPE_APP_TEE_MIN + 0,
  ESP_PARTITION_SUBTYPE_APP_TEE_1 = ESP_PARTITION_SUBTYPE_APP_TEE_MIN + 1,
  ESP_PARTITION_SUBTYPE_APP_TEE_MAX = ESP_PARTITION_SUBTYPE_APP_TEE_MIN + 2,

  ESP_PARTITION_SUBTYPE_DATA_OTA = 0x00,
  ESP_PARTITION_SUBTYPE_DATA_PHY = 0x01,
  ESP_PARTITION_SUBTYPE_DATA_NVS = 0x02,
  ESP_PARTITION_SUBTYPE_DATA_COREDUMP = 0x03,
  ESP_PARTITION_SUBTYPE_DATA_NVS_KEYS = 0x04,
  ESP_PARTITION_SUBTYPE_DATA_EFUSE_EM = 0x05,
  ESP_PARTITION_SUBTYPE_DATA_UNDEFINED = 0x06,
  ESP_PARTITION_SUBTYPE_DATA_ESPHTTPD = 0x80,
  ESP_PARTITION_SUBTYPE_DATA_FAT = 0x81,
  ESP_PARTITION_SUBTYPE_DATA_SPIFFS = 0x82,
  ESP_PARTITION_SUBTYPE_DATA_LITTLEFS = 0x83,
  ESP_PARTITION_SUBTYPE_DATA_TEE_OTA = 0x90,

  ESP_PARTITION_SUBTYPE_ANY = 0xff,
} esp_partition_subtype_t;

#define ESP_PARTITION_SUBTYPE_OTA(i) \
  ((esp_partition_subtype_t)(ESP_PARTITION_SUBTYPE_APP_OTA_MIN + ((i)&0xf)))

typedef enum {
  ESP_PARTITION_MMAP_DATA,
  ESP_PARTITION_MMAP_INST,
  ESP_PARTITION_MMAP_BLOCKS_WRITE,
} esp_partition_mmap_memory_t;
typedef esp_partition_mmap_memory_t esp_partition_mmap_flag_t;
typedef uint32_t esp_partition_mmap_handle_t;

typedef struct {
  esp_flash_t* flash_chip;
  esp_partition_type_t type;
  esp_partition_subtype_t subtype;
  uint32_t address;
  uint32_t size;
  uint32_t erase_size;
  char label[17];
  bool encrypted;
  bool readonly;
} esp_partition_t;

typedef struct esp_partition_iterator_opaque_* esp_partition_iterator_t;

// In table order, then registered ones. A NULL label matches all; the pointer is kept, not copied.
esp_partition_iterator_t esp_partition_find(esp_partition_type_t type,
                                            esp_partition_subtype_t subtype,
                                            const char* label);
esp_err_t esp_partition_find_err(esp_partition_type_t type,
                                 esp_partition_subtype_t subtype,
                                 const char* label,
                                 esp_partition_iterator_t* it);
const esp_partition_t* esp_partition_find_first(esp_partition_type_t type,
                                                esp_partition_subtype_t subtype,
                                                const char* label);
esp_err_t esp_partition_find_first_err(esp_partition_type_t type,
                                       esp_partition_subtype_t subtype,
                                       const char* label,
                                       const esp_partition_t** out);
const esp_partition_t* esp_partition_get(esp_partition_iterator_t iterator);
// Releases the iterator and returns NULL behind the last one.
esp_partition_iterator_t esp_partition_next(esp_partition_iterator_t iterator);
void esp_partition_iterator_release(esp_partition_iterator_t iterator);
// The listed partition that equals what is given (spec 9.3), or NULL.
const esp_partition_t* esp_partition_verify(const esp_partition_t* partition);
esp_err_t esp_partition_verify_err(const esp_partition_t* partition);

// Range checks and errors: spec 9.4. Writing only clears bits; erase first.
esp_err_t esp_partition_read(const esp_partition_t* partition,
                             size_t src_offset,
                             void* dst,
                             size_t size);
esp_err_t esp_partition_write(const esp_partition_t* partition,
                              size_t dst_offset,
                              const void* src,
                              size_t size);
esp_err_t esp_partition_read_raw(const esp_partition_t* partition,
                                 size_t src_offset,
                                 void* dst,
                                 size_t size);
esp_err_t esp_partition_write_raw(const esp_partition_t* partition,
                                  size_t dst_offset,
                                  const void* src,
                                  size_t size);
esp_err_t esp_partition_erase_range(const esp_partition_t* partition, size_t offset, size_t size);
// A copy of the range as it reads now; later writes do not show in it.
esp_err_t esp_partition_mmap(const esp_partition_t* partition,
                             size_t offset,
                             size_t size,
                             esp_partition_mmap_memory_t memory,
                             const void** out_ptr,
                             esp_partition_mmap_handle_t* out_handle);
void esp_partition_munmap(esp_partition_mmap_handle_t handle);
esp_err_t esp_partition_get_sha256(const esp_partition_t* partition, uint8_t* sha_256);
bool esp_partition_check_identity(const esp_partition_t* partition_1,
                                  const esp_partition_t* partition_2);
esp_err_t esp_partition_copy(const esp_partition_t* dest_part,
                             uint32_t dest_offset,
                             const esp_partition_t* src_part,
                             uint32_t src_offset,
                             size_t size);
esp_err_t esp_partition_register_external(esp_flash_t* flash_chip,
                                          size_t offset,
                                          size_t size,
                                          const char* label,
                                          esp_partition_type_t type,
                                          esp_partition_subtype_t subtype,
                                          const esp_partition_t** out_partition);
esp_err_t esp_partition_deregister_external(const esp_partition_t* partition);
void esp_partition_unload_all(void);
uint32_t esp_partition_get_main_flash_sector_size(void);

#ifdef __cplusplus
}
#endif
