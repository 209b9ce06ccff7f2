// nvs.h over NvsService. A NULL where a name, a value or a place for the result belongs is
// INVALID_ARG; the reference would read it.
#include "nvs.h"

#include <memory>
#include <new>
#include <string_view>

#include "idf/nvs_service.h"

using rota::Bytes;
using rota::MutableBytes;
using rota::formats::NvsType;
using rota::idf::nvs_service;
using rota::idf::NvsService;

struct nvs_opaque_iterator_t {
  NvsService::Walk walk;
};

namespace {

template <class T>
Bytes bytes_of_value(const T& value) {
  return std::as_bytes(std::span(&value, 1));
}

template <class T>
esp_err_t set_scalar(nvs_handle_t handle, const char* key, NvsType type, const T& value) {
  if (key == nullptr) return ESP_ERR_INVALID_ARG;
  return nvs_service().set_scalar(handle, key, type, bytes_of_value(value));
}

template <class T>
esp_err_t get_scalar(nvs_handle_t handle, const char* key, NvsType type, T* out) {
  if (key == nullptr || out == nullptr) return ESP_ERR_INVALID_ARG;
  return nvs_service().get_scalar(handle, key, type, std::as_writable_bytes(std::span(out, 1)));
}

// Takes the first step of a walk and hands out an iterator if there is one.
esp_err_t start_walk(esp_err_t begun, const NvsService::Walk& walk, nvs_iterator_t* out) {
  if (begun != ESP_OK) return begun;
  auto iterator =
      std::unique_ptr<nvs_opaque_iterator_t>(new (std::nothrow) nvs_opaque_iterator_t{walk});
  if (!iterator) return ESP_ERR_NO_MEM;
  const esp_err_t found = nvs_service().next(iterator->walk);
  if (found == ESP_OK) *out = iterator.release();
  return found;
}

}  // namespace

