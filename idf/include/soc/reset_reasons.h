// Why the chip was reset.
#pragma once

#include "esp_system.h"
