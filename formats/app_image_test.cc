#include "formats/app_image.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "crypto/sha256.h"

namespace rota::formats {
namespace {

std::string hex(Bytes bytes) {
  std::string text;
  for (const std::byte value : bytes) {
    constexpr char kDigits[] = "0123456789abcdef";
    text += kDigits[std::to_integer<unsigned>(value) >> 4U];
    text += kDigits[std::to_integer<unsigned>(value) & 15U];
  }
  return text;
}

void append(std::vector<std::byte>& to, Bytes bytes) {
  to.insert(to.end(), bytes.begin(), bytes.end());
}

struct Segment {
  std::uint32_t load_address;
  std::vector<std::byte> data;
};

// The minimal images of spec 13.2, built with the codecs under test.
std::vector<std::byte> minimal_image(std::uint16_t chip, const std::vector<Segment>& segments) {
  ImageHeader header;
  header.segment_count = static_cast<std::uint8_t>(segments.size());
  header.entry_address = 0x40080000;
  header.chip_id = chip;
  std::vector<std::byte> image;
  append(image, encode(header));
  auto checksum = std::byte{kChecksumSeed};
  for (const Segment& segment : segments) {
    append(image, encode(SegmentHeader{segment.load_address,
                                       static_cast<std::uint32_t>(segment.data.size())}));
    append(image, segment.data);
    for (const std::byte value : segment.data) checksum ^= value;
  }
  image.resize(align_up(static_cast<std::uint32_t>(image.size()) + 1, 16));
  image.back() = checksum;
  append(image, crypto::sha256(image));
  return image;
}

std::vector<std::byte> description(std::uint32_t secure_version, std::string_view version) {
  AppDescription app;
  app.secure_version = secure_version;
  set_text(app.version_field, version);
  set_text(app.project_name_field, "vec");
  set_text(app.time_field, "00:00:00");
  set_text(app.date_field, "Jan  1 2026");
  set_text(app.idf_version_field, "v6.2");
  const auto bytes = encode(app);
  return {bytes.begin(), bytes.end()};
}

TEST(AppImage, GoldenImageV1) {
  const auto image = minimal_image(0, {{0x3F400020, description(0, "1.0.0")}});
  EXPECT_EQ(image.size(), 336U);
  EXPECT_EQ(hex(Bytes(image).first(32)),
            "e901022f00000840ee0000000000000000ffff00000000012000403f00010000");
  EXPECT_EQ(image[303], std::byte{0xB3});
  EXPECT_EQ(hex(Bytes(image).last(32)),
            "13efe729206c655aebf37285d57cdd170ed86bb05d092c8389a05bec584647e4");
  EXPECT_EQ(hex(crypto::sha256(image)),
            "973183358c10c81896e9a5c0292d764cb09aaa507f4f07c83786b258051af439");
}

TEST(AppImage, GoldenImageV2) {
  std::vector<std::byte> counting(16);
  for (std::size_t i = 0; i < counting.size(); ++i) counting[i] = static_cast<std::byte>(i);
  const auto image =
      minimal_image(0, {{0x3F400020, description(1, "2.0.0")}, {0x3FFB0000, counting}});
  EXPECT_EQ(image.size(), 352U);
  EXPECT_EQ(hex(crypto::sha256(image)),
            "afdfa89744a791c3219a28cba644627bf2f5431b4eebdf4cd3d0ddfb7d20d343");
}

TEST(AppImage, GoldenImageV3) {
  const auto image = minimal_image(5, {{0x3C000020, description(0, "1.0.0")}});
  EXPECT_EQ(hex(crypto::sha256(image)),
            "de068b31f961cb3c31a58d614bbcd938a1b3e33750fca819466da883dbf8bf2f");
}

TEST(AppImage, HeaderDecodesToWhatWasEncoded) {
  std::array<std::byte, kImageHeaderBytes> bytes{};
  for (std::size_t i = 0; i < bytes.size(); ++i) bytes[i] = static_cast<std::byte>(i * 11 + 1);
  const ImageHeader header = decode_image_header(bytes);
  EXPECT_EQ(encode(header), bytes);
  EXPECT_EQ(header.spi_speed, std::to_integer<unsigned>(bytes[3]) & 15U);
  EXPECT_EQ(header.spi_size, std::to_integer<unsigned>(bytes[3]) >> 4U);
  EXPECT_EQ(header.min_chip_revision, load_u16(&bytes[15]));
}

TEST(AppImage, FlashSizesByCode) {
  ImageHeader header;
  header.spi_size = 0;
  EXPECT_EQ(header.flash_bytes(), 1U << 20U);
  header.spi_size = 7;
  EXPECT_EQ(header.flash_bytes(), 128U << 20U);
  header.spi_size = 8;
  EXPECT_EQ(header.flash_bytes(), 0U);
}

TEST(AppImage, AppDescriptionNeedsItsMagic) {
  auto bytes = description(7, "1.2.3");
  std::span<const std::byte, kAppDescriptionBytes> field(bytes.data(), kAppDescriptionBytes);
  const auto good = decode_app_description(field);
  ASSERT_TRUE(good.ok());
  EXPECT_EQ(good->secure_version, 7U);
  EXPECT_EQ(good->version(), "1.2.3");
  EXPECT_EQ(good->project_name(), "vec");
  EXPECT_EQ(good->date(), "Jan  1 2026");
  EXPECT_EQ(good->time(), "00:00:00");
  EXPECT_EQ(good->idf_version(), "v6.2");
  bytes[0] ^= std::byte{1};
  const auto bad = decode_app_description(field);
  ASSERT_FALSE(bad.ok());
  EXPECT_EQ(bad.error(), Error::kDescriptionMissing);
}

TEST(AppImage, AFullTextFieldHasNoTerminator) {
  AppDescription app;
  set_text(app.version_field, std::string(40, 'v'));
  EXPECT_EQ(app.version(), std::string(32, 'v'));
}

TEST(AppImage, BootloaderDescriptionRoundTrip) {
  BootloaderDescription loader;
  loader.secure_version = 3;
  loader.version = 42;
  set_text(loader.idf_version_field, "v6.2");
  set_text(loader.date_time_field, "Jan  1 2026 00:00:00");
  auto bytes = encode(loader);
  const auto decoded = decode_bootloader_description(bytes);
  ASSERT_TRUE(decoded.ok());
  EXPECT_EQ(decoded->secure_version, 3);
  EXPECT_EQ(decoded->version, 42U);
  EXPECT_EQ(decoded->idf_version(), "v6.2");
  EXPECT_EQ(decoded->date_time(), "Jan  1 2026 00:00:00");
  bytes[0] = std::byte{0x51};
  EXPECT_FALSE(decode_bootloader_description(bytes).ok());
}

}  // namespace
}  // namespace rota::formats
