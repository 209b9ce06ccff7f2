// The kernel's memory functions; they stand with its types.
#pragma once

#include "freertos/FreeRTOS.h"
