// What a bootloader says about itself: 80 bytes at file offset 0x20 (spec 4.7).
#pragma once

#include <stdint.h>

#include "esp_compiler.h"

#ifdef __cplusplus
extern "C" {
#endif

#define ESP_BOOTLOADER_DESC_MAGIC_BYTE (0x50)

typedef struct {
  uint8_t magic_byte;
  uint8_t reserved[2];
  uint8_t secure_version;
  uint32_t version;
  char idf_ver[32];
  char date_time[24];
  uint8_t reserved2[16];
} esp_bootloader_desc_t;

ESP_STATIC_ASSERT(sizeof(esp_bootloader_desc_t) == 80,
                  "esp_bootloader_desc_t is 80 bytes on flash");

#ifdef __cplusplus
}
#endif
