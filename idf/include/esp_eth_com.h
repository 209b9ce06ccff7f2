// Parts of an Ethernet port.
#pragma once

#include "esp_eth.h"
