// Keys of NVS in fuses: a virtual board has none.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "esp_err.h"
#include "rota_not_offered.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct {
  int hmac_key_id;
} nvs_sec_config_hmac_t;

#ifdef __cplusplus
}
#endif
