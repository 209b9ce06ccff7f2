// Everything about partitions and updates of one boot: the loaded table, the core objects over it,
// and the ESP-IDF view of its rows. Owned by the Runtime; esp_partition.cc, esp_ota_ops.cc and
// esp_https_ota.cc are thin over it.
#pragma once

#include <algorithm>
#include <array>
#include <bitset>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>

#include "core/app_update.h"
#include "core/boot_selection.h"
#include "core/emulated_efuses.h"
#include "core/partition_access.h"
#include "esp_err.h"
#include "esp_partition.h"
#include "formats/app_image.h"
#include "formats/partition_table.h"
#include "idf/config.h"
#include "idf/platform.h"
#include "idf/update_times.h"

namespace rota::idf {

// The first bytes that arrived on a handle, kept because the call that refuses them may close it.
class FirstBytes {
 public:
  explicit FirstBytes(Bytes bytes) : count_(std::min(bytes.size(), storage_.size())) {
    std::copy_n(bytes.begin(), count_, storage_.begin());
  }
  Bytes bytes() const { return Bytes(storage_).first(count_); }

 private:
  std::array<std::byte, formats::kImagePreambleBytes> storage_{};
  std::size_t count_;
};

class UpdateService {
 public:
  UpdateService(Platform& platform, const Config& config);
  UpdateService(const UpdateService&) = delete;
  UpdateService& operator=(const UpdateService&) = delete;

  // Loads the table on first use; a failure is retried at the next call (spec 1.6).
  esp_err_t load();
  // Forgets the table; pointers handed out before become stale, as in the reference.
  void unload();

  const formats::PartitionRows& rows() const { return rows_; }
  const esp_partition_t* face_of(const core::Partition* row) const;
  const esp_partition_t* face_at(std::size_t index) const { return &faces_[index]; }
  // Rows by index: those of the table, then registered ones; a deregistered one is not listed.
  std::size_t count() const { return rows_.size(); }
  bool is_listed(std::size_t index) const { return !holes_[index]; }
  // The row that equals what is given (spec 9.3), or nullptr.
  const core::Partition* row_of(const esp_partition_t* partition) const;
  // A row made of the caller's own struct, for calls that use it as given (set_boot).
  static core::Partition as_given(const esp_partition_t& partition);

  Result<const core::Partition*> register_external(const core::Partition& row);
  Status deregister(const core::Partition& row);

  // The row of the image that executes; nullptr when the table does not hold it.
  const core::Partition* running() const { return running_; }

  core::PartitionAccess& access() { return access_; }
  // The chip's, or emulated ones.
  core::EFuses& efuses();
  TimedFlash& flash() { return flash_; }
  // Only after load() succeeded and running() is known.
  core::BootSelection& selection() { return *selection_; }
  core::AppUpdate& update() { return *update_; }
  const core::UpdateSettings& settings() const { return settings_; }
  core::UpdateSettings& settings_for_test() { return settings_; }
  Platform& platform() { return platform_; }
  const Config& config() const { return config_; }
  bool is_ready() { return load() == ESP_OK && selection_.has_value(); }

  // Copies of flash handed out by esp_partition_mmap; freed with the boot.
  std::uint32_t remember_mapping(void* copy);
  void* forget_mapping(std::uint32_t handle);

  // Says whether rollback is armed, as far as flash shows it; only the first call of a boot does.
  void log_rollback_state();

  // One line in the log about an error: what happened, the likely cause and what to do next.
  void log_refusal(const char* tag, Error error);
  // The same about an image that is refused: with the values that do not fit, and what arrived
  // instead of an image, if that can be told. Begins with the words that ESP-IDF's log has for the
  // case, where scripts wait for them (spec 8.5).
  void log_image_refusal(const char* tag, Error error, Bytes first_bytes);
  // After an image was accepted in a project that demands signatures.
  void log_what_is_not_verified(const char* tag);

  // The code for a failed AppUpdate::write or ::end, after a line in the log. All that is wrong
  // with an image has one code there.
  esp_err_t refuse_write(const char* tag, Error error, Bytes first_bytes);
  // `detail`: the reason behind kValidationFailed.
  esp_err_t refuse_end(const char* tag, Error error, Error detail, Bytes first_bytes);

 private:
  void build_faces();
  void find_running();
  void log_what_arrived(const char* tag, Bytes first_bytes);

  Platform& platform_;
  const Config& config_;
  core::UpdateSettings settings_;
  formats::PartitionRows rows_;
  std::size_t rows_from_table_ = 0;
  bool is_loaded_ = false;
  std::array<esp_partition_t, formats::kAppTableMaxRows> faces_{};
  // Deregistered rows keep their place, so that pointers to those behind them stay right.
  std::bitset<formats::kAppTableMaxRows> holes_;
  TimedFlash flash_;
  core::PartitionAccess access_;
  const core::Partition* running_ = nullptr;
  std::optional<core::EmulatedEFuses> emulated_efuses_;
  std::optional<core::BootSelection> selection_;
  std::optional<core::AppUpdate> update_;
  struct Freed {
    void operator()(void* memory) const;
  };
  std::map<std::uint32_t, std::unique_ptr<void, Freed>> mappings_;
  std::uint32_t last_mapping_ = 0;
  bool rollback_state_is_told_ = false;
};

// The service of this boot.
UpdateService& update_service();

}  // namespace rota::idf
