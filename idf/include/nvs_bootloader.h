// NVS as the bootloader reads it.
#pragma once

#include "nvs.h"
