// nvs.h and nvs_flash.h: starting succeeds, so that programs which start NVS for the radio go on;
// every call that would store or find something says that it can not.
#include "nvs.h"

#include "esp_log.h"
#include "esp_partition.h"
#include "idf/runtime.h"
#include "nvs_flash.h"

using rota::idf::runtime;

namespace {

esp_err_t refuse() {
  if (!runtime().nvs_is_initialized) return ESP_ERR_NVS_NOT_INITIALIZED;
  if (!runtime().nvs_gap_is_told) {
    runtime().nvs_gap_is_told = true;
    ESP_LOGW("nvs", "This board does not store NVS entries yet; the calls answer NOT_SUPPORTED.");
  }
  return ESP_ERR_NOT_SUPPORTED;
}

const esp_partition_t* partition_of(const char* label) {
  return esp_partition_find_first(ESP_PARTITION_TYPE_DATA, ESP_PARTITION_SUBTYPE_DATA_NVS, label);
}

esp_err_t init(const esp_partition_t* partition) {
  if (partition == nullptr) return ESP_ERR_NOT_FOUND;
  runtime().nvs_is_initialized = true;
  return ESP_OK;
}

esp_err_t erase(const esp_partition_t* partition) {
  if (partition == nullptr) return ESP_ERR_NOT_FOUND;
  return esp_partition_erase_range(partition, 0, partition->size);
}

}  // namespace

extern "C" {

esp_err_t nvs_flash_init(void) { return init(partition_of(NVS_DEFAULT_PART_NAME)); }
esp_err_t nvs_flash_init_partition(const char* partition_label) {
  return init(partition_of(partition_label));
}
esp_err_t nvs_flash_init_partition_ptr(const esp_partition_t* partition) {
  return partition == nullptr ? ESP_ERR_INVALID_ARG : init(partition);
}
esp_err_t nvs_flash_deinit(void) {
  if (!runtime().nvs_is_initialized) return ESP_ERR_NVS_NOT_INITIALIZED;
  runtime().nvs_is_initialized = false;
  return ESP_OK;
}
esp_err_t nvs_flash_deinit_partition(const char*) { return nvs_flash_deinit(); }
esp_err_t nvs_flash_erase(void) { return erase(partition_of(NVS_DEFAULT_PART_NAME)); }
esp_err_t nvs_flash_erase_partition(const char* part_name) {
  return erase(partition_of(part_name));
}
esp_err_t nvs_flash_erase_partition_ptr(const esp_partition_t* partition) {
  return partition == nullptr ? ESP_ERR_INVALID_ARG : erase(partition);
}

esp_err_t nvs_open(const char*, nvs_open_mode_t, nvs_handle_t*) { return refuse(); }
esp_err_t nvs_open_from_partition(const char*, const char*, nvs_open_mode_t, nvs_handle_t*) {
  return refuse();
}
void nvs_close(nvs_handle_t) {}
esp_err_t nvs_commit(nvs_handle_t) { return refuse(); }

esp_err_t nvs_set_i8(nvs_handle_t, const char*, int8_t) { return refuse(); }
esp_err_t nvs_set_u8(nvs_handle_t, const char*, uint8_t) { return refuse(); }
esp_err_t nvs_set_i16(nvs_handle_t, const char*, int16_t) { return refuse(); }
esp_err_t nvs_set_u16(nvs_handle_t, const char*, uint16_t) { return refuse(); }
esp_err_t nvs_set_i32(nvs_handle_t, const char*, int32_t) { return refuse(); }
esp_err_t nvs_set_u32(nvs_handle_t, const char*, uint32_t) { return refuse(); }
esp_err_t nvs_set_i64(nvs_handle_t, const char*, int64_t) { return refuse(); }
esp_err_t nvs_set_u64(nvs_handle_t, const char*, uint64_t) { return refuse(); }
esp_err_t nvs_set_str(nvs_handle_t, const char*, const char*) { return refuse(); }
esp_err_t nvs_set_blob(nvs_handle_t, const char*, const void*, size_t) { return refuse(); }

esp_err_t nvs_get_i8(nvs_handle_t, const char*, int8_t*) { return refuse(); }
esp_err_t nvs_get_u8(nvs_handle_t, const char*, uint8_t*) { return refuse(); }
esp_err_t nvs_get_i16(nvs_handle_t, const char*, int16_t*) { return refuse(); }
esp_err_t nvs_get_u16(nvs_handle_t, const char*, uint16_t*) { return refuse(); }
esp_err_t nvs_get_i32(nvs_handle_t, const char*, int32_t*) { return refuse(); }
esp_err_t nvs_get_u32(nvs_handle_t, const char*, uint32_t*) { return refuse(); }
esp_err_t nvs_get_i64(nvs_handle_t, const char*, int64_t*) { return refuse(); }
esp_err_t nvs_get_u64(nvs_handle_t, const char*, uint64_t*) { return refuse(); }
esp_err_t nvs_get_str(nvs_handle_t, const char*, char*, size_t*) { return refuse(); }
esp_err_t nvs_get_blob(nvs_handle_t, const char*, void*, size_t*) { return refuse(); }

esp_err_t nvs_find_key(nvs_handle_t, const char*, nvs_type_t*) { return refuse(); }
esp_err_t nvs_erase_key(nvs_handle_t, const char*) { return refuse(); }
esp_err_t nvs_erase_all(nvs_handle_t) { return refuse(); }
esp_err_t nvs_get_stats(const char*, nvs_stats_t*) { return refuse(); }
esp_err_t nvs_get_used_entry_count(nvs_handle_t, size_t*) { return refuse(); }
esp_err_t nvs_entry_find(const char*, const char*, nvs_type_t, nvs_iterator_t*) { return refuse(); }
esp_err_t nvs_entry_find_in_handle(nvs_handle_t, nvs_type_t, nvs_iterator_t*) { return refuse(); }
esp_err_t nvs_entry_next(nvs_iterator_t*) { return refuse(); }
esp_err_t nvs_entry_info(const nvs_iterator_t, nvs_entry_info_t*) { return refuse(); }
void nvs_release_iterator(nvs_iterator_t) {}

}  // extern "C"
