// The network below interfaces is the host's.
#pragma once

#include "esp_netif.h"
