#include "formats/chips.h"

#include <gtest/gtest.h>

#include <set>

namespace rota::formats {
namespace {

TEST(Chips, ThirteenWithDistinctNamesAndIds) {
  std::set<std::uint16_t> ids;
  std::set<std::string_view> targets;
  for (const ChipFacts& facts : all_chips()) {
    ids.insert(static_cast<std::uint16_t>(facts.id));
    targets.insert(facts.target);
    EXPECT_EQ(find_chip(static_cast<std::uint16_t>(facts.id)), &facts);
    EXPECT_EQ(find_chip(facts.target), &facts);
    EXPECT_EQ(find_chip(facts.name), &facts);
    EXPECT_FALSE(facts.ram_ranges.empty()) << facts.name;
  }
  EXPECT_EQ(ids.size(), 13U);
  EXPECT_EQ(targets.size(), 13U);
}

TEST(Chips, NamesInAnyCase) {
  ASSERT_NE(find_chip("ESP32-c3"), nullptr);
  EXPECT_EQ(find_chip("ESP32-c3")->id, ChipId::kEsp32C3);
  EXPECT_EQ(find_chip("Esp32S3")->id, ChipId::kEsp32S3);
  EXPECT_EQ(find_chip("esp8266"), nullptr);
  EXPECT_EQ(find_chip(std::uint16_t{0xFFFF}), nullptr);
}

TEST(Chips, FactsOfTheSpec) {
  EXPECT_EQ(find_chip("esp32")->bootloader_offset, 0x1000U);
  EXPECT_EQ(find_chip("esp32c3")->bootloader_offset, 0U);
  EXPECT_EQ(find_chip("esp32p4")->bootloader_offset, 0x2000U);
  EXPECT_EQ(find_chip("esp32")->secure_version_width, 32);
  EXPECT_EQ(find_chip("esp32c2")->secure_version_width, 4);
  EXPECT_EQ(find_chip("esp32c5")->secure_version_width, 9);
  EXPECT_EQ(find_chip("esp32c3")->secure_version_width, 16);
  EXPECT_FALSE(find_chip("esp32")->checks_efuse_block_revision);
  EXPECT_TRUE(find_chip("esp32c3")->checks_efuse_block_revision);
  for (const ChipFacts& facts : all_chips()) {
    const bool wide = facts.target == "esp32s3" || facts.target == "esp32c5" ||
                      facts.target == "esp32c61" || facts.target == "esp32p4" ||
                      facts.target == "esp32h4" || facts.target == "esp32s31";
    EXPECT_EQ(facts.wide_flash, wide) << facts.name;
    const bool chooses = facts.target == "esp32c2" || facts.target == "esp32c6" ||
                         facts.target == "esp32c61" || facts.target == "esp32h2" ||
                         facts.target == "esp32h21" || facts.target == "esp32h4" ||
                         facts.target == "esp32s31";
    EXPECT_EQ(facts.page_size_in_image, chooses) << facts.name;
  }
}

TEST(Chips, MappedAndLoadedAddressesAreDistinct) {
  for (const ChipFacts& facts : all_chips()) {
    for (const AddressRange& range : facts.ram_ranges) {
      EXPECT_FALSE(facts.maps(range.low)) << facts.name;
      EXPECT_TRUE(facts.loads_into_ram(range.low, 4)) << facts.name;
    }
    EXPECT_FALSE(facts.maps(kNativePayloadAddress)) << facts.name;
    EXPECT_FALSE(facts.loads_into_ram(kNativePayloadAddress, 4)) << facts.name;
  }
  EXPECT_TRUE(find_chip("esp32p4")->maps(0x48000000));
  EXPECT_TRUE(find_chip("esp32s31")->maps(0x50000000));
}

TEST(Chips, ADestinationThatLeavesItsRangeIsRefused) {
  const ChipFacts& chip = *find_chip("esp32c6");
  EXPECT_TRUE(chip.loads_into_ram(0x4087FFF0, 16));
  EXPECT_FALSE(chip.loads_into_ram(0x4087FFF0, 20));
  EXPECT_FALSE(chip.loads_into_ram(0x40800000, 0xFFFFFFFC));
}

}  // namespace
}  // namespace rota::formats
