// I2C as it was before ESP-IDF 5.2: a virtual board has nothing on such a bus.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "driver/i2c_types.h"
#include "esp_err.h"
#include "freertos/FreeRTOS.h"
#include "rota_not_offered.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef enum { I2C_MODE_SLAVE = 0, I2C_MODE_MASTER, I2C_MODE_MAX } i2c_mode_t;
typedef enum { I2C_MASTER_WRITE = 0, I2C_MASTER_READ } i2c_rw_t;
typedef enum {
  I2C_MASTER_ACK = 0,
  I2C_MASTER_NACK = 1,
  I2C_MASTER_LAST_NACK = 2,
} i2c_ack_type_t;
typedef void* i2c_cmd_handle_t;

typedef struct {
  i2c_mode_t mode;
  int sda_io_num;
  int scl_io_num;
  bool sda_pullup_en;
  bool scl_pullup_en;
  union {
    struct {
      uint32_t clk_speed;
    } master;
    struct {
      uint8_t addr_10bit_en;
      uint16_t slave_addr;
      uint32_t maximum_speed;
    } slave;
  };
  uint32_t clk_flags;
} i2c_config_t;

ROTA_NOT_OFFERED(i2c_param_config, i2c_port_t i2c_num, const i2c_config_t* i2c_conf)
ROTA_NOT_OFFERED(i2c_driver_install,
                 i2c_port_t i2c_num,
                 i2c_mode_t mode,
                 size_t slv_rx_buf_len,
                 size_t slv_tx_buf_len,
                 int intr_alloc_flags)
ROTA_NOT_OFFERED(i2c_driver_delete, i2c_port_t i2c_num)
ROTA_NOT_OFFERED(i2c_master_write_to_device,
                 i2c_port_t i2c_num,
                 uint8_t device_address,
                 const uint8_t* write_buffer,
                 size_t write_size,
                 TickType_t ticks_to_wait)
ROTA_NOT_OFFERED(i2c_master_read_from_device,
                 i2c_port_t i2c_num,
                 uint8_t device_address,
                 uint8_t* read_buffer,
                 size_t read_size,
                 TickType_t ticks_to_wait)
ROTA_NOT_OFFERED(i2c_master_write_read_device,
                 i2c_port_t i2c_num,
                 uint8_t device_address,
                 const uint8_t* write_buffer,
                 size_t write_size,
                 uint8_t* read_buffer,
                 size_t read_size,
                 TickType_t ticks_to_wait)
static inline i2c_cmd_handle_t i2c_cmd_link_create(void) { ROTA_ANSWER_NOT_OFFERED(NULL); }
static inline void i2c_cmd_link_delete(i2c_cmd_handle_t cmd_handle) {}
ROTA_NOT_OFFERED(i2c_master_start, i2c_cmd_handle_t cmd_handle)
ROTA_NOT_OFFERED(i2c_master_stop, i2c_cmd_handle_t cmd_handle)
ROTA_NOT_OFFERED(i2c_master_write_byte, i2c_cmd_handle_t cmd_handle, uint8_t data, bool ack_en)
ROTA_NOT_OFFERED(i2c_master_write,
                 i2c_cmd_handle_t cmd_handle,
                 const uint8_t* data,
                 size_t data_len,
                 bool ack_en)
ROTA_NOT_OFFERED(i2c_master_read_byte,
                 i2c_cmd_handle_t cmd_handle,
                 uint8_t* data,
                 i2c_ack_type_t ack)
ROTA_NOT_OFFERED(i2c_master_read,
                 i2c_cmd_handle_t cmd_handle,
                 uint8_t* data,
                 size_t data_len,
                 i2c_ack_type_t ack)
ROTA_NOT_OFFERED(i2c_master_cmd_begin,
                 i2c_port_t i2c_num,
                 i2c_cmd_handle_t cmd_handle,
                 TickType_t ticks_to_wait)

#ifdef __cplusplus
}
#endif
