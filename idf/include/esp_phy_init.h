// Calibration of the radio: a virtual board has none.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "esp_err.h"
#include "rota_not_offered.h"

#ifdef __cplusplus
extern "C" {
#endif

ROTA_NOT_OFFERED(esp_phy_erase_cal_data_in_nvs, void)

#ifdef __cplusplus
}
#endif
