// NVS, the key-value storage of ESP-IDF: one page (spec/nvs 1 to 3).
//
// A page is one flash sector of 4096 bytes:
//
//   offset  size  part
//   0       32    header
//   32      32    entry state table: 2 bits per entry, entry i in byte i/4, bits 2*(i%4)
//   64      4032  126 entries of 32 bytes
//
//   header  0   4   state word: each state is reached from the one before by clearing one bit
//           4   4   sequence number: the order of the pages
//           8   1   version: FE = 2; newer formats count down
//           9   19  FF
//           28  4   CRC of bytes 4..27
//
//   entry   0   1   namespace index; 0 = the table of namespaces
//           1   1   type
//           2   1   span: entries of the item, this one included
//           3   1   chunk index; FF for everything but blob data
//           4   4   CRC of bytes 0..3 and 8..31
//           8   16  key, NUL padded
//           24  8   data: a scalar, or size and CRC of the payload in the entries that follow
//
// NOR flash only clears bits, hence states that count down, a table that is programmed two bits at
// a time, and values that are never changed in place: the new item is written, then the old one is
// marked erased. The CRC is over plain text; with NVS encryption each entry is a unit of its own.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "base/bytes.h"

namespace rota::formats {

inline constexpr std::uint32_t kNvsPageBytes = 4096;
inline constexpr std::uint32_t kNvsEntryBytes = 32;
inline constexpr std::uint32_t kNvsEntryCount = 126;
inline constexpr std::uint32_t kNvsTableOffset = 32;
inline constexpr std::uint32_t kNvsFirstEntryOffset = 64;
inline constexpr std::uint8_t kNvsVersion = 0xFE;

inline constexpr std::uint32_t kNvsMaxKeyLength = 15;
inline constexpr std::uint32_t kNvsMaxChunkBytes = 4000;  // also the longest string, NUL included
inline constexpr std::uint32_t kNvsMaxBlobChunks = 127;
inline constexpr std::uint32_t kNvsMaxBlobBytes = kNvsMaxBlobChunks * kNvsMaxChunkBytes;

inline constexpr std::uint8_t kNvsNamespaceTable = 0;
inline constexpr std::uint8_t kNvsMaxNamespaces = 254;  // indices 1..254
inline constexpr std::uint8_t kNvsAnyNamespace = 255;
inline constexpr std::uint8_t kNvsNoChunk = 0xFF;
// The two versions of a blob: its chunks are numbered from one of these.
inline constexpr std::uint8_t kNvsFirstBlobVersion = 0x00;
inline constexpr std::uint8_t kNvsSecondBlobVersion = 0x80;

// ROM crc32_le with start value FFFFFFFF; chain with the previous result.
std::uint32_t nvs_crc(Bytes bytes, std::uint32_t previous = 0xFFFFFFFF);

enum class NvsPageState : std::uint32_t {
  kUninitialized = 0xFFFFFFFF,
  kActive = 0xFFFFFFFE,
  kFull = 0xFFFFFFFC,
  kFreeing = 0xFFFFFFF8,  // its items are being copied to another page
};

struct NvsPageHeader {
  NvsPageState state = NvsPageState::kUninitialized;  // may hold a value outside the enumeration
  std::uint32_t sequence = 0;
  std::uint8_t version = kNvsVersion;
  bool crc_is_good = true;

  bool is_in_use() const {
    return state == NvsPageState::kActive || state == NvsPageState::kFull ||
           state == NvsPageState::kFreeing;
  }
};
NvsPageHeader decode_nvs_header(std::span<const std::byte, kNvsEntryBytes> bytes);
std::array<std::byte, kNvsEntryBytes> encode_nvs_header(NvsPageState state, std::uint32_t sequence);

enum class NvsEntryState : std::uint8_t { kErased = 0, kIllegal = 1, kWritten = 2, kEmpty = 3 };

// The entry state table. It is programmed in words of 16 entries.
class NvsEntryTable {
 public:
  static constexpr std::uint32_t kEntriesPerWord = 16;

  NvsEntryTable() { clear(); }
  void clear() { bytes_.fill(std::byte{0xFF}); }
  MutableBytes bytes() { return bytes_; }

