// Strips of LEDs: a virtual board has none.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "esp_err.h"
#include "rota_not_offered.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct led_strip_t* led_strip_handle_t;
typedef enum { LED_PIXEL_FORMAT_GRB, LED_PIXEL_FORMAT_GRBW } led_pixel_format_t;
typedef enum { LED_MODEL_WS2812, LED_MODEL_SK6812, LED_MODEL_WS2811 } led_model_t;
typedef union {
  struct {
    uint32_t r_pos : 2;
    uint32_t g_pos : 2;
    uint32_t b_pos : 2;
    uint32_t w_pos : 2;
    uint32_t reserved : 21;
    uint32_t num_components : 3;
  } format;
  uint32_t format_id;
} led_color_component_format_t;
#define LED_STRIP_COLOR_COMPONENT_FMT_GRB \
  (led_color_component_format_t) { .format_id = 0 }
typedef struct {
  int strip_gpio_num;
  uint32_t max_leds;
  led_model_t led_model;
  union {
    led_color_component_format_t color_component_format;
    led_pixel_format_t led_pixel_format;
  };
  struct {
    uint32_t invert_out : 1;
  } flags;
} led_strip_config_t;
typedef struct {
  int clk_src;
  uint32_t resolution_hz;
  size_t mem_block_symbols;
  struct {
    uint32_t with_dma : 1;
  } flags;
} led_strip_rmt_config_t;
typedef struct {
  int clk_src;
  int spi_bus;
  struct {
    uint32_t with_dma : 1;
  } flags;
} led_strip_spi_config_t;

ROTA_NOT_OFFERED(led_strip_new_rmt_device,
                 const led_strip_config_t* led_config,
                 const led_strip_rmt_config_t* rmt_config,
                 led_strip_handle_t* ret_strip)
ROTA_NOT_OFFERED(led_strip_new_spi_device,
                 const led_strip_config_t* led_config,
                 const led_strip_spi_config_t* spi_config,
                 led_strip_handle_t* ret_strip)
ROTA_NOT_OFFERED(led_strip_set_pixel,
                 led_strip_handle_t strip,
                 uint32_t index,
                 uint32_t red,
                 uint32_t green,
                 uint32_t blue)
ROTA_NOT_OFFERED(led_strip_set_pixel_hsv,
                 led_strip_handle_t strip,
                 uint32_t index,
                 uint16_t hue,
                 uint8_t saturation,
                 uint8_t value)
ROTA_NOT_OFFERED(led_strip_refresh, led_strip_handle_t strip)
ROTA_NOT_OFFERED(led_strip_clear, led_strip_handle_t strip)
ROTA_NOT_OFFERED(led_strip_del, led_strip_handle_t strip)

#ifdef __cplusplus
}
#endif
