// The names of driver/uart_vfs.h before ESP-IDF 5.3.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "driver/uart_vfs.h"
#include "esp_err.h"
#include "esp_vfs.h"

#ifdef __cplusplus
extern "C" {
#endif

#define esp_vfs_dev_uart_use_driver uart_vfs_dev_use_driver
#define esp_vfs_dev_uart_use_nonblocking uart_vfs_dev_use_nonblocking
#define esp_vfs_dev_uart_port_set_rx_line_endings uart_vfs_dev_port_set_rx_line_endings
#define esp_vfs_dev_uart_port_set_tx_line_endings uart_vfs_dev_port_set_tx_line_endings

#ifdef __cplusplus
}
#endif
