#include "formats/identify.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>
#include <string>
#include <vector>

#include "crypto/crc32.h"
#include "formats/bootloader_settings.h"
#include "formats/chips.h"
#include "formats/ota_data.h"
#include "formats/partition_table.h"

namespace rota::formats {
namespace {

using testing::HasSubstr;
using Content = std::vector<std::byte>;

Content bytes(std::string_view text) {
  const Bytes view = bytes_of(text);
  return {view.begin(), view.end()};
}

void put(Content& content, std::size_t at, Bytes what) {
  if (content.size() < at + what.size()) content.resize(at + what.size(), std::byte{0xFF});
  std::copy(what.begin(), what.end(), content.begin() + static_cast<std::ptrdiff_t>(at));
}

Content app(ChipId chip, std::uint32_t second_load_address = 0x3FFB0000) {
  ImageHeader header;
  header.chip_id = static_cast<std::uint16_t>(chip);
  header.segment_count = 2;
  Content content;
  put(content, 0, encode(header));
  put(content, 24, encode(SegmentHeader{0x3F400020, 256}));
  put(content, 32, encode(AppDescription()));
  put(content, 288, encode(SegmentHeader{second_load_address, 16}));
  content.resize(content.size() + 64, std::byte{0});
  return content;
}

Content bootloader(ChipId chip) {
  ImageHeader header;
  header.chip_id = static_cast<std::uint16_t>(chip);
  std::array<std::byte, kBootloaderImageMaxBytes> image{};
  const std::size_t length = write_bootloader_image(header, {}, {}, image);
  return {image.begin(), image.begin() + static_cast<std::ptrdiff_t>(length)};
}

Content table() {
  PartitionRows rows;
  PartitionRow row;
  row.offset = 0x10000;
  row.size = 0x100000;
  row.label_storage = {'f'};
  EXPECT_TRUE(rows.push_back(row));
  std::array<std::byte, kTableBytes> binary{};
  EXPECT_TRUE(write_table(rows, true, binary).ok());
  return {binary.begin(), binary.end()};
}

Content esp8266(std::uint32_t load_address) {
  Content content = bytes("\xE9\x01\x02\x40");
  content.resize(64);
  store_u32(&content[4], 0x40100004);
  store_u32(&content[8], load_address);
  store_u32(&content[12], 0x1F0);
  return content;
}

std::string sentence(const Content& content) {
  std::array<char, 400> buffer{};
  return std::string(describe_content(identify(content), buffer));
}

TEST(Identify, ImagesOfEveryChip) {
  for (const ChipFacts& chip : all_chips()) {
    const auto found = identify(app(chip.id));
    EXPECT_EQ(found.kind, ContentKind::kAppImage);
    EXPECT_EQ(found.chip_id, static_cast<std::uint16_t>(chip.id));
    EXPECT_THAT(sentence(app(chip.id)),
                HasSubstr("an app image for " + std::string(chip.name) + ":"));
    EXPECT_EQ(identify(bootloader(chip.id)).kind, ContentKind::kBootloaderImage);
  }
}

TEST(Identify, NativeImagesAreNamedAtOnce) {
  const Content native = app(ChipId::kEsp32C3, kNativePayloadAddress);
  EXPECT_EQ(identify(native).kind, ContentKind::kNativeImage);
  EXPECT_THAT(sentence(native),
              HasSubstr("a Rota native image for ESP32-C3: it runs on virtual boards"));
}

TEST(Identify, ImagesWithoutDescriptionAndOfUnknownChips) {
  Content content = app(ChipId::kEsp32);
  content[32] = std::byte{0};
  EXPECT_EQ(identify(content).kind, ContentKind::kImageWithoutDescription);
  content = app(ChipId::kEsp32);
  content[12] = std::byte{0x77};
  EXPECT_EQ(identify(content).kind, ContentKind::kUnknown);
  EXPECT_THAT(sentence(content), HasSubstr("a chip with the id 0x77"));
}

TEST(Identify, Esp8266ImagesHaveTheSameMagic) {
  for (const std::uint32_t address : {0x3FFE8000U, 0x40100000U, 0x4010F000U, 0x40201010U}) {
    EXPECT_EQ(identify(esp8266(address)).kind, ContentKind::kEsp8266Image) << address;
  }
  Content version_2 = esp8266(0x40100000);
  version_2[0] = std::byte{0xEA};
  version_2[1] = std::byte{4};
  EXPECT_EQ(identify(version_2).kind, ContentKind::kEsp8266Image);
  EXPECT_NE(identify(esp8266(0x000000EE)).kind, ContentKind::kEsp8266Image);
}

TEST(Identify, MergedImagesWithTheBootloaderAtEachOffset) {
  for (const char* target : {"esp32", "esp32c3", "esp32p4"}) {
    const ChipFacts& chip = *find_chip(target);
    for (const std::uint32_t table_at : {0x8000U, 0xA000U}) {
      Content merged(chip.bootloader_offset, std::byte{0xFF});
      put(merged, chip.bootloader_offset, bootloader(chip.id));
      put(merged, table_at, table());
      put(merged, 0x10000, app(chip.id));
      const auto found = identify(merged);
      EXPECT_EQ(found.kind, ContentKind::kMergedFlash) << target;
      EXPECT_EQ(found.table_offset, table_at);
      EXPECT_EQ(found.chip_id, static_cast<std::uint16_t>(chip.id));
      EXPECT_THAT(sentence(merged),
                  HasSubstr("a merged flash image for " + std::string(chip.name)));
    }
  }
}

TEST(Identify, AnAppThatHoldsATableIsStillAnApp) {
  Content content = app(ChipId::kEsp32);
  put(content, 0x8000, table());
  EXPECT_EQ(identify(content).kind, ContentKind::kAppImage);
}

TEST(Identify, OtherContentOfAChip) {
  EXPECT_EQ(identify({}).kind, ContentKind::kEmpty);
  EXPECT_EQ(identify(Content(4096, std::byte{0xFF})).kind, ContentKind::kErased);
  EXPECT_EQ(identify(Content(100)).kind, ContentKind::kZeros);
  EXPECT_EQ(identify(table()).kind, ContentKind::kPartitionTable);
  EXPECT_EQ(identify(Bytes(table()).first(64)).kind, ContentKind::kPartitionTable);

  OtaRecord record = OtaRecord::blank();
  record.sequence = 3;
  record.check = ota_check(3);
  for (const std::size_t sector : {std::size_t{0}, std::size_t{0x1000}}) {
    Content ota_data(0x2000, std::byte{0xFF});
    put(ota_data, sector, encode(record));
    EXPECT_EQ(identify(ota_data).kind, ContentKind::kOtaData) << sector;
  }

  Content nvs(4096, std::byte{0xFF});
  nvs[0] = std::byte{0xFE};
  store_u32(&nvs[4], 0);
  nvs[8] = std::byte{0xFE};
  store_u32(&nvs[28], crypto::crc32(Bytes(nvs).subspan(4, 24), 0xFFFFFFFF));
  EXPECT_EQ(identify(nvs).kind, ContentKind::kNvs);
  nvs[28] ^= std::byte{1};
  EXPECT_EQ(identify(nvs).kind, ContentKind::kUnknown);
}

TEST(Identify, Files) {
  const std::pair<const char*, ContentKind> files[] = {
      {"\x7F"
       "ELF\x01\x01",
       ContentKind::kElf},
      {"UF2\nWQ]\x9E", ContentKind::kUf2},
      {":10010000214601360121470136007EFE09D2190140\n", ContentKind::kIntelHex},
      {"\x1F\x8B\x08", ContentKind::kGzip},
      {"PK\x03\x04", ContentKind::kZip},
      {"\xFD"
       "7zXZ",
       ContentKind::kXz},
      {"\x28\xB5\x2F\xFD", ContentKind::kZstd},
      {"\x10\xDE\xCD\xFC", ContentKind::kDeltaPatch},
      {"\xCF\xB6\x88\x07", ContentKind::kEncryptedImage},
      {"<?xml version=\"1.0\"?><Error>", ContentKind::kXml},
      {" {\"error\": 1}", ContentKind::kJson},
      {"[1, 2]", ContentKind::kJson},
      {"-----BEGIN CERTIFICATE-----\nMIID", ContentKind::kPem},
      {"Error opening 'x.bin'\n", ContentKind::kText},
      {"\x01\x02\x03", ContentKind::kUnknown},
  };
  for (const auto& [start, kind] : files) EXPECT_EQ(identify(bytes(start)).kind, kind) << start;
}

TEST(Identify, TheSentenceNamesThePage) {
  const Content page = bytes(
      "\xEF\xBB\xBF\r\n<!DOCTYPE html>\n<HTML><head><Title lang=de>\n  Login \n</TITLE></head>");
  EXPECT_EQ(identify(page).title, "Login");
  EXPECT_EQ(
      sentence(page),
      "This is an HTML page titled 'Login', not a firmware image: check the URL, and whether a "
      "login page, a captive portal or an error page answers.");
  EXPECT_EQ(identify(bytes("<html><body>no title")).title, "");
  EXPECT_EQ(identify(bytes("<html><title>never closed")).title, "never closed");
  EXPECT_THAT(sentence(bytes("Error opening 'x.bin'\nsecond line")),
              HasSubstr("a text that starts with 'Error opening 'x.bin'', not a firmware image"));
}

TEST(Identify, NothingFromTheNetworkReachesATerminalAsACommand) {
  const std::string said = sentence(bytes("<html><title>\x1B[2Jx</title>"));
  EXPECT_THAT(said, HasSubstr("titled '?[2Jx'"));
  EXPECT_EQ(identify(bytes("<html><title>" + std::string(500, 'x'))).title.size(), 80U);
}

TEST(Identify, EveryKindHasANameAndASentence) {
  std::set<std::string_view> names;
  for (int i = 0; i <= static_cast<int>(ContentKind::kText); ++i) {
    Identification content;
    content.kind = static_cast<ContentKind>(i);
    names.insert(name_of(content.kind));
    std::array<char, 400> buffer{};
    const std::string_view said = describe_content(content, buffer);
    EXPECT_GT(said.size(), 40U);
    EXPECT_LT(said.size(), 300U);
    EXPECT_TRUE(said.ends_with('.'));
  }
  EXPECT_EQ(names.size(), 27U);
}

TEST(Identify, AnyBeginningIsEnough) {
  for (const Content& whole : {app(ChipId::kEsp32), bootloader(ChipId::kEsp32), table(),
                               esp8266(0x40100000), bytes("<html><title>x</title>")}) {
    for (std::size_t length = 0; length < std::min<std::size_t>(whole.size(), 400); ++length) {
      const Content cut(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(length));
      EXPECT_FALSE(sentence(cut).empty());
    }
  }
}

}  // namespace
}  // namespace rota::formats
