// The slot for SD cards: a virtual board has none.
#pragma once

#include "driver/gpio.h"
#include "driver/sdmmc_types.h"
#include "rota_not_offered.h"

#ifdef __cplusplus
extern "C" {
#endif

#define SDMMC_HOST_SLOT_0 0
#define SDMMC_HOST_SLOT_1 1
#define SDMMC_SLOT_FLAG_INTERNAL_PULLUP (1U << 0)
#define SDMMC_SLOT_NO_CD GPIO_NUM_NC
#define SDMMC_SLOT_NO_WP GPIO_NUM_NC
#define SDMMC_SLOT_WIDTH_DEFAULT 0

typedef struct {
  gpio_num_t clk;
  gpio_num_t cmd;
  gpio_num_t d0;
  gpio_num_t d1;
  gpio_num_t d2;
  gpio_num_t d3;
  gpio_num_t d4;
  gpio_num_t d5;
  gpio_num_t d6;
  gpio_num_t d7;
  gpio_num_t cd;
  gpio_num_t wp;
  uint8_t width;
  uint32_t flags;
} sdmmc_slot_config_t;
#define SDMMC_SLOT_CONFIG_DEFAULT() \
  { .cd = SDMMC_SLOT_NO_CD, .wp = SDMMC_SLOT_NO_WP, .width = SDMMC_SLOT_WIDTH_DEFAULT, .flags = 0 }
#define SDMMC_HOST_DEFAULT()                                                                      \
  {                                                                                               \
    .flags = SDMMC_HOST_FLAG_4BIT, .slot = SDMMC_HOST_SLOT_1, .max_freq_khz = SDMMC_FREQ_DEFAULT, \
    .io_voltage = 3.3f, .command_timeout_ms = 0                                                   \
  }

ROTA_NOT_OFFERED(sdmmc_host_init, void)
ROTA_NOT_OFFERED(sdmmc_host_deinit, void)
ROTA_NOT_OFFERED(sdmmc_host_init_slot, int slot, const sdmmc_slot_config_t* slot_config)

#ifdef __cplusplus
}
#endif
