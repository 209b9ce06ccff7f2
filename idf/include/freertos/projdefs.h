// The kernel's basic constants; they stand with its types.
#pragma once

#include "freertos/FreeRTOS.h"
