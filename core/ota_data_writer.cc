#include "core/ota_data_writer.h"

#include <algorithm>
#include <array>

#include "base/assert.h"

namespace rota::core {

using formats::OtaRecord;
using formats::OtaRecords;

namespace {

constexpr std::uint32_t kLabelOffset = 4;
constexpr std::uint32_t kCheckOffset = 28;
// A single cell between 0 and 1 reads the same so many times in a row once in 32,768 boots, and has
// to do so three times to be noticed.
constexpr int kReadsOfSettledRecord = 16;
constexpr int kTriesToSettle = 3;  // an erase can be reported and not have happened

// The smallest number that names `slot` and is not below `current` (spec 2.5), in 64 bits: the
// reference wraps here and then returns the blank marker or 0 (trap 6).
Result<std::uint32_t> sequence_at_or_above(std::uint64_t current,
                                           std::uint32_t slot,
                                           std::uint32_t slot_count) {
  const std::uint64_t base = (slot + 1) % slot_count;
  std::uint64_t sequence = base;
  if (current > base) {
    sequence = base + (current - base + slot_count - 1) / slot_count * slot_count;
  }
  if (sequence == 0) sequence += slot_count;
  if (sequence >= formats::kBlankSequence) return Error::kSequenceExhausted;
  return static_cast<std::uint32_t>(sequence);
}

// The next larger number that names the same slot for applications and for the bootloader.
Result<std::uint32_t> next_sequence_of_same_slot(std::uint32_t sequence,
                                                 std::uint32_t app_slots,
                                                 std::uint32_t boot_slots) {
  const std::uint32_t boot_slot = formats::slot_of(sequence, boot_slots);
  // Found after boot_slots steps at the latest, unless the numbers end before.
  for (std::uint64_t next = std::uint64_t{sequence} + app_slots; next < formats::kBlankSequence;
       next += app_slots) {
    const auto candidate = static_cast<std::uint32_t>(next);
    if (formats::slot_of(candidate, boot_slots) == boot_slot) return candidate;
  }
  return Error::kSequenceExhausted;
}

// Whether this record keeps `sequence`'s slot running when the other record is lost.
bool also_confirms_slot_of(const OtaRecord& record,
                           std::uint32_t sequence,
                           std::uint32_t app_slots,
                           std::uint32_t boot_slots) {
  return record.is_confirmed() &&
         formats::slot_of(record.sequence, app_slots) == formats::slot_of(sequence, app_slots) &&
         formats::slot_of(record.sequence, boot_slots) == formats::slot_of(sequence, boot_slots);
}

}  // namespace

Result<OtaRecords> OtaDataStore::read() const {
  OtaRecords records;
  for (int sector = 0; sector < 2; ++sector) {
    std::array<std::byte, formats::kOtaRecordBytes> bytes{};
    ROTA_TRY(flash_.read(sector_address(sector), bytes));
    records[static_cast<std::size_t>(sector)] = formats::decode_ota_record(bytes);
  }
  return records;
}

Result<bool> OtaDataStore::is_settled(int sector) const {
  std::array<std::byte, formats::kOtaRecordBytes> first{};
  ROTA_TRY(flash_.read(sector_address(sector), first));
  for (int reads = 1; reads < kReadsOfSettledRecord; ++reads) {
    std::array<std::byte, formats::kOtaRecordBytes> again{};
    ROTA_TRY(flash_.read(sector_address(sector), again));
    if (again != first) return false;
  }
  return true;
}

Result<unsigned> OtaDataStore::erase_unstable_records() {
  unsigned erased = 0;
  for (int sector = 0; sector < 2; ++sector) {
    for (int tries = 0; tries < kTriesToSettle; ++tries) {
      const Result<bool> settled = is_settled(sector);
      ROTA_TRY(settled);
      if (*settled) break;
      ROTA_TRY(erase_sector(sector));
      erased += tries == 0 ? 1U : 0U;
    }
  }
  return erased;
}

Status OtaDataStore::program_checked(FlashAddress to, Bytes bytes) {
  ROTA_ASSERT(bytes.size() <= formats::kOtaRecordBytes);
  ROTA_TRY(flash_.program(to, bytes));
  std::array<std::byte, formats::kOtaRecordBytes> storage{};
  const MutableBytes read_back = MutableBytes(storage).first(bytes.size());
  ROTA_TRY(flash_.read(to, read_back));
  if (!std::equal(bytes.begin(), bytes.end(), read_back.begin())) {
    return Error::kFlashVerifyMismatch;
  }
  return {};
}

// Takes a live record out of the race before its sector is erased: an erase that is cut short can
// leave any bits, so nothing in the sector may be selectable by then.
Status OtaDataStore::disarm(int sector) {
  std::array<std::byte, formats::kOtaRecordBytes> bytes{};
  ROTA_TRY(flash_.read(sector_address(sector), bytes));
  const OtaRecord record = formats::decode_ota_record(bytes);
  if (!record.check_is_good()) return {};
  constexpr std::array<std::byte, 4> kZero{};
  return program_checked(sector_address(sector) + kCheckOffset, kZero);
}

Status OtaDataStore::erase_sector(int sector) {
  return flash_.erase({sector_address(sector), kSectorBytes});
}

// An erase can be reported and not have happened. On what is left of an older sequence number the
// new one can become 0, and 0 with an erased check word is selectable.
Status OtaDataStore::check_erased(int sector) {
  std::array<std::byte, formats::kOtaRecordBytes> bytes{};
  ROTA_TRY(flash_.read(sector_address(sector), bytes));
  const bool is_blank =
      std::all_of(bytes.begin(), bytes.end(), [](std::byte b) { return b == std::byte{0xFF}; });
  return is_blank ? Status{} : Status{Error::kFlashEraseFailed};
}

Status OtaDataStore::erase_record(int sector) {
  if (policy_ == OtaDataWriting::kCutSafe) ROTA_TRY(disarm(sector));
  return erase_sector(sector);
}

Status OtaDataStore::write(int sector, const OtaRecord& record) {
  const std::array<std::byte, formats::kOtaRecordBytes> bytes = formats::encode(record);
  ROTA_TRY(erase_record(sector));
  const FlashAddress at = sector_address(sector);
  if (policy_ == OtaDataWriting::kInPlace) return flash_.program(at, bytes);
  ROTA_TRY(check_erased(sector));

  // State (with the label) first, then the sequence, then the check word: until the last one is
  // complete the record is not selectable, and by then its state is known to be right.
  const Bytes all(bytes);
  ROTA_TRY(
      program_checked(at + kLabelOffset, all.subspan(kLabelOffset, kCheckOffset - kLabelOffset)));
  ROTA_TRY(program_checked(at, all.first(kLabelOffset)));
  return program_checked(at + kCheckOffset, all.subspan(kCheckOffset));
}

Status OtaDataStore::erase_all() {
  if (policy_ == OtaDataWriting::kInPlace) return flash_.erase(partition_);
  const Result<OtaRecords> records = read();
  ROTA_TRY(records);
  const int last = formats::active_record(*records) == 1 ? 1 : 0;
  ROTA_TRY(erase_record(1 - last));
  ROTA_TRY(erase_record(last));
  const std::uint32_t rest = partition_.size_bytes - 2 * kSectorBytes;
  if (rest == 0) return {};
  return flash_.erase({partition_.start + 2 * kSectorBytes, rest});
}

Result<RecordPlacement> place_record(const OtaRecords& records,
                                     std::uint32_t slot,
                                     std::uint32_t app_slots,
                                     std::uint32_t boot_slots,
                                     OtaDataWriting policy,
                                     std::optional<std::uint32_t> running) {
  if (slot >= app_slots) return Error::kSlotNumberTooLarge;
  const int active = formats::active_record(records);
  if (active < 0) return RecordPlacement{0, slot + 1};

  const OtaRecord& current = records[static_cast<std::size_t>(active)];
  const OtaRecord& other = records[static_cast<std::size_t>(1 - active)];
  if (formats::slot_of(current.sequence, app_slots) == slot) {
    const bool may_rewrite = policy == OtaDataWriting::kInPlace || !current.is_confirmed() ||
                             (running && *running != slot) ||
                             also_confirms_slot_of(other, current.sequence, app_slots, boot_slots);
    if (may_rewrite) return RecordPlacement{active, current.sequence};
    const Result<std::uint32_t> next =
        next_sequence_of_same_slot(current.sequence, app_slots, boot_slots);
    ROTA_TRY(next);
    return RecordPlacement{1 - active, *next};
  }

  const Result<std::uint32_t> next = sequence_at_or_above(current.sequence, slot, app_slots);
  ROTA_TRY(next);
  const bool may_replace_other =
      policy == OtaDataWriting::kInPlace || !other.is_confirmed() || current.is_confirmed();
  return RecordPlacement{may_replace_other ? 1 - active : active, *next};
}

Result<RecordPlacement> place_confirmation(const OtaRecords& records,
                                           int active,
                                           std::uint32_t app_slots,
                                           std::uint32_t boot_slots,
                                           OtaDataWriting policy) {
  const OtaRecord& current = records[static_cast<std::size_t>(active)];
  const OtaRecord& other = records[static_cast<std::size_t>(1 - active)];
  if (policy == OtaDataWriting::kInPlace || !current.is_confirmed() ||
      also_confirms_slot_of(other, current.sequence, app_slots, boot_slots)) {
    return RecordPlacement{active, current.sequence};
  }
  const Result<std::uint32_t> next =
      next_sequence_of_same_slot(current.sequence, app_slots, boot_slots);
  ROTA_TRY(next);
  return RecordPlacement{1 - active, *next};
}

}  // namespace rota::core
