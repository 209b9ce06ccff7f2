// Mesh networks: a virtual board has none.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "esp_err.h"
#include "rota_not_offered.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct {
  uint8_t addr[6];
} mesh_addr_t;

ROTA_NOT_OFFERED(esp_mesh_init, void)
ROTA_NOT_OFFERED(esp_mesh_start, void)
ROTA_NOT_OFFERED(esp_mesh_stop, void)

#ifdef __cplusplus
}
#endif
