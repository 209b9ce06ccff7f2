// Which slot boots next, and in what state its image is: everything an application may ask of or do
// to OTA data (spec 5.4). The bootloader's side is core/boot_plan.h.
//
// Power contract: every change goes through OtaDataStore with the chosen policy. With kCutSafe a
// cut at any moment leaves either the old or the new selection.
#pragma once

#include <cstdint>
#include <optional>

#include "base/result.h"
#include "core/efuses.h"
#include "core/image_verifier.h"
#include "core/ota_data_writer.h"
#include "core/partition_access.h"

namespace rota::core {

struct UpdateSettings;

// The description at the start of a partition's image, from flash.
// Errors: kPartitionUnsupported (not an app), kDescriptionMissing, read errors.
Result<formats::AppDescription> read_app_description(const PartitionAccess& access,
                                                     const Partition& partition);

class BootSelection {
 public:
  // Borrows everything. `running` is the row of the image that executes.
  BootSelection(PartitionAccess& access,
                EFuses& efuses,
                const Partition& running,
                const UpdateSettings& settings)
      : access_(access), efuses_(efuses), running_(running), settings_(settings) {}

  // The partition boots next. A slot is verified first unless `skip_validation`; the factory
  // partition means: erase OTA data. Errors: kValidationFailed (detail() says why),
  // kInvalidArgument (not an app), kNotAnOtaSlot, kOtaDataMissing, kDescriptionMissing,
  // kSecureVersionWidth, kSecureVersionTooOld (the slot is erased, spec 5.4.2),
  // kSlotNumberTooLarge, kSequenceExhausted, flash errors.
  Status set_boot(const Partition& partition, bool skip_validation = false);

  // What OTA data ask for; looks at no image. nullptr: no OTA data or no app partition.
  const Partition* boot_partition() const;

  // Round robin by slot number after `start` (spec 5.4.5); nullptr: the table has no slot.
  const Partition* next_update_partition(const Partition& start) const;

  // The state recorded for a slot: sector 0 is looked at first, not the newest (trap 36).
  // Errors: kPartitionUnsupported (not an OTA slot), kOtaDataMissing, kNoActiveRecord.
  Result<formats::OtaState> state_of(const Partition& partition) const;

  // The slot of the rejected or aborted record with the smaller sequence, if its image still
  // verifies (trap 37); nullptr otherwise.
  const Partition* last_invalid_partition() const;

  // Confirms the image that runs; UNDEFINED is left as it is where the other record is the way back
  // (kCutSafe). When flash fails in the middle, the record may be gone: called again in the same
  // boot, confirm() and reject() finish what they began. Errors: kOtaDataMissing, kNoActiveRecord
  // (factory runs), kRunningIsNotActive (unless settings allow what the reference does),
  // kSecureVersionWidth, kSecureVersionBehind, flash errors.
  Status confirm();

  // Rejects the image that runs, in every record that names it; the caller restarts. Errors: as
  // confirm(), kRollbackImpossible.
  Status reject();

  bool rollback_is_possible() const;

  // Erases the record that is not in charge, if it names another slot than the running one; with
  // `image_too` that slot's content first (spec 5.4.14, 5.4.15). Errors: kNoActiveRecord when a
  // condition fails, flash errors.
  Status erase_inactive_record(bool image_too);

  // Whether the bootloader arms rollback, as far as flash tells: NEW seen at run time on the slot
  // that runs means it does not; PENDING_VERIFY means it does.
  enum class Rollback : std::uint8_t { kUnknown, kArmed, kNotArmed };
  Rollback observed_rollback() const;

  // The reason behind the last kValidationFailed.
  Error detail() const { return detail_; }

 private:
  struct View {  // OTA data with what is derived from them at once
    formats::OtaRecords records;
    int active = -1;
    std::uint32_t app_slots = 0;
  };
  // A verdict about the running image whose record flash failed to take. The record in its sector
  // may be gone, so that only this boot knows where it stood.
  struct Verdict {
    int sector = 0;
    formats::OtaRecord record;
  };
  Result<View> view() const;
  const Partition* ota_data_partition() const;
  OtaDataStore store() const;
  const Partition* slot(std::uint32_t number) const;
  // Of a view with slots: those are counted up to the first that is missing, so this one exists.
  const Partition& slot_named_by(const formats::OtaRecord& record, const View& view) const;
  bool is_cut_safe() const;
  // Of a view with an active record: cut-safe writing may leave two usable records of one slot.
  bool both_name_one_slot(const View& view) const;
  // Of a view with an active record: another image could start if the active one is rejected.
  bool has_way_back(const View& view) const;
  bool other_slot_is_confirmed(const View& view) const;
  bool verifies(const Partition& partition, Error* why = nullptr) const;
  std::uint32_t burned_version() const;
  bool is_not_below_burned_version(const Partition& partition) const;
  Status check_secure_version(const Partition& partition);
  Status check_version_fits(const Partition& partition) const;
  Status record_slot(const Partition& partition);
  Status write_verdict(const Verdict& verdict);
  bool has_unfinished(formats::OtaState state) const {
    return unfinished_ && unfinished_->record.state == state;
  }
  Status burn_as_confirmed();
  Status burn_running_version();

  PartitionAccess& access_;
  EFuses& efuses_;
  const Partition& running_;
  const UpdateSettings& settings_;
  Error detail_ = Error::kValidationFailed;
  std::optional<Verdict> unfinished_;  // until OTA data are written for another reason
  bool burn_is_unfinished_ = false;    // the record is VALID, its version is not burned yet
};

}  // namespace rota::core
