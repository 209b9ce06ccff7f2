// nvs_handle.hpp over the calls of nvs.h.
#include <new>

#include "idf/nvs_service.h"
#include "nvs_handle.hpp"

namespace nvs {
namespace {

using rota::formats::NvsType;
using rota::idf::nvs_service;

class OpenHandle final : public NVSHandle {
 public:
  explicit OpenHandle(nvs_handle_t handle) : handle_(handle) {}
  OpenHandle(const OpenHandle&) = delete;
  OpenHandle& operator=(const OpenHandle&) = delete;
  ~OpenHandle() override { nvs_close(handle_); }

  esp_err_t set_string(const char* key, const char* value) override {
    return nvs_set_str(handle_, key, value);
  }
  esp_err_t set_blob(const char* key, const void* blob, std::size_t len) override {
    return nvs_set_blob(handle_, key, blob, len);
  }
  esp_err_t get_string(const char* key, char* out_str, std::size_t len) override {
    return out_str == nullptr ? ESP_ERR_INVALID_ARG : nvs_get_str(handle_, key, out_str, &len);
  }
  esp_err_t get_blob(const char* key, void* out_blob, std::size_t len) override {
    std::size_t size = 0;
    const esp_err_t found = nvs_get_blob(handle_, key, nullptr, &size);
    if (found != ESP_OK) return found;
    if (size != len || (out_blob == nullptr && len > 0)) return ESP_FAIL;
    return out_blob == nullptr ? ESP_OK : nvs_get_blob(handle_, key, out_blob, &len);
  }
  esp_err_t get_item_size(ItemType datatype, const char* key, std::size_t& size) override {
    switch (datatype) {
      case ItemType::SZ:
        return nvs_get_str(handle_, key, nullptr, &size);
      case ItemType::BLOB:
      case ItemType::BLOB_DATA:
      case ItemType::BLOB_IDX:
        return nvs_get_blob(handle_, key, nullptr, &size);
      default:
        return ESP_ERR_NVS_NOT_FOUND;
    }
  }
  esp_err_t find_key(const char* key, nvs_type_t& nvstype) override {
    return nvs_find_key(handle_, key, &nvstype);
  }
  esp_err_t erase_item(const char* key) override { return nvs_erase_key(handle_, key); }
  esp_err_t erase_all() override { return nvs_erase_all(handle_); }
  esp_err_t purge_all() override { return nvs_purge_all(handle_); }
  esp_err_t commit() override { return nvs_commit(handle_); }
  esp_err_t get_used_entry_count(std::size_t& usedEntries) override {
    return nvs_get_used_entry_count(handle_, &usedEntries);
  }

 protected:
  esp_err_t set_typed_item(ItemType datatype,
                           const char* key,
                           const void* data,
                           std::size_t dataSize) override {
    if (key == nullptr) return ESP_ERR_INVALID_ARG;
    if (datatype == ItemType::FLOAT) {
      return nvs_set_float(handle_, key, *static_cast<const float*>(data));
    }
    if (datatype == ItemType::DOUBLE) {
      return nvs_set_double(handle_, key, *static_cast<const double*>(data));
    }
    return nvs_service().set_scalar(handle_, key, static_cast<NvsType>(datatype),
                                    {static_cast<const std::byte*>(data), dataSize});
  }
  esp_err_t get_typed_item(ItemType datatype,
                           const char* key,
                           void* data,
                           std::size_t dataSize) override {
    if (key == nullptr) return ESP_ERR_INVALID_ARG;
    return nvs_service().get_scalar(handle_, key, static_cast<NvsType>(datatype),
                                    {static_cast<std::byte*>(data), dataSize});
  }

 private:
  nvs_handle_t handle_;
};

}  // namespace

std::unique_ptr<NVSHandle> open_nvs_handle(const char* ns_name,
                                           nvs_open_mode_t open_mode,
                                           esp_err_t* err) {
  return open_nvs_handle_from_partition(NVS_DEFAULT_PART_NAME, ns_name, open_mode, err);
}

std::unique_ptr<NVSHandle> open_nvs_handle_from_partition(const char* partition_name,
                                                          const char* ns_name,
                                                          nvs_open_mode_t open_mode,
                                                          esp_err_t* err) {
  nvs_handle_t handle = 0;
  esp_err_t opened = nvs_open_from_partition(partition_name, ns_name, open_mode, &handle);
  std::unique_ptr<NVSHandle> result;
  if (opened == ESP_OK) {
    result.reset(new (std::nothrow) OpenHandle(handle));
    if (!result) {
      nvs_close(handle);
      opened = ESP_ERR_NO_MEM;
    }
  }
  if (err != nullptr) *err = opened;
  return result;
}

}  // namespace nvs
