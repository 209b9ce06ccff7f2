// The partition table (spec section 1): rows of 32 bytes at flash offset 0x8000 by default.
//
//   offset  size  field
//   0       2     magic    0x50AA (bytes AA 50); 0xEBEB marks the MD5 row
//   2       1     type
//   3       1     subtype
//   4       4     offset   absolute flash address
//   8       4     size     bytes
//   12      16    label    NUL padded; 16 characters have no NUL
//   28      4     flags    bit 0 encrypted, bit 1 read-only
//
// Three readers exist in the field and disagree on purpose (spec 1.3, 1.5, 1.6); each is one
// function here, named after who reads.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "base/bytes.h"
#include "base/result.h"
#include "crypto/md5.h"

namespace rota::formats {

enum class PartitionType : std::uint8_t {
  kApp = 0x00,
  kData = 0x01,
  kBootloader = 0x02,
  kPartitionTable = 0x03,
  kAny = 0xFF,  // wild card of the API; never on flash
};

// Subtypes, by type. Values of other types may coincide.
inline constexpr std::uint8_t kAppFactory = 0x00;
inline constexpr std::uint8_t kAppOtaFirst = 0x10;  // ota_0 .. ota_15 = 0x10 .. 0x1F
inline constexpr std::uint8_t kAppOtaLast = 0x1F;
inline constexpr std::uint8_t kAppTest = 0x20;
inline constexpr std::uint8_t kDataOta = 0x00;
inline constexpr std::uint8_t kDataPhy = 0x01;
inline constexpr std::uint8_t kDataNvs = 0x02;
inline constexpr std::uint8_t kDataUndefined = 0x06;
inline constexpr std::uint8_t kSubtypeAny = 0xFF;

inline constexpr std::uint32_t kDefaultTableOffset = 0x8000;
inline constexpr std::size_t kTableRowBytes = 32;
inline constexpr std::size_t kTableBytes = 0xC00;     // what is written and read
inline constexpr std::size_t kTableMaxRows = 96;      // rows that fit, MD5 row and end included
inline constexpr std::size_t kAppTableMaxRows = 128;  // the application walks the whole sector
inline constexpr std::uint32_t kMaxOtaSlots = 16;

struct PartitionRow {
  PartitionType type = PartitionType::kApp;
  std::uint8_t subtype = 0;
  std::uint32_t offset = 0;
  std::uint32_t size = 0;
  std::array<char, 17> label_storage{};  // always NUL terminated
  bool encrypted = false;
  bool readonly = false;

  std::string_view label() const { return label_storage.data(); }
  bool is_app() const { return type == PartitionType::kApp; }
  bool is_ota_slot() const { return is_app() && subtype >= kAppOtaFirst && subtype <= kAppOtaLast; }
  std::uint32_t end() const { return offset + size; }

  friend bool operator==(const PartitionRow&, const PartitionRow&) = default;
};

// Up to kAppTableMaxRows rows in table order; no heap.
class PartitionRows {
 public:
  std::size_t size() const { return count_; }
  bool empty() const { return count_ == 0; }
  const PartitionRow& operator[](std::size_t i) const { return rows_[i]; }
  PartitionRow& operator[](std::size_t i) { return rows_[i]; }
  const PartitionRow* begin() const { return rows_.data(); }
  const PartitionRow* end() const { return rows_.data() + count_; }
  [[nodiscard]] bool push_back(const PartitionRow& row) {
    if (count_ == rows_.size()) return false;
    rows_[count_++] = row;
    return true;
  }
  void clear() { count_ = 0; }

 private:
  std::array<PartitionRow, kAppTableMaxRows> rows_{};
  std::size_t count_ = 0;
};

// Judges a table as read_table_as_bootloader() does, a row at a time and without keeping any: what
// a device with little stack asks after it wrote a table.
class BootloaderTableCheck {
 public:
  explicit BootloaderTableCheck(std::uint32_t flash_bytes) : flash_bytes_(flash_bytes) {}

  // The next kTableRowBytes bytes. True: the table ends here and is good. Errors: as
  // read_table_as_bootloader(), kTableNoEnd at the row that would be one too many.
  Result<bool> next(Bytes row);
  // Rows that the bootloader counts, once next() said true.
  std::size_t row_count() const { return taken_ - (md5_seen_ ? 1U : 0U); }

 private:
  std::uint32_t flash_bytes_;
  crypto::Md5 covered_;
  std::size_t taken_ = 0;  // rows before the end
  bool md5_seen_ = false;
};

// What the bootloader (and the update of a table) accepts: spec 1.5. `table` holds at least
// kTableBytes. The rows are those that its callers iterate, indices 0 .. count-1, MD5 row included
// when rows follow it (trap 41); such an entry has the raw fields of the MD5 row.
// Errors: kTableRowBeyondFlash (INVALID_SIZE), kTableBadMagic, kTableMd5Mismatch,
// kTableSecondMd5, kTableNoEnd (all INVALID_STATE).
Result<PartitionRows> read_table_as_bootloader(Bytes table, std::uint32_t flash_bytes);

// What an application accepts: spec 1.6. `table` holds up to 0x1000 bytes.
// Errors: kTableNoMd5 (NOT_FOUND), kTableMd5Mismatch (INVALID_STATE).
Result<PartitionRows> read_table_as_app(Bytes table, bool md5_required = true);

// What the host tool accepts, strictly: spec 1.3 "Decoding". `table` is any length.
// Errors: kTableTruncated, kTableBadMagic, kTableMd5Mismatch, kTableLabelNotText, kTableNoEnd.
Result<PartitionRows> read_table_as_tool(Bytes table, bool md5_enabled = true);

// Encodes rows in the given order, then the MD5 row unless switched off, then FF up to kTableBytes.
// Errors: kTableTooManyRows (more than 94 with MD5, 95 without).
Status write_table(const PartitionRows& rows,
                   bool with_md5,
                   std::span<std::byte, kTableBytes> into);

// "app", "data", "bootloader", "partition_table", or empty when the type has no keyword.
std::string_view type_keyword(PartitionType type);
// "factory", "ota_0", "nvs", ... or empty when this subtype has no keyword.
std::string_view subtype_keyword(PartitionType type, std::uint8_t subtype);

}  // namespace rota::formats
