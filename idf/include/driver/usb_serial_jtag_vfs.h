// The console is there from the start; these are accepted.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "esp_err.h"
#include "esp_vfs_common.h"

#ifdef __cplusplus
extern "C" {
#endif

static inline void usb_serial_jtag_vfs_use_driver(void) {}
static inline void usb_serial_jtag_vfs_use_nonblocking(void) {}
static inline void usb_serial_jtag_vfs_set_rx_line_endings(esp_line_endings_t mode) {}
static inline void usb_serial_jtag_vfs_set_tx_line_endings(esp_line_endings_t mode) {}

#ifdef __cplusplus
}
#endif
