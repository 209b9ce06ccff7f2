// Numbers of the pins.
#pragma once

#include "hal/gpio_types.h"
