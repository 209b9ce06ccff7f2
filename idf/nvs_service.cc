#include "idf/nvs_service.h"

#include <algorithm>
#include <cmath>
#include <optional>
#include <vector>

#include "crypto/aes_xts.h"
#include "idf/errors.h"

namespace rota::idf {

using core::Partition;
using formats::NvsType;

namespace {

void copy_name(const formats::NvsKey& name, std::span<char, 16> into) {
  const std::string_view text = name.name();
  const std::size_t length = std::min(text.size(), into.size() - 1);
  std::fill(into.begin(), into.end(), '\0');
  std::copy_n(text.begin(), length, into.begin());
}

crypto::XtsAes256 cipher_of(const nvs_sec_cfg_t& keys) {
  return {std::as_bytes(std::span(keys.eky)), std::as_bytes(std::span(keys.tky))};
}

}  // namespace

// One mounted partition with the memory that its core object borrows. It does not move.
struct NvsService::Mount {
  Mount(core::PartitionAccess& access,
        const Partition& row,
        const nvs_sec_cfg_t* keys,
        std::uint32_t number_of_mount)
      : number(number_of_mount), partition(row) {
    if (keys != nullptr) {
      cipher.emplace(cipher_of(*keys));
      cipher_buffer.resize(formats::kNvsMaxChunkBytes);
      const core::NvsCipher enciphered{
          *cipher, MutableBytes(cipher_buffer).first<formats::kNvsMaxChunkBytes>()};
      storage.emplace(access, partition, enciphered);
    } else {
      storage.emplace(access, partition);
    }
    pages.resize(storage->page_count());
    // More than there can be, so that a damaged partition does not fail for want of memory.
    namespaces.resize(pages.size() * formats::kNvsEntryCount);
  }
  Mount(const Mount&) = delete;
  Mount& operator=(const Mount&) = delete;
  ~Mount() = default;

  Status start() {
    auto mounted = core::Nvs::mount(*storage, {pages, namespaces});
    ROTA_TRY(mounted);
    nvs.emplace(*std::move(mounted));
    return {};
  }

