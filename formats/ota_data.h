// OTA data: which slot boots, and in what state its image is (spec section 2).
//
// The partition data/ota holds two records, one at the start of each of its first two 4 KiB
// sectors.
//
//   offset  size  field
//   0       4     sequence   1-based; slot = (sequence - 1) mod slot count; FFFFFFFF = blank
//   4       20    label      never interpreted, kept as read
//   24      4     state      OtaState; any other value counts as "not invalid"
//   28      4     check      CRC-32 over the four sequence bytes only
//
// The check word does not cover state and label: that is the format, and every tool must live with
// it. A record with sequence 0 and an erased check word is valid (trap 5).
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "base/bytes.h"

namespace rota::formats {

enum class OtaState : std::uint32_t {
  kNew = 0,
  kPendingVerify = 1,
  kValid = 2,
  kInvalid = 3,
  kAborted = 4,
  kUndefined = 0xFFFFFFFF,
};

// "NEW", "PENDING_VERIFY", ... or "unknown" for a value outside the enumeration.
std::string_view name_of(OtaState state);

inline constexpr std::uint32_t kBlankSequence = 0xFFFFFFFF;
inline constexpr std::size_t kOtaRecordBytes = 32;

struct OtaRecord {
  std::uint32_t sequence = kBlankSequence;
  std::array<std::byte, 20> label{};      // of a fresh record: all FF; see blank()
  OtaState state = OtaState::kUndefined;  // may hold a value outside the enumeration
  std::uint32_t check = 0xFFFFFFFF;

  static OtaRecord blank();

  bool check_is_good() const;
  // Spec 2.3 "invalid": blank sequence, INVALID or ABORTED. The check word plays no part.
  bool is_rejected() const {
    return sequence == kBlankSequence || state == OtaState::kInvalid || state == OtaState::kAborted;
  }
  // Spec 2.3 "valid": selectable.
  bool is_selectable() const { return !is_rejected() && check_is_good(); }
  // VALID or UNDEFINED with a good check word: an image that needs no trial.
  bool is_confirmed() const {
    return sequence != kBlankSequence && check_is_good() &&
           (state == OtaState::kValid || state == OtaState::kUndefined);
  }

  friend bool operator==(const OtaRecord&, const OtaRecord&) = default;
};

// The check word of a sequence number (ROM crc32_le with start value FFFFFFFF; spec 2.2).
std::uint32_t ota_check(std::uint32_t sequence);

OtaRecord decode_ota_record(std::span<const std::byte, kOtaRecordBytes> bytes);
std::array<std::byte, kOtaRecordBytes> encode(const OtaRecord& record);

using OtaRecords = std::array<OtaRecord, 2>;

// The record in charge: among the selectable ones the larger sequence, on a tie sector 0; -1 =
// none.
int active_record(const OtaRecords& records);

// The slot that a sequence number names, in unsigned 32-bit arithmetic. slot_count > 0.
constexpr std::uint32_t slot_of(std::uint32_t sequence, std::uint32_t slot_count) {
  return (sequence - 1) % slot_count;
}

}  // namespace rota::formats
