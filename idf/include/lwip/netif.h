// Interfaces are those of esp_netif.h.
#pragma once

#include "esp_netif.h"
