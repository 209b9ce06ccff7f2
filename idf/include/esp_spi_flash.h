// The flash by address, by the names before ESP-IDF 5.
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "esp_flash.h"
#include "esp_partition.h"

#ifdef __cplusplus
extern "C" {
#endif

static inline size_t spi_flash_get_chip_size(void) {
  uint32_t bytes = 0;
  return esp_flash_get_size(NULL, &bytes) == ESP_OK ? bytes : 0;
}
static inline esp_err_t spi_flash_read(size_t src_addr, void* dest, size_t size) {
  return esp_flash_read(NULL, dest, (uint32_t)src_addr, (uint32_t)size);
}
static inline esp_err_t spi_flash_write(size_t dest_addr, const void* src, size_t size) {
  return esp_flash_write(NULL, src, (uint32_t)dest_addr, (uint32_t)size);
}
static inline esp_err_t spi_flash_erase_range(size_t start_address, size_t size) {
  return esp_flash_erase_region(NULL, (uint32_t)start_address, (uint32_t)size);
}
static inline esp_err_t spi_flash_erase_sector(size_t sector) {
  return spi_flash_erase_range(sector * SPI_FLASH_SEC_SIZE, SPI_FLASH_SEC_SIZE);
}

#ifdef __cplusplus
}
#endif
