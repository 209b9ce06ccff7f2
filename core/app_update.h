// Updating a partition through handles: begin, write, end (spec 5.2, 5.3). The write side of the
// native API; what boots is core/boot_selection.h.
//
// Up to kMaxOpenUpdates handles are open at once; more is kTooManyHandles. Handle values count up
// from 1 and are not reused. Nothing here allocates. One task at a time may call, as in the
// reference.
#pragma once

#include <array>
#include <cstdint>

#include "base/result.h"
#include "core/boot_selection.h"
#include "core/slot_writer.h"
#include "core/update_settings.h"

namespace rota::core {

// As in esp_ota_ops.h: sizes that mean something else.
inline constexpr std::uint32_t kUpdateSizeUnknown = 0xFFFFFFFF;
inline constexpr std::uint32_t kUpdateSequentialWrites = 0xFFFFFFFE;

inline constexpr std::size_t kMaxOpenUpdates = 8;

class AppUpdate {
 public:
  // Borrows everything. `running`: the row of the image that executes, an app. `table_offset`
  // decides what counts as a bootloader image in place.
  AppUpdate(PartitionAccess& access,
            BootSelection& selection,
            const Partition& running,
            const UpdateSettings& settings)
      : access_(access), selection_(selection), running_(running), settings_(settings) {}

  // Opens a handle that writes `partition` (a row of the loaded table) from its start.
  // `image_size`: bytes to erase at once, 0 or kUpdateSizeUnknown = the whole partition, or
  // kUpdateSequentialWrites = erase as data arrive. Errors, in order: kNotAnOtaSlot,
  // kPartitionIsRunning, kRunningImageOnTrial, kUpdateInProgress, kTooManyHandles, erase errors (no
  // handle stays open then; the reference leaks it, trap 23).
  Result<std::uint32_t> begin(const Partition& partition, std::uint32_t image_size);

  // Opens a handle that goes on at `image_offset`. Errors: kInvalidArgument, then as begin().
  Result<std::uint32_t> resume(const Partition& partition,
                               std::uint32_t erase_size,
                               std::uint32_t image_offset);

  // Where the content is meant for; with `finalize_with_copy` end() copies it there.
  // Errors: kUnknownHandle, kDataAlreadyWritten: those of may_set_final().
  Status may_set_final(std::uint32_t handle) const;
  Status set_final(std::uint32_t handle, const Partition& final, bool finalize_with_copy);

  // Errors: kUnknownHandle and those of SlotWriter.
  Status write(std::uint32_t handle, Bytes bytes);
  Status write_at(std::uint32_t handle, std::uint32_t offset, Bytes bytes);

  // Verifies what was written, and closes the handle whatever the result. Errors: kUnknownHandle,
  // kNothingWritten, kTailNotWritten, kValidationFailed (detail() says why), copy errors.
  Status end(std::uint32_t handle);
  Status abort(std::uint32_t handle);

  bool is_open(std::uint32_t handle) const { return find(handle) != nullptr; }
  // The first bytes that arrived on this handle, for naming what they are; empty when unknown.
  Bytes first_bytes(std::uint32_t handle) const;

  // The reason behind the last kValidationFailed or refused first bytes.
  Error detail() const { return detail_; }

 private:
  struct Update final : SlotWriter::BeforeFirstChange {
    std::uint32_t handle = 0;  // 0 = free
    const Partition* staging = nullptr;
    const Partition* final = nullptr;
    bool finalize_with_copy = false;
    bool resumed = false;
    AppUpdate* owner = nullptr;
    SlotWriter writer;

    void about_to_change() override;
  };

  Update* find(std::uint32_t handle);
  const Update* find(std::uint32_t handle) const;
  Status check_may_update(const Partition& partition) const;
  Result<Update*> open(const Partition& partition, const SlotWriter::Plan& plan);
  void close(Update& update);
  void allow_dangerous_writes_as_needed();
  std::uint32_t bytes_taken(const Update& update) const;
  Status verify(const Update& update);
  Status verify_image_of(const Update& update, ImageKind kind);
  Status verify_table_of(const Update& update);

  PartitionAccess& access_;
  BootSelection& selection_;
  const Partition& running_;
  const UpdateSettings& settings_;
  std::array<Update, kMaxOpenUpdates> updates_{};
  std::uint32_t last_handle_ = 0;
  Error detail_ = Error::kValidationFailed;
};

}  // namespace rota::core
