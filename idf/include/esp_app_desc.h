// What an app says about itself: 256 bytes at file offset 0x20 (spec 4.7).
#pragma once

#include <assert.h>
#include <stddef.h>
#include <stdint.h>

#include "esp_attr.h"
#include "esp_compiler.h"
#include "esp_err.h"

#ifdef __cplusplus
extern "C" {
#endif

#define ESP_APP_DESC_MAGIC_WORD (0xABCD5432)

typedef struct {
  uint32_t magic_word;
  uint32_t secure_version;
  uint32_t reserv1[2];
  char version[32];
  char project_name[32];
  char time[16];
  char date[16];
  char idf_ver[32];
  uint8_t app_elf_sha256[32];
  uint16_t min_efuse_blk_rev_full;
  uint16_t max_efuse_blk_rev_full;
  uint8_t mmu_page_size;   // log2
  uint8_t spi_flash_mode;  // 0 unknown, QIO 1, QOUT 2, DIO 3, DOUT 4, OPI 5
  uint8_t reserv3[2];
  uint32_t reserv2[18];
} esp_app_desc_t;

ESP_STATIC_ASSERT(sizeof(esp_app_desc_t) == 256, "esp_app_desc_t is 256 bytes on flash");
ESP_STATIC_ASSERT(offsetof(esp_app_desc_t, secure_version) == 4, "bytes 4..7");

// Of the image that runs, read from flash once. Never NULL; zeros when the image has none.
const esp_app_desc_t* esp_app_get_description(void);
// Hexadecimal digits and a NUL into dst; returns the count with the NUL, 0 without room.
int esp_app_get_elf_sha256(char* dst, size_t size);
char* esp_app_get_elf_sha256_str(void);

#ifdef __cplusplus
}
#endif
