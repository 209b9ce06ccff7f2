#include "formats/ota_data.h"

#include <algorithm>

#include "crypto/crc32.h"

namespace rota::formats {
namespace {

constexpr std::size_t kLabelOffset = 4;
constexpr std::size_t kStateOffset = 24;
constexpr std::size_t kCheckOffset = 28;

}  // namespace

std::string_view name_of(OtaState state) {
  switch (state) {
    case OtaState::kNew:
      return "NEW";
    case OtaState::kPendingVerify:
      return "PENDING_VERIFY";
    case OtaState::kValid:
      return "VALID";
    case OtaState::kInvalid:
      return "INVALID";
    case OtaState::kAborted:
      return "ABORTED";
    case OtaState::kUndefined:
      return "UNDEFINED";
  }
  return "unknown";
}

OtaRecord OtaRecord::blank() {
  OtaRecord record;
  record.label.fill(std::byte{0xFF});
  return record;
}

bool OtaRecord::check_is_good() const { return check == ota_check(sequence); }

std::uint32_t ota_check(std::uint32_t sequence) {
  std::array<std::byte, 4> bytes{};
  store_u32(bytes.data(), sequence);
  return crypto::crc32(bytes, 0xFFFFFFFF);
}

OtaRecord decode_ota_record(std::span<const std::byte, kOtaRecordBytes> bytes) {
  OtaRecord record;
  record.sequence = load_u32(bytes.data());
  std::copy_n(bytes.begin() + kLabelOffset, record.label.size(), record.label.begin());
  record.state = static_cast<OtaState>(load_u32(bytes.data() + kStateOffset));
  record.check = load_u32(bytes.data() + kCheckOffset);
  return record;
}

std::array<std::byte, kOtaRecordBytes> encode(const OtaRecord& record) {
  std::array<std::byte, kOtaRecordBytes> bytes{};
  store_u32(bytes.data(), record.sequence);
  std::copy(record.label.begin(), record.label.end(), bytes.begin() + kLabelOffset);
  store_u32(bytes.data() + kStateOffset, static_cast<std::uint32_t>(record.state));
  store_u32(bytes.data() + kCheckOffset, record.check);
  return bytes;
}

int active_record(const OtaRecords& records) {
  const bool first = records[0].is_selectable();
  const bool second = records[1].is_selectable();
  if (first && second) return records[0].sequence >= records[1].sequence ? 0 : 1;
  if (first) return 0;
  return second ? 1 : -1;
}

}  // namespace rota::formats
