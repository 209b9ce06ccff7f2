// HTTPS by the program's server: not on a virtual board; plain HTTP is (esp_http_server.h).
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "esp_err.h"
#include "esp_http_server.h"
#include "rota_not_offered.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef enum {
  HTTPD_SSL_TRANSPORT_SECURE,
  HTTPD_SSL_TRANSPORT_INSECURE
} httpd_ssl_transport_mode_t;

typedef struct httpd_ssl_config {
  httpd_config_t httpd;
  const uint8_t* servercert;
  size_t servercert_len;
  const uint8_t* cacert_pem;
  size_t cacert_len;
  const uint8_t* prvtkey_pem;
  size_t prvtkey_len;
  httpd_ssl_transport_mode_t transport_mode;
  uint16_t port_secure;
  uint16_t port_insecure;
} httpd_ssl_config_t;
#define HTTPD_SSL_CONFIG_DEFAULT() \
  { .httpd = HTTPD_DEFAULT_CONFIG(), .port_secure = 443, .port_insecure = 80 }

ROTA_NOT_OFFERED(httpd_ssl_start, httpd_handle_t* handle, httpd_ssl_config_t* config)
ROTA_NOT_OFFERED(httpd_ssl_stop, httpd_handle_t handle)

#ifdef __cplusplus
}
#endif
