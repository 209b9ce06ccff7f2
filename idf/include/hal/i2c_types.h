// Types of the I2C ports.
#pragma once

#include "driver/i2c_types.h"
