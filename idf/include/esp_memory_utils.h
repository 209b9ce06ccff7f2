// Where memory lies: a virtual board has one kind.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "esp_err.h"

#ifdef __cplusplus
extern "C" {
#endif

static inline bool esp_ptr_internal(const void* p) { return p != NULL; }
static inline bool esp_ptr_external_ram(const void* p) { return p == NULL && false; }
static inline bool esp_ptr_dma_capable(const void* p) { return p != NULL; }
static inline bool esp_ptr_byte_accessible(const void* p) { return p != NULL; }
static inline bool esp_ptr_executable(const void* p) { return p != NULL; }
static inline bool esp_ptr_in_dram(const void* p) { return p != NULL; }

#ifdef __cplusplus
}
#endif
