// Interfaces as they are usually made.
#pragma once

#include "esp_netif.h"
