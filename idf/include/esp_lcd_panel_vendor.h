// Displays of some makers: a virtual board has none.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "esp_err.h"
#include "esp_lcd_panel_dev.h"
#include "rota_not_offered.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct {
  uint8_t height;
} esp_lcd_panel_ssd1306_config_t;

ROTA_NOT_OFFERED(esp_lcd_new_panel_st7789,
                 const esp_lcd_panel_io_handle_t io,
                 const esp_lcd_panel_dev_config_t* panel_dev_config,
                 esp_lcd_panel_handle_t* ret_panel)
ROTA_NOT_OFFERED(esp_lcd_new_panel_nt35510,
                 const esp_lcd_panel_io_handle_t io,
                 const esp_lcd_panel_dev_config_t* panel_dev_config,
                 esp_lcd_panel_handle_t* ret_panel)
ROTA_NOT_OFFERED(esp_lcd_new_panel_ssd1306,
                 const esp_lcd_panel_io_handle_t io,
                 const esp_lcd_panel_dev_config_t* panel_dev_config,
                 esp_lcd_panel_handle_t* ret_panel)

#ifdef __cplusplus
}
#endif
