// Functions of the chip's ROM.
#pragma once

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

int esp_rom_printf(const char* fmt, ...);
// Waits without giving others a turn.
void esp_rom_delay_us(uint32_t us);

#ifdef __cplusplus
}
#endif
