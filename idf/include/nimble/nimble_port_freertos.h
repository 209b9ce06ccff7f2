// Bluetooth by NimBLE: a virtual board has no radio.
#pragma once

#include "freertos/FreeRTOS.h"

#ifdef __cplusplus
extern "C" {
#endif

static inline void nimble_port_freertos_init(TaskFunction_t host_task_fn) { (void)host_task_fn; }
static inline void nimble_port_freertos_deinit(void) {}

#ifdef __cplusplus
}
#endif
