// The name of esp_eap_client.h before ESP-IDF 5.
#pragma once

#include "esp_eap_client.h"
