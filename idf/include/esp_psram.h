// External RAM: a virtual board has none.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "esp_err.h"

#ifdef __cplusplus
extern "C" {
#endif

static inline bool esp_psram_is_initialized(void) { return false; }
static inline size_t esp_psram_get_size(void) { return 0; }

#ifdef __cplusplus
}
#endif
