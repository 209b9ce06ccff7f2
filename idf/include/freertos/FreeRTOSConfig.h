// The kernel's settings; they stand with its types.
#pragma once

#include "freertos/FreeRTOS.h"
