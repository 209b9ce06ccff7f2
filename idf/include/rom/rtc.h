// The reason of the last reset by its old name.
#pragma once

#include "esp_system.h"

typedef esp_reset_reason_t RESET_REASON;
#define rtc_get_reset_reason(core) ((void)(core), esp_reset_reason())
