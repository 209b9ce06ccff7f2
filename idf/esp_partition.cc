// esp_partition.h over core (spec section 9).
#include "esp_partition.h"

#include "esp_image_format.h"

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <new>

#include "core/image_verifier.h"
#include "crypto/sha256.h"
#include "idf/errors.h"
#include "idf/update_service.h"

using rota::Error;
using rota::Status;
using rota::core::Partition;
using rota::formats::PartitionType;
using rota::idf::esp_err_of;
using rota::idf::update_service;
using rota::idf::UpdateService;

struct esp_partition_iterator_opaque_ {
  esp_partition_type_t type;
  esp_partition_subtype_t subtype;
  const char* label;  // the caller's pointer, as in the reference
  std::size_t next;
  const esp_partition_t* current;
};

namespace {

bool matches(const esp_partition_t& face,
             esp_partition_type_t type,
             esp_partition_subtype_t subtype,
             const char* label) {
  if (type != ESP_PARTITION_TYPE_ANY && face.type != type) return false;
  if (subtype != ESP_PARTITION_SUBTYPE_ANY && face.subtype != subtype) return false;
  return label == nullptr || std::strcmp(label, face.label) == 0;
}

const esp_partition_t* find_from(const UpdateService& service,
                                 std::size_t& index,
                                 esp_partition_type_t type,
                                 esp_partition_subtype_t subtype,
                                 const char* label) {
  for (; index < service.count(); ++index) {
    const esp_partition_t* face = service.face_at(index);
    if (service.is_listed(index) && matches(*face, type, subtype, label)) {
      ++index;
      return face;
    }
  }
  return nullptr;
}

// What must not be written is known once the table is loaded; without a table the chip's own rules
// stay.
rota::core::PartitionAccess& writable_access() {
  UpdateService& service = update_service();
  static_cast<void>(service.load());
  return service.access();
}

// Reads and writes use the caller's struct, as the reference does.
Partition given(const esp_partition_t* partition) { return UpdateService::as_given(*partition); }

rota::MutableBytes bytes_at(void* data, std::size_t size) {
  return {static_cast<std::byte*>(data), size};
}
rota::Bytes bytes_at(const void* data, std::size_t size) {
  return {static_cast<const std::byte*>(data), size};
}

// Offsets and sizes are 32 bits wide on the chips.
bool fits_32_bits(std::size_t value) { return value <= 0xFFFFFFFFU; }

esp_err_t sha256_of_range(const Partition& row, std::uint32_t size, std::uint8_t* out) {
  rota::crypto::Sha256 hash;
  std::array<std::byte, 4096> buffer{};
  for (std::uint32_t done = 0; done < size;) {
    const std::uint32_t piece = std::min<std::uint32_t>(size - done, 4096);
    const Status read =
        update_service().access().read(row, done, rota::MutableBytes(buffer).first(piece));
    if (!read.ok()) return esp_err_of(read);
    hash.update(rota::Bytes(buffer).first(piece));
    done += piece;
  }
  const auto digest = hash.finish();
  std::memcpy(out, digest.data(), digest.size());
  return ESP_OK;
}

}  // namespace

