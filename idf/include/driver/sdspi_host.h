// SD cards on SPI: a virtual board has none.
#pragma once

#include "driver/gpio.h"
#include "driver/sdmmc_host.h"
#include "driver/spi_common.h"
#include "rota_not_offered.h"

#ifdef __cplusplus
extern "C" {
#endif

#define SDSPI_DEFAULT_HOST SPI2_HOST
#define SDSPI_DEFAULT_DMA SPI_DMA_CH_AUTO
#define SDSPI_SLOT_NO_CS GPIO_NUM_NC
#define SDSPI_SLOT_NO_CD GPIO_NUM_NC
#define SDSPI_SLOT_NO_WP GPIO_NUM_NC
#define SDSPI_SLOT_NO_INT GPIO_NUM_NC

typedef int sdspi_dev_handle_t;
typedef struct {
  spi_host_device_t host_id;
  gpio_num_t gpio_cs;
  gpio_num_t gpio_cd;
  gpio_num_t gpio_wp;
  gpio_num_t gpio_int;
} sdspi_device_config_t;
#define SDSPI_DEVICE_CONFIG_DEFAULT()                                                   \
  {                                                                                     \
    .host_id = SDSPI_DEFAULT_HOST, .gpio_cs = GPIO_NUM_13, .gpio_cd = SDSPI_SLOT_NO_CD, \
    .gpio_wp = SDSPI_SLOT_NO_WP, .gpio_int = SDSPI_SLOT_NO_INT                          \
  }
#define SDSPI_HOST_DEFAULT()                                                                      \
  {                                                                                               \
    .flags = SDMMC_HOST_FLAG_SPI, .slot = SDSPI_DEFAULT_HOST, .max_freq_khz = SDMMC_FREQ_DEFAULT, \
    .io_voltage = 3.3f, .command_timeout_ms = 0                                                   \
  }

ROTA_NOT_OFFERED(sdspi_host_init, void)
ROTA_NOT_OFFERED(sdspi_host_deinit, void)
ROTA_NOT_OFFERED(sdspi_host_init_device,
                 const sdspi_device_config_t* dev_config,
                 sdspi_dev_handle_t* out_handle)

#ifdef __cplusplus
}
#endif
