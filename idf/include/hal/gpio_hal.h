// Pins below the driver: what programs need of it is in the driver.
#pragma once

#include "driver/gpio.h"
