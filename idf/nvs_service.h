// NVS of one boot: mounted partitions, handles and iterators, with the checks and error values of
// ESP-IDF's interface in their order (spec/nvs 8, 11, 12). idf/nvs.cc and idf/nvs_flash.cc are thin
// over it. Owned by the Runtime: a reset forgets all of it, flash stays.
//
// Thread use: called by the task that has the baton; no call waits.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "core/nvs.h"
#include "core/partition_access.h"
#include "esp_err.h"
#include "nvs.h"
#include "nvs_flash.h"

namespace rota::idf {

class NvsService {
 public:
  // Borrows the access; its table is looked at when a partition is named.
  explicit NvsService(core::PartitionAccess& access);
  NvsService(const NvsService&) = delete;
  NvsService& operator=(const NvsService&) = delete;
  ~NvsService();

  // `keys`: nullptr = not encrypted.
  esp_err_t init(std::string_view label, const nvs_sec_cfg_t* keys = nullptr);
  // Mounts even if the partition is mounted already.
  esp_err_t mount(const core::Partition& partition, const nvs_sec_cfg_t* keys = nullptr);
  esp_err_t deinit(std::string_view label);
  esp_err_t erase(std::string_view label);
  esp_err_t erase(const core::Partition& partition);

  esp_err_t open(std::string_view label,
                 std::string_view name,
                 nvs_open_mode_t mode,
                 nvs_handle_t& handle);
  void close(nvs_handle_t handle) { handles_.erase(handle); }
  esp_err_t commit(nvs_handle_t handle) const;

  esp_err_t set_scalar(nvs_handle_t handle,
                       std::string_view key,
                       formats::NvsType type,
                       Bytes value);
  // INVALID_ARG for NaN, before the handle is looked at.
  esp_err_t set_float(nvs_handle_t handle, std::string_view key, float value);
  esp_err_t set_double(nvs_handle_t handle, std::string_view key, double value);
  esp_err_t set_string(nvs_handle_t handle, std::string_view key, Bytes value);
  esp_err_t set_blob(nvs_handle_t handle, std::string_view key, Bytes value);

  esp_err_t get_scalar(nvs_handle_t handle,
                       std::string_view key,
                       formats::NvsType type,
                       MutableBytes into);
  // `into` and `length` as nvs_get_str() takes them: nullptr asks for the length.
  esp_err_t get_string(nvs_handle_t handle, std::string_view key, void* into, std::size_t* length);
  esp_err_t get_blob(nvs_handle_t handle, std::string_view key, void* into, std::size_t* length);

  esp_err_t find_key(nvs_handle_t handle, std::string_view key, nvs_type_t* type);
  esp_err_t erase_key(nvs_handle_t handle, std::string_view key);
  esp_err_t erase_all(nvs_handle_t handle);
  esp_err_t purge_all(nvs_handle_t handle);

  esp_err_t stats(std::string_view label, nvs_stats_t& stats);
  esp_err_t used_entries(nvs_handle_t handle, std::size_t& count);

  // A walk over the keys. `name`: nullptr = all namespaces. The first step is next().
  struct Walk {
    std::uint32_t mount_number = 0;
    core::NvsCursor cursor;
    nvs_entry_info_t info{};
  };
  esp_err_t begin_walk(std::string_view label, const char* name, nvs_type_t type, Walk& walk);
  esp_err_t begin_walk(nvs_handle_t handle, nvs_type_t type, Walk& walk);
  // NOT_FOUND at the end, and when the partition is not mounted any more.
  esp_err_t next(Walk& walk);

  // How the program gets its keys, as it registered it; zeros until then.
  nvs_sec_scheme_t& default_scheme() { return default_scheme_; }

 private:
  struct Mount;
  struct Handle {
    Mount* mount = nullptr;
    std::uint8_t namespace_index = 0;
    bool is_read_only = false;
    core::NvsErasing erasing = core::NvsErasing::kKeepBytes;
  };
  using Lookup = Result<std::uint32_t> (core::Nvs::*)(std::uint8_t, std::string_view);
  using Read = Status (core::Nvs::*)(std::uint8_t, std::string_view, MutableBytes);

  esp_err_t find_partition(std::string_view label, const core::Partition*& found) const;
  Mount* mounted(std::string_view label);
  void unmount(std::string_view label);
  const Handle* find(nvs_handle_t handle) const;
  // The handle, or why it may not be written through.
  const Handle* find_writable(nvs_handle_t handle, esp_err_t& refusal) const;
  esp_err_t get_payload(nvs_handle_t handle,
                        std::string_view key,
                        void* into,
                        std::size_t* length,
                        Lookup size_of,
                        Read read);

  core::PartitionAccess& access_;
  std::map<std::string, std::unique_ptr<Mount>, std::less<>> mounts_;
  std::map<nvs_handle_t, Handle> handles_;
  nvs_handle_t last_handle_ = 0;
  std::uint32_t last_mount_ = 0;
  nvs_sec_scheme_t default_scheme_{};
};

// The service of this boot.
NvsService& nvs_service();

}  // namespace rota::idf
