// NVS for C++: a handle that closes itself and takes any integer, enumeration or floating-point type.
// Over nvs.h; the errors are those of the calls there.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <type_traits>

#include "esp_err.h"
#include "nvs.h"

namespace nvs {

enum class ItemType : std::uint8_t {
  U8 = NVS_TYPE_U8,
  I8 = NVS_TYPE_I8,
  U16 = NVS_TYPE_U16,
  I16 = NVS_TYPE_I16,
  U32 = NVS_TYPE_U32,
  I32 = NVS_TYPE_I32,
  U64 = NVS_TYPE_U64,
  I64 = NVS_TYPE_I64,
  FLOAT = NVS_TYPE_FLOAT,
  DOUBLE = NVS_TYPE_DOUBLE,
  SZ = NVS_TYPE_STR,
  BLOB = 0x41,  // the old format
  BLOB_DATA = NVS_TYPE_BLOB,
  BLOB_IDX = 0x48,
  ANY = NVS_TYPE_ANY,
};

template <class T>
constexpr ItemType itemTypeOf() {
  if constexpr (std::is_enum_v<T>) {
    return itemTypeOf<std::underlying_type_t<T>>();
  } else if constexpr (std::is_floating_point_v<T>) {
    static_assert(sizeof(T) == 4 || sizeof(T) == 8, "NVS stores float and double");
    return sizeof(T) == 4 ? ItemType::FLOAT : ItemType::DOUBLE;
  } else {
    static_assert(std::is_integral_v<T>, "NVS stores integers, enumerations and floating point");
    return static_cast<ItemType>((std::is_signed_v<T> ? 0x10 : 0x00) + sizeof(T));
  }
}
template <class T>
constexpr ItemType itemTypeOf(const T&) {
  return itemTypeOf<T>();
}

class NVSHandle {
 public:
  virtual ~NVSHandle() = default;

  template <class T>
  esp_err_t set_item(const char* key, T value) {
    return set_typed_item(itemTypeOf<T>(), key, &value, sizeof(value));
  }
  template <class T>
  esp_err_t get_item(const char* key, T& value) {
    return get_typed_item(itemTypeOf<T>(), key, &value, sizeof(value));
  }
  virtual esp_err_t set_string(const char* key, const char* value) = 0;
  virtual esp_err_t set_blob(const char* key, const void* blob, std::size_t len) = 0;
  // INVALID_LENGTH when the buffer is too short.
  virtual esp_err_t get_string(const char* key, char* out_str, std::size_t len) = 0;
  // `len` is exactly the blob's size, otherwise ESP_FAIL.
  virtual esp_err_t get_blob(const char* key, void* out_blob, std::size_t len) = 0;
  // Of a string (SZ) or a blob. NOT_FOUND when it is of another type.
  virtual esp_err_t get_item_size(ItemType datatype, const char* key, std::size_t& size) = 0;
  virtual esp_err_t find_key(const char* key, nvs_type_t& nvstype) = 0;
  virtual esp_err_t erase_item(const char* key) = 0;
  virtual esp_err_t erase_all() = 0;
  virtual esp_err_t purge_all() = 0;
  virtual esp_err_t commit() = 0;
  virtual esp_err_t get_used_entry_count(std::size_t& usedEntries) = 0;

 protected:
  virtual esp_err_t set_typed_item(ItemType datatype, const char* key, const void* data,
                                   std::size_t dataSize) = 0;
  virtual esp_err_t get_typed_item(ItemType datatype, const char* key, void* data,
                                   std::size_t dataSize) = 0;
};

// nullptr on failure; `err` then says why. Names must not be nullptr (INVALID_ARG).
std::unique_ptr<NVSHandle> open_nvs_handle(const char* ns_name, nvs_open_mode_t open_mode,
                                           esp_err_t* err = nullptr);
std::unique_ptr<NVSHandle> open_nvs_handle_from_partition(const char* partition_name,
                                                          const char* ns_name,
                                                          nvs_open_mode_t open_mode,
                                                          esp_err_t* err = nullptr);

}  // namespace nvs
