// Transports of the program: a virtual board has none.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "esp_err.h"
#include "rota_not_offered.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct esp_transport_item_t* esp_transport_handle_t;
typedef struct esp_transport_list_t* esp_transport_list_handle_t;
static inline esp_transport_handle_t esp_transport_init(void) { ROTA_ANSWER_NOT_OFFERED(NULL); }
static inline esp_transport_list_handle_t esp_transport_list_init(void) {
  ROTA_ANSWER_NOT_OFFERED(NULL);
}
static inline int esp_transport_connect(esp_transport_handle_t t,
                                        const char* host,
                                        int port,
                                        int timeout_ms) {
  ROTA_ANSWER_NOT_OFFERED(-1);
}
static inline int esp_transport_read(esp_transport_handle_t t,
                                     char* buffer,
                                     int len,
                                     int timeout_ms) {
  ROTA_ANSWER_NOT_OFFERED(-1);
}
static inline int esp_transport_write(esp_transport_handle_t t,
                                      const char* buffer,
                                      int len,
                                      int timeout_ms) {
  ROTA_ANSWER_NOT_OFFERED(-1);
}
static inline int esp_transport_poll_read(esp_transport_handle_t t, int timeout_ms) {
  ROTA_ANSWER_NOT_OFFERED(-1);
}
static inline int esp_transport_poll_write(esp_transport_handle_t t, int timeout_ms) {
  ROTA_ANSWER_NOT_OFFERED(-1);
}
static inline int esp_transport_close(esp_transport_handle_t t) { ROTA_ANSWER_NOT_OFFERED(-1); }
static inline int esp_transport_get_socket(esp_transport_handle_t t) {
  ROTA_ANSWER_NOT_OFFERED(-1);
}

ROTA_NOT_OFFERED(esp_transport_destroy, esp_transport_handle_t t)
ROTA_NOT_OFFERED(esp_transport_list_destroy, esp_transport_list_handle_t list)
ROTA_NOT_OFFERED(esp_transport_set_default_port, esp_transport_handle_t t, int port)

#ifdef __cplusplus
}
#endif
