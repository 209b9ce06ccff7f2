#include "formats/partition_table.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "crypto/md5.h"

namespace rota::formats {
namespace {

constexpr std::uint32_t k4M = 4U << 20U;

std::string hex(Bytes bytes) {
  std::string text;
  for (const std::byte value : bytes) {
    constexpr char kDigits[] = "0123456789abcdef";
    text += kDigits[std::to_integer<unsigned>(value) >> 4U];
    text += kDigits[std::to_integer<unsigned>(value) & 15U];
  }
  return text;
}

PartitionRow row(std::string_view label,
                 unsigned type,
                 unsigned subtype,
                 std::uint32_t offset,
                 std::uint32_t size) {
  PartitionRow result;
  result.type = static_cast<PartitionType>(type);
  result.subtype = static_cast<std::uint8_t>(subtype);
  result.offset = offset;
  result.size = size;
  std::copy(label.begin(), label.end(), result.label_storage.begin());
  return result;
}

class Table {
 public:
  explicit Table(const std::vector<PartitionRow>& rows, bool with_md5 = true) {
    PartitionRows list;
    for (const PartitionRow& entry : rows) EXPECT_TRUE(list.push_back(entry));
    EXPECT_TRUE(write_table(list, with_md5, bytes_).ok());
  }
  std::byte* at(std::size_t index) { return bytes_.data() + index * kTableRowBytes; }
  Bytes row_at(std::size_t index) const {
    return Bytes(bytes_).subspan(index * kTableRowBytes, 32);
  }
  Bytes bytes() const { return bytes_; }
  void put_md5_row(std::size_t index, Bytes covered) {
    std::fill_n(at(index), kTableRowBytes, std::byte{0xFF});
    at(index)[0] = at(index)[1] = std::byte{0xEB};
    const auto digest = crypto::md5(covered);
    std::copy(digest.begin(), digest.end(), at(index) + 16);
  }
  std::string md5_after(std::size_t rows) const { return hex(row_at(rows).last(16)); }

