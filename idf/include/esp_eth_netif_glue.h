// The way from an Ethernet port to its interface.
#pragma once

#include "esp_eth.h"
