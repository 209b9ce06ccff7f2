// Connections of displays: a virtual board has none.
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

typedef void* esp_lcd_spi_bus_handle_t;
typedef void* esp_lcd_i2c_bus_handle_t;
typedef struct esp_lcd_i80_bus_t* esp_lcd_i80_bus_handle_t;
typedef struct {
  int cs_gpio_num;
  int dc_gpio_num;
  int spi_mode;
  unsigned int pclk_hz;
  size_t trans_queue_depth;
  esp_lcd_panel_io_color_trans_done_cb_t on_color_trans_done;
  void* user_ctx;
  int lcd_cmd_bits;
  int lcd_param_bits;
  uint8_t cs_ena_pretrans;
  uint8_t cs_ena_posttrans;
  struct {
    unsigned int dc_high_on_cmd : 1;
    unsigned int dc_low_on_data : 1;
    unsigned int dc_low_on_param : 1;
    unsigned int octal_mode : 1;
    unsigned int quad_mode : 1;
    unsigned int sio_mode : 1;
    unsigned int lsb_first : 1;
    unsigned int cs_high_active : 1;
  } flags;
} esp_lcd_panel_io_spi_config_t;
typedef struct {
  uint32_t dev_addr;
  esp_lcd_panel_io_color_trans_done_cb_t on_color_trans_done;
  void* user_ctx;
  size_t control_phase_bytes;
  unsigned int dc_bit_offset;
  int lcd_cmd_bits;
  int lcd_param_bits;
  struct {
    unsigned int dc_low_on_data : 1;
    unsigned int disable_control_phase : 1;
  } flags;
  uint32_t scl_speed_hz;
} esp_lcd_panel_io_i2c_config_t;

ROTA_NOT_OFFERED(esp_lcd_new_panel_io_spi,
                 esp_lcd_spi_bus_handle_t bus,
                 const esp_lcd_panel_io_spi_config_t* io_config,
                 esp_lcd_panel_io_handle_t* ret_io)
ROTA_NOT_OFFERED(esp_lcd_new_panel_io_i2c,
                 void* bus,
                 const esp_lcd_panel_io_i2c_config_t* io_config,
                 esp_lcd_panel_io_handle_t* ret_io)
ROTA_NOT_OFFERED(esp_lcd_panel_io_del, esp_lcd_panel_io_handle_t io)
ROTA_NOT_OFFERED(esp_lcd_panel_io_tx_param,
                 esp_lcd_panel_io_handle_t io,
                 int lcd_cmd,
                 const void* param,
                 size_t param_size)
ROTA_NOT_OFFERED(esp_lcd_panel_io_rx_param,
                 esp_lcd_panel_io_handle_t io,
                 int lcd_cmd,
                 void* param,
                 size_t param_size)
ROTA_NOT_OFFERED(esp_lcd_panel_io_tx_color,
                 esp_lcd_panel_io_handle_t io,
                 int lcd_cmd,
                 const void* color,
                 size_t color_size)
ROTA_NOT_OFFERED(esp_lcd_panel_io_register_event_callbacks,
                 esp_lcd_panel_io_handle_t io,
                 const esp_lcd_panel_io_callbacks_t* cbs,
                 void* user_ctx)

#ifdef __cplusplus
}
#endif
