// Pulse trains that come in: a virtual board has none.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "driver/rmt_tx.h"
#include "esp_err.h"
#include "hal/gpio_types.h"
#include "rota_not_offered.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef union {
  struct {
    uint16_t duration0 : 15;
    uint16_t level0 : 1;
    uint16_t duration1 : 15;
    uint16_t level1 : 1;
  };
  uint32_t val;
} rota_rmt_received_symbol_t;
typedef struct {
  gpio_num_t gpio_num;
  int clk_src;
  uint32_t resolution_hz;
  size_t mem_block_symbols;
  int intr_priority;
} rmt_rx_channel_config_t;
typedef struct {
  uint32_t signal_range_min_ns;
  uint32_t signal_range_max_ns;
} rmt_receive_config_t;

ROTA_NOT_OFFERED(rmt_new_rx_channel,
                 const rmt_rx_channel_config_t* config,
                 rmt_channel_handle_t* ret_chan)
ROTA_NOT_OFFERED(rmt_receive,
                 rmt_channel_handle_t rx_channel,
                 void* buffer,
                 size_t buffer_size,
                 const rmt_receive_config_t* config)

#ifdef __cplusplus
}
#endif
