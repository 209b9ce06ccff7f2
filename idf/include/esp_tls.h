// TLS: the certificates that every client may use, and the last error of a connection. Connections
// of the program's own are declared only: use esp_http_client.h, or sockets.
#pragma once

#include <fcntl.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>
#include <sys/types.h>

#include "esp_err.h"
#include "esp_tls_errors.h"
#include "lwip/sockets.h"
#include "mbedtls/ssl.h"
#include "rota_not_offered.h"

#ifdef __cplusplus
extern "C" {
#endif

esp_err_t esp_tls_init_global_ca_store(void);
// PEM, copied. Errors: INVALID_ARG.
esp_err_t esp_tls_set_global_ca_store(const unsigned char* cacert_pem_buf,
                                      const unsigned int cacert_pem_bytes);
void esp_tls_free_global_ca_store(void);

// Returns the last error and clears it. INVALID_STATE without one to ask.
esp_err_t esp_tls_get_and_clear_last_error(esp_tls_error_handle_t h,
                                           int* esp_tls_code,
                                           int* esp_tls_flags);

#define ESP_TLS_ERR_SSL_WANT_READ -0x6900
#define ESP_TLS_ERR_SSL_WANT_WRITE -0x6880
#define ESP_TLS_ERR_SSL_TIMEOUT -0x6800

typedef enum {
  ESP_TLS_INIT = 0,
  ESP_TLS_CONNECTING,
  ESP_TLS_HANDSHAKE,
  ESP_TLS_FAIL,
  ESP_TLS_DONE,
} esp_tls_conn_state_t;
typedef struct esp_tls esp_tls_t;
typedef struct esp_tls_client_session esp_tls_client_session_t;
typedef struct {
  bool keep_alive_enable;
  int keep_alive_idle;
  int keep_alive_interval;
  int keep_alive_count;
} tls_keep_alive_cfg_t;
typedef struct esp_tls_cfg {
  const char** alpn_protos;
  union {
    const unsigned char* cacert_buf;
    const unsigned char* cacert_pem_buf;
  };
  union {
    unsigned int cacert_bytes;
    unsigned int cacert_pem_bytes;
  };
  union {
    const unsigned char* clientcert_buf;
    const unsigned char* clientcert_pem_buf;
  };
  union {
    unsigned int clientcert_bytes;
    unsigned int clientcert_pem_bytes;
  };
  union {
    const unsigned char* clientkey_buf;
    const unsigned char* clientkey_pem_buf;
  };
  union {
    unsigned int clientkey_bytes;
    unsigned int clientkey_pem_bytes;
  };
  const unsigned char* clientkey_password;
  unsigned int clientkey_password_len;
  bool use_ecdsa_peripheral;
  bool non_block;
  bool use_secure_element;
  int timeout_ms;
  bool use_global_ca_store;
  const char* common_name;
  bool skip_common_name;
  tls_keep_alive_cfg_t* keep_alive_cfg;
  esp_err_t (*crt_bundle_attach)(void* conf);
  esp_tls_client_session_t* client_session;
  bool is_plain_tcp;
} esp_tls_cfg_t;

static inline esp_tls_t* esp_tls_init(void) { ROTA_ANSWER_NOT_OFFERED(NULL); }
static inline esp_tls_t* esp_tls_conn_http_new(const char* url, const esp_tls_cfg_t* cfg) {
  ROTA_ANSWER_NOT_OFFERED(NULL);
}
static inline int esp_tls_conn_new_sync(
    const char* hostname, int hostlen, int port, const esp_tls_cfg_t* cfg, esp_tls_t* tls) {
  ROTA_ANSWER_NOT_OFFERED(-1);
}
static inline int esp_tls_conn_http_new_sync(const char* url,
                                             const esp_tls_cfg_t* cfg,
                                             esp_tls_t* tls) {
  ROTA_ANSWER_NOT_OFFERED(-1);
}
static inline ssize_t esp_tls_conn_write(esp_tls_t* tls, const void* data, size_t datalen) {
  ROTA_ANSWER_NOT_OFFERED(-1);
}
static inline ssize_t esp_tls_conn_read(esp_tls_t* tls, void* data, size_t datalen) {
  ROTA_ANSWER_NOT_OFFERED(-1);
}
static inline int esp_tls_conn_destroy(esp_tls_t* tls) { return tls == NULL ? 0 : -1; }
static inline ssize_t esp_tls_get_bytes_avail(esp_tls_t* tls) { ROTA_ANSWER_NOT_OFFERED(-1); }
ROTA_NOT_OFFERED(esp_tls_get_conn_sockfd, esp_tls_t* tls, int* sockfd)
ROTA_NOT_OFFERED(esp_tls_get_error_handle, esp_tls_t* tls, esp_tls_error_handle_t* error_handle)
static inline esp_tls_client_session_t* esp_tls_get_client_session(esp_tls_t* tls) {
  ROTA_ANSWER_NOT_OFFERED(NULL);
}
static inline void esp_tls_free_client_session(esp_tls_client_session_t* client_session) {}

#ifdef __cplusplus
}
#endif
