// The flash chip by address. `chip` is the board's one chip or NULL for it.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "esp_err.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct esp_flash_t esp_flash_t;

#define SPI_FLASH_SEC_SIZE 4096
#define SPI_FLASH_MMU_PAGE_SIZE 0x10000

esp_err_t esp_flash_get_size(esp_flash_t* chip, uint32_t* out_size);
esp_err_t esp_flash_get_physical_size(esp_flash_t* chip, uint32_t* flash_size);
esp_err_t esp_flash_read_id(esp_flash_t* chip, uint32_t* out_id);
esp_err_t esp_flash_read(esp_flash_t* chip, void* buffer, uint32_t address, uint32_t length);
// Errors: spec 9.5; a write into the table, the bootloader or the running app is INVALID_ARG.
esp_err_t esp_flash_write(esp_flash_t* chip, const void* buffer, uint32_t address, uint32_t length);
esp_err_t esp_flash_erase_region(esp_flash_t* chip, uint32_t start, uint32_t length);
// The whole chip, itself included: refused, as any dangerous write.
esp_err_t esp_flash_erase_chip(esp_flash_t* chip);
esp_err_t esp_flash_init(esp_flash_t* chip);
bool esp_flash_chip_driver_initialized(const esp_flash_t* chip);
// NULL, which every call takes for the board's chip.
extern esp_flash_t* esp_flash_default_chip;

#ifdef __cplusplus
}
#endif
