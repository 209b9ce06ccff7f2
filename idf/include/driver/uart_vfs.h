// stdin waits for the console from the start; these are accepted.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "esp_err.h"
#include "esp_vfs_common.h"

#ifdef __cplusplus
extern "C" {
#endif

static inline void uart_vfs_dev_use_driver(int uart_num) {}
static inline void uart_vfs_dev_use_nonblocking(int uart_num) {}
static inline int uart_vfs_dev_port_set_rx_line_endings(int uart_num, esp_line_endings_t mode) {
  return 0;
}
static inline int uart_vfs_dev_port_set_tx_line_endings(int uart_num, esp_line_endings_t mode) {
  return 0;
}

#ifdef __cplusplus
}
#endif