 private:
  std::array<std::byte, kTableBytes> bytes_{};
};

std::vector<PartitionRow> two_ota() {
  return {row("nvs", 1, 2, 0x9000, 0x4000),          row("otadata", 1, 0, 0xD000, 0x2000),
          row("phy_init", 1, 1, 0xF000, 0x1000),     row("factory", 0, 0, 0x10000, 0x100000),
          row("ota_0", 0, 0x10, 0x110000, 0x100000), row("ota_1", 0, 0x11, 0x210000, 0x100000)};
}

TEST(PartitionTable, GoldenChecksums) {
  const Table three({row("factory", 0, 0, 0x10000, 0x100000), row("data", 1, 0x20, 0x110000, 0x200),
                     row("second", 0x10, 0, 0x150000, 0x1000)});
  EXPECT_EQ(three.md5_after(3), "f9bd061b45686f86571a2cd52a1da65b");
  const Table single({row("first", 0x30, 0xEE, 0x100400, 0x300000)});
  EXPECT_EQ(single.md5_after(1), "43033f334087575169839b4061b12726");
  EXPECT_EQ(Table(two_ota()).md5_after(6), "bf25822c0fa6d8641bd930251e06b4c4");
  const Table one_app({row("nvs", 1, 2, 0x9000, 0x6000), row("phy_init", 1, 1, 0xF000, 0x1000),
                       row("factory", 0, 0, 0x10000, 0x100000)});
  EXPECT_EQ(one_app.md5_after(3), "f4ad4f4538564b5d7435b62c75b69524");
}

TEST(PartitionTable, AllThreeReadersReturnTheRowsThatWereWritten) {
  auto rows = two_ota();
  rows[1].encrypted = true;
  rows[0].readonly = true;
  rows[5].label_storage = {'s', 'i', 'x', 't', 'e', 'e', 'n', '_',
                           'c', 'h', 'a', 'r', 's', '_', '_', '!'};
  const Table table(rows);
  for (const auto& read : {read_table_as_bootloader(table.bytes(), k4M),
                           read_table_as_app(table.bytes()), read_table_as_tool(table.bytes())}) {
    ASSERT_TRUE(read.ok());
    ASSERT_EQ(read->size(), rows.size());
    for (std::size_t i = 0; i < rows.size(); ++i) EXPECT_EQ((*read)[i], rows[i]) << i;
  }
}

TEST(PartitionTable, RowLimits) {
  PartitionRows rows;
  for (int i = 0; i < 94; ++i) ASSERT_TRUE(rows.push_back(row("x", 1, 6, 0, 0)));
  std::array<std::byte, kTableBytes> bytes{};
  EXPECT_TRUE(write_table(rows, true, bytes).ok());
  ASSERT_TRUE(rows.push_back(row("x", 1, 6, 0, 0)));
  EXPECT_EQ(write_table(rows, true, bytes).error(), Error::kTableTooManyRows);
  EXPECT_TRUE(write_table(rows, false, bytes).ok());
  ASSERT_TRUE(rows.push_back(row("x", 1, 6, 0, 0)));
  EXPECT_EQ(write_table(rows, false, bytes).error(), Error::kTableTooManyRows);
}

TEST(PartitionTable, BootloaderRefusesRowsBeyondTheChip) {
  const Table table(two_ota());
  EXPECT_TRUE(read_table_as_bootloader(table.bytes(), 0x310000).ok());
  const auto small = read_table_as_bootloader(table.bytes(), 0x30F000);
  ASSERT_FALSE(small.ok());
  EXPECT_EQ(small.error(), Error::kTableRowBeyondFlash);
  EXPECT_TRUE(read_table_as_app(table.bytes()).ok());  // the application does not look
}

TEST(PartitionTable, AWrongChecksumIsSeenByAll) {
  Table table(two_ota());
  table.at(3)[8] ^= std::byte{1};
  EXPECT_EQ(read_table_as_bootloader(table.bytes(), k4M).error(), Error::kTableMd5Mismatch);
  EXPECT_EQ(read_table_as_app(table.bytes()).error(), Error::kTableMd5Mismatch);
  EXPECT_EQ(read_table_as_tool(table.bytes()).error(), Error::kTableMd5Mismatch);
  EXPECT_TRUE(read_table_as_app(table.bytes(), false).ok());
}

TEST(PartitionTable, WithoutChecksumRow) {
  const Table table(two_ota(), false);
  EXPECT_TRUE(read_table_as_bootloader(table.bytes(), k4M).ok());
  EXPECT_EQ(read_table_as_app(table.bytes()).error(), Error::kTableNoMd5);
  EXPECT_TRUE(read_table_as_tool(table.bytes()).ok());
  EXPECT_EQ(read_table_as_tool(Table(two_ota()).bytes(), false).error(), Error::kTableBadMagic);
}

TEST(PartitionTable, Trap42_WhatTheBootloaderRefuses) {
  const std::vector<std::byte> blank(kTableBytes, std::byte{0xFF});
  EXPECT_EQ(read_table_as_bootloader(blank, k4M).error(), Error::kTableBadMagic);
  std::vector<std::byte> endless;
  const Table table(two_ota());
  while (endless.size() < kTableBytes) {
    const Bytes first_row = table.bytes().first(kTableRowBytes);
    endless.insert(endless.end(), first_row.begin(), first_row.end());
  }
  EXPECT_EQ(read_table_as_bootloader(endless, k4M).error(), Error::kTableNoEnd);
  EXPECT_EQ(read_table_as_bootloader(table.bytes(), 0x100000).error(), Error::kTableRowBeyondFlash);
}

TEST(PartitionTable, AnEmptyTableIsNone) {
  const Table table({}, false);
  EXPECT_EQ(read_table_as_bootloader(table.bytes(), k4M).error(), Error::kTableBadMagic);
  EXPECT_EQ(read_table_as_app(table.bytes()).error(), Error::kTableNoMd5);
  EXPECT_TRUE(read_table_as_tool(table.bytes()).ok());
  const auto only_md5 = read_table_as_bootloader(Table({}).bytes(), k4M);
  ASSERT_TRUE(only_md5.ok());
  EXPECT_TRUE(only_md5->empty());
  EXPECT_EQ(read_table_as_app(Table({}).bytes()).error(), Error::kTableNoMd5);
}

TEST(PartitionTable, Trap41_RowsAfterTheChecksumShiftTheBootloadersCount) {
  auto rows = two_ota();
  Table table({rows[0], rows[1], rows[2], rows[3]}, false);
  // Given nvs, otadata, MD5, factory: the bootloader iterates nvs, otadata and the MD5 row.
  const std::vector<std::byte> factory(table.at(3), table.at(3) + 32);
  table.put_md5_row(2, table.bytes().first(64));
  std::copy(factory.begin(), factory.end(), table.at(3));
  const auto read = read_table_as_bootloader(table.bytes(), k4M);
  ASSERT_TRUE(read.ok());
  ASSERT_EQ(read->size(), 3U);
  EXPECT_EQ((*read)[1].label(), "otadata");
  EXPECT_EQ((*read)[2].type, PartitionType::kAny);
  EXPECT_EQ(read_table_as_app(table.bytes())->size(), 2U);
  EXPECT_EQ(read_table_as_tool(table.bytes())->size(), 3U);
  // A second MD5 row: only the bootloader minds.
  table.put_md5_row(4, table.bytes().first(128));
  EXPECT_EQ(read_table_as_bootloader(table.bytes(), k4M).error(), Error::kTableSecondMd5);
}

TEST(PartitionTable, ATableWithoutEnd) {
  Table table({row("a", 1, 6, 0x9000, 0x1000)}, false);
  for (std::size_t i = 1; i < kTableMaxRows; ++i) std::copy_n(table.at(0), 32, table.at(i));
  EXPECT_EQ(read_table_as_bootloader(table.bytes(), k4M).error(), Error::kTableNoEnd);
  EXPECT_EQ(read_table_as_tool(table.bytes()).error(), Error::kTableNoEnd);
  EXPECT_EQ(read_table_as_tool(table.bytes().first(33)).error(), Error::kTableTruncated);
  EXPECT_EQ(read_table_as_app(table.bytes(), false)->size(), kTableMaxRows);
}

TEST(PartitionTable, ShortInputIsAnErrorNeverARead) {
  EXPECT_FALSE(read_table_as_bootloader({}, k4M).ok());
  EXPECT_FALSE(read_table_as_app({}).ok());
  EXPECT_FALSE(read_table_as_tool({}).ok());
  const Table table(two_ota());
  for (std::size_t length = 0; length < 7 * kTableRowBytes; ++length) {
    EXPECT_FALSE(read_table_as_bootloader(table.bytes().first(length), k4M).ok());
    EXPECT_FALSE(read_table_as_app(table.bytes().first(length)).ok());
    EXPECT_FALSE(read_table_as_tool(table.bytes().first(length)).ok());
  }
}

TEST(PartitionTable, Keywords) {
  EXPECT_EQ(type_keyword(PartitionType::kPartitionTable), "partition_table");
  EXPECT_EQ(type_keyword(static_cast<PartitionType>(0x40)), "");
  EXPECT_EQ(subtype_keyword(PartitionType::kApp, 0x1F), "ota_15");
  EXPECT_EQ(subtype_keyword(PartitionType::kData, 0x00), "ota");
  EXPECT_EQ(subtype_keyword(PartitionType::kBootloader, 0x02), "recovery");
  EXPECT_EQ(subtype_keyword(PartitionType::kApp, 0x21), "");
}

}  // namespace
}  // namespace rota::formats
