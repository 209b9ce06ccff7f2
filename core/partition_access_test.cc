#include "core/partition_access.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "core/update_board_for_test.h"

namespace rota::core {
namespace {

using formats::PartitionType;

Error error_of(const Status& status) { return status.ok() ? Error{} : status.error(); }

Partition app_row(std::uint8_t subtype, std::uint32_t offset, std::string_view label = "") {
  Partition row;
  row.subtype = subtype;
  row.offset = offset;
  row.size = 0x10000;
  std::copy(label.begin(), label.end(), row.label_storage.begin());
  return row;
}

class PartitionRules : public testing::Test {
 protected:
  Status write(std::string_view label, std::uint32_t offset, std::size_t size) {
    const std::vector<std::byte> bytes(size, std::byte{0x12});
    return board_.access->write(board_.partition(label), offset, bytes);
  }
  Status read(std::string_view label, std::uint32_t offset, std::size_t size) {
    std::vector<std::byte> bytes(size);
    return board_.access->read(board_.partition(label), offset, bytes);
  }
  Status erase(std::string_view label, std::uint32_t offset, std::uint32_t size) {
    return board_.access->erase(board_.partition(label), offset, size);
  }

  UpdateBoardForTest board_;
};

TEST_F(PartitionRules, FindTheFirstRowThatMatches) {
  const auto find = [&](PartitionType type, std::uint8_t subtype, std::string_view label = {}) {
    const Partition* row = find_partition(board_.rows, type, subtype, label);
    return row == nullptr ? std::string("none") : std::string(row->label());
  };
  EXPECT_EQ(find(PartitionType::kApp, formats::kSubtypeAny), "factory");
  EXPECT_EQ(find(PartitionType::kApp, formats::kAppOtaFirst + 1), "ota_1");
  EXPECT_EQ(find(PartitionType::kData, formats::kDataUndefined, "fixed"), "fixed");
  EXPECT_EQ(find(PartitionType::kAny, formats::kSubtypeAny, "storage"), "storage");
  EXPECT_EQ(find(PartitionType::kApp, formats::kSubtypeAny, "nvs"), "none");
}

TEST_F(PartitionRules, Trap13_TheFirstOfTwoEqualRowsIsFound) {
  formats::PartitionRows rows;
  ASSERT_TRUE(rows.push_back(app_row(formats::kAppFactory, 0x10000, "one")));
  ASSERT_TRUE(rows.push_back(app_row(formats::kAppFactory, 0x20000, "two")));
  EXPECT_EQ(find_partition(rows, PartitionType::kApp, formats::kAppFactory)->label(), "one");
}

TEST_F(PartitionRules, Trap11_ApplicationsCountConsecutiveSlotsAndTheBootloaderRows) {
  formats::PartitionRows rows;
  ASSERT_TRUE(rows.push_back(app_row(formats::kAppOtaFirst, 0x10000)));
  ASSERT_TRUE(rows.push_back(app_row(formats::kAppOtaFirst + 2, 0x20000)));
  EXPECT_EQ(app_slot_count(rows), 1u);
  EXPECT_EQ(boot_slot_count(rows), 2u);
}

TEST_F(PartitionRules, Trap12_SixteenSlotsAndATestAppAreSixteenSlots) {
  formats::PartitionRows rows;
  for (std::uint8_t i = 0; i < 16; ++i) {
    ASSERT_TRUE(rows.push_back(app_row(static_cast<std::uint8_t>(formats::kAppOtaFirst + i), i)));
  }
  ASSERT_TRUE(rows.push_back(app_row(formats::kAppTest, 0x200000)));
  EXPECT_EQ(app_slot_count(rows), 16u);
}

TEST_F(PartitionRules, StayInsideThePartition) {
  EXPECT_TRUE(read("storage", 0x10000, 0).ok());
  EXPECT_TRUE(read("storage", 0xFFFF, 1).ok());
  EXPECT_EQ(error_of(read("storage", 0x10001, 0)), Error::kPartitionOffsetBeyondEnd);
  EXPECT_EQ(error_of(read("storage", 0xFFFF, 2)), Error::kPartitionOverrun);
  EXPECT_EQ(error_of(write("storage", 0x10001, 1)), Error::kPartitionOffsetBeyondEnd);
  EXPECT_EQ(error_of(write("storage", 1, 0x10000)), Error::kPartitionOverrun);
  EXPECT_EQ(error_of(erase("storage", 0x11000, 0)), Error::kPartitionOffsetBeyondEnd);
  EXPECT_EQ(error_of(erase("storage", 0xF000, 0x2000)), Error::kPartitionOverrun);
  EXPECT_EQ(board_.chip.state.operation_count, 0u);
}

TEST_F(PartitionRules, EraseWholeSectors) {
  EXPECT_EQ(error_of(erase("storage", 0, 100)), Error::kPartitionUnalignedSize);
  EXPECT_EQ(error_of(erase("storage", 100, 0x1000)), Error::kPartitionUnalignedOffset);
  EXPECT_EQ(error_of(erase("storage", 100, 100)), Error::kPartitionUnalignedSize);  // size first
  ASSERT_TRUE(write("storage", 0x2000, 4).ok());
  EXPECT_TRUE(erase("storage", 0x2000, 0x1000).ok());
  EXPECT_TRUE(board_.is_blank("storage", 0x2000, 4));
}

TEST_F(PartitionRules, ReadOnlyComesBeforeEveryOtherReason) {
  EXPECT_EQ(error_of(write("fixed", 0xFFFFFF, 1)), Error::kPartitionReadOnly);
  EXPECT_EQ(error_of(erase("fixed", 1, 1)), Error::kPartitionReadOnly);
  EXPECT_TRUE(read("fixed", 0, 16).ok());
}

TEST_F(PartitionRules, AReadOnlyRowProtectsWhatItOverlaps) {
  Partition whole = board_.partition("storage");
  whole.size = 0x20000;  // reaches into the read-only row behind it
  EXPECT_EQ(error_of(board_.access->erase(whole, 0, 0x20000)), Error::kPartitionReadOnly);
  EXPECT_TRUE(board_.access->erase(whole, 0, 0x10000).ok());
}

TEST_F(PartitionRules, BitsOnlyGoFromOneToZero) {
  ASSERT_TRUE(board_.access->write(board_.partition("storage"), 0, bytes_of("\x0F")).ok());
  ASSERT_TRUE(board_.access->write(board_.partition("storage"), 0, bytes_of("\x3C")).ok());
  EXPECT_EQ(board_.read("storage", 1)[0], std::byte{0x0C});
}

TEST_F(PartitionRules, TheImageThatRunsIsNotWritten) {
  EXPECT_EQ(error_of(write("factory", 0, 16)), Error::kFlashProtected);
  EXPECT_EQ(error_of(erase("factory", 0x1F000, 0x1000)), Error::kFlashProtected);
  EXPECT_TRUE(write("factory", 0, 0).ok());
  board_.put("ota_0", ImageForTest{}.build());
  board_.boot("ota_0");
  EXPECT_TRUE(erase("factory", 0, UpdateBoardForTest::kSlotBytes).ok());
  EXPECT_EQ(error_of(erase("ota_0", 0, 0x1000)), Error::kFlashProtected);
}

TEST_F(PartitionRules, TheBootloaderAndTheTableAreNotWritten) {
  EXPECT_EQ(error_of(write("bootloader", 0, 16)), Error::kFlashProtected);
  EXPECT_EQ(error_of(erase("table", 0, 0x1000)), Error::kFlashProtected);
  // The last protected byte is the one behind the table (spec 9.5: "at or below").
  EXPECT_EQ(error_of(write("table", 0xC00, 1)), Error::kFlashProtected);
  EXPECT_TRUE(write("table", 0xC01, 1).ok());
}

TEST_F(PartitionRules, AProjectMaySwitchTheProtectionOff) {
  board_.access->protection().is_off = true;
  EXPECT_TRUE(erase("table", 0, 0x1000).ok());
  EXPECT_EQ(error_of(erase("fixed", 0, 0x1000)), Error::kPartitionReadOnly);
}

TEST_F(PartitionRules, CopyErasesFirstAndCopiesAnySize) {
  std::vector<std::byte> bytes(0x2345);
  for (std::size_t i = 0; i < bytes.size(); ++i) bytes[i] = static_cast<std::byte>(i * 7);
  board_.put("storage", bytes);
  board_.put("nvs", std::vector<std::byte>(0x4000, std::byte{0x00}));
  const Partition& from = board_.partition("storage");
  const Partition& to = board_.partition("nvs");
  EXPECT_TRUE(board_.access->copy(to, 0, from, 0, 0x2345).ok());
  EXPECT_EQ(board_.read("nvs", 0x2345), bytes);
  EXPECT_TRUE(board_.is_blank("nvs", 0x2345, 0x3000 - 0x2345));
  EXPECT_FALSE(board_.is_blank("nvs", 0x3000, 16));

  EXPECT_EQ(error_of(board_.access->copy(to, 0, from, 0, 0x4001)), Error::kPartitionOverrun);
  EXPECT_EQ(error_of(board_.access->copy(to, 0, from, 0x10001, 0)), Error::kPartitionOverrun);
  EXPECT_EQ(error_of(board_.access->copy(to, 0x4001, from, 0, 0)), Error::kPartitionOverrun);
  board_.put("nvs", std::vector<std::byte>(0x4000, std::byte{0x00}));
  EXPECT_EQ(error_of(board_.access->copy(from, 0, to, 0, 0x4001)), Error::kPartitionOverrun);
  EXPECT_EQ(board_.read("storage", 0x2345), bytes) << "nothing was erased";
  EXPECT_TRUE(board_.access->copy(to, 0x4000, from, 0x10000, 0).ok()) << "no bytes at both ends";
  EXPECT_EQ(error_of(board_.access->copy(to, 0, to, 0, 16)), Error::kInvalidArgument);
  const Partition again = from;  // another row of the same place
  EXPECT_EQ(error_of(board_.access->copy(again, 0x2000, from, 0, 0x2345)),
            Error::kPartitionOverlap);
  EXPECT_EQ(board_.read("storage", 0x2345), bytes);
}

TEST(EncryptedRules, EncryptedPartitionsAreWrittenInUnits) {
  UpdateBoardForTest board(true);
  const auto write_error = [&](std::string_view label, std::uint32_t offset, std::size_t size) {
    const std::vector<std::byte> bytes(size, std::byte{0x12});
    return error_of(board.access->write(board.partition(label), offset, bytes));
  };
  EXPECT_EQ(write_error("ota_0", 8, 16), Error::kPartitionUnalignedOffset);
  EXPECT_EQ(write_error("ota_0", 0, 20), Error::kPartitionUnalignedSize);
  EXPECT_EQ(write_error("ota_0", 8, 20), Error::kPartitionUnalignedOffset);  // the offset first
  EXPECT_EQ(write_error("ota_0", 16, 32), Error{});
  EXPECT_EQ(write_error("storage", 3, 5), Error{});  // not encrypted
}

// The flag of a row says what the project wants; without flash encryption it has no effect.
TEST(EncryptedRules, WithoutFlashEncryptionTheFlagHasNoEffect) {
  UpdateBoardForTest board;
  for (std::size_t i = 0; i < board.rows.size(); ++i) board.rows[i].encrypted = true;
  const std::vector<std::byte> bytes(5, std::byte{0x12});
  EXPECT_TRUE(board.access->write(board.partition("ota_0"), 3, bytes).ok());
}

}  // namespace
}  // namespace rota::core
