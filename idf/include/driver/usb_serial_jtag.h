// The USB port of newer chips: a virtual board has its console instead.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "esp_err.h"
#include "freertos/FreeRTOS.h"
#include "rota_not_offered.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct {
  uint32_t tx_buffer_size;
  uint32_t rx_buffer_size;
} usb_serial_jtag_driver_config_t;
#define USB_SERIAL_JTAG_DRIVER_CONFIG_DEFAULT() \
  { .tx_buffer_size = 256, .rx_buffer_size = 256 }

ROTA_NOT_OFFERED(usb_serial_jtag_driver_install, usb_serial_jtag_driver_config_t* config)
ROTA_NOT_OFFERED(usb_serial_jtag_driver_uninstall, void)
static inline int usb_serial_jtag_read_bytes(void* buf, uint32_t length, TickType_t ticks_to_wait) {
  ROTA_ANSWER_NOT_OFFERED(0);
}
static inline int usb_serial_jtag_write_bytes(const void* src,
                                              size_t size,
                                              TickType_t ticks_to_wait) {
  ROTA_ANSWER_NOT_OFFERED(0);
}
static inline bool usb_serial_jtag_is_connected(void) { return false; }

#ifdef __cplusplus
}
#endif
