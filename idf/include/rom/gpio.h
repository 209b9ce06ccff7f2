// Pins of the chips' ROM by their old names.
#pragma once

#include "esp_rom_gpio.h"
