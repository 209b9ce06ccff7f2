// TLS by Mbed TLS's names: types and error codes only; connections are those of esp_http_client.h.
#pragma once

#include "mbedtls/x509_crt.h"

#ifdef __cplusplus
extern "C" {
#endif

#define MBEDTLS_ERR_SSL_WANT_READ -0x6900
#define MBEDTLS_ERR_SSL_WANT_WRITE -0x6880
#define MBEDTLS_ERR_SSL_TIMEOUT -0x6800
#define MBEDTLS_ERR_SSL_PEER_CLOSE_NOTIFY -0x7880
#define MBEDTLS_SSL_VERIFY_NONE 0
#define MBEDTLS_SSL_VERIFY_OPTIONAL 1
#define MBEDTLS_SSL_VERIFY_REQUIRED 2
#define MBEDTLS_SSL_IS_CLIENT 0
typedef struct mbedtls_ssl_context {
  void* rota_unused;
} mbedtls_ssl_context;
typedef struct mbedtls_ssl_config {
  void* rota_unused;
} mbedtls_ssl_config;

#ifdef __cplusplus
}
#endif
