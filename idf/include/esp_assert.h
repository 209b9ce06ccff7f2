// Compile-time and run-time assertions under ESP-IDF's names.
#pragma once

#include <assert.h>

#include "esp_compiler.h"

#define TRY_STATIC_ASSERT(condition, message)
