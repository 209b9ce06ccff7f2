// The name of esp_rom_crc.h before ESP-IDF 4.3.
#pragma once

#include "rom/crc.h"
