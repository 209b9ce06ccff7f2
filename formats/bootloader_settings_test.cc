#include "formats/bootloader_settings.h"

#include <gtest/gtest.h>

#include <vector>

#include "crypto/crc32.h"
#include "crypto/sha256.h"

namespace rota::formats {
namespace {

using SettingsBytes = std::array<std::byte, kBootloaderSettingsBytes>;

void sign(SettingsBytes& bytes) { store_u32(&bytes[124], crypto::crc32(Bytes(bytes).first(124))); }

BootloaderSettings everything_changed() {
  BootloaderSettings settings;
  settings.rollback = true;
  settings.anti_rollback = true;
  settings.secure_version_width = 9;
  settings.emulate_secure_version = true;
  settings.skip_validate_in_deep_sleep = true;
  settings.skip_validate_on_power_on = true;
  settings.skip_validate_always = true;
  settings.cut_safe_records = false;
  settings.factory_reset = {true, 21, true};
  settings.factory_reset_erases_ota_data = true;
  settings.factory_reset_labels = {'a', ',', 'b'};
  settings.app_test = {true, 33, true};
  settings.hold_time_s = 7;
  settings.table_offset = 0xA000;
  settings.watchdog_ms = 1234;
  return settings;
}

TEST(BootloaderSettings, RoundTrip) {
  for (const BootloaderSettings& settings : {BootloaderSettings{}, everything_changed()}) {
    const auto decoded = decode_bootloader_settings(encode(settings));
    ASSERT_TRUE(decoded.ok());
    EXPECT_EQ(*decoded, settings);
  }
  EXPECT_FALSE(everything_changed() == BootloaderSettings{});
}

TEST(BootloaderSettings, EveryFlippedBitIsSeen) {
  const SettingsBytes good = encode(everything_changed());
  for (std::size_t bit = 0; bit < good.size() * 8; ++bit) {
    SettingsBytes bytes = good;
    bytes[bit / 8] ^= static_cast<std::byte>(1U << (bit % 8));
    EXPECT_FALSE(decode_bootloader_settings(bytes).ok()) << bit;
  }
}

TEST(BootloaderSettings, ValuesOutsideTheirRangeAreRefusedEvenWithAGoodCheckWord) {
  struct Change {
    std::size_t at;
    unsigned value;
  };
  // Layout version, unknown flag, table offset 0x8001, width 0 and 33, pins, unterminated labels.
  for (const Change change :
       {Change{4, 2}, {7, 0x10}, {8, 1}, {16, 0}, {16, 33}, {17, 64}, {18, 64}, {83, 'x'}}) {
    SettingsBytes bytes = encode(BootloaderSettings{});
    bytes[change.at] = static_cast<std::byte>(change.value);
    sign(bytes);
    const auto decoded = decode_bootloader_settings(bytes);
    ASSERT_FALSE(decoded.ok()) << change.at;
    EXPECT_EQ(decoded.error(), Error::kBootloaderSettings);
  }
  EXPECT_FALSE(decode_bootloader_settings({}).ok());
}

TEST(BootloaderSettings, TheImageIsAGenuineBootloaderImage) {
  ImageHeader header;
  header.chip_id = 5;
  std::array<std::byte, kBootloaderImageMaxBytes> image{};
  const std::size_t length = write_bootloader_image(header, {}, everything_changed(), image);
  ASSERT_EQ(length, 24U + 8 + 80 + 8 + 128 + 8 + 32);
  const Bytes bytes = Bytes(image).first(length);
  const ImageHeader read = decode_image_header(bytes.first<kImageHeaderBytes>());
  EXPECT_EQ(read.magic, kImageMagic);
  EXPECT_EQ(read.segment_count, 2);
  EXPECT_EQ(read.chip_id, 5);
  EXPECT_TRUE(decode_bootloader_description(bytes.subspan<kDescriptionOffset, 80>()).ok());
  const auto settings = decode_bootloader_settings(bytes.subspan(120, kBootloaderSettingsBytes));
  ASSERT_TRUE(settings.ok());
  EXPECT_EQ(*settings, everything_changed());
  auto checksum = std::byte{kChecksumSeed};
  for (const std::byte value : bytes.subspan(32, 80)) checksum ^= value;
  for (const std::byte value : bytes.subspan(120, 128)) checksum ^= value;
  EXPECT_EQ(bytes[255], checksum);
  const auto digest = crypto::sha256(bytes.first(256));
  EXPECT_TRUE(std::equal(digest.begin(), digest.end(), bytes.begin() + 256));
}

}  // namespace
}  // namespace rota::formats
