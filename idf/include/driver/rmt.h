// Pulse trains by their old driver: a virtual board has none.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "esp_err.h"
#include "hal/gpio_types.h"
#include "rota_not_offered.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef enum {
  RMT_CHANNEL_0 = 0,
  RMT_CHANNEL_1,
  RMT_CHANNEL_2,
  RMT_CHANNEL_3,
  RMT_CHANNEL_4,
  RMT_CHANNEL_5,
  RMT_CHANNEL_6,
  RMT_CHANNEL_7,
  RMT_CHANNEL_MAX
} rmt_channel_t;
typedef enum { RMT_MODE_TX = 0, RMT_MODE_RX } rmt_mode_t;
typedef struct {
  union {
    struct {
      uint32_t duration0 : 15;
      uint32_t level0 : 1;
      uint32_t duration1 : 15;
      uint32_t level1 : 1;
    };
    uint32_t val;
  };
} rmt_item32_t;
typedef struct {
  rmt_mode_t rmt_mode;
  rmt_channel_t channel;
  gpio_num_t gpio_num;
  uint8_t clk_div;
  uint8_t mem_block_num;
  uint32_t flags;
} rmt_config_t;
#define RMT_DEFAULT_CONFIG_TX(gpio, channel_id)                                      \
  {                                                                                  \
    .rmt_mode = RMT_MODE_TX, .channel = channel_id, .gpio_num = gpio, .clk_div = 80, \
    .mem_block_num = 1, .flags = 0                                                   \
  }

ROTA_NOT_OFFERED(rmt_config, const rmt_config_t* rmt_param)
ROTA_NOT_OFFERED(rmt_driver_install,
                 rmt_channel_t channel,
                 size_t rx_buf_size,
                 int intr_alloc_flags)
ROTA_NOT_OFFERED(rmt_driver_uninstall, rmt_channel_t channel)
ROTA_NOT_OFFERED(rmt_write_items,
                 rmt_channel_t channel,
                 const rmt_item32_t* rmt_item,
                 int item_num,
                 bool wait_tx_done)

#ifdef __cplusplus
}
#endif
