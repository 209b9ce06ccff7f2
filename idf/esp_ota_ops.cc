// esp_ota_ops.h over core (spec section 5).
//
// Questions are silent; what is refused or fails is logged with its cause and the next step. Sizes
// are 32 bits wide, as on the chips: more is ESP_ERR_INVALID_SIZE.
#include "esp_ota_ops.h"

#include <algorithm>
#include <array>
#include <cstring>

#include "core/image_verifier.h"
#include "esp_log.h"
#include "idf/errors.h"
#include "idf/runtime.h"
#include "idf/update_service.h"

using rota::Bytes;
using rota::Error;
using rota::Result;
using rota::Status;
using rota::core::FlashAddress;
using rota::core::ImageKind;
using rota::core::Partition;
using rota::formats::OtaState;
using rota::idf::esp_err_of;
using rota::idf::FirstBytes;
using rota::idf::update_service;
using rota::idf::UpdateService;

namespace formats = rota::formats;

namespace {

constexpr const char* kTag = "esp_ota_ops";
constexpr std::size_t kLargest = 0xFFFFFFFF;
constexpr std::uint32_t kDescriptionOffset = formats::kDescriptionOffset;

esp_err_t refuse(Error error, esp_err_t code) {
  update_service().log_refusal(kTag, error);
  return code;
}
esp_err_t refuse(Error error) { return refuse(error, esp_err_of(error)); }

// The service with the table loaded, or nullptr; the log then says why.
UpdateService* ready() {
  UpdateService& service = update_service();
  if (service.load() != ESP_OK) return nullptr;
  if (!service.is_ready()) {
    ESP_LOGE(kTag,
             "The image that runs lies in no app partition of the table. The table was changed "
             "after this app was flashed. Flash a table that has a row for it.");
    return nullptr;
  }
  service.log_rollback_state();
  return &service;
}

esp_err_t opened(const Result<std::uint32_t>& handle, esp_ota_handle_t* out_handle) {
  if (!handle) return refuse(handle.error());
  *out_handle = *handle;
  return ESP_OK;
}

// Why the image that runs can not be confirmed or rejected.
esp_err_t refuse_verdict(Error error) {
  if (error == Error::kNoActiveRecord) {
    ESP_LOGE(kTag,
             "Running firmware is factory: OTA data select no slot, so there is nothing to "
             "confirm or to go back from. Only an app in an OTA slot needs it.");
    return ESP_FAIL;
  }
  return refuse(error);
}

esp_err_t set_boot(const esp_partition_t* partition, bool skip_validation) {
  if (partition == nullptr) return refuse(Error::kNullArgument);
  UpdateService* service = ready();
  if (service == nullptr) return ESP_ERR_NOT_FOUND;
  const Partition row = UpdateService::as_given(*partition);
  const Status status = service->selection().set_boot(row, skip_validation);
  if (status.ok()) {
    if (!skip_validation) service->log_what_is_not_verified(kTag);
    return ESP_OK;
  }
  if (status.error() != Error::kValidationFailed) return refuse(status.error());
  std::array<std::byte, formats::kImagePreambleBytes> first{};
  const Status read = service->access().read(row, 0, first);
  service->log_image_refusal(kTag, service->selection().detail(),
                             read.ok() ? Bytes(first) : Bytes{});
  return ESP_ERR_OTA_VALIDATE_FAILED;
}

esp_err_t reject_running() {
  UpdateService* service = ready();
  if (service == nullptr) return ESP_ERR_NOT_FOUND;
  const Status rejected = service->selection().reject();
  if (!rejected.ok()) return refuse_verdict(rejected.error());
  ESP_LOGI(kTag, "Rollback to previously worked partition.");
  return ESP_OK;
}

esp_err_t erase_inactive(bool image_too) {
  UpdateService* service = ready();
  if (service == nullptr) return ESP_FAIL;
  return esp_err_of(service->selection().erase_inactive_record(image_too));
}

std::uint8_t spi_mode_of_running(UpdateService& service) {
  const auto running = rota::core::read_app_description(service.access(), *service.running());
  return running ? running->spi_flash_mode : std::uint8_t{0};
}

}  // namespace

