// Interrupts: a virtual board has none.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "esp_err.h"
#include "rota_not_offered.h"

#ifdef __cplusplus
extern "C" {
#endif

#define ESP_INTR_FLAG_LEVEL1 (1 << 1)
#define ESP_INTR_FLAG_LEVEL2 (1 << 2)
#define ESP_INTR_FLAG_LEVEL3 (1 << 3)
#define ESP_INTR_FLAG_SHARED (1 << 8)
#define ESP_INTR_FLAG_EDGE (1 << 9)
#define ESP_INTR_FLAG_IRAM (1 << 10)
#define ESP_INTR_FLAG_INTRDISABLED (1 << 11)
#define ESP_INTR_FLAG_LOWMED (ESP_INTR_FLAG_LEVEL1 | ESP_INTR_FLAG_LEVEL2 | ESP_INTR_FLAG_LEVEL3)
typedef void (*intr_handler_t)(void* arg);
typedef struct intr_handle_data_t* intr_handle_t;
ROTA_NOT_OFFERED(esp_intr_alloc,
                 int source,
                 int flags,
                 intr_handler_t handler,
                 void* arg,
                 intr_handle_t* ret_handle)
ROTA_NOT_OFFERED(esp_intr_free, intr_handle_t handle)
ROTA_NOT_OFFERED(esp_intr_enable, intr_handle_t handle)
ROTA_NOT_OFFERED(esp_intr_disable, intr_handle_t handle)

#ifdef __cplusplus
}
#endif
