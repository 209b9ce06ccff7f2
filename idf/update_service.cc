#include "idf/update_service.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>

#include "esp_log.h"
#include "esp_ota_ops.h"
#include "formats/identify.h"
#include "idf/errors.h"

namespace rota::idf {

using core::Partition;
using formats::PartitionType;

namespace {

constexpr const char* kTag = "esp_ota_ops";

core::SignatureScheme scheme_of(Config::SignedApps scheme) {
  switch (scheme) {
    case Config::SignedApps::kEcdsaV1:
      return core::SignatureScheme::kEcdsaV1;
    case Config::SignedApps::kEcdsaV2:
      return core::SignatureScheme::kEcdsa;
    default:
      return core::SignatureScheme::kRsa;
  }
}

core::UpdateSettings settings_of(Platform& platform, const Config& config) {
  core::UpdateSettings settings;
  settings.rollback = config.app_rollback_enable;
  settings.anti_rollback = config.app_anti_rollback;
  settings.secure_version_width = config.secure_version_width;
  settings.ota_data_writing =
      config.ota_data_in_place ? core::OtaDataWriting::kInPlace : core::OtaDataWriting::kCutSafe;
  settings.slot_writing =
      config.slot_writing_reference ? core::SlotWriting::kReference : core::SlotWriting::kChecked;
  settings.confirm_only_running = !config.reference_confirmation;
  settings.demand_digest = !config.accept_missing_digest;
  settings.demand_signature = config.secure_signed_on_update;
  settings.signature = {scheme_of(config.secure_signed_apps_scheme),
                        config.secure_signed_apps_no_secure_boot};
  settings.chip = platform.chip();
  return settings;
}

std::string sentences_of(Error error) {
  const ErrorText& text = describe(error);
  std::string sentences(text.what);
  for (const std::string_view sentence : {text.cause, text.next}) {
    if (!sentence.empty()) sentences.append(" ").append(sentence);
  }
  return sentences;
}

// Which rows a device with flash encryption reads decrypted, whatever their flag says (spec 1.6).
bool always_encrypted(const Partition& row) {
  if (row.type == PartitionType::kApp || row.type == PartitionType::kBootloader ||
      row.type == PartitionType::kPartitionTable) {
    return true;
  }
  return row.type == PartitionType::kData &&
         (row.subtype == formats::kDataOta || row.subtype == 0x90 || row.subtype == 0x04);
}

}  // namespace

UpdateService::UpdateService(Platform& platform, const Config& config)
    : platform_(platform),
      config_(config),
      settings_(settings_of(platform, config)),
      flash_(platform, config.spi_flash_verify_write),
      access_(flash_, rows_, config.flash_encryption) {
  core::Protection& protection = access_.protection();
  protection.protected_below =
      config.partition_table_offset + static_cast<std::uint32_t>(formats::kTableBytes);
  protection.is_off = config.spi_flash_dangerous_write == Config::DangerousWrite::kAllowed;
}

esp_err_t UpdateService::load() {
  if (is_loaded_) return ESP_OK;
  std::array<std::byte, core::kSectorBytes> table{};
  const Status read = platform_.flash().read({config_.partition_table_offset}, table);
  if (!read.ok()) return esp_err_of(read);
  const auto rows = formats::read_table_as_app(table, config_.partition_table_md5);
  if (!rows) {
    ESP_LOGE("partition", "%.*s %.*s", static_cast<int>(describe(rows.error()).what.size()),
             describe(rows.error()).what.data(),
             static_cast<int>(describe(rows.error()).next.size()),
             describe(rows.error()).next.data());
    return esp_err_of(rows.error());
  }
  rows_ = *rows;
  for (std::size_t i = 0; i < rows_.size(); ++i) {
    rows_[i].encrypted =
        config_.flash_encryption && (rows_[i].encrypted || always_encrypted(rows_[i]));
  }
  rows_from_table_ = rows_.size();
  is_loaded_ = true;
  build_faces();
  find_running();
  return ESP_OK;
}

void UpdateService::unload() {
  is_loaded_ = false;
  update_.reset();
  selection_.reset();
  running_ = nullptr;
  emulated_efuses_.reset();
  rows_.clear();
  holes_.reset();
}

void UpdateService::build_faces() {
  for (std::size_t i = 0; i < rows_.size(); ++i) {
    const Partition& row = rows_[i];
    esp_partition_t& face = faces_[i];
    face = esp_partition_t{};
    face.flash_chip = reinterpret_cast<esp_flash_t*>(&platform_.flash());
    face.type = static_cast<esp_partition_type_t>(row.type);
    face.subtype = static_cast<esp_partition_subtype_t>(row.subtype);
    face.address = row.offset;
    face.size = row.size;
    face.erase_size = core::kSectorBytes;
    std::copy(row.label_storage.begin(), row.label_storage.end(), std::begin(face.label));
    face.encrypted = row.encrypted;
    face.readonly = row.readonly;
  }
}

// With CONFIG_BOOTLOADER_EFUSE_SECURE_VERSION_EMULATE those of the partition; without a partition
// for them nothing can be burned.
core::EFuses& UpdateService::efuses() {
  if (!config_.efuse_secure_version_emulate || load() != ESP_OK) return platform_.efuses();
  if (!emulated_efuses_) {
    const auto range = core::emulated_efuse_range(rows_);
    if (range.size_bytes == 0) {
      ESP_LOGE("efuse",
               "CONFIG_BOOTLOADER_EFUSE_SECURE_VERSION_EMULATE keeps the secure version in a "
               "partition, and the table has none. Add: emul_efuse, data, efuse, , 0x2000");
    }
    emulated_efuses_.emplace(flash_, range, platform_.efuses());
  }
  return *emulated_efuses_;
}

void UpdateService::find_running() {
  const std::uint32_t address = platform_.running_image().value;
  for (const Partition& row : rows_) {
    if (!row.is_app() || address < row.offset || address - row.offset >= row.size) continue;
    running_ = &row;
    access_.protection().running = core::range_of(row);
    selection_.emplace(access_, efuses(), row, settings_);
    update_.emplace(access_, *selection_, row, settings_);
    return;
  }
}

const esp_partition_t* UpdateService::face_of(const Partition* row) const {
  if (row == nullptr) return nullptr;
  return &faces_[static_cast<std::size_t>(row - rows_.begin())];
}

Partition UpdateService::as_given(const esp_partition_t& partition) {
  Partition row;
  row.type = static_cast<PartitionType>(partition.type);
  row.subtype = static_cast<std::uint8_t>(partition.subtype);
  row.offset = partition.address;
  row.size = partition.size;
  std::copy(std::begin(partition.label), std::end(partition.label), row.label_storage.begin());
  row.label_storage.back() = '\0';
  row.encrypted = partition.encrypted;
  row.readonly = partition.readonly;
  return row;
}

const Partition* UpdateService::row_of(const esp_partition_t* partition) const {
  if (partition == nullptr) return nullptr;
  const Partition given = as_given(*partition);
  for (std::size_t i = 0; i < rows_.size(); ++i) {
    if (!is_listed(i)) continue;
    const Partition& row = rows_[i];
    const bool same_label = given.label().empty() || given.label() == row.label();
    if (row.type == given.type && row.subtype == given.subtype && same_label &&
        row.offset == given.offset && row.size == given.size && row.encrypted == given.encrypted) {
      return &row;
    }
  }
  return nullptr;
}

Result<const Partition*> UpdateService::register_external(const Partition& row) {
  const std::uint32_t flash_bytes = platform_.flash().geometry().size_bytes;
  if (row.offset > flash_bytes || row.size > flash_bytes - row.offset) {
    return Error::kFlashOutOfRange;
  }
  for (const Partition& listed : rows_) {
    if (core::overlaps(core::range_of(listed), core::range_of(row))) {
      return Error::kPartitionOverlap;
    }
  }
  std::size_t index = rows_from_table_;
  while (index < rows_.size() && is_listed(index)) ++index;
  if (index < rows_.size()) {
    rows_[index] = row;
    holes_.reset(index);
  } else if (!rows_.push_back(row)) {
    return Error::kTooManyHandles;
  }
  build_faces();
  return &rows_[index];
}

Status UpdateService::deregister(const Partition& row) {
  const auto index = static_cast<std::size_t>(&row - rows_.begin());
  if (index < rows_from_table_) return Error::kInvalidArgument;
  rows_[index] = Partition{};
  rows_[index].type = PartitionType::kAny;
  holes_.set(index);
  build_faces();
  return {};
}

void UpdateService::Freed::operator()(void* memory) const { std::free(memory); }

std::uint32_t UpdateService::remember_mapping(void* copy) {
  mappings_.emplace(++last_mapping_, copy);
  return last_mapping_;
}

void* UpdateService::forget_mapping(std::uint32_t handle) {
  const auto found = mappings_.find(handle);
  if (found == mappings_.end()) return nullptr;
  void* copy = found->second.release();
  mappings_.erase(found);
  return copy;
}

void UpdateService::log_rollback_state() {
  if (rollback_state_is_told_ || !is_ready()) return;
  rollback_state_is_told_ = true;
  if (!settings_.rollback) {
    ESP_LOGW(kTag,
             "rollback is NOT armed: this app was built without "
             "CONFIG_BOOTLOADER_APP_ROLLBACK_ENABLE; an update runs without a trial");
    return;
  }
  switch (selection_->observed_rollback()) {
    case core::BootSelection::Rollback::kArmed:
      ESP_LOGI(kTag,
               "rollback is armed: this image is on trial and is given up at the next reset "
               "unless it is confirmed");
      return;
    case core::BootSelection::Rollback::kNotArmed:
      ESP_LOGW(kTag,
               "rollback is NOT armed: the record of this image is still NEW, so the "
               "bootloader was built without rollback; a bad update would be booted for ever. "
               "Only a bootloader flashed over serial can change that");
      return;
    case core::BootSelection::Rollback::kUnknown:
      ESP_LOGI(kTag,
               "rollback is enabled in this app; whether the bootloader arms it shows at the "
               "first boot after an update");
      return;
  }
}

void UpdateService::log_refusal(const char* tag, Error error) {
  ESP_LOGE(tag, "%s", sentences_of(error).c_str());
}

void UpdateService::log_image_refusal(const char* tag, Error error, Bytes first_bytes) {
  if (first_bytes.size() < formats::kImageHeaderBytes) {
    log_refusal(tag, error);
  } else {
    const formats::ImageHeader header =
        formats::decode_image_header(first_bytes.first<formats::kImageHeaderBytes>());
    const core::ChipIdentity& chip = settings_.chip;
    std::array<char, 160> words{};
    if (error == Error::kFirstByteWrong) {
      std::snprintf(words.data(), words.size(), "OTA image has invalid magic byte 0x%02x. ",
                    header.magic);
    } else if (error == Error::kImageWrongChip) {
      const formats::ChipFacts* other = formats::find_chip(header.chip_id);
      std::snprintf(
          words.data(), words.size(),
          "mismatch chip ID, expected %u, found %u: this board is an %s, the image is for "
          "%s. ",
          static_cast<unsigned>(chip.facts->id), header.chip_id, chip.facts->name.data(),
          other == nullptr ? "a chip that Rota does not know" : other->name.data());
    } else if (error == Error::kImageChipTooOld || error == Error::kImageChipTooNew) {
      std::snprintf(words.data(), words.size(),
                    "chip revision check failed. This chip is v%u.%u, the image is for v%u.%u to "
                    "v%u.%u. ",
                    chip.revision / 100U, chip.revision % 100U, header.min_chip_revision / 100U,
                    header.min_chip_revision % 100U, header.max_chip_revision / 100U,
                    header.max_chip_revision % 100U);
    }
    ESP_LOGE(tag, "%s%s", words.data(), sentences_of(error).c_str());
  }
  log_what_arrived(tag, first_bytes);
}

esp_err_t UpdateService::refuse_write(const char* tag, Error error, Bytes first_bytes) {
  const auto number = static_cast<unsigned>(error);
  const bool is_about_the_image = number >= 300 && number < 400;
  if (error != Error::kFirstByteWrong && !is_about_the_image) {
    log_refusal(tag, error);
    return esp_err_of(error);
  }
  log_image_refusal(tag, error, first_bytes);
  return ESP_ERR_OTA_VALIDATE_FAILED;
}

esp_err_t UpdateService::refuse_end(const char* tag, Error error, Error detail, Bytes first_bytes) {
  if (error != Error::kValidationFailed) {
    log_refusal(tag, error);
    return esp_err_of(error);
  }
  ESP_LOGE(tag, "New image failed verification");
  log_image_refusal(tag, detail, first_bytes);
  return ESP_ERR_OTA_VALIDATE_FAILED;
}

void UpdateService::log_what_is_not_verified(const char* tag) {
  if (!settings_.demand_signature) return;
  ESP_LOGW(tag,
           "The image carries a signature over its bytes, but neither the signature nor its "
           "key is verified on this board. A device with secure boot decides by itself.");
}

void UpdateService::log_what_arrived(const char* tag, Bytes first_bytes) {
  if (first_bytes.empty()) return;
  const formats::Identification content = formats::identify(first_bytes);
  if (content.kind == formats::ContentKind::kAppImage ||
      content.kind == formats::ContentKind::kNativeImage) {
    return;
  }
  std::array<char, 400> sentence{};
  const std::string_view said = formats::describe_content(content, sentence);
  ESP_LOGE(tag, "%.*s", static_cast<int>(said.size()), said.data());
}

}  // namespace rota::idf
