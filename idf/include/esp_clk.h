// The name before ESP-IDF 5.
#pragma once

#include "esp_private/esp_clk.h"
