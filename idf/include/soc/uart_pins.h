// Pins of the serial ports.
#pragma once

#include "driver/uart.h"
