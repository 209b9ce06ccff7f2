// Interfaces of Wi-Fi: they stand in esp_netif.h.
#pragma once

#include "esp_netif.h"
#include "esp_wifi.h"
