#include "board/bootloader/data_eraser.h"

#include <gtest/gtest.h>

#include <vector>

#include "board/chip/nor_chip.h"

namespace rota::board {
namespace {

using formats::PartitionRow;
using formats::PartitionType;

TEST(DataEraser, ALabelIsAWholeWordOfTheList) {
  EXPECT_TRUE(list_names("nvs", "nvs"));
  EXPECT_TRUE(list_names("phy_init, nvs", "nvs"));
  EXPECT_TRUE(list_names("nvs1, nvs", "nvs")) << "the search goes on behind a longer word";
  EXPECT_TRUE(list_names("a nvs,b", "nvs"));
  EXPECT_FALSE(list_names("nvs1,my_nvs", "nvs"));
  EXPECT_FALSE(list_names("NVS", "nvs"));
  EXPECT_FALSE(list_names("", "nvs"));
  EXPECT_FALSE(list_names("nvs\tfat", "fat")) << "a tab separates nothing";
}

TEST(DataEraser, ALabelMayHoldABlank) {
  EXPECT_TRUE(list_names("log, my data, nvs", "my data"));
  EXPECT_FALSE(list_names("log, my database", "my data"));
}

TEST(DataEraser, AnEmptyLabelIsNamedOnlyByALeadingDelimiter) {
  EXPECT_TRUE(list_names(",nvs", ""));
  EXPECT_FALSE(list_names("nvs", ""));
  // The reference searches for ever here.
  EXPECT_FALSE(list_names("nvs,fat", ""));
  EXPECT_FALSE(list_names(",xy", ",x"));
}

class DataEraserOnAChip : public ::testing::Test {
 protected:
  DataEraserOnAChip() {
    const std::vector<std::byte> content(0x20000, std::byte{0x5A});
    chip_.cells = content;
    add(PartitionType::kData, formats::kDataNvs, 0x1000, "nvs");
    add(PartitionType::kData, formats::kDataOta, 0x2000, "selection");
    add(PartitionType::kApp, formats::kAppOtaFirst, 0x4000, "ota_0");
    add(PartitionType::kData, formats::kDataPhy, 0x5000, "phy");
  }

  void add(PartitionType type, std::uint8_t subtype, std::uint32_t offset, std::string_view label) {
    PartitionRow row;
    row.type = type;
    row.subtype = subtype;
    row.offset = offset;
    row.size = subtype == formats::kDataOta && type == PartitionType::kData ? 0x2000 : 0x1000;
    label.copy(row.label_storage.data(), 16);
    ASSERT_TRUE(rows_.push_back(row));
  }
  bool is_erased(std::uint32_t sector) const { return chip_.cells[sector] == std::byte{0xFF}; }

  MemoryChip chip_{0x20000};
  formats::PartitionRows rows_;
};

TEST_F(DataEraserOnAChip, Trap85_OnlyDataPartitionsAreErased) {
  EXPECT_TRUE(erase_data_partitions(chip_.chip, rows_, "nvs,ota_0", false));
  EXPECT_TRUE(is_erased(0x1000));
  EXPECT_FALSE(is_erased(0x2000));
  EXPECT_FALSE(is_erased(0x4000)) << "an application is never erased, though the list names it";
  EXPECT_FALSE(is_erased(0x5000));
}

TEST_F(DataEraserOnAChip, OtaDataAreFoundByTypeWhateverTheirLabel) {
  EXPECT_TRUE(erase_data_partitions(chip_.chip, rows_, "", true));
  EXPECT_TRUE(is_erased(0x2000));
  EXPECT_TRUE(is_erased(0x3000));
  EXPECT_FALSE(is_erased(0x1000));
}

TEST_F(DataEraserOnAChip, AnErrorIsReportedAndTheOthersAreErasedAllTheSame) {
  rows_[0].size = 0x1001;  // no whole sectors
  std::vector<Erasure> seen;
  EXPECT_FALSE(erase_data_partitions(chip_.chip, rows_, "nvs phy", false,
                                     [&](const PartitionRow&, Erasure e) { seen.push_back(e); }));
  EXPECT_TRUE(is_erased(0x5000));
  EXPECT_EQ(seen, (std::vector{Erasure::kFailed, Erasure::kNotChosen, Erasure::kErased}));
}

}  // namespace
}  // namespace rota::board