extern "C" {

esp_err_t nvs_open(const char* namespace_name,
                   nvs_open_mode_t open_mode,
                   nvs_handle_t* out_handle) {
  return nvs_open_from_partition(NVS_DEFAULT_PART_NAME, namespace_name, open_mode, out_handle);
}

esp_err_t nvs_open_from_partition(const char* part_name,
                                  const char* namespace_name,
                                  nvs_open_mode_t open_mode,
                                  nvs_handle_t* out_handle) try {
  if (part_name == nullptr || namespace_name == nullptr || out_handle == nullptr) {
    return ESP_ERR_INVALID_ARG;
  }
  return nvs_service().open(part_name, namespace_name, open_mode, *out_handle);
} catch (const std::bad_alloc&) {
  return ESP_ERR_NO_MEM;
}

void nvs_close(nvs_handle_t handle) { nvs_service().close(handle); }
esp_err_t nvs_commit(nvs_handle_t handle) { return nvs_service().commit(handle); }

esp_err_t nvs_set_i8(nvs_handle_t handle, const char* key, int8_t value) {
  return set_scalar(handle, key, NvsType::kI8, value);
}
esp_err_t nvs_set_u8(nvs_handle_t handle, const char* key, uint8_t value) {
  return set_scalar(handle, key, NvsType::kU8, value);
}
esp_err_t nvs_set_i16(nvs_handle_t handle, const char* key, int16_t value) {
  return set_scalar(handle, key, NvsType::kI16, value);
}
esp_err_t nvs_set_u16(nvs_handle_t handle, const char* key, uint16_t value) {
  return set_scalar(handle, key, NvsType::kU16, value);
}
esp_err_t nvs_set_i32(nvs_handle_t handle, const char* key, int32_t value) {
  return set_scalar(handle, key, NvsType::kI32, value);
}
esp_err_t nvs_set_u32(nvs_handle_t handle, const char* key, uint32_t value) {
  return set_scalar(handle, key, NvsType::kU32, value);
}
esp_err_t nvs_set_i64(nvs_handle_t handle, const char* key, int64_t value) {
  return set_scalar(handle, key, NvsType::kI64, value);
}
esp_err_t nvs_set_u64(nvs_handle_t handle, const char* key, uint64_t value) {
  return set_scalar(handle, key, NvsType::kU64, value);
}
esp_err_t nvs_set_float(nvs_handle_t handle, const char* key, float value) {
  return key == nullptr ? ESP_ERR_INVALID_ARG : nvs_service().set_float(handle, key, value);
}
esp_err_t nvs_set_double(nvs_handle_t handle, const char* key, double value) {
  return key == nullptr ? ESP_ERR_INVALID_ARG : nvs_service().set_double(handle, key, value);
}
esp_err_t nvs_set_str(nvs_handle_t handle, const char* key, const char* value) try {
  if (key == nullptr || value == nullptr) return ESP_ERR_INVALID_ARG;
  const std::string_view text(value);
  return nvs_service().set_string(handle, key, rota::bytes_of({value, text.size() + 1}));
} catch (const std::bad_alloc&) {
  return ESP_ERR_NO_MEM;
}
esp_err_t nvs_set_blob(nvs_handle_t handle, const char* key, const void* value, size_t length) try {
  if (key == nullptr || (value == nullptr && length > 0)) return ESP_ERR_INVALID_ARG;
  return nvs_service().set_blob(handle, key, {static_cast<const std::byte*>(value), length});
} catch (const std::bad_alloc&) {
  return ESP_ERR_NO_MEM;
}

esp_err_t nvs_get_i8(nvs_handle_t handle, const char* key, int8_t* out_value) {
  return get_scalar(handle, key, NvsType::kI8, out_value);
}
esp_err_t nvs_get_u8(nvs_handle_t handle, const char* key, uint8_t* out_value) {
  return get_scalar(handle, key, NvsType::kU8, out_value);
}
esp_err_t nvs_get_i16(nvs_handle_t handle, const char* key, int16_t* out_value) {
  return get_scalar(handle, key, NvsType::kI16, out_value);
}
esp_err_t nvs_get_u16(nvs_handle_t handle, const char* key, uint16_t* out_value) {
  return get_scalar(handle, key, NvsType::kU16, out_value);
}
esp_err_t nvs_get_i32(nvs_handle_t handle, const char* key, int32_t* out_value) {
  return get_scalar(handle, key, NvsType::kI32, out_value);
}
esp_err_t nvs_get_u32(nvs_handle_t handle, const char* key, uint32_t* out_value) {
  return get_scalar(handle, key, NvsType::kU32, out_value);
}
esp_err_t nvs_get_i64(nvs_handle_t handle, const char* key, int64_t* out_value) {
  return get_scalar(handle, key, NvsType::kI64, out_value);
}
esp_err_t nvs_get_u64(nvs_handle_t handle, const char* key, uint64_t* out_value) {
  return get_scalar(handle, key, NvsType::kU64, out_value);
}
esp_err_t nvs_get_float(nvs_handle_t handle, const char* key, float* out_value) {
  return get_scalar(handle, key, NvsType::kFloat, out_value);
}
esp_err_t nvs_get_double(nvs_handle_t handle, const char* key, double* out_value) {
  return get_scalar(handle, key, NvsType::kDouble, out_value);
}
esp_err_t nvs_get_str(nvs_handle_t handle, const char* key, char* out_value, size_t* length) try {
  if (key == nullptr) return ESP_ERR_INVALID_ARG;
  return nvs_service().get_string(handle, key, out_value, length);
} catch (const std::bad_alloc&) {
  return ESP_ERR_NO_MEM;
}
esp_err_t nvs_get_blob(nvs_handle_t handle, const char* key, void* out_value, size_t* length) try {
  if (key == nullptr) return ESP_ERR_INVALID_ARG;
  return nvs_service().get_blob(handle, key, out_value, length);
} catch (const std::bad_alloc&) {
  return ESP_ERR_NO_MEM;
}

esp_err_t nvs_find_key(nvs_handle_t handle, const char* key, nvs_type_t* out_type) {
  return key == nullptr ? ESP_ERR_INVALID_ARG : nvs_service().find_key(handle, key, out_type);
}
esp_err_t nvs_erase_key(nvs_handle_t handle, const char* key) {
  return key == nullptr ? ESP_ERR_INVALID_ARG : nvs_service().erase_key(handle, key);
}
esp_err_t nvs_erase_all(nvs_handle_t handle) { return nvs_service().erase_all(handle); }
esp_err_t nvs_purge_all(nvs_handle_t handle) { return nvs_service().purge_all(handle); }

esp_err_t nvs_get_stats(const char* part_name, nvs_stats_t* nvs_stats) {
  if (nvs_stats == nullptr) return ESP_ERR_INVALID_ARG;
  return nvs_service().stats(part_name == nullptr ? NVS_DEFAULT_PART_NAME : part_name, *nvs_stats);
}

esp_err_t nvs_get_used_entry_count(nvs_handle_t handle, size_t* used_entries) {
  if (used_entries == nullptr) return ESP_ERR_INVALID_ARG;
  return nvs_service().used_entries(handle, *used_entries);
}

esp_err_t nvs_entry_find(const char* part_name,
                         const char* namespace_name,
                         nvs_type_t type,
                         nvs_iterator_t* output_iterator) try {
  if (part_name == nullptr || output_iterator == nullptr) return ESP_ERR_INVALID_ARG;
  *output_iterator = nullptr;
  NvsService::Walk walk;
  const esp_err_t begun = nvs_service().begin_walk(part_name, namespace_name, type, walk);
  return start_walk(begun, walk, output_iterator);
} catch (const std::bad_alloc&) {
  return ESP_ERR_NO_MEM;
}

esp_err_t nvs_entry_find_in_handle(nvs_handle_t handle,
                                   nvs_type_t type,
                                   nvs_iterator_t* output_iterator) try {
  if (output_iterator == nullptr) return ESP_ERR_INVALID_ARG;
  *output_iterator = nullptr;
  NvsService::Walk walk;
  const esp_err_t begun = nvs_service().begin_walk(handle, type, walk);
  return start_walk(begun, walk, output_iterator);
} catch (const std::bad_alloc&) {
  return ESP_ERR_NO_MEM;
}

esp_err_t nvs_entry_next(nvs_iterator_t* iterator) {
  if (iterator == nullptr) return ESP_ERR_INVALID_ARG;
  if (*iterator == nullptr) return ESP_ERR_NVS_NOT_FOUND;
  const esp_err_t found = nvs_service().next((*iterator)->walk);
  if (found == ESP_OK) return ESP_OK;
  nvs_release_iterator(*iterator);
  *iterator = nullptr;
  return found;
}

esp_err_t nvs_entry_info(nvs_iterator_t iterator, nvs_entry_info_t* out_info) {
  if (iterator == nullptr || out_info == nullptr) return ESP_ERR_INVALID_ARG;
  *out_info = iterator->walk.info;
  return ESP_OK;
}

void nvs_release_iterator(nvs_iterator_t iterator) { delete iterator; }

}  // extern "C"
