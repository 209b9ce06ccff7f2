// Sharing of the radio: a virtual board has none.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "esp_err.h"
#include "rota_not_offered.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef enum {
  ESP_COEX_PREFER_WIFI = 0,
  ESP_COEX_PREFER_BT,
  ESP_COEX_PREFER_BALANCE
} esp_coex_prefer_t;

ROTA_NOT_OFFERED(esp_coex_preference_set, esp_coex_prefer_t prefer)

#ifdef __cplusplus
}
#endif
