// The CAN bus: a virtual board has none.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "esp_err.h"
#include "freertos/FreeRTOS.h"
#include "hal/gpio_types.h"
#include "rota_not_offered.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef enum { TWAI_MODE_NORMAL, TWAI_MODE_NO_ACK, TWAI_MODE_LISTEN_ONLY } twai_mode_t;

typedef struct {
  twai_mode_t mode;
  gpio_num_t tx_io;
  gpio_num_t rx_io;
  gpio_num_t clkout_io;
  gpio_num_t bus_off_io;
  uint32_t tx_queue_len;
  uint32_t rx_queue_len;
  uint32_t alerts_enabled;
  uint32_t clkout_divider;
  int intr_flags;
} twai_general_config_t;
#define TWAI_GENERAL_CONFIG_DEFAULT(tx_io_num, rx_io_num, op_mode)                        \
  {                                                                                       \
    .mode = op_mode, .tx_io = tx_io_num, .rx_io = rx_io_num, .clkout_io = GPIO_NUM_NC,    \
    .bus_off_io = GPIO_NUM_NC, .tx_queue_len = 5, .rx_queue_len = 5, .alerts_enabled = 0, \
    .clkout_divider = 0, .intr_flags = 0                                                  \
  }

typedef struct {
  uint32_t quanta_resolution_hz;
  uint32_t brp;
  uint8_t tseg_1;
  uint8_t tseg_2;
  uint8_t sjw;
  bool triple_sampling;
} twai_timing_config_t;
#define TWAI_TIMING_CONFIG_125KBITS()                                               \
  {                                                                                 \
    .quanta_resolution_hz = 2500000, .brp = 0, .tseg_1 = 15, .tseg_2 = 4, .sjw = 3, \
    .triple_sampling = false                                                        \
  }
#define TWAI_TIMING_CONFIG_250KBITS()                                               \
  {                                                                                 \
    .quanta_resolution_hz = 5000000, .brp = 0, .tseg_1 = 15, .tseg_2 = 4, .sjw = 3, \
    .triple_sampling = false                                                        \
  }
#define TWAI_TIMING_CONFIG_500KBITS()                                                \
  {                                                                                  \
    .quanta_resolution_hz = 10000000, .brp = 0, .tseg_1 = 15, .tseg_2 = 4, .sjw = 3, \
    .triple_sampling = false                                                         \
  }
#define TWAI_TIMING_CONFIG_1MBITS()                                                  \
  {                                                                                  \
    .quanta_resolution_hz = 20000000, .brp = 0, .tseg_1 = 15, .tseg_2 = 4, .sjw = 3, \
    .triple_sampling = false                                                         \
  }

typedef struct {
  uint32_t acceptance_code;
  uint32_t acceptance_mask;
  bool single_filter;
} twai_filter_config_t;
#define TWAI_FILTER_CONFIG_ACCEPT_ALL() \
  { .acceptance_code = 0, .acceptance_mask = 0xFFFFFFFF, .single_filter = true }

typedef struct {
  union {
    struct {
      uint32_t extd : 1;
      uint32_t rtr : 1;
      uint32_t ss : 1;
      uint32_t self : 1;
      uint32_t dlc_non_comp : 1;
      uint32_t reserved : 27;
    };
    uint32_t flags;
  };
  uint32_t identifier;
  uint8_t data_length_code;
  uint8_t data[8];
} twai_message_t;

ROTA_NOT_OFFERED(twai_driver_install,
                 const twai_general_config_t* g_config,
                 const twai_timing_config_t* t_config,
                 const twai_filter_config_t* f_config)
ROTA_NOT_OFFERED(twai_driver_uninstall, void)
ROTA_NOT_OFFERED(twai_start, void)
ROTA_NOT_OFFERED(twai_stop, void)
ROTA_NOT_OFFERED(twai_transmit, const twai_message_t* message, TickType_t ticks_to_wait)
ROTA_NOT_OFFERED(twai_receive, twai_message_t* message, TickType_t ticks_to_wait)

#ifdef __cplusplus
}
#endif
