// The secure version in the eFuses (spec 3.5).
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "esp_err.h"

#ifdef __cplusplus
extern "C" {
#endif

#define ESP_ERR_EFUSE 0x1600

// The number of burned bits, at most the width of the field.
uint32_t esp_efuse_read_secure_version(void);
// True when an app of that version may run.
bool esp_efuse_check_secure_version(uint32_t secure_version);

#ifdef __cplusplus
}
#endif
