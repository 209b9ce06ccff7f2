#include "core/image_verifier.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "crypto/sha256.h"
#include "formats/bootloader_settings.h"

namespace rota::core {
namespace {

using formats::find_chip;

constexpr std::uint32_t kFlashBytes = 0x200000;
constexpr FlashAddress kSlot{0x10000};
constexpr std::uint32_t kSlotBytes = 0x100000;

// Memory that counts how often each byte is read.
class CountingFlash final : public Flash {
 public:
  CountingFlash() : bytes_(kFlashBytes, std::byte{0xFF}), reads_(kFlashBytes) {
    geometry_.size_bytes = kFlashBytes;
  }
  Status read(FlashAddress from, MutableBytes into) override {
    if (std::uint64_t{from.value} + into.size() > bytes_.size()) return Error::kFlashOutOfRange;
    if (from.value <= broken_at_ && broken_at_ < from.value + into.size()) {
      return Error::kFlashReadFailed;
    }
    std::copy_n(bytes_.begin() + from.value, into.size(), into.begin());
    for (std::size_t i = 0; i < into.size(); ++i) ++reads_[from.value + i];
    return {};
  }
  Status program(FlashAddress, Bytes) override { return Error::kFlashProtected; }
  Status erase(FlashRange) override { return Error::kFlashProtected; }
  const FlashGeometry& geometry() const override { return geometry_; }

  void put(FlashAddress at, Bytes bytes) {
    std::copy(bytes.begin(), bytes.end(), bytes_.begin() + at.value);
  }
  int most_reads_of_a_byte() const { return *std::max_element(reads_.begin(), reads_.end()); }
  int bytes_read() const {
    return static_cast<int>(
        std::count_if(reads_.begin(), reads_.end(), [](int n) { return n > 0; }));
  }
  void break_at(std::uint32_t address) { broken_at_ = address; }

 private:
  std::vector<std::byte> bytes_;
  std::vector<int> reads_;
  FlashGeometry geometry_;
  std::uint32_t broken_at_ = 0xFFFFFFFF;
};

struct Segment {
  std::uint32_t load_address;
  std::vector<std::byte> data;
};

// An image of which every part may be wrong.
struct ImageRecipe {
  formats::ImageHeader header;
  formats::AppDescription description;
  std::vector<Segment> segments;

  explicit ImageRecipe(std::string_view target = "esp32") {
    const formats::ChipFacts& chip = *find_chip(target);
    header.chip_id = static_cast<std::uint16_t>(chip.id);
    header.max_chip_revision = 399;
    description.secure_version = 5;
    formats::set_text(description.version_field, "1.0.0");
    segments.push_back({chip.mapped_data.low + 0x20, {}});
    segments.push_back({chip.ram_ranges[0].low, std::vector<std::byte>(20000, std::byte{0x5A})});
  }

  std::vector<std::byte> build() const {
    formats::ImageHeader head = header;
    if (head.segment_count == 0) head.segment_count = static_cast<std::uint8_t>(segments.size());
    std::vector<std::byte> image;
    const auto append = [&image](Bytes bytes) {
      image.insert(image.end(), bytes.begin(), bytes.end());
    };
    append(formats::encode(head));
    auto checksum = std::byte{formats::kChecksumSeed};
    for (std::size_t i = 0; i < segments.size(); ++i) {
      std::vector<std::byte> data = segments[i].data;
      if (i == 0 && data.empty()) {
        const auto text = formats::encode(description);
        data.assign(text.begin(), text.end());
      }
      append(formats::encode(formats::SegmentHeader{segments[i].load_address,
                                                    static_cast<std::uint32_t>(data.size())}));
      append(data);
      for (const std::byte value : data) checksum ^= value;
    }
    image.resize(align_up(static_cast<std::uint32_t>(image.size()) + 1, 16));
    image.back() = checksum;
    if (head.digest_appended != 0) append(crypto::sha256(image));
    return image;
  }
};

class ImageVerifier : public testing::Test {
 protected:
  ImageVerifier() { use_chip("esp32"); }

