// What displays do: a virtual board has none.
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

ROTA_NOT_OFFERED(esp_lcd_panel_reset, esp_lcd_panel_handle_t panel)
ROTA_NOT_OFFERED(esp_lcd_panel_init, esp_lcd_panel_handle_t panel)
ROTA_NOT_OFFERED(esp_lcd_panel_del, esp_lcd_panel_handle_t panel)
ROTA_NOT_OFFERED(esp_lcd_panel_draw_bitmap,
                 esp_lcd_panel_handle_t panel,
                 int x_start,
                 int y_start,
                 int x_end,
                 int y_end,
                 const void* color_data)
ROTA_NOT_OFFERED(esp_lcd_panel_mirror, esp_lcd_panel_handle_t panel, bool mirror_x, bool mirror_y)
ROTA_NOT_OFFERED(esp_lcd_panel_swap_xy, esp_lcd_panel_handle_t panel, bool swap_axes)
ROTA_NOT_OFFERED(esp_lcd_panel_set_gap, esp_lcd_panel_handle_t panel, int x_gap, int y_gap)
ROTA_NOT_OFFERED(esp_lcd_panel_invert_color, esp_lcd_panel_handle_t panel, bool invert_color_data)
ROTA_NOT_OFFERED(esp_lcd_panel_disp_on_off, esp_lcd_panel_handle_t panel, bool on_off)
ROTA_NOT_OFFERED(esp_lcd_panel_disp_sleep, esp_lcd_panel_handle_t panel, bool sleep)

#ifdef __cplusplus
}
#endif