extern "C" {

esp_err_t esp_partition_find_err(esp_partition_type_t type,
                                 esp_partition_subtype_t subtype,
                                 const char* label,
                                 esp_partition_iterator_t* it) try {
  if (it == nullptr) return ESP_ERR_INVALID_ARG;
  *it = nullptr;
  UpdateService& service = update_service();
  const esp_err_t loaded = service.load();
  if (loaded != ESP_OK) return loaded;
  if (type == ESP_PARTITION_TYPE_ANY && subtype != ESP_PARTITION_SUBTYPE_ANY) {
    return ESP_ERR_INVALID_ARG;
  }
  auto found = std::unique_ptr<esp_partition_iterator_opaque_>(
      new (std::nothrow) esp_partition_iterator_opaque_{type, subtype, label, 0, nullptr});
  if (!found) return ESP_ERR_NO_MEM;
  found->current = find_from(service, found->next, type, subtype, label);
  if (found->current == nullptr) return ESP_ERR_NOT_FOUND;
  *it = found.release();
  return ESP_OK;
} catch (const std::bad_alloc&) {
  return ESP_ERR_NO_MEM;
}

esp_partition_iterator_t esp_partition_find(esp_partition_type_t type,
                                            esp_partition_subtype_t subtype,
                                            const char* label) {
  esp_partition_iterator_t it = nullptr;
  return esp_partition_find_err(type, subtype, label, &it) == ESP_OK ? it : nullptr;
}

esp_partition_iterator_t esp_partition_next(esp_partition_iterator_t it) {
  if (it == nullptr) return nullptr;
  it->current = find_from(update_service(), it->next, it->type, it->subtype, it->label);
  if (it->current != nullptr) return it;
  esp_partition_iterator_release(it);
  return nullptr;
}

const esp_partition_t* esp_partition_get(esp_partition_iterator_t it) {
  return it == nullptr ? nullptr : it->current;
}

void esp_partition_iterator_release(esp_partition_iterator_t it) { delete it; }

esp_err_t esp_partition_find_first_err(esp_partition_type_t type,
                                       esp_partition_subtype_t subtype,
                                       const char* label,
                                       const esp_partition_t** out) try {
  if (out == nullptr) return ESP_ERR_INVALID_ARG;
  *out = nullptr;
  UpdateService& service = update_service();
  const esp_err_t loaded = service.load();
  if (loaded != ESP_OK) return loaded;
  if (type == ESP_PARTITION_TYPE_ANY && subtype != ESP_PARTITION_SUBTYPE_ANY) {
    return ESP_ERR_INVALID_ARG;
  }
  std::size_t index = 0;
  *out = find_from(service, index, type, subtype, label);
  return *out == nullptr ? ESP_ERR_NOT_FOUND : ESP_OK;
} catch (const std::bad_alloc&) {
  return ESP_ERR_NO_MEM;
}

const esp_partition_t* esp_partition_find_first(esp_partition_type_t type,
                                                esp_partition_subtype_t subtype,
                                                const char* label) {
  const esp_partition_t* found = nullptr;
  return esp_partition_find_first_err(type, subtype, label, &found) == ESP_OK ? found : nullptr;
}

const esp_partition_t* esp_partition_verify(const esp_partition_t* partition) {
  UpdateService& service = update_service();
  if (partition == nullptr || service.load() != ESP_OK) return nullptr;
  return service.face_of(service.row_of(partition));
}

esp_err_t esp_partition_verify_err(const esp_partition_t* partition) {
  if (partition == nullptr) return ESP_ERR_INVALID_ARG;
  return esp_partition_verify(partition) == nullptr ? ESP_ERR_NOT_FOUND : ESP_OK;
}

esp_err_t esp_partition_read(const esp_partition_t* partition,
                             size_t src_offset,
                             void* dst,
                             size_t size) {
  if (partition == nullptr || dst == nullptr) return ESP_ERR_INVALID_ARG;
  if (!fits_32_bits(src_offset)) return ESP_ERR_INVALID_ARG;
  if (!fits_32_bits(size)) return ESP_ERR_INVALID_SIZE;
  return esp_err_of(update_service().access().read(
      given(partition), static_cast<std::uint32_t>(src_offset), bytes_at(dst, size)));
}

esp_err_t esp_partition_read_raw(const esp_partition_t* partition,
                                 size_t src_offset,
                                 void* dst,
                                 size_t size) {
  return esp_partition_read(partition, src_offset, dst, size);
}

esp_err_t esp_partition_write(const esp_partition_t* partition,
                              size_t dst_offset,
                              const void* src,
                              size_t size) {
  if (partition == nullptr || src == nullptr) return ESP_ERR_INVALID_ARG;
  if (!fits_32_bits(dst_offset)) return ESP_ERR_INVALID_ARG;
  if (!fits_32_bits(size)) return ESP_ERR_INVALID_SIZE;
  return esp_err_of(writable_access().write(
      given(partition), static_cast<std::uint32_t>(dst_offset), bytes_at(src, size)));
}

esp_err_t esp_partition_write_raw(const esp_partition_t* partition,
                                  size_t dst_offset,
                                  const void* src,
                                  size_t size) {
  if (partition == nullptr || src == nullptr) return ESP_ERR_INVALID_ARG;
  esp_partition_t raw = *partition;
  raw.encrypted = false;
  return esp_partition_write(&raw, dst_offset, src, size);
}

esp_err_t esp_partition_erase_range(const esp_partition_t* partition, size_t offset, size_t size) {
  if (partition == nullptr) return ESP_ERR_INVALID_ARG;
  if (!fits_32_bits(offset)) return ESP_ERR_INVALID_ARG;
  if (!fits_32_bits(size)) return ESP_ERR_INVALID_SIZE;
  return esp_err_of(writable_access().erase(given(partition), static_cast<std::uint32_t>(offset),
                                            static_cast<std::uint32_t>(size)));
}

// The chip has no address space of the host's: a mapping is a copy that esp_partition_munmap frees.
esp_err_t esp_partition_mmap(const esp_partition_t* partition,
                             size_t offset,
                             size_t size,
                             esp_partition_mmap_memory_t,
                             const void** out_ptr,
                             esp_partition_mmap_handle_t* out_handle) try {
  if (partition == nullptr || out_ptr == nullptr || out_handle == nullptr) {
    return ESP_ERR_INVALID_ARG;
  }
  if (offset > partition->size) return ESP_ERR_INVALID_ARG;
  if (size > partition->size - offset) return ESP_ERR_INVALID_SIZE;
  std::unique_ptr<void, decltype(&std::free)> copy(std::malloc(size == 0 ? 1 : size), &std::free);
  if (copy == nullptr) return ESP_ERR_NO_MEM;
  const esp_err_t read = esp_partition_read(partition, offset, copy.get(), size);
  if (read != ESP_OK) return read;
  *out_handle = update_service().remember_mapping(copy.get());
  *out_ptr = copy.release();
  return ESP_OK;
} catch (const std::bad_alloc&) {
  return ESP_ERR_NO_MEM;
}

void esp_partition_munmap(esp_partition_mmap_handle_t handle) {
  std::free(update_service().forget_mapping(handle));
}

esp_err_t esp_partition_get_sha256(const esp_partition_t* partition, uint8_t* sha_256) {
  if (partition == nullptr || sha_256 == nullptr || partition->size == 0) {
    return ESP_ERR_INVALID_ARG;
  }
  const Partition row = given(partition);
  const bool has_image = row.type == PartitionType::kApp || row.type == PartitionType::kBootloader;
  if (!has_image) return sha256_of_range(row, row.size, sha_256);

  UpdateService& service = update_service();
  // Where the bootloader lies there is one, whatever type the caller gives.
  const bool is_bootloader =
      row.type == PartitionType::kBootloader || row.offset == service.config().bootloader_offset;
  const auto kind =
      is_bootloader ? rota::core::ImageKind::kBootloader : rota::core::ImageKind::kApp;
  const auto facts = rota::core::verify_image(
      service.platform().flash(), service.settings().chip,
      {rota::core::range_of(row), kind, rota::core::ImageChecks::kStructureOnly});
  if (!facts) return ESP_ERR_IMAGE_INVALID;
  if (!facts->has_digest) return sha256_of_range(row, facts->image_bytes, sha_256);
  std::array<std::uint8_t, 32> computed{};
  const esp_err_t hashed = sha256_of_range(row, facts->image_bytes - 32, computed.data());
  std::memcpy(sha_256, facts->digest.data(), facts->digest.size());
  if (hashed != ESP_OK) return hashed;
  const bool equal = std::memcmp(computed.data(), sha_256, computed.size()) == 0;
  return equal ? ESP_OK : ESP_ERR_IMAGE_INVALID;
}

bool esp_partition_check_identity(const esp_partition_t* a, const esp_partition_t* b) {
  std::array<std::uint8_t, 32> first{};
  std::array<std::uint8_t, 32> second{};
  return esp_partition_get_sha256(a, first.data()) == ESP_OK &&
         esp_partition_get_sha256(b, second.data()) == ESP_OK && first == second;
}

esp_err_t esp_partition_copy(const esp_partition_t* dest,
                             uint32_t dest_offset,
                             const esp_partition_t* src,
                             uint32_t src_offset,
                             size_t size) {
  if (dest == nullptr || src == nullptr || dest == src) return ESP_ERR_INVALID_ARG;
  if (src_offset > src->size || dest_offset > dest->size) return ESP_ERR_INVALID_SIZE;
  const bool all = size == SIZE_MAX;
  if (all) size = src->size - src_offset;
  if (!fits_32_bits(size) || size > src->size - src_offset || size > dest->size - dest_offset) {
    return ESP_ERR_INVALID_SIZE;
  }
  const auto bytes = static_cast<std::uint32_t>(size);
  const Status copied =
      writable_access().copy(given(dest), dest_offset, given(src), src_offset, bytes);
  if (!copied.ok() || !all) return esp_err_of(copied);
  const std::uint32_t end = dest_offset + rota::align_up(bytes, rota::core::kSectorBytes);
  return esp_partition_erase_range(dest, end, dest->size - end);
}

esp_err_t esp_partition_register_external(esp_flash_t*,
                                          size_t offset,
                                          size_t size,
                                          const char* label,
                                          esp_partition_type_t type,
                                          esp_partition_subtype_t subtype,
                                          const esp_partition_t** out_partition) {
  if (out_partition != nullptr) *out_partition = nullptr;
  if (!fits_32_bits(offset) || !fits_32_bits(size)) return ESP_ERR_INVALID_SIZE;
  UpdateService& service = update_service();
  const esp_err_t loaded = service.load();
  if (loaded != ESP_OK) return loaded;
  Partition row;
  row.type = static_cast<PartitionType>(type);
  row.subtype = static_cast<std::uint8_t>(subtype);
  row.offset = static_cast<std::uint32_t>(offset);
  row.size = static_cast<std::uint32_t>(size);
  if (label != nullptr) std::strncpy(row.label_storage.data(), label, row.label_storage.size() - 1);
  const auto added = service.register_external(row);
  if (!added) return esp_err_of(added.error());
  if (out_partition != nullptr) *out_partition = service.face_of(*added);
  return ESP_OK;
}

esp_err_t esp_partition_deregister_external(const esp_partition_t* partition) {
  UpdateService& service = update_service();
  const Partition* row = service.row_of(partition);
  if (row == nullptr) return ESP_ERR_NOT_FOUND;
  return esp_err_of(service.deregister(*row));
}

void esp_partition_unload_all(void) { update_service().unload(); }

uint32_t esp_partition_get_main_flash_sector_size(void) { return rota::core::kSectorBytes; }

}  // extern "C"
