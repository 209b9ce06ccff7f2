#include "formats/nvs.h"

#include <algorithm>

#include "crypto/crc32.h"

namespace rota::formats {
namespace {

constexpr std::size_t kStateOffset = 0;
constexpr std::size_t kSequenceOffset = 4;
constexpr std::size_t kVersionOffset = 8;
constexpr std::size_t kHeaderCrcOffset = 28;

constexpr std::size_t kEntryCrcOffset = 4;
constexpr std::size_t kKeyOffset = 8;
constexpr std::size_t kDataOffset = 24;

using RawEntry = std::array<std::byte, kNvsEntryBytes>;

std::uint32_t header_crc(Bytes header) {
  return nvs_crc(header.subspan(kSequenceOffset, kHeaderCrcOffset - kSequenceOffset));
}

std::uint32_t entry_crc(Bytes entry) {
  return nvs_crc(entry.subspan(kKeyOffset), nvs_crc(entry.first(kEntryCrcOffset)));
}

}  // namespace

std::uint32_t nvs_crc(Bytes bytes, std::uint32_t previous) {
  return crypto::crc32(bytes, previous);
}

NvsPageHeader decode_nvs_header(std::span<const std::byte, kNvsEntryBytes> bytes) {
  NvsPageHeader header;
  header.state = static_cast<NvsPageState>(load_u32(bytes.data() + kStateOffset));
  header.sequence = load_u32(bytes.data() + kSequenceOffset);
  header.version = std::to_integer<std::uint8_t>(bytes[kVersionOffset]);
  header.crc_is_good = load_u32(bytes.data() + kHeaderCrcOffset) == header_crc(bytes);
  return header;
}

RawEntry encode_nvs_header(NvsPageState state, std::uint32_t sequence) {
  RawEntry bytes;
  bytes.fill(std::byte{0xFF});
  store_u32(bytes.data() + kStateOffset, static_cast<std::uint32_t>(state));
  store_u32(bytes.data() + kSequenceOffset, sequence);
  bytes[kVersionOffset] = std::byte{kNvsVersion};
  store_u32(bytes.data() + kHeaderCrcOffset, header_crc(bytes));
  return bytes;
}

void NvsEntryTable::program(std::uint32_t entry, NvsEntryState state) {
  const unsigned shift = 2 * (entry % 4);
  const unsigned cleared = (~static_cast<unsigned>(state) & 3U) << shift;
  bytes_[entry / 4] &= static_cast<std::byte>(~cleared & 0xFFU);
}

std::string_view name_of(NvsType type) {
  switch (type) {
    case NvsType::kU8:
      return "u8";
    case NvsType::kI8:
      return "i8";
    case NvsType::kU16:
      return "u16";
    case NvsType::kI16:
      return "i16";
    case NvsType::kU32:
      return "u32";
    case NvsType::kI32:
      return "i32";
    case NvsType::kU64:
      return "u64";
    case NvsType::kI64:
      return "i64";
    case NvsType::kFloat:
      return "float";
    case NvsType::kDouble:
      return "double";
    case NvsType::kString:
      return "string";
    case NvsType::kOldBlob:
      return "old blob";
    case NvsType::kBlobChunk:
      return "blob chunk";
    case NvsType::kBlobIndex:
      return "blob index";
    case NvsType::kAny:
      break;
  }
  return "unknown";
}

NvsKey::NvsKey(std::string_view name) : is_too_long_(name.size() > kNvsMaxKeyLength) {
  const Bytes kept = bytes_of(name.substr(0, kNvsMaxKeyLength));
  std::copy(kept.begin(), kept.end(), bytes_.begin());
}

NvsKey::NvsKey(std::span<const std::byte, 16> field) {
  std::copy(field.begin(), field.end(), bytes_.begin());
}

bool NvsKey::matches(const NvsKey& other) const {
  for (std::size_t i = 0; i < kNvsMaxKeyLength; ++i) {
    if (bytes_[i] != other.bytes_[i]) return false;
    if (bytes_[i] == std::byte{0}) return true;
  }
  return true;
}

bool NvsEntry::is_consistent_at(std::uint32_t entry_index) const {
  if (!crc_is_good) return false;
  switch (type) {
    case NvsType::kU8:
    case NvsType::kI8:
    case NvsType::kU16:
    case NvsType::kI16:
    case NvsType::kU32:
    case NvsType::kI32:
    case NvsType::kU64:
    case NvsType::kI64:
    case NvsType::kFloat:
    case NvsType::kDouble:
      return span == 1;
    case NvsType::kBlobIndex:
      return span == 1 && chunk == kNvsNoChunk && blob_bytes() <= kNvsMaxBlobBytes;
    case NvsType::kBlobChunk:
      if (chunk == kNvsNoChunk) return false;
      [[fallthrough]];
    case NvsType::kString:
    case NvsType::kOldBlob:
      return entry_index < kNvsEntryCount &&
             payload_bytes() <= (kNvsEntryCount - 1 - entry_index) * kNvsEntryBytes &&
             span == nvs_span_of(payload_bytes());
    case NvsType::kAny:
      break;
  }
  return false;
}

NvsEntry decode_nvs_entry(std::span<const std::byte, kNvsEntryBytes> bytes) {
  NvsEntry entry;
  entry.namespace_index = std::to_integer<std::uint8_t>(bytes[0]);
  entry.type = static_cast<NvsType>(std::to_integer<std::uint8_t>(bytes[1]));
  entry.span = std::to_integer<std::uint8_t>(bytes[2]);
  entry.chunk = std::to_integer<std::uint8_t>(bytes[3]);
  entry.key = NvsKey(bytes.subspan<kKeyOffset, 16>());
  std::copy_n(bytes.begin() + kDataOffset, entry.data.size(), entry.data.begin());
  entry.crc_is_good = load_u32(bytes.data() + kEntryCrcOffset) == entry_crc(bytes);
  return entry;
}

RawEntry encode(const NvsEntry& entry) {
  RawEntry bytes{};
  bytes[0] = std::byte{entry.namespace_index};
  bytes[1] = static_cast<std::byte>(entry.type);
  bytes[2] = std::byte{entry.span};
  bytes[3] = std::byte{entry.chunk};
  std::copy_n(entry.key.field().begin(), 16, bytes.begin() + kKeyOffset);
  std::copy(entry.data.begin(), entry.data.end(), bytes.begin() + kDataOffset);
  store_u32(bytes.data() + kEntryCrcOffset, entry_crc(bytes));
  return bytes;
}

std::array<std::byte, 8> nvs_scalar_field(Bytes value) {
  std::array<std::byte, 8> field;
  field.fill(std::byte{0xFF});
  std::copy_n(value.begin(), std::min(value.size(), field.size()), field.begin());
  return field;
}

std::array<std::byte, 8> nvs_payload_field(Bytes payload) {
  std::array<std::byte, 8> field;
  field.fill(std::byte{0xFF});
  store_u16(field.data(), static_cast<std::uint16_t>(payload.size()));
  store_u32(field.data() + 4, nvs_crc(payload));
  return field;
}

std::array<std::byte, 8> nvs_blob_index_field(std::uint32_t blob_bytes,
                                              std::uint8_t chunk_count,
                                              std::uint8_t first_chunk) {
  std::array<std::byte, 8> field;
  field.fill(std::byte{0xFF});
  store_u32(field.data(), blob_bytes);
  field[4] = std::byte{chunk_count};
  field[5] = std::byte{first_chunk};
  return field;
}

}  // namespace rota::formats
