// The bundle of public certificate authorities: on a virtual board, the host's store (ROTA_CA_FILE
// names another one).
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "esp_err.h"
#include "mbedtls/ssl.h"

#ifdef __cplusplus
extern "C" {
#endif

// Given to esp_http_client_config_t.crt_bundle_attach; not called by projects.
esp_err_t esp_crt_bundle_attach(void* conf);
void esp_crt_bundle_detach(void* conf);
// NOT_SUPPORTED: a bundle of the project's own has to be given as PEM instead.
esp_err_t esp_crt_bundle_set(const uint8_t* x509_bundle, size_t bundle_size);

#ifdef __cplusplus
}
#endif
