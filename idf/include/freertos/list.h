// The kernel's own lists; programs need none of them.
#pragma once

#include "freertos/FreeRTOS.h"