  void use_chip(std::string_view target) {
    chip_.facts = find_chip(target);
    chip_.revision = 300;
  }
  Result<ImageFacts> verify(ImageChecks checks = ImageChecks::kApplication) {
    return verify_image(flash_, chip_, {{kSlot, size_}, kind_, checks});
  }
  Error refusal(ImageChecks checks = ImageChecks::kApplication) {
    const auto result = verify(checks);
    EXPECT_FALSE(result.ok());
    return result.ok() ? Error::kWrongState : result.error();
  }
  Error refusal_of(const ImageRecipe& recipe, ImageChecks checks = ImageChecks::kApplication) {
    flash_ = CountingFlash();
    flash_.put(kSlot, recipe.build());
    return refusal(checks);
  }

  CountingFlash flash_;
  ChipIdentity chip_;
  std::uint32_t size_ = kSlotBytes;
  ImageKind kind_ = ImageKind::kApp;
};

TEST_F(ImageVerifier, AGoodImageGivesItsFacts) {
  const ImageRecipe recipe;
  const auto image = recipe.build();
  flash_.put(kSlot, image);
  for (const auto checks : {ImageChecks::kApplication, ImageChecks::kBootloader}) {
    const auto facts = verify(checks);
    ASSERT_TRUE(facts.ok()) << static_cast<int>(facts.error());
    EXPECT_EQ(facts->image_bytes, image.size());
    EXPECT_EQ(facts->header.segment_count, 2);
    EXPECT_EQ(facts->segments[1].data_bytes, 20000U);
    EXPECT_EQ(facts->segment_offsets[0], 32U);
    EXPECT_EQ(facts->segment_offsets[1], 32U + 256 + 8);
    EXPECT_EQ(facts->secure_version, 5U);
    EXPECT_TRUE(facts->has_digest);
    EXPECT_TRUE(std::equal(facts->digest.begin(), facts->digest.end(), image.end() - 32));
    EXPECT_FALSE(facts->native_payload_segment.has_value());
  }
}

TEST_F(ImageVerifier, NoByteIsReadTwice) {
  flash_.put(kSlot, ImageRecipe().build());
  ASSERT_TRUE(verify().ok());
  EXPECT_EQ(flash_.most_reads_of_a_byte(), 1);
}

TEST_F(ImageVerifier, StructureIsReadWithoutTheData) {
  auto image = ImageRecipe().build();
  image[5000] ^= std::byte{1};
  flash_.put(kSlot, image);
  const auto facts = verify(ImageChecks::kStructureOnly);
  ASSERT_TRUE(facts.ok());
  EXPECT_EQ(facts->image_bytes, image.size());
  EXPECT_EQ(facts->secure_version, 0U);
  EXPECT_LT(flash_.bytes_read(), 2048);
  EXPECT_EQ(flash_.most_reads_of_a_byte(), 1);
}

TEST_F(ImageVerifier, EveryFlippedBitIsSeenExceptTheOneThatPromisesTheDigest) {
  constexpr std::size_t kPromise = 23 * 8;  // then the checksum alone decides, as in the reference
  ImageRecipe recipe;
  recipe.segments[1].data.resize(64);
  const auto good = recipe.build();
  for (std::size_t bit = 0; bit < good.size() * 8; ++bit) {
    auto image = good;
    image[bit / 8] ^= static_cast<std::byte>(1U << (bit % 8));
    flash_.put(kSlot, image);
    EXPECT_EQ(verify().ok(), bit == kPromise) << bit;
  }
}

TEST_F(ImageVerifier, HeaderRefusals) {
  EXPECT_EQ(refusal(), Error::kImageIsErased);
  ImageRecipe recipe;
  recipe.header.magic = 0x7F;
  EXPECT_EQ(refusal_of(recipe), Error::kImageBadMagic);
  recipe = ImageRecipe("esp32c3");
  EXPECT_EQ(refusal_of(recipe), Error::kImageWrongChip);
  recipe = ImageRecipe();
  recipe.header.min_chip_revision = 301;
  EXPECT_EQ(refusal_of(recipe), Error::kImageChipTooOld);
  recipe = ImageRecipe();
  recipe.header.segment_count = 17;
  EXPECT_EQ(refusal_of(recipe), Error::kImageTooManySegments);
}

TEST_F(ImageVerifier, TheLargestRevisionBindsAppsOnlyAndAFuseLiftsIt) {
  ImageRecipe recipe;
  recipe.header.max_chip_revision = 299;
  EXPECT_EQ(refusal_of(recipe), Error::kImageChipTooNew);
  chip_.max_revision_ignored = true;
  EXPECT_TRUE(verify().ok());
  chip_.max_revision_ignored = false;
  EXPECT_TRUE(check_image_fits_chip(recipe.header, ImageKind::kBootloader, chip_).ok());
  for (const std::uint16_t unlimited : {std::uint16_t{0}, std::uint16_t{0xFFFF}}) {
    recipe.header.max_chip_revision = unlimited;
    EXPECT_TRUE(check_image_fits_chip(recipe.header, ImageKind::kApp, chip_).ok());
  }
}

TEST_F(ImageVerifier, SegmentRefusals) {
  ImageRecipe recipe;
  recipe.segments[1].data.resize(1001);
  EXPECT_EQ(refusal_of(recipe), Error::kImageSegmentLength);
  recipe = ImageRecipe();
  recipe.segments[0].data.assign(252, std::byte{0});
  EXPECT_EQ(refusal_of(recipe), Error::kImageFirstSegmentTooShort);
  recipe = ImageRecipe();
  recipe.segments[0].load_address += 4;
  EXPECT_EQ(refusal_of(recipe), Error::kImageSegmentMisaligned);
}

TEST_F(ImageVerifier, OnlyABootloaderLooksAtLoadAddresses) {
  ImageRecipe recipe;
  recipe.segments[1].load_address = 0x20000000;
  EXPECT_EQ(refusal_of(recipe, ImageChecks::kBootloader), Error::kImageBadLoadAddress);
  EXPECT_TRUE(verify(ImageChecks::kApplication).ok());
  recipe.segments.push_back({0x20000000, {}});  // nothing is loaded from an empty segment
  recipe.segments[1].load_address = 4;          // below 0x10000000 nothing is loaded either
  flash_.put(kSlot, recipe.build());
  EXPECT_TRUE(verify(ImageChecks::kBootloader).ok());
}

TEST_F(ImageVerifier, ANativePayloadStartsOnlyWhereItIsAccepted) {
  ImageRecipe recipe;
  recipe.segments[1].load_address = formats::kNativePayloadAddress;
  EXPECT_EQ(refusal_of(recipe, ImageChecks::kBootloader), Error::kImageBadLoadAddress);
  EXPECT_EQ(verify(ImageChecks::kApplication)->native_payload_segment, 1U);
  chip_.accepts_native_payload = true;
  EXPECT_EQ(verify(ImageChecks::kBootloader)->native_payload_segment, 1U);
}

TEST_F(ImageVerifier, AChipThatChoosesPagesNeedsTheDescription) {
  use_chip("esp32c6");
  ImageRecipe recipe("esp32c6");
  recipe.description.magic = 0;
  EXPECT_EQ(refusal_of(recipe), Error::kDescriptionMissing);
  // 16 KiB pages, chosen by the image: 0x4000 is a page start, which 64 KiB pages would refuse.
  recipe = ImageRecipe("esp32c6");
  recipe.segments[0].load_address = 0x42004020;
  EXPECT_EQ(refusal_of(recipe), Error::kImageSegmentMisaligned);
  recipe.description.mmu_page_size_log2 = 14;
  flash_.put(kSlot, recipe.build());
  const auto facts = verify();
  ASSERT_TRUE(facts.ok());
  EXPECT_EQ(facts->mmu_page_bytes, 0x4000U);
}

TEST_F(ImageVerifier, BlockRevisions) {
  use_chip("esp32c3");
  chip_.efuse_block_revision = 103;
  ImageRecipe recipe("esp32c3");
  recipe.description.min_efuse_block_revision = 104;
  EXPECT_EQ(refusal_of(recipe), Error::kImageEfuseBlockRevision);
  recipe.description.min_efuse_block_revision = 0;
  recipe.description.max_efuse_block_revision = 102;
  EXPECT_EQ(refusal_of(recipe), Error::kImageEfuseBlockRevision);
  chip_.block_max_ignored = true;
  EXPECT_TRUE(verify().ok());
}

TEST_F(ImageVerifier, ChecksumAndDigest) {
  ImageRecipe recipe;
  recipe.header.digest_appended = 0;
  auto image = recipe.build();
  image[9000] ^= std::byte{0x10};
  flash_.put(kSlot, image);
  EXPECT_EQ(refusal(), Error::kImageBadChecksum);
  image[9001] ^= std::byte{0x10};  // two errors that the checksum does not see
  flash_.put(kSlot, image);
  EXPECT_TRUE(verify().ok());
  recipe.header.digest_appended = 2;  // any non-zero value promises a digest
  image = recipe.build();
  image[9000] ^= std::byte{0x10};
  image[9001] ^= std::byte{0x10};
  flash_.put(kSlot, image);
  EXPECT_EQ(refusal(), Error::kImageBadDigest);
}

TEST_F(ImageVerifier, Trap46_TheSizeIsComparedAfterEverythingWasRead) {
  auto image = ImageRecipe().build();
  flash_.put(kSlot, image);
  size_ = 0x1000;
  EXPECT_EQ(refusal(), Error::kImageLargerThanPartition);
  EXPECT_GE(flash_.bytes_read(), static_cast<int>(image.size()));
  image[9000] ^= std::byte{1};
  flash_.put(kSlot, image);
  EXPECT_EQ(refusal(), Error::kImageBadChecksum) << "the checksum is looked at first";
}

TEST_F(ImageVerifier, Trap48_HighestRevisionZeroAndTheLegacyByteBindNothing) {
  ImageRecipe recipe;
  recipe.header.max_chip_revision = 0;
  recipe.header.min_chip_revision_legacy = 99;
  flash_.put(kSlot, recipe.build());
  EXPECT_TRUE(verify().ok());
  recipe.header.max_chip_revision = 65535;
  flash_.put(kSlot, recipe.build());
  EXPECT_TRUE(verify().ok());
}

TEST_F(ImageVerifier, Trap49_AnyNonZeroByteAnnouncesADigest) {
  ImageRecipe recipe;
  recipe.header.digest_appended = 2;
  flash_.put(kSlot, recipe.build());
  const auto facts = verify();
  ASSERT_TRUE(facts.ok());
  EXPECT_TRUE(facts->has_digest);
}

TEST_F(ImageVerifier, Trap50_TheChecksumAddsOneToSixteenBytes) {
  ImageRecipe recipe;
  recipe.header.digest_appended = 0;
  for (std::uint32_t words = 0; words < 8; ++words) {
    recipe.segments[1].data.assign(64 + 4 * words, std::byte{0});
    const std::uint32_t before = 24 + 8 + 256 + 8 + 64 + 4 * words;
    flash_.put(kSlot, recipe.build());
    const auto facts = verify();
    ASSERT_TRUE(facts.ok());
    const std::uint32_t added = facts->image_bytes - before;
    EXPECT_GE(added, 1U);
    EXPECT_LE(added, 16U);
    EXPECT_EQ(facts->image_bytes % 16, 0U);
  }
}

TEST_F(ImageVerifier, Trap88_AnImageWithoutSegmentsPasses) {
  ImageRecipe recipe;
  recipe.segments.clear();
  for (const std::uint8_t digest : {std::uint8_t{0}, std::uint8_t{1}}) {
    recipe.header.digest_appended = digest;
    flash_.put(kSlot, recipe.build());
    const auto facts = verify();
    ASSERT_TRUE(facts.ok());
    EXPECT_EQ(facts->image_bytes, digest == 0 ? 32U : 64U);
  }
}

TEST_F(ImageVerifier, AChipWithOneSharedMapNeedsTwoMappedSegments) {
  use_chip("esp32c6");
  ImageRecipe recipe("esp32c6");  // one of its two segments is mapped
  flash_.put(kSlot, recipe.build());
  auto facts = verify(ImageChecks::kBootloader);
  ASSERT_TRUE(facts.ok());
  EXPECT_EQ(check_can_be_mapped(*facts, chip_).error(), Error::kImageMappedSegmentCount);
  recipe.segments[1] = {0x42010000 + 32 + 256 + 8, std::vector<std::byte>(64)};
  flash_.put(kSlot, recipe.build());
  facts = verify(ImageChecks::kBootloader);
  ASSERT_TRUE(facts.ok());
  EXPECT_TRUE(check_can_be_mapped(*facts, chip_).ok());
  use_chip("esp32");  // two maps: any number of segments
  flash_.put(kSlot, ImageRecipe().build());
  EXPECT_TRUE(check_can_be_mapped(*verify(), chip_).ok());
}

TEST_F(ImageVerifier, RamThatTheBootloaderOccupiesIsNotLoadedInto) {
  flash_.put(kSlot, ImageRecipe().build());
  const std::uint32_t ram = chip_.facts->ram_ranges[0].low;
  const std::array reserved{formats::AddressRange{ram + 19000, ram + 30000}};
  chip_.reserved_ram = reserved;
  EXPECT_EQ(refusal(ImageChecks::kBootloader), Error::kImageBadLoadAddress);
  EXPECT_TRUE(verify(ImageChecks::kApplication).ok());
  const std::array beside{formats::AddressRange{ram + 20000, ram + 30000}};
  chip_.reserved_ram = beside;
  EXPECT_TRUE(verify(ImageChecks::kBootloader).ok());
}

TEST_F(ImageVerifier, SizesAndEnds) {
  const auto image = ImageRecipe().build();
  flash_.put(kSlot, image);
  size_ = static_cast<std::uint32_t>(image.size());
  EXPECT_TRUE(verify().ok());
  --size_;
  EXPECT_EQ(refusal(), Error::kImageLargerThanPartition);
  size_ = 0x1000001;
  EXPECT_EQ(refusal(), Error::kImagePartitionTooLarge);
  size_ = kSlotBytes;
  // A segment that claims more than the chip holds.
  std::array<std::byte, 4> length{};
  store_u32(length.data(), kFlashBytes);
  flash_.put(kSlot + (32 + 256 + 4), length);
  EXPECT_EQ(refusal(), Error::kImageTooShort);
  EXPECT_EQ(refusal(ImageChecks::kStructureOnly), Error::kImageTooShort);
}

TEST_F(ImageVerifier, ASegmentThatWrapsAround) {
  use_chip("esp32s3");
  auto image = ImageRecipe("esp32s3").build();
  store_u32(&image[32 + 256 + 4], 0xFFFFFFF0);
  flash_.put(kSlot, image);
  EXPECT_EQ(refusal(), Error::kImageWrapsAround);
}

TEST_F(ImageVerifier, ReadErrorsPassThrough) {
  flash_.put(kSlot, ImageRecipe().build());
  flash_.break_at(kSlot.value + 15000);
  EXPECT_EQ(refusal(), Error::kFlashReadFailed);
}

TEST_F(ImageVerifier, ABootloaderNeedsNoDescriptionAndNoDigest) {
  std::array<std::byte, formats::kBootloaderImageMaxBytes> image{};
  formats::ImageHeader header;
  header.max_chip_revision = 100;  // binds apps only
  const std::size_t length = formats::write_bootloader_image(header, {}, {}, image);
  image[3] = std::byte{0x3F};  // a flashing tool patched the flash size
  flash_.put(kSlot, Bytes(image).first(length));
  kind_ = ImageKind::kBootloader;
  for (const auto checks : {ImageChecks::kApplication, ImageChecks::kBootloader}) {
    const auto facts = verify(checks);
    ASSERT_TRUE(facts.ok());
    EXPECT_EQ(facts->image_bytes, length);
    EXPECT_EQ(facts->segments[1].data_bytes, formats::kBootloaderSettingsBytes);
  }
  kind_ = ImageKind::kApp;
  EXPECT_EQ(refusal(), Error::kImageChipTooNew);
}

}  // namespace
}  // namespace rota::core
