// SPI buses: a virtual board has none for programs.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "driver/spi_common.h"
#include "esp_err.h"
#include "freertos/FreeRTOS.h"
#include "rota_not_offered.h"

#ifdef __cplusplus
extern "C" {
#endif

#define SPI_MASTER_FREQ_8M (80 * 1000 * 1000 / 10)
#define SPI_MASTER_FREQ_10M (80 * 1000 * 1000 / 8)
#define SPI_MASTER_FREQ_20M (80 * 1000 * 1000 / 4)
#define SPI_MASTER_FREQ_40M (80 * 1000 * 1000 / 2)
#define SPI_DEVICE_HALFDUPLEX (1 << 4)
#define SPI_DEVICE_NO_DUMMY (1 << 6)
#define SPI_TRANS_USE_RXDATA (1 << 2)
#define SPI_TRANS_USE_TXDATA (1 << 3)

typedef struct spi_device_t* spi_device_handle_t;
typedef struct spi_transaction_t spi_transaction_t;
typedef void (*transaction_cb_t)(spi_transaction_t* trans);

struct spi_transaction_t {
  uint32_t flags;
  uint16_t cmd;
  uint64_t addr;
  size_t length;
  size_t rxlength;
  void* user;
  union {
    const void* tx_buffer;
    uint8_t tx_data[4];
  };
  union {
    void* rx_buffer;
    uint8_t rx_data[4];
  };
};

typedef struct {
  uint8_t command_bits;
  uint8_t address_bits;
  uint8_t dummy_bits;
  uint8_t mode;
  uint16_t duty_cycle_pos;
  uint16_t cs_ena_pretrans;
  uint8_t cs_ena_posttrans;
  int clock_speed_hz;
  int input_delay_ns;
  int spics_io_num;
  uint32_t flags;
  int queue_size;
  transaction_cb_t pre_cb;
  transaction_cb_t post_cb;
} spi_device_interface_config_t;

ROTA_NOT_OFFERED(spi_bus_add_device,
                 spi_host_device_t host_id,
                 const spi_device_interface_config_t* dev_config,
                 spi_device_handle_t* handle)
ROTA_NOT_OFFERED(spi_bus_remove_device, spi_device_handle_t handle)
ROTA_NOT_OFFERED(spi_device_transmit, spi_device_handle_t handle, spi_transaction_t* trans_desc)
ROTA_NOT_OFFERED(spi_device_polling_transmit,
                 spi_device_handle_t handle,
                 spi_transaction_t* trans_desc)
ROTA_NOT_OFFERED(spi_device_queue_trans,
                 spi_device_handle_t handle,
                 spi_transaction_t* trans_desc,
                 TickType_t ticks_to_wait)
ROTA_NOT_OFFERED(spi_device_get_trans_result,
                 spi_device_handle_t handle,
                 spi_transaction_t** trans_desc,
                 TickType_t ticks_to_wait)
ROTA_NOT_OFFERED(spi_device_acquire_bus, spi_device_handle_t device, TickType_t wait)
static inline void spi_device_release_bus(spi_device_handle_t dev) {}

#ifdef __cplusplus
}
#endif
