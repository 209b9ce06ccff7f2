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

static inline esp_transport_handle_t esp_transport_tcp_init(void) { ROTA_ANSWER_NOT_OFFERED(NULL); }

#ifdef __cplusplus
}
#endif
