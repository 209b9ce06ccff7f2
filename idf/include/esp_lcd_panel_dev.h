// Displays that are driven over a connection: a virtual board has none.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "esp_err.h"
#include "esp_lcd_types.h"
#include "rota_not_offered.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct {
  int reset_gpio_num;
  union {
    lcd_rgb_element_order_t rgb_ele_order;
    lcd_rgb_element_order_t color_space;
    lcd_rgb_element_order_t rgb_endian;
  };
  lcd_rgb_data_endian_t data_endian;
  uint32_t bits_per_pixel;
  struct {
    uint32_t reset_active_high : 1;
  } flags;
  void* vendor_config;
} esp_lcd_panel_dev_config_t;

#ifdef __cplusplus
}
#endif
