// Bluetooth: a virtual board has no radio.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "esp_err.h"
#include "rota_not_offered.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef enum {
  ESP_BT_MODE_IDLE = 0,
  ESP_BT_MODE_BLE = 1,
  ESP_BT_MODE_CLASSIC_BT = 2,
  ESP_BT_MODE_BTDM = 3,
} esp_bt_mode_t;
typedef struct {
  uint8_t mode;
} esp_bt_controller_config_t;
#define BT_CONTROLLER_INIT_CONFIG_DEFAULT() \
  { .mode = ESP_BT_MODE_BLE }

ROTA_NOT_OFFERED(esp_bt_controller_init, esp_bt_controller_config_t* cfg)
ROTA_NOT_OFFERED(esp_bt_controller_deinit, void)
ROTA_NOT_OFFERED(esp_bt_controller_enable, esp_bt_mode_t mode)
ROTA_NOT_OFFERED(esp_bt_controller_disable, void)
ROTA_NOT_OFFERED(esp_bt_controller_mem_release, esp_bt_mode_t mode)

#ifdef __cplusplus
}
#endif
