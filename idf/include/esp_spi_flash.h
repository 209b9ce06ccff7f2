// Sizes of the flash under their older header name.
#pragma once

#include "esp_flash.h"
#include "esp_partition.h"
