// esp_image_format.h, esp_flash_partitions.h and bootloader_common.h over formats and core: the
// checks that apps and bootloaders share (spec 1.5, 2.2, 4.4).
#include "esp_image_format.h"

#include <array>
#include <cstring>

#include "bootloader_common.h"
#include "core/image_verifier.h"
#include "esp_flash_partitions.h"
#include "esp_log.h"
#include "formats/ota_data.h"
#include "formats/partition_table.h"
#include "idf/errors.h"
#include "idf/update_service.h"

using rota::Error;
using rota::core::ImageChecks;
using rota::core::ImageFacts;
using rota::core::ImageKind;
using rota::formats::OtaRecord;
using rota::idf::config;
using rota::idf::update_service;

namespace {

constexpr const char* kTag = "esp_image";

// A failure without a code of its own is "invalid"; another chip is a plain failure.
esp_err_t code_of(Error error) {
  switch (error) {
    case Error::kImageWrongChip:
    case Error::kImageChipTooOld:
    case Error::kImageChipTooNew:
    case Error::kImageEfuseBlockRevision:
    case Error::kDescriptionMissing:
      return ESP_FAIL;
    case Error::kImagePartitionTooLarge:
      return ESP_ERR_INVALID_ARG;
    default:
      break;
  }
  const auto number = static_cast<unsigned>(error);
  return number >= 300 && number < 400 ? ESP_ERR_IMAGE_INVALID : rota::idf::esp_err_of(error);
}

ImageKind kind_at(std::uint32_t offset) {
  return offset == config().bootloader_offset ? ImageKind::kBootloader : ImageKind::kApp;
}

// The structures of the C face are those on flash, byte for byte.
void fill(const ImageFacts& facts, const esp_partition_pos_t& part, esp_image_metadata_t& data) {
  data = esp_image_metadata_t{};
  data.start_addr = part.offset;
  std::array<std::byte, sizeof(esp_image_header_t)> header{};
  const rota::Status read = update_service().platform().flash().read({part.offset}, header);
  if (read.ok()) std::memcpy(&data.image, header.data(), header.size());
  for (std::size_t i = 0; i < facts.header.segment_count; ++i) {
    data.segments[i] = {facts.segments[i].load_address, facts.segments[i].data_bytes};
    data.segment_data[i] = part.offset + facts.segment_offsets[i];
  }
  data.image_len = facts.image_bytes;
  std::memcpy(data.image_digest, facts.digest.data(), facts.digest.size());
  data.secure_version = facts.secure_version;
  data.mmu_page_size = facts.mmu_page_bytes;
}

esp_err_t load(const esp_partition_pos_t& part,
               ImageChecks checks,
               bool is_silent,
               esp_image_metadata_t& data) {
  rota::idf::Platform& platform = update_service().platform();
  const auto facts =
      rota::core::verify_image(platform.flash(), platform.chip(),
                               {{{part.offset}, part.size}, kind_at(part.offset), checks});
  if (!facts) {
    if (!is_silent) update_service().log_refusal(kTag, facts.error());
    return code_of(facts.error());
  }
  fill(*facts, part, data);
  return ESP_OK;
}

esp_partition_pos_t bootloader_place() {
  return {config().bootloader_offset, config().partition_table_offset - config().bootloader_offset};
}

OtaRecord record_of(const esp_ota_select_entry_t& entry) {
  std::array<std::byte, rota::formats::kOtaRecordBytes> bytes{};
  std::memcpy(bytes.data(), &entry, bytes.size());
  return rota::formats::decode_ota_record(bytes);
}

}  // namespace

extern "C" {

esp_err_t esp_image_verify(esp_image_load_mode_t mode,
                           const esp_partition_pos_t* part,
                           esp_image_metadata_t* data) {
  if (part == nullptr || data == nullptr) return ESP_ERR_INVALID_ARG;
  const esp_err_t verified =
      load(*part, ImageChecks::kApplication, mode == ESP_IMAGE_VERIFY_SILENT, *data);
  if (verified != ESP_OK) *data = esp_image_metadata_t{};
  return verified;
}

esp_err_t esp_image_get_metadata(const esp_partition_pos_t* part, esp_image_metadata_t* metadata) {
  if (part == nullptr || metadata == nullptr) return ESP_ERR_INVALID_ARG;
  return load(*part, ImageChecks::kStructureOnly, false, *metadata);
}

esp_err_t esp_image_verify_bootloader(uint32_t* length) {
  esp_image_metadata_t data{};
  const esp_err_t verified = esp_image_verify_bootloader_data(&data);
  if (length != nullptr) *length = verified == ESP_OK ? data.image_len : 0;
  return verified;
}

esp_err_t esp_image_verify_bootloader_data(esp_image_metadata_t* data) {
  const esp_partition_pos_t place = bootloader_place();
  return esp_image_verify(ESP_IMAGE_VERIFY, &place, data);
}

int esp_image_get_flash_size(esp_image_flash_size_t app_flash_size) {
  const auto code = static_cast<int>(app_flash_size);
  return code >= 0 && code < ESP_IMAGE_FLASH_SIZE_MAX ? (1 << 20) << code : 0;
}

esp_err_t esp_partition_table_verify(const esp_partition_info_t* partition_table,
                                     bool log_errors,
                                     int* num_partitions) {
  if (partition_table == nullptr || num_partitions == nullptr) return ESP_ERR_INVALID_ARG;
  *num_partitions = 0;
  const rota::Bytes table(reinterpret_cast<const std::byte*>(partition_table),
                          rota::formats::kTableBytes);
  const auto rows = rota::formats::read_table_as_bootloader(
      table, update_service().platform().flash().geometry().size_bytes);
  if (!rows) {
    if (log_errors) update_service().log_refusal("flash_parts", rows.error());
    return rows.error() == Error::kTableRowBeyondFlash ? ESP_ERR_INVALID_SIZE
                                                       : ESP_ERR_INVALID_STATE;
  }
  *num_partitions = static_cast<int>(rows->size());
  return ESP_OK;
}

uint32_t bootloader_common_ota_select_crc(const esp_ota_select_entry_t* s) {
  return rota::formats::ota_check(s->ota_seq);
}

bool bootloader_common_ota_select_invalid(const esp_ota_select_entry_t* s) {
  return record_of(*s).is_rejected();
}

bool bootloader_common_ota_select_valid(const esp_ota_select_entry_t* s) {
  return record_of(*s).is_selectable();
}

}  // extern "C"
