// Sound on I2S: a virtual board has none.
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

typedef enum { I2S_NUM_0 = 0, I2S_NUM_1 = 1, I2S_NUM_AUTO } i2s_port_t;
typedef enum { I2S_ROLE_MASTER, I2S_ROLE_SLAVE } i2s_role_t;
typedef enum { I2S_CLK_SRC_DEFAULT = 0, I2S_CLK_SRC_PLL_160M, I2S_CLK_SRC_APLL } i2s_clock_src_t;
typedef enum {
  I2S_MCLK_MULTIPLE_128 = 128,
  I2S_MCLK_MULTIPLE_256 = 256,
  I2S_MCLK_MULTIPLE_384 = 384,
  I2S_MCLK_MULTIPLE_512 = 512
} i2s_mclk_multiple_t;
typedef enum {
  I2S_DATA_BIT_WIDTH_8BIT = 8,
  I2S_DATA_BIT_WIDTH_16BIT = 16,
  I2S_DATA_BIT_WIDTH_24BIT = 24,
  I2S_DATA_BIT_WIDTH_32BIT = 32
} i2s_data_bit_width_t;
typedef enum {
  I2S_SLOT_BIT_WIDTH_AUTO = 0,
  I2S_SLOT_BIT_WIDTH_8BIT = 8,
  I2S_SLOT_BIT_WIDTH_16BIT = 16,
  I2S_SLOT_BIT_WIDTH_24BIT = 24,
  I2S_SLOT_BIT_WIDTH_32BIT = 32
} i2s_slot_bit_width_t;
typedef enum { I2S_SLOT_MODE_MONO = 1, I2S_SLOT_MODE_STEREO = 2 } i2s_slot_mode_t;
#define I2S_GPIO_UNUSED GPIO_NUM_NC
typedef struct i2s_channel_obj_t* i2s_chan_handle_t;
typedef struct {
  i2s_port_t id;
  i2s_role_t role;
  uint32_t dma_desc_num;
  uint32_t dma_frame_num;
  union {
    bool auto_clear;
    bool auto_clear_after_cb;
  };
  bool auto_clear_before_cb;
  bool allow_pd;
  int intr_priority;
} i2s_chan_config_t;
#define I2S_CHANNEL_DEFAULT_CONFIG(i2s_num, i2s_role) \
  { .id = i2s_num, .role = i2s_role, .dma_desc_num = 6, .dma_frame_num = 240 }
typedef struct {
  void* data;
  void* dma_buf;
  size_t size;
} i2s_event_data_t;
typedef bool (*i2s_isr_callback_t)(i2s_chan_handle_t handle,
                                   i2s_event_data_t* event,
                                   void* user_ctx);
typedef struct {
  i2s_isr_callback_t on_recv;
  i2s_isr_callback_t on_recv_q_ovf;
  i2s_isr_callback_t on_sent;
  i2s_isr_callback_t on_send_q_ovf;
} i2s_event_callbacks_t;

ROTA_NOT_OFFERED(i2s_new_channel,
                 const i2s_chan_config_t* chan_cfg,
                 i2s_chan_handle_t* tx_handle,
                 i2s_chan_handle_t* rx_handle)
ROTA_NOT_OFFERED(i2s_del_channel, i2s_chan_handle_t handle)
ROTA_NOT_OFFERED(i2s_channel_enable, i2s_chan_handle_t handle)
ROTA_NOT_OFFERED(i2s_channel_disable, i2s_chan_handle_t handle)
ROTA_NOT_OFFERED(i2s_channel_write,
                 i2s_chan_handle_t handle,
                 const void* src,
                 size_t size,
                 size_t* bytes_written,
                 uint32_t timeout_ms)
ROTA_NOT_OFFERED(i2s_channel_read,
                 i2s_chan_handle_t handle,
                 void* dest,
                 size_t size,
                 size_t* bytes_read,
                 uint32_t timeout_ms)
ROTA_NOT_OFFERED(i2s_channel_preload_data,
                 i2s_chan_handle_t tx_handle,
                 const void* src,
                 size_t size,
                 size_t* bytes_loaded)
ROTA_NOT_OFFERED(i2s_channel_register_event_callback,
                 i2s_chan_handle_t handle,
                 const i2s_event_callbacks_t* callbacks,
                 void* user_data)

#ifdef __cplusplus
}
#endif
