// How the last boots of this board ended, as they said it themselves: a header of Rota's own, for
// programs that report to their server why an update was given up. Kept over every reset but a
// power cut.
#pragma once

#include <stdint.h>

#include "esp_err.h"
#include "esp_system.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct {
  uint32_t boot;                // 1: the first since the power came
  esp_reset_reason_t ended_by;  // ESP_RST_UNKNOWN: it could not say
  uint64_t uptime_us;
  uint32_t app_address;  // in flash
  char version[32];      // of the app that ran
  char text[172];        // first line of a panic, or ""
} rota_black_box_entry_t;

// boots_ago 1 is the boot before this one; at most three are kept.
// Errors: INVALID_ARG, NOT_FOUND.
esp_err_t rota_black_box_read(uint32_t boots_ago, rota_black_box_entry_t* entry);

#ifdef __cplusplus
}
#endif
