// Its calls are in esp_eth.h.
#pragma once

#include "esp_eth.h"
