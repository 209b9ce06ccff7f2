// Calls of the chips' ROM by their old names.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "esp_err.h"
#include "esp_rom_sys.h"

#ifdef __cplusplus
extern "C" {
#endif

#define ets_delay_us esp_rom_delay_us
#define ets_printf esp_rom_printf

#ifdef __cplusplus
}
#endif
