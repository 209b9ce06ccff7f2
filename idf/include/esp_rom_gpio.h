// Routing of signals to pins: a virtual board has none.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "esp_err.h"

#ifdef __cplusplus
extern "C" {
#endif

static inline void esp_rom_gpio_pad_select_gpio(uint32_t pin) { (void)pin; }
static inline void esp_rom_gpio_pad_pullup_only(uint32_t pin) { (void)pin; }
static inline void esp_rom_gpio_connect_out_signal(uint32_t pin,
                                                   uint32_t signal,
                                                   bool out_inverted,
                                                   bool enable_inverted) {
  (void)pin, (void)signal, (void)out_inverted, (void)enable_inverted;
}
static inline void esp_rom_gpio_connect_in_signal(uint32_t pin, uint32_t signal, bool inverted) {
  (void)pin, (void)signal, (void)inverted;
}
#define gpio_pad_select_gpio esp_rom_gpio_pad_select_gpio

#ifdef __cplusplus
}
#endif
