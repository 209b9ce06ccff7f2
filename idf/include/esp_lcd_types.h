// Displays: a virtual board has none.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "esp_err.h"
#include "rota_not_offered.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct esp_lcd_panel_io_t* esp_lcd_panel_io_handle_t;
typedef struct esp_lcd_panel_t* esp_lcd_panel_handle_t;
typedef enum { LCD_RGB_ELEMENT_ORDER_RGB, LCD_RGB_ELEMENT_ORDER_BGR } lcd_rgb_element_order_t;
typedef lcd_rgb_element_order_t esp_lcd_color_space_t;
#define ESP_LCD_COLOR_SPACE_RGB LCD_RGB_ELEMENT_ORDER_RGB
#define ESP_LCD_COLOR_SPACE_BGR LCD_RGB_ELEMENT_ORDER_BGR
typedef enum { LCD_RGB_DATA_ENDIAN_BIG, LCD_RGB_DATA_ENDIAN_LITTLE } lcd_rgb_data_endian_t;
typedef enum { LCD_CLK_SRC_DEFAULT = 0, LCD_CLK_SRC_PLL160M } lcd_clock_source_t;
typedef struct {
  uint32_t rota_unused;
} esp_lcd_panel_io_event_data_t;
typedef bool (*esp_lcd_panel_io_color_trans_done_cb_t)(esp_lcd_panel_io_handle_t panel_io,
                                                       esp_lcd_panel_io_event_data_t* edata,
                                                       void* user_ctx);
typedef struct {
  esp_lcd_panel_io_color_trans_done_cb_t on_color_trans_done;
} esp_lcd_panel_io_callbacks_t;

#ifdef __cplusplus
}
#endif
