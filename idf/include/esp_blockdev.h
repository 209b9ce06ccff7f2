// Block devices: a virtual board has none beside its flash. Declared only.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "esp_err.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct esp_blockdev* esp_blockdev_handle_t;

#ifdef __cplusplus
}
#endif
