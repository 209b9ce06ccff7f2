// esp_pm.h as ESP-IDF answers without CONFIG_PM_ENABLE.
#include "esp_pm.h"

extern "C" {

esp_err_t esp_pm_configure(const void*) { return ESP_ERR_NOT_SUPPORTED; }
esp_err_t esp_pm_get_configuration(void*) { return ESP_ERR_NOT_SUPPORTED; }
esp_err_t esp_pm_lock_create(esp_pm_lock_type_t, int, const char*, esp_pm_lock_handle_t*) {
  return ESP_ERR_NOT_SUPPORTED;
}
esp_err_t esp_pm_lock_acquire(esp_pm_lock_handle_t) { return ESP_ERR_NOT_SUPPORTED; }
esp_err_t esp_pm_lock_release(esp_pm_lock_handle_t) { return ESP_ERR_NOT_SUPPORTED; }
esp_err_t esp_pm_lock_delete(esp_pm_lock_handle_t) { return ESP_ERR_NOT_SUPPORTED; }
esp_err_t esp_pm_dump_locks(FILE*) { return ESP_ERR_NOT_SUPPORTED; }

}  // extern "C"
