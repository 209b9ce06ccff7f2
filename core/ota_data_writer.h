// Writing OTA data so that a power cut at any moment loses nothing that must boot.
//
// Two policies. kInPlace writes exactly as the reference does: erase the sector, write 32 bytes.
// kCutSafe (default) never erases a confirmed record (VALID or UNDEFINED with a good check word)
// unless the other sector already holds a confirmed record of what must run; before a live record's
// sector is erased its check word is programmed to 0 and read back; a new record gets its state
// first, is read back, then its sequence, then its check word. The reasons, transition by
// transition, are in docs/decisions/0002-cut-safe-ota-data.md; core/ota_data_writer_sweep_test.cc
// cuts power at every point of every transition.
#pragma once

#include <cstdint>
#include <optional>

#include "base/result.h"
#include "core/flash.h"
#include "formats/ota_data.h"

namespace rota::core {

enum class OtaDataWriting : std::uint8_t { kInPlace, kCutSafe };

// The OTA data partition on a chip: two records. Borrows the flash.
class OtaDataStore {
 public:
  OtaDataStore(Flash& flash, FlashRange partition, OtaDataWriting policy)
      : flash_(flash), partition_(partition), policy_(policy) {}

  bool is_large_enough() const { return partition_.size_bytes >= 2 * kSectorBytes; }

  // Erases each record that does not read the same every time, and returns how many there were. A
  // cut can leave cells between 0 and 1; in a check word they would let the choice of the image
  // change from boot to boot. Such a record's writing or erasing was cut, so with kCutSafe it is
  // not the confirmed one. For a bootloader, before it reads. Errors: those of the flash. Power
  // cut: the sector holds no stable record, or is erased.
  Result<unsigned> erase_unstable_records();
  Result<formats::OtaRecords> read() const;

  // Replaces the record in this sector. Errors: those of the flash, kFlashVerifyMismatch.
  // Power cut (kCutSafe): the sector then holds the old record, the new one, or one that is not
  // selectable; the other sector is untouched.
  Status write(int sector, const formats::OtaRecord& record);

  // Erases one record. Power cut as write().
  Status erase_record(int sector);

  // Erases the whole partition (the factory image is to boot). kCutSafe erases the record that is
  // not in charge first: a cut leaves the old selection or none.
  Status erase_all();

  OtaDataWriting policy() const { return policy_; }

 private:
  Result<bool> is_settled(int sector) const;
  Status erase_sector(int sector);
  Status check_erased(int sector);
  Status disarm(int sector);
  Status program_checked(FlashAddress to, Bytes bytes);
  FlashAddress sector_address(int sector) const {
    return partition_.start + static_cast<std::uint32_t>(sector) * kSectorBytes;
  }

  Flash& flash_;
  FlashRange partition_;
  OtaDataWriting policy_;
};

// Where the record of a newly chosen slot goes and what sequence number it gets.
struct RecordPlacement {
  int sector = 0;
  std::uint32_t sequence = 0;
};

// The placement for "boot this slot next" (spec 2.5) under a policy. `app_slots` is the count that
// applications use; `boot_slots` the bootloader's (trap 11): kCutSafe needs both to keep the slot.
// `running`: the slot whose image runs, if one does. When the slot in charge is chosen again and is
// not the one that runs, its record vouches for an image that was replaced, and is written over.
// Errors: kSlotNumberTooLarge, kSequenceExhausted.
Result<RecordPlacement> place_record(const formats::OtaRecords& records,
                                     std::uint32_t slot,
                                     std::uint32_t app_slots,
                                     std::uint32_t boot_slots,
                                     OtaDataWriting policy,
                                     std::optional<std::uint32_t> running = std::nullopt);

// The placement of "confirmed" for the active record: in place, unless that would erase the only
// confirmed record of the slot that must keep running. (A rejection is always in place: its record
// is not what must run.) Errors: kSequenceExhausted.
Result<RecordPlacement> place_confirmation(const formats::OtaRecords& records,
                                           int active,
                                           std::uint32_t app_slots,
                                           std::uint32_t boot_slots,
                                           OtaDataWriting policy);

}  // namespace rota::core
