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

static inline esp_transport_handle_t esp_transport_ssl_init(void) { ROTA_ANSWER_NOT_OFFERED(NULL); }
static inline void esp_transport_ssl_set_cert_data(esp_transport_handle_t t,
                                                   const char* data,
                                                   int len) {}
static inline void esp_transport_ssl_skip_common_name_check(esp_transport_handle_t t) {}
static inline void esp_transport_ssl_crt_bundle_attach(esp_transport_handle_t t,
                                                       esp_err_t (*attach)(void* conf)) {}

#ifdef __cplusplus
}
#endif
