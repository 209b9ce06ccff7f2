// TLS: the certificates that every client may use, and the last error of a connection.
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "esp_err.h"
#include "esp_tls_errors.h"

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

#ifdef __cplusplus
}
#endif
