#include "board/chip/native_image.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "board/chip/nor_chip.h"
#include "core/image_verifier.h"

namespace rota::board {
namespace {

constexpr std::uint32_t kSlotBytes = 0x10000;

std::vector<std::byte> program(std::size_t bytes) {
  std::vector<std::byte> elf(bytes);
  for (std::size_t i = 0; i < bytes; ++i) elf[i] = static_cast<std::byte>(i * 31 + 7);
  return elf;
}

Result<core::ImageFacts> verify(const formats::ChipFacts& chip,
                                Bytes image,
                                bool on_virtual_board) {
  MemoryChip memory(4U << 20U, image);
  core::ChipIdentity identity;
  identity.facts = &chip;
  identity.accepts_native_payload = on_virtual_board;
  return core::verify_image(
      memory.chip, identity,
      {{{0}, kSlotBytes}, core::ImageKind::kApp, core::ImageChecks::kBootloader});
}

TEST(NativeImageTest, EveryChipsVirtualBoardStartsItAndNoHardwareDoes) {
  for (const formats::ChipFacts& chip : formats::all_chips()) {
    SCOPED_TRACE(chip.target);
    for (const std::size_t size : {1U, 4U, 15U, 1001U}) {
      const auto elf = program(size);
      const auto image = pack_native_image(elf, {}, chip);
      const auto facts = verify(chip, image, true);
      ASSERT_TRUE(facts.ok()) << describe(facts.error()).what;
      EXPECT_EQ(facts->image_bytes, image.size());
      EXPECT_TRUE(facts->has_digest);
      ASSERT_EQ(facts->native_payload_segment, 1U);
      const Bytes payload = Bytes(image).subspan(facts->segment_offsets[1], size);
      EXPECT_TRUE(std::equal(elf.begin(), elf.end(), payload.begin()));
      EXPECT_EQ(verify(chip, image, false).error(), Error::kImageBadLoadAddress);
    }
  }
}

TEST(NativeImageTest, CarriesTheDescription) {
  formats::AppDescription description;
  description.secure_version = 5;
  formats::set_text(description.version_field, "1.2.3");
  const auto image = pack_native_image(program(64), description, *formats::find_chip("esp32"));
  const auto read = formats::decode_app_description(
      Bytes(image).subspan<formats::kDescriptionOffset, formats::kAppDescriptionBytes>());
  ASSERT_TRUE(read.ok());
  EXPECT_EQ(read->version(), "1.2.3");
  EXPECT_EQ(read->secure_version, 5U);
}

}  // namespace
}  // namespace rota::board
