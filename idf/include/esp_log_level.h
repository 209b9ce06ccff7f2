// The levels of the log under ESP-IDF 5.4's header name.
#pragma once

#include "esp_log.h"
