// Types of the SPI buses.
#pragma once

#include "driver/spi_common.h"
