// esp_tls.h and esp_crt_bundle.h: the certificates that every client may use, and the last error of
// a connection (surface 2.15).
#include "esp_tls.h"

#include <string>
#include <utility>

#include "esp_crt_bundle.h"
#include "esp_log.h"
#include "idf/http_clients.h"
#include "idf/runtime.h"

using rota::idf::runtime;

extern "C" {

esp_err_t esp_tls_init_global_ca_store(void) { return ESP_OK; }

esp_err_t esp_tls_set_global_ca_store(const unsigned char* cacert_pem_buf,
                                      const unsigned int cacert_pem_bytes) {
  if (cacert_pem_buf == nullptr || cacert_pem_bytes == 0) return ESP_ERR_INVALID_ARG;
  std::string pem(reinterpret_cast<const char*>(cacert_pem_buf), cacert_pem_bytes);
  if (pem.back() == '\0') pem.pop_back();
  runtime().http_clients().global_ca_store = std::move(pem);
  return ESP_OK;
}

void esp_tls_free_global_ca_store(void) { runtime().http_clients().global_ca_store.clear(); }

esp_err_t esp_tls_get_and_clear_last_error(esp_tls_error_handle_t h,
                                           int* esp_tls_code,
                                           int* esp_tls_flags) {
  if (h == nullptr) return ESP_ERR_INVALID_STATE;
  if (esp_tls_code != nullptr) *esp_tls_code = h->esp_tls_error_code;
  if (esp_tls_flags != nullptr) *esp_tls_flags = h->esp_tls_flags;
  return std::exchange(*h, esp_tls_last_error_t{}).last_error;
}

// The client looks whether it was given, and then trusts the host's store.
esp_err_t esp_crt_bundle_attach(void*) { return ESP_OK; }
void esp_crt_bundle_detach(void*) {}

esp_err_t esp_crt_bundle_set(const uint8_t*, size_t) {
  ESP_LOGE("esp-x509-crt-bundle",
           "A bundle of the project's own can not be used here; give its certificates as cert_pem "
           "or by esp_tls_set_global_ca_store().");
  return ESP_ERR_NOT_SUPPORTED;
}

}  // extern "C"
