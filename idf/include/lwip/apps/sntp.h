// The name of esp_sntp.h before ESP-IDF 5.
#pragma once

#include "esp_sntp.h"