  const std::uint32_t number;
  const Partition partition;
  std::optional<crypto::XtsAes256> cipher;
  std::vector<std::byte> cipher_buffer;
  std::optional<core::NvsPartition> storage;
  std::vector<core::NvsPage> pages;
  std::vector<core::NvsNamespace> namespaces;
  std::optional<core::Nvs> nvs;
};

NvsService::NvsService(core::PartitionAccess& access) : access_(access) {}
NvsService::~NvsService() = default;

esp_err_t NvsService::find_partition(std::string_view label, const Partition*& found) const {
  found = label.empty() ? nullptr
                        : core::find_partition(access_.rows(), formats::PartitionType::kData,
                                               formats::kDataNvs, label);
  return found == nullptr ? ESP_ERR_NOT_FOUND : ESP_OK;
}

NvsService::Mount* NvsService::mounted(std::string_view label) {
  const auto found = mounts_.find(label);
  return found == mounts_.end() ? nullptr : found->second.get();
}

void NvsService::unmount(std::string_view label) {
  const auto found = mounts_.find(label);
  if (found == mounts_.end()) return;
  std::erase_if(handles_,
                [&](const auto& numbered) { return numbered.second.mount == found->second.get(); });
  mounts_.erase(found);
}

esp_err_t NvsService::init(std::string_view label, const nvs_sec_cfg_t* keys) {
  if (label.size() > NVS_PART_NAME_MAX_SIZE) return ESP_ERR_INVALID_ARG;
  if (mounted(label) != nullptr) return ESP_OK;
  const Partition* partition = nullptr;
  const esp_err_t found = find_partition(label, partition);
  return found != ESP_OK ? found : mount(*partition, keys);
}

esp_err_t NvsService::mount(const Partition& partition, const nvs_sec_cfg_t* keys) {
  if (partition.encrypted) return ESP_ERR_NVS_WRONG_ENCRYPTION;
  Mount* up = mounted(partition.label());
  if (up != nullptr && up->partition == partition && keys == nullptr && !up->cipher) {
    // Again from flash; handles stay.
    const Status restarted = up->start();
    if (!restarted.ok()) unmount(partition.label());
    return esp_err_of(restarted);
  }
  unmount(partition.label());
  auto mount = std::make_unique<Mount>(access_, partition, keys, ++last_mount_);
  const Status started = mount->start();
  if (!started.ok()) return esp_err_of(started);
  mounts_.insert_or_assign(std::string(partition.label()), std::move(mount));
  return ESP_OK;
}

esp_err_t NvsService::deinit(std::string_view label) {
  if (mounted(label) == nullptr) return ESP_ERR_NVS_NOT_INITIALIZED;
  unmount(label);
  return ESP_OK;
}

esp_err_t NvsService::erase(std::string_view label) {
  unmount(label);
  const Partition* partition = nullptr;
  const esp_err_t found = find_partition(label, partition);
  return found != ESP_OK ? found : erase(*partition);
}

esp_err_t NvsService::erase(const Partition& partition) {
  unmount(partition.label());
  if (partition.encrypted) return ESP_ERR_NVS_WRONG_ENCRYPTION;
  return esp_err_of(access_.erase(partition, 0, partition.size));
}

esp_err_t NvsService::open(std::string_view label,
                           std::string_view name,
                           nvs_open_mode_t mode,
                           nvs_handle_t& handle) {
  if (mounts_.empty()) return ESP_ERR_NVS_NOT_INITIALIZED;
  Mount* mount = mounted(label);
  if (mount == nullptr) return ESP_ERR_NVS_PART_NOT_FOUND;
  // Any other value opens what exists, for writing: as in ESP-IDF.
  const bool may_create = mode == NVS_READWRITE || mode == NVS_READWRITE_PURGE;
  if (may_create && mount->nvs->is_read_only()) return ESP_ERR_NOT_ALLOWED;
  const auto index =
      may_create ? mount->nvs->open_namespace(name) : mount->nvs->find_namespace(name);
  if (!index.ok()) return esp_err_of(index.error());
  handle = ++last_handle_;
  handles_[handle] = {
      mount, *index, mode == NVS_READONLY,
      mode == NVS_READWRITE_PURGE ? core::NvsErasing::kPurge : core::NvsErasing::kKeepBytes};
  return ESP_OK;
}

const NvsService::Handle* NvsService::find(nvs_handle_t handle) const {
  const auto found = handles_.find(handle);
  return found == handles_.end() ? nullptr : &found->second;
}

const NvsService::Handle* NvsService::find_writable(nvs_handle_t handle, esp_err_t& refusal) const {
  const Handle* found = find(handle);
  refusal = found == nullptr      ? ESP_ERR_NVS_INVALID_HANDLE
            : found->is_read_only ? ESP_ERR_NVS_READ_ONLY
                                  : ESP_OK;
  return refusal == ESP_OK ? found : nullptr;
}

esp_err_t NvsService::commit(nvs_handle_t handle) const {
  return find(handle) == nullptr ? ESP_ERR_NVS_INVALID_HANDLE : ESP_OK;
}

esp_err_t NvsService::set_scalar(nvs_handle_t handle,
                                 std::string_view key,
                                 NvsType type,
                                 Bytes value) {
  esp_err_t refusal = ESP_OK;
  const Handle* to = find_writable(handle, refusal);
  if (to == nullptr) return refusal;
  return esp_err_of(to->mount->nvs->set_scalar(to->namespace_index, key, type, value, to->erasing));
}

esp_err_t NvsService::set_float(nvs_handle_t handle, std::string_view key, float value) {
  if (std::isnan(value)) return ESP_ERR_INVALID_ARG;
  return set_scalar(handle, key, NvsType::kFloat, std::as_bytes(std::span(&value, 1)));
}

esp_err_t NvsService::set_double(nvs_handle_t handle, std::string_view key, double value) {
  if (std::isnan(value)) return ESP_ERR_INVALID_ARG;
  return set_scalar(handle, key, NvsType::kDouble, std::as_bytes(std::span(&value, 1)));
}

esp_err_t NvsService::set_string(nvs_handle_t handle, std::string_view key, Bytes value) {
  esp_err_t refusal = ESP_OK;
  const Handle* to = find_writable(handle, refusal);
  if (to == nullptr) return refusal;
  return esp_err_of(to->mount->nvs->set_string(to->namespace_index, key, value, to->erasing));
}

esp_err_t NvsService::set_blob(nvs_handle_t handle, std::string_view key, Bytes value) {
  esp_err_t refusal = ESP_OK;
  const Handle* to = find_writable(handle, refusal);
  if (to == nullptr) return refusal;
  return esp_err_of(to->mount->nvs->set_blob(to->namespace_index, key, value, to->erasing));
}

esp_err_t NvsService::get_scalar(nvs_handle_t handle,
                                 std::string_view key,
                                 NvsType type,
                                 MutableBytes into) {
  const Handle* from = find(handle);
  if (from == nullptr) return ESP_ERR_NVS_INVALID_HANDLE;
  return esp_err_of(from->mount->nvs->get_scalar(from->namespace_index, key, type, into));
}

esp_err_t NvsService::get_payload(nvs_handle_t handle,
                                  std::string_view key,
                                  void* into,
                                  std::size_t* length,
                                  Lookup size_of,
                                  Read read) {
  const Handle* from = find(handle);
  if (from == nullptr) return ESP_ERR_NVS_INVALID_HANDLE;
  core::Nvs& nvs = *from->mount->nvs;
  const auto size = (nvs.*size_of)(from->namespace_index, key);
  if (!size.ok()) return esp_err_of(size.error());
  if (length == nullptr) return ESP_ERR_NVS_INVALID_LENGTH;
  const std::size_t room = *length;
  *length = *size;
  if (into == nullptr) return ESP_OK;
  if (room < *size) return ESP_ERR_NVS_INVALID_LENGTH;
  return esp_err_of(
      (nvs.*read)(from->namespace_index, key, {static_cast<std::byte*>(into), *size}));
}

esp_err_t NvsService::get_string(nvs_handle_t handle,
                                 std::string_view key,
                                 void* into,
                                 std::size_t* length) {
  return get_payload(handle, key, into, length, &core::Nvs::string_bytes, &core::Nvs::get_string);
}

esp_err_t NvsService::get_blob(nvs_handle_t handle,
                               std::string_view key,
                               void* into,
                               std::size_t* length) {
  return get_payload(handle, key, into, length, &core::Nvs::blob_bytes, &core::Nvs::get_blob);
}

esp_err_t NvsService::find_key(nvs_handle_t handle, std::string_view key, nvs_type_t* type) {
  const Handle* from = find(handle);
  if (from == nullptr) return ESP_ERR_NVS_INVALID_HANDLE;
  const auto found = from->mount->nvs->type_of(from->namespace_index, key);
  if (!found.ok()) return esp_err_of(found.error());
  if (type != nullptr) *type = static_cast<nvs_type_t>(*found);
  return ESP_OK;
}

esp_err_t NvsService::erase_key(nvs_handle_t handle, std::string_view key) {
  esp_err_t refusal = ESP_OK;
  const Handle* to = find_writable(handle, refusal);
  if (to == nullptr) return refusal;
  return esp_err_of(to->mount->nvs->erase_key(to->namespace_index, key, to->erasing));
}

esp_err_t NvsService::erase_all(nvs_handle_t handle) {
  esp_err_t refusal = ESP_OK;
  const Handle* to = find_writable(handle, refusal);
  if (to == nullptr) return refusal;
  return esp_err_of(to->mount->nvs->erase_all(to->namespace_index, to->erasing));
}

esp_err_t NvsService::purge_all(nvs_handle_t handle) {
  esp_err_t refusal = ESP_OK;
  const Handle* to = find_writable(handle, refusal);
  if (to == nullptr) return refusal;
  return esp_err_of(to->mount->nvs->purge_erased(to->namespace_index));
}

esp_err_t NvsService::stats(std::string_view label, nvs_stats_t& stats) {
  stats = {};
  Mount* mount = mounted(label);
  if (mount == nullptr) return ESP_ERR_NVS_NOT_INITIALIZED;
  core::NvsStats counted;
  const Status result = mount->nvs->count(counted);
  stats.used_entries = counted.entries.used_entries;
  stats.free_entries = counted.entries.free_entries;
  stats.available_entries = counted.entries.available_entries;
  stats.total_entries = counted.entries.total_entries;
  stats.namespace_count = counted.namespaces;
  const bool has_invalid_page = !result.ok() && result.error() == Error::kNvsInvalidState;
  return has_invalid_page ? ESP_ERR_INVALID_STATE : esp_err_of(result);
}

esp_err_t NvsService::used_entries(nvs_handle_t handle, std::size_t& count) {
  count = 0;
  const Handle* from = find(handle);
  if (from == nullptr) return ESP_ERR_NVS_INVALID_HANDLE;
  const auto counted = from->mount->nvs->used_entries(from->namespace_index);
  if (!counted.ok()) return esp_err_of(counted.error());
  count = *counted;
  return ESP_OK;
}

esp_err_t NvsService::begin_walk(std::string_view label,
                                 const char* name,
                                 nvs_type_t type,
                                 Walk& walk) {
  Mount* mount = mounted(label);
  if (mount == nullptr) return ESP_ERR_NVS_NOT_FOUND;
  walk = {};
  walk.mount_number = mount->number;
  walk.cursor.type = static_cast<NvsType>(type);
  if (name != nullptr) {
    const auto index = mount->nvs->find_namespace(name);
    if (!index.ok()) return esp_err_of(index.error());
    walk.cursor.namespace_index = *index;
  }
  return ESP_OK;
}

esp_err_t NvsService::begin_walk(nvs_handle_t handle, nvs_type_t type, Walk& walk) {
  const Handle* from = find(handle);
  if (from == nullptr) return ESP_ERR_NVS_INVALID_HANDLE;
  walk = {};
  walk.mount_number = from->mount->number;
  walk.cursor.type = static_cast<NvsType>(type);
  walk.cursor.namespace_index = from->namespace_index;
  return ESP_OK;
}

esp_err_t NvsService::next(Walk& walk) {
  for (const auto& [label, mount] : mounts_) {
    if (mount->number != walk.mount_number) continue;
    const auto listed = mount->nvs->next(walk.cursor);
    if (!listed.ok()) return esp_err_of(listed.error());
    // Of a key whose namespace is lost, the name stays that of the one before: as in ESP-IDF.
    if (listed->has_namespace) {
      copy_name(listed->namespace_name, walk.info.namespace_name);
    }
    copy_name(listed->key, walk.info.key);
    walk.info.type = static_cast<nvs_type_t>(listed->type);
    return ESP_OK;
  }
  return ESP_ERR_NVS_NOT_FOUND;
}

}  // namespace rota::idf
