// Enterprise Wi-Fi: the virtual board is connected without it; what is set is accepted.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "esp_err.h"

#ifdef __cplusplus
extern "C" {
#endif

static inline esp_err_t esp_wifi_sta_enterprise_enable(void) { return ESP_OK; }
static inline esp_err_t esp_wifi_sta_enterprise_disable(void) { return ESP_OK; }
static inline esp_err_t esp_eap_client_set_identity(const unsigned char* identity, int len) {
  return ESP_OK;
}
static inline esp_err_t esp_eap_client_set_username(const unsigned char* username, int len) {
  return ESP_OK;
}
static inline esp_err_t esp_eap_client_set_password(const unsigned char* password, int len) {
  return ESP_OK;
}
static inline esp_err_t esp_eap_client_set_ca_cert(const unsigned char* ca_cert, int ca_cert_len) {
  return ESP_OK;
}

#ifdef __cplusplus
}
#endif
