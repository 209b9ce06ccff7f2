// SPI buses: a virtual board has none for programs.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "esp_err.h"
#include "rota_not_offered.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef enum { SPI1_HOST = 0, SPI2_HOST = 1, SPI3_HOST = 2, SPI_HOST_MAX } spi_host_device_t;
typedef enum {
  SPI_DMA_DISABLED = 0,
  SPI_DMA_CH1 = 1,
  SPI_DMA_CH2 = 2,
  SPI_DMA_CH_AUTO = 3
} spi_dma_chan_t;
#define HSPI_HOST SPI2_HOST
#define VSPI_HOST SPI3_HOST
#define SPI_MAX_DMA_LEN (4096 - 4)

typedef struct {
  union {
    int mosi_io_num;
    int data0_io_num;
  };
  union {
    int miso_io_num;
    int data1_io_num;
  };
  int sclk_io_num;
  union {
    int quadwp_io_num;
    int data2_io_num;
  };
  union {
    int quadhd_io_num;
    int data3_io_num;
  };
  int data4_io_num;
  int data5_io_num;
  int data6_io_num;
  int data7_io_num;
  int max_transfer_sz;
  uint32_t flags;
  int intr_flags;
} spi_bus_config_t;

ROTA_NOT_OFFERED(spi_bus_initialize,
                 spi_host_device_t host_id,
                 const spi_bus_config_t* bus_config,
                 spi_dma_chan_t dma_chan)
ROTA_NOT_OFFERED(spi_bus_free, spi_host_device_t host_id)

#ifdef __cplusplus
}
#endif
