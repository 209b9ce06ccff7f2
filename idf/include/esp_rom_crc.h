// CRCs of the chip's ROM. As there, the start value and the result are inverted inside.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "esp_err.h"

#ifdef __cplusplus
extern "C" {
#endif

uint32_t esp_rom_crc32_le(uint32_t crc, const uint8_t* buf, uint32_t len);
uint32_t esp_rom_crc32_be(uint32_t crc, const uint8_t* buf, uint32_t len);
uint16_t esp_rom_crc16_le(uint16_t crc, const uint8_t* buf, uint32_t len);
uint16_t esp_rom_crc16_be(uint16_t crc, const uint8_t* buf, uint32_t len);
uint8_t esp_rom_crc8_le(uint8_t crc, const uint8_t* buf, uint32_t len);
uint8_t esp_rom_crc8_be(uint8_t crc, const uint8_t* buf, uint32_t len);

#ifdef __cplusplus
}
#endif