  NvsEntryState state(std::uint32_t entry) const {
    return static_cast<NvsEntryState>(
        (std::to_integer<unsigned>(bytes_[entry / 4]) >> (2 * (entry % 4))) & 3U);
  }
  bool is_written(std::uint32_t entry) const { return state(entry) == NvsEntryState::kWritten; }
  // Only bits of `state` that are 0 take effect, as in flash.
  void program(std::uint32_t entry, NvsEntryState state);
  // The four bytes with this entry's state.
  Bytes word_of(std::uint32_t entry) const {
    return Bytes(bytes_).subspan(entry / kEntriesPerWord * 4, 4);
  }
  static constexpr std::uint32_t offset_of_word(std::uint32_t entry) {
    return kNvsTableOffset + entry / kEntriesPerWord * 4;
  }

 private:
  std::array<std::byte, 32> bytes_;
};

enum class NvsType : std::uint8_t {
  kU8 = 0x01,
  kI8 = 0x11,
  kU16 = 0x02,
  kI16 = 0x12,
  kU32 = 0x04,
  kI32 = 0x14,
  kU64 = 0x08,
  kI64 = 0x18,
  kFloat = 0x24,
  kDouble = 0x28,
  kString = 0x21,
  kOldBlob = 0x41,  // one item, as ESP-IDF before 3.2 wrote it: read, replaced, never written
  kBlobChunk = 0x42,
  kBlobIndex = 0x48,
  kAny = 0xFF,  // wild card of searches; never on flash
};
// "u8", "string", "blob chunk", ... or "unknown" for a value outside the enumeration.
std::string_view name_of(NvsType type);
constexpr bool is_scalar(NvsType type) {
  return type != NvsType::kString && type != NvsType::kOldBlob && type != NvsType::kBlobChunk &&
         type != NvsType::kBlobIndex && type != NvsType::kAny;
}
// Items with payload in the entries that follow.
constexpr bool has_payload(NvsType type) {
  return type == NvsType::kString || type == NvsType::kOldBlob || type == NvsType::kBlobChunk;
}
constexpr std::uint32_t scalar_bytes(NvsType type) { return static_cast<unsigned>(type) & 0x0FU; }

// A key as it lies in an entry: at most 15 characters and NUL. Longer names are cut: ESP-IDF finds
// an item by the first 15 characters and refuses a longer name only when it writes.
class NvsKey {
 public:
  NvsKey() = default;
  explicit NvsKey(std::string_view name);
  explicit NvsKey(std::span<const std::byte, 16> field);

  bool is_too_long() const { return is_too_long_; }
  Bytes field() const { return bytes_; }
  std::string_view name() const { return text_field(Bytes(bytes_)); }
  // Equal in the first 15 characters.
  bool matches(const NvsKey& other) const;

 private:
  std::array<std::byte, 16> bytes_{};
  bool is_too_long_ = false;
};

// The first entry of an item, decoded. `data` is interpreted by the functions below, by type.
struct NvsEntry {
  std::uint8_t namespace_index = 0;
  NvsType type = NvsType::kAny;  // may hold a value outside the enumeration
  std::uint8_t span = 1;
  std::uint8_t chunk = kNvsNoChunk;
  NvsKey key;
  std::array<std::byte, 8> data{};
  bool crc_is_good = true;

  // Of items with payload: bytes, and the CRC of them.
  std::uint32_t payload_bytes() const { return load_u16(data.data()); }
  std::uint32_t payload_crc() const { return load_u32(data.data() + 4); }
  // Of a blob index.
  std::uint32_t blob_bytes() const { return load_u32(data.data()); }
  std::uint8_t chunk_count() const { return std::to_integer<std::uint8_t>(data[4]); }
  std::uint8_t first_chunk() const { return std::to_integer<std::uint8_t>(data[5]); }

  // The header agrees with itself and with its place on the page; false for entries that must be
  // dropped (spec 3).
  bool is_consistent_at(std::uint32_t entry_index) const;
};

constexpr std::uint32_t nvs_span_of(std::uint32_t payload_bytes) {
  return 1 + (payload_bytes + kNvsEntryBytes - 1) / kNvsEntryBytes;
}

NvsEntry decode_nvs_entry(std::span<const std::byte, kNvsEntryBytes> bytes);
// The bytes with their CRC; crc_is_good plays no part.
std::array<std::byte, kNvsEntryBytes> encode(const NvsEntry& entry);

// Data fields.
std::array<std::byte, 8> nvs_scalar_field(Bytes value);
std::array<std::byte, 8> nvs_payload_field(Bytes payload);
std::array<std::byte, 8> nvs_blob_index_field(std::uint32_t blob_bytes,
                                              std::uint8_t chunk_count,
                                              std::uint8_t first_chunk);

}  // namespace rota::formats
