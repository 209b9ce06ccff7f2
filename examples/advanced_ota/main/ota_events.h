// Says on the console what esp_https_ota does, step by step.
#pragma once

#include "esp_err.h"

// Call it once, after esp_event_loop_create_default().
esp_err_t ota_events_print(void);
