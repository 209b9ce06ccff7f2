// Pulse trains: a virtual board has none.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "driver/rmt_encoder.h"
#include "esp_err.h"
#include "hal/gpio_types.h"
#include "rota_not_offered.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct rmt_channel_t* rmt_channel_handle_t;
typedef enum { RMT_CLK_SRC_DEFAULT = 0, RMT_CLK_SRC_APB, RMT_CLK_SRC_XTAL } rmt_clock_source_t;

typedef struct {
  gpio_num_t gpio_num;
  rmt_clock_source_t clk_src;
  uint32_t resolution_hz;
  size_t mem_block_symbols;
  size_t trans_queue_depth;
  int intr_priority;
  struct {
    uint32_t invert_out : 1;
    uint32_t with_dma : 1;
    uint32_t io_loop_back : 1;
    uint32_t io_od_mode : 1;
    uint32_t allow_pd : 1;
    uint32_t init_level : 1;
  } flags;
} rmt_tx_channel_config_t;

typedef struct {
  int loop_count;
  struct {
    uint32_t eot_level : 1;
    uint32_t queue_nonblocking : 1;
  } flags;
} rmt_transmit_config_t;

ROTA_NOT_OFFERED(rmt_new_tx_channel,
                 const rmt_tx_channel_config_t* config,
                 rmt_channel_handle_t* ret_chan)
ROTA_NOT_OFFERED(rmt_del_channel, rmt_channel_handle_t channel)
ROTA_NOT_OFFERED(rmt_enable, rmt_channel_handle_t channel)
ROTA_NOT_OFFERED(rmt_disable, rmt_channel_handle_t channel)
ROTA_NOT_OFFERED(rmt_transmit,
                 rmt_channel_handle_t tx_channel,
                 rmt_encoder_handle_t encoder,
                 const void* payload,
                 size_t payload_bytes,
                 const rmt_transmit_config_t* config)
ROTA_NOT_OFFERED(rmt_tx_wait_all_done, rmt_channel_handle_t tx_channel, int timeout_ms)
ROTA_NOT_OFFERED(rmt_del_encoder, rmt_encoder_handle_t encoder)

#ifdef __cplusplus
}
#endif
