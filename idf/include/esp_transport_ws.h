// Transports of the program: a virtual board has none.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "esp_err.h"
#include "esp_transport.h"
#include "rota_not_offered.h"

#ifdef __cplusplus
extern "C" {
#endif

static inline esp_transport_handle_t esp_transport_ws_init(esp_transport_handle_t parent_handle) {
  ROTA_ANSWER_NOT_OFFERED(NULL);
}
static inline void esp_transport_ws_set_path(esp_transport_handle_t t, const char* path) {}

#ifdef __cplusplus
}
#endif