extern "C" {

esp_err_t esp_ota_begin(const esp_partition_t* partition,
                        size_t image_size,
                        esp_ota_handle_t* out_handle) {
  if (partition == nullptr || out_handle == nullptr) return refuse(Error::kNullArgument);
  UpdateService* service = ready();
  if (service == nullptr) return ESP_ERR_NOT_FOUND;
  const Partition* row = service->row_of(partition);
  if (row == nullptr) return refuse(Error::kPartitionNotFound);
  if (image_size > kLargest) return refuse(Error::kPartitionOverrun);
  return opened(service->update().begin(*row, static_cast<std::uint32_t>(image_size)), out_handle);
}

esp_err_t esp_ota_resume(const esp_partition_t* partition,
                         const size_t erase_size,
                         const size_t image_offset,
                         esp_ota_handle_t* out_handle) {
  if (partition == nullptr || out_handle == nullptr) return refuse(Error::kNullArgument);
  if (image_offset > partition->size) return refuse(Error::kInvalidArgument);
  UpdateService* service = ready();
  if (service == nullptr) return ESP_ERR_NOT_FOUND;
  const Partition* row = service->row_of(partition);
  if (row == nullptr) return refuse(Error::kPartitionNotFound);
  if (erase_size > kLargest) return refuse(Error::kPartitionOverrun);
  return opened(service->update().resume(*row, static_cast<std::uint32_t>(erase_size),
                                         static_cast<std::uint32_t>(image_offset)),
                out_handle);
}

esp_err_t esp_ota_set_final_partition(esp_ota_handle_t handle,
                                      const esp_partition_t* final_,
                                      bool finalize_with_copy) {
  if (final_ == nullptr) return refuse(Error::kNullArgument);
  UpdateService* service = ready();
  if (service == nullptr) return ESP_ERR_NOT_FOUND;
  const Status may = service->update().may_set_final(handle);
  if (!may.ok()) return refuse(may.error());
  const Partition* row = service->row_of(final_);
  if (row == nullptr) return refuse(Error::kPartitionNotFound);
  const Status set = service->update().set_final(handle, *row, finalize_with_copy);
  if (!set.ok()) return refuse(set.error());
  ESP_LOGI(kTag, "The update of this handle is meant for <%s>%s.", row->label_storage.data(),
           finalize_with_copy ? ", and is copied there when it is valid" : "");
  return ESP_OK;
}

esp_err_t esp_ota_write(esp_ota_handle_t handle, const void* data, size_t size) {
  if (data == nullptr) return refuse(Error::kNullArgument);
  if (size == 0) return ESP_OK;
  UpdateService* service = ready();
  if (service == nullptr || !service->update().is_open(handle)) {
    return refuse(Error::kUnknownHandle, ESP_ERR_INVALID_ARG);
  }
  if (size > kLargest) return refuse(Error::kPartitionOverrun);
  const Bytes bytes(static_cast<const std::byte*>(data), size);
  const Status status = service->update().write(handle, bytes);
  if (status.ok()) return ESP_OK;
  return service->refuse_write(kTag, status.error(), service->update().first_bytes(handle));
}

esp_err_t esp_ota_write_with_offset(esp_ota_handle_t handle,
                                    const void* data,
                                    size_t size,
                                    uint32_t offset) {
  if (data == nullptr) return refuse(Error::kNullArgument);
  UpdateService* service = ready();
  if (service == nullptr || !service->update().is_open(handle)) {
    return refuse(Error::kUnknownHandle, ESP_ERR_INVALID_ARG);
  }
  if (size > kLargest) return refuse(Error::kPartitionOverrun);
  const Bytes bytes(static_cast<const std::byte*>(data), size);
  const Status status = service->update().write_at(handle, offset, bytes);
  return status.ok() ? ESP_OK : refuse(status.error());
}

esp_err_t esp_ota_end(esp_ota_handle_t handle) {
  UpdateService* service = ready();
  if (service == nullptr) return ESP_ERR_NOT_FOUND;
  const FirstBytes first(service->update().first_bytes(handle));
  const Status status = service->update().end(handle);
  return status.ok()
             ? ESP_OK
             : service->refuse_end(kTag, status.error(), service->update().detail(), first.bytes());
}

esp_err_t esp_ota_abort(esp_ota_handle_t handle) {
  UpdateService* service = ready();
  if (service == nullptr) return ESP_ERR_NOT_FOUND;
  const Status status = service->update().abort(handle);
  return status.ok() ? ESP_OK : refuse(status.error());
}

esp_err_t esp_ota_set_boot_partition(const esp_partition_t* partition) {
  return set_boot(partition, false);
}

esp_err_t esp_ota_set_boot_partition_skip_validate(const esp_partition_t* partition) {
  return set_boot(partition, true);
}

const esp_partition_t* esp_ota_get_boot_partition(void) {
  UpdateService* service = ready();
  return service == nullptr ? nullptr : service->face_of(service->selection().boot_partition());
}

// The reference aborts when the table has no row for the image that runs; here the answer is NULL.
const esp_partition_t* esp_ota_get_running_partition(void) {
  UpdateService* service = ready();
  return service == nullptr ? nullptr : service->face_of(service->running());
}

// The reference asserts that start_from is in the table; here the answer is NULL.
const esp_partition_t* esp_ota_get_next_update_partition(const esp_partition_t* start_from) {
  UpdateService* service = ready();
  if (service == nullptr) return nullptr;
  const Partition* start = start_from == nullptr ? service->running() : service->row_of(start_from);
  if (start == nullptr) {
    static_cast<void>(refuse(Error::kPartitionNotFound));
    return nullptr;
  }
  return service->face_of(service->selection().next_update_partition(*start));
}

esp_err_t esp_ota_get_partition_description(const esp_partition_t* partition,
                                            esp_app_desc_t* app_desc) {
  static_assert(sizeof(esp_app_desc_t) == formats::kAppDescriptionBytes);
  if (partition == nullptr || app_desc == nullptr) return ESP_ERR_INVALID_ARG;
  if (partition->type != ESP_PARTITION_TYPE_APP) return ESP_ERR_NOT_SUPPORTED;
  const Status read =
      update_service().access().read(UpdateService::as_given(*partition), kDescriptionOffset,
                                     std::as_writable_bytes(std::span(app_desc, 1)));
  if (!read.ok()) return esp_err_of(read);
  return app_desc->magic_word == ESP_APP_DESC_MAGIC_WORD ? ESP_OK : ESP_ERR_NOT_FOUND;
}

esp_err_t esp_ota_get_bootloader_description(const esp_partition_t* bootloader_partition,
                                             esp_bootloader_desc_t* desc) {
  static_assert(sizeof(esp_bootloader_desc_t) == formats::kBootloaderDescriptionBytes);
  if (desc == nullptr) return ESP_ERR_INVALID_ARG;
  UpdateService& service = update_service();
  const rota::MutableBytes into = std::as_writable_bytes(std::span(desc, 1));
  const std::uint32_t primary = service.config().bootloader_offset;
  const Status read =
      bootloader_partition == nullptr
          ? service.platform().flash().read(FlashAddress{primary} + kDescriptionOffset, into)
          : service.access().read(UpdateService::as_given(*bootloader_partition),
                                  kDescriptionOffset, into);
  if (!read.ok()) return esp_err_of(read);
  return desc->magic_byte == ESP_BOOTLOADER_DESC_MAGIC_BYTE ? ESP_OK : ESP_ERR_NOT_FOUND;
}

uint8_t esp_ota_get_app_partition_count(void) {
  UpdateService& service = update_service();
  if (service.load() != ESP_OK) return 0;
  return static_cast<uint8_t>(rota::core::app_slot_count(service.rows()));
}

esp_err_t esp_ota_get_state_partition(const esp_partition_t* partition,
                                      esp_ota_img_states_t* ota_state) {
  if (partition == nullptr || ota_state == nullptr) return ESP_ERR_INVALID_ARG;
  UpdateService* service = ready();
  if (service == nullptr) return ESP_ERR_NOT_FOUND;
  const auto state = service->selection().state_of(UpdateService::as_given(*partition));
  if (state) {
    *ota_state = static_cast<esp_ota_img_states_t>(*state);
    return ESP_OK;
  }
  return state.error() == Error::kNoActiveRecord ? ESP_ERR_NOT_FOUND : esp_err_of(state.error());
}

esp_err_t esp_ota_mark_app_valid_cancel_rollback(void) {
  UpdateService* service = ready();
  if (service == nullptr) return ESP_ERR_NOT_FOUND;
  const Status status = service->selection().confirm();
  return status.ok() ? ESP_OK : refuse_verdict(status.error());
}

esp_err_t esp_ota_mark_app_invalid_rollback(void) { return reject_running(); }

esp_err_t esp_ota_mark_app_invalid_rollback_and_reboot(void) {
  const esp_err_t rejected = reject_running();
  if (rejected == ESP_OK) rota::idf::runtime().restart();
  return rejected;
}

bool esp_ota_check_rollback_is_possible(void) {
  UpdateService* service = ready();
  return service != nullptr && service->selection().rollback_is_possible();
}

const esp_partition_t* esp_ota_get_last_invalid_partition(void) {
  UpdateService* service = ready();
  if (service == nullptr) return nullptr;
  return service->face_of(service->selection().last_invalid_partition());
}

esp_err_t esp_ota_erase_last_boot_app_partition(void) { return erase_inactive(true); }

esp_err_t esp_ota_invalidate_inactive_ota_data_slot(void) { return erase_inactive(false); }

esp_err_t esp_ota_check_image_validity(esp_partition_type_t part_type,
                                       const esp_image_header_t* img_hdr,
                                       const esp_app_desc_t* app_desc) {
  static_assert(sizeof(esp_image_header_t) == formats::kImageHeaderBytes);
  if (img_hdr == nullptr) return refuse(Error::kNullArgument);
  const bool is_app = part_type == ESP_PARTITION_TYPE_APP;
  if (!is_app && part_type != ESP_PARTITION_TYPE_BOOTLOADER) return refuse(Error::kInvalidArgument);
  UpdateService* service = ready();
  if (service == nullptr) return ESP_ERR_NOT_FOUND;
  const Bytes bytes = std::as_bytes(std::span(img_hdr, 1));
  const Status fits = rota::core::check_image_fits_chip(
      formats::decode_image_header(bytes.first<formats::kImageHeaderBytes>()),
      is_app ? ImageKind::kApp : ImageKind::kBootloader, service->settings().chip);
  if (!fits.ok()) {
    service->log_image_refusal(kTag, fits.error(), bytes);
    return esp_err_of(fits);
  }
  if (!is_app || app_desc == nullptr || app_desc->spi_flash_mode == 0) return ESP_OK;
  const std::uint8_t running = spi_mode_of_running(*service);
  if (running == 0 || running == app_desc->spi_flash_mode) return ESP_OK;
  return refuse(Error::kImageSpiModeMismatch);
}

// Revoking a key is final and safe only when the app and the bootloader verify with another key.
// This library locates signatures but does not verify them, so it never burns the fuse.
esp_err_t esp_ota_revoke_secure_boot_public_key(esp_ota_secure_boot_public_key_index_t index) {
  UpdateService* service = ready();
  if (service == nullptr) return ESP_FAIL;
  if (!service->config().secure_boot) {
    ESP_LOGE(kTag, "No key was revoked: secure boot is not enabled on this device.");
    return ESP_FAIL;
  }
  if (index < SECURE_BOOT_PUBLIC_KEY_INDEX_0 || index > SECURE_BOOT_PUBLIC_KEY_INDEX_2) {
    return refuse(Error::kInvalidArgument);
  }
  if (service->settings().rollback) {
    const auto state = service->selection().state_of(*service->running());
    if (!state || *state != OtaState::kValid) {
      ESP_LOGE(kTag, "No key was revoked: the running app is not confirmed. Confirm it first.");
      return ESP_FAIL;
    }
  }
  if ((service->efuses().revoked_key_slots() >> index & 1U) != 0) return ESP_OK;
  ESP_LOGE(kTag,
           "No key was revoked: that the app and the bootloader verify with another key can "
           "not be checked on this board. Revoke it on the device itself.");
  return ESP_FAIL;
}

}  // extern "C"
