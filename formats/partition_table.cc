#include "formats/partition_table.h"

#include <algorithm>

#include "base/assert.h"
#include "crypto/md5.h"
#include "formats/partition_csv_text.h"

namespace rota::formats {
namespace {

constexpr std::uint16_t kRowMagic = 0x50AA;
constexpr std::uint16_t kMd5Magic = 0xEBEB;
constexpr std::uint16_t kEndMagic = 0xFFFF;
constexpr std::size_t kLabelBytes = 16;
constexpr std::size_t kMd5Offset = 16;
constexpr std::uint32_t kFlagEncrypted = 1U << 0U;
constexpr std::uint32_t kFlagReadonly = 1U << 1U;

Bytes row_bytes(Bytes table, std::size_t index) {
  return table.subspan(index * kTableRowBytes, kTableRowBytes);
}

// The fields as they stand, whatever the magic says.
PartitionRow decode_row(Bytes bytes) {
  PartitionRow row;
  row.type = static_cast<PartitionType>(std::to_integer<std::uint8_t>(bytes[2]));
  row.subtype = std::to_integer<std::uint8_t>(bytes[3]);
  row.offset = load_u32(&bytes[4]);
  row.size = load_u32(&bytes[8]);
  // Up to the first NUL, so that what follows it makes no two rows different.
  const std::string_view label = text_field(bytes.subspan(12, kLabelBytes));
  std::copy(label.begin(), label.end(), row.label_storage.begin());
  const std::uint32_t flags = load_u32(&bytes[28]);
  row.encrypted = (flags & kFlagEncrypted) != 0;
  row.readonly = (flags & kFlagReadonly) != 0;
  return row;
}

void encode_row(const PartitionRow& row, std::byte* into) {
  store_u16(into, kRowMagic);
  into[2] = static_cast<std::byte>(row.type);
  into[3] = static_cast<std::byte>(row.subtype);
  store_u32(into + 4, row.offset);
  store_u32(into + 8, row.size);
  std::memcpy(into + 12, row.label_storage.data(), kLabelBytes);
  store_u32(into + 28, (row.encrypted ? kFlagEncrypted : 0U) | (row.readonly ? kFlagReadonly : 0U));
}

bool md5_matches(Bytes covered, Bytes md5_row) {
  const crypto::Md5Digest digest = crypto::md5(covered);
  return std::equal(digest.begin(), digest.end(), md5_row.begin() + kMd5Offset);
}

bool all_erased(Bytes bytes) {
  return std::all_of(bytes.begin(), bytes.end(), [](std::byte b) { return b == std::byte{0xFF}; });
}

// The first `count` rows, decoded where they are returned: the only return, so that they are not on
// the stack a second time.
Result<PartitionRows> decode_rows(Bytes table, std::size_t count) {
  ROTA_ASSERT(count <= kAppTableMaxRows);
  Result<PartitionRows> rows{std::in_place};
  for (std::size_t i = 0; i < count; ++i) {
    static_cast<void>(rows->push_back(decode_row(row_bytes(table, i))));
  }
  return rows;
}

struct Keyword {
  PartitionType type;
  std::uint8_t subtype;
  std::string_view word;
};

constexpr Keyword kSubtypes[] = {
    {PartitionType::kApp, 0x00, "factory"},
    {PartitionType::kApp, 0x10, "ota_0"},
    {PartitionType::kApp, 0x11, "ota_1"},
    {PartitionType::kApp, 0x12, "ota_2"},
    {PartitionType::kApp, 0x13, "ota_3"},
    {PartitionType::kApp, 0x14, "ota_4"},
    {PartitionType::kApp, 0x15, "ota_5"},
    {PartitionType::kApp, 0x16, "ota_6"},
    {PartitionType::kApp, 0x17, "ota_7"},
    {PartitionType::kApp, 0x18, "ota_8"},
    {PartitionType::kApp, 0x19, "ota_9"},
    {PartitionType::kApp, 0x1A, "ota_10"},
    {PartitionType::kApp, 0x1B, "ota_11"},
    {PartitionType::kApp, 0x1C, "ota_12"},
    {PartitionType::kApp, 0x1D, "ota_13"},
    {PartitionType::kApp, 0x1E, "ota_14"},
    {PartitionType::kApp, 0x1F, "ota_15"},
    {PartitionType::kApp, 0x20, "test"},
    {PartitionType::kApp, 0x30, "tee_0"},
    {PartitionType::kApp, 0x31, "tee_1"},
    {PartitionType::kData, 0x00, "ota"},
    {PartitionType::kData, 0x01, "phy"},
    {PartitionType::kData, 0x02, "nvs"},
    {PartitionType::kData, 0x03, "coredump"},
    {PartitionType::kData, 0x04, "nvs_keys"},
    {PartitionType::kData, 0x05, "efuse"},
    {PartitionType::kData, 0x06, "undefined"},
    {PartitionType::kData, 0x80, "esphttpd"},
    {PartitionType::kData, 0x81, "fat"},
    {PartitionType::kData, 0x82, "spiffs"},
    {PartitionType::kData, 0x83, "littlefs"},
    {PartitionType::kData, 0x90, "tee_ota"},
    {PartitionType::kBootloader, 0x00, "primary"},
    {PartitionType::kBootloader, 0x01, "ota"},
    {PartitionType::kBootloader, 0x02, "recovery"},
    {PartitionType::kPartitionTable, 0x00, "primary"},
    {PartitionType::kPartitionTable, 0x01, "ota"},
};

struct TypeWord {
  PartitionType type;
  std::string_view word;
};

constexpr TypeWord kTypes[] = {
    {PartitionType::kApp, "app"},
    {PartitionType::kData, "data"},
    {PartitionType::kBootloader, "bootloader"},
    {PartitionType::kPartitionTable, "partition_table"},
};

}  // namespace

Result<bool> BootloaderTableCheck::next(Bytes row) {
  if (taken_ == kTableMaxRows) return Error::kTableNoEnd;
  const std::uint16_t magic = load_u16(row.data());
  if (magic == kRowMagic) {
    const std::uint32_t offset = load_u32(&row[4]);
    const std::uint32_t size = load_u32(&row[8]);
    if (offset > flash_bytes_ || size > flash_bytes_ - offset) return Error::kTableRowBeyondFlash;
    covered_.update(row);
  } else if (magic == kMd5Magic) {
    if (md5_seen_) return Error::kTableSecondMd5;
    const crypto::Md5Digest digest = covered_.finish();
    if (!std::equal(digest.begin(), digest.end(), row.begin() + kMd5Offset)) {
      return Error::kTableMd5Mismatch;
    }
    md5_seen_ = true;
  } else if (magic == kEndMagic && row[2] == std::byte{0xFF} && row[3] == std::byte{0xFF} &&
             taken_ != 0) {
    return true;
  } else {
    return Error::kTableBadMagic;
  }
  ++taken_;
  return false;
}

Result<PartitionRows> read_table_as_bootloader(Bytes table, std::uint32_t flash_bytes) {
  BootloaderTableCheck check(flash_bytes);
  const std::size_t limit = std::min(table.size() / kTableRowBytes, kTableMaxRows);
  for (std::size_t i = 0; i < limit; ++i) {
    const Result<bool> ended = check.next(row_bytes(table, i));
    ROTA_TRY(ended);
    if (!*ended) continue;
    // The reference counts one row less when there was an MD5 row, wherever it stood (trap 41).
    if (check.row_count() > kAppTableMaxRows) return Error::kTableTooManyRows;
    return decode_rows(table, check.row_count());
  }
  return Error::kTableNoEnd;
}

Result<PartitionRows> read_table_as_app(Bytes table, bool md5_required) {
  const std::size_t limit = std::min(table.size() / kTableRowBytes, kAppTableMaxRows);
  std::size_t count = 0;
  while (count < limit && load_u16(row_bytes(table, count).data()) == kRowMagic) ++count;
  if (!md5_required) return decode_rows(table, count);
  if (count == limit || load_u16(row_bytes(table, count).data()) != kMd5Magic) {
    return Error::kTableNoMd5;
  }
  if (!md5_matches(table.first(count * kTableRowBytes), row_bytes(table, count))) {
    return Error::kTableMd5Mismatch;
  }
  if (count == 0) return Error::kTableNoMd5;  // the reference's answer for a table of nothing
  return decode_rows(table, count);
}

Result<PartitionRows> read_table_as_tool(Bytes table, bool md5_enabled) {
  PartitionRows rows;
  crypto::Md5 covered;
  for (std::size_t at = 0; at < table.size(); at += kTableRowBytes) {
    if (table.size() - at < kTableRowBytes) return Error::kTableTruncated;
    const Bytes row = table.subspan(at, kTableRowBytes);
    if (all_erased(row)) return rows;
    if (load_u16(row.data()) == kMd5Magic) {
      if (!md5_enabled) return Error::kTableBadMagic;
      crypto::Md5 so_far = covered;
      const crypto::Md5Digest digest = so_far.finish();
      if (!std::equal(digest.begin(), digest.end(), row.begin() + kMd5Offset)) {
        return Error::kTableMd5Mismatch;
      }
      continue;
    }
    const PartitionRow decoded = decode_row(row);  // the tool looks at the name before the magic
    if (!is_utf8(decoded.label())) return Error::kTableLabelNotText;
    if (load_u16(row.data()) != kRowMagic) return Error::kTableBadMagic;
    covered.update(row);
    if (!rows.push_back(decoded)) return Error::kTableTooManyRows;
  }
  return Error::kTableNoEnd;
}

Status write_table(const PartitionRows& rows,
                   bool with_md5,
                   std::span<std::byte, kTableBytes> into) {
  // A row of FF must remain as the end: 94 rows with MD5, 95 without.
  const std::size_t used_rows = rows.size() + (with_md5 ? 1U : 0U);
  if (used_rows >= kTableMaxRows) return Error::kTableTooManyRows;
  std::fill(into.begin(), into.end(), std::byte{0xFF});
  for (std::size_t i = 0; i < rows.size(); ++i) {
    encode_row(rows[i], into.data() + i * kTableRowBytes);
  }
  if (with_md5) {
    const std::size_t at = rows.size() * kTableRowBytes;
    const crypto::Md5Digest digest = crypto::md5(into.first(at));
    store_u16(into.data() + at, kMd5Magic);
    std::copy(digest.begin(), digest.end(), into.data() + at + kMd5Offset);
  }
  return {};
}

std::string_view type_keyword(PartitionType type) {
  for (const TypeWord& entry : kTypes) {
    if (entry.type == type) return entry.word;
  }
  return {};
}

std::string_view subtype_keyword(PartitionType type, std::uint8_t subtype) {
  for (const Keyword& entry : kSubtypes) {
    if (entry.type == type && entry.subtype == subtype) return entry.word;
  }
  return {};
}

}  // namespace rota::formats
