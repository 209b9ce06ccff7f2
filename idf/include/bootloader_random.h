// Noise for the random source: the host's is always good.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "esp_err.h"
#include "esp_random.h"

#ifdef __cplusplus
extern "C" {
#endif

static inline void bootloader_random_enable(void) {}
static inline void bootloader_random_disable(void) {}
static inline void bootloader_fill_random(void* buffer, size_t length) {
  esp_fill_random(buffer, length);
}

#ifdef __cplusplus
}
#endif
