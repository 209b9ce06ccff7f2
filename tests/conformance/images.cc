// Application images: the verdicts of an application, of a bootloader, and of the reader that looks
// at the structure only. What matters is accepted or refused; of accepted images also the length
// and the number of segments.
//
// Not modelled: RAM that a particular build of the bootloader keeps for itself. Images that fail
// only because of it (categories stack_zone and seg_cross) are counted and skipped.
#include <cstdint>
#include <cstdio>
#include <map>

#include "core/image_verifier.h"
#include "memory_flash.h"
#include "vectors.h"

namespace rota::conformance {
namespace {

using core::ImageChecks;
using core::ImageKind;
using nlohmann::json;

class ImageCase {
 public:
  explicit ImageCase(const json& vector)
      : vector_(vector), flash_(vector["flash"].get<std::uint32_t>()) {
    chip_.facts = formats::find_chip(vector["chip"].get<std::string>());
    chip_.revision = vector["rev"].get<std::uint16_t>();
    chip_.efuse_block_revision = vector["blk"].get<std::uint16_t>();
    chip_.max_revision_ignored = vector["no_max_rev"] != 0;
    chip_.block_max_ignored = vector["no_max_blk"] != 0;
    const auto offset = vector["off"].get<std::uint32_t>();
    flash_.put(offset, from_hex(vector["img"].get<std::string>()));
    request_.range = {core::FlashAddress{offset}, vector["size"].get<std::uint32_t>()};
    if (offset == chip_.facts->bootloader_offset) request_.kind = ImageKind::kBootloader;
  }

  void compare(const char* reader, ImageChecks checks) {
    const json& expected = vector_[reader];
    request_.checks = checks;
    const auto facts = core::verify_image(flash_, chip_, request_);
    const bool accepted = expected["err"].is_number() && expected["err"] == 0;
    EXPECT_EQ(facts.ok(), accepted) << reader << ": recorded " << expected["err"] << ", got "
                                    << (facts.ok() ? 0 : static_cast<int>(facts.error()));
    if (!facts.ok() || !accepted) return;
    EXPECT_EQ(facts->image_bytes, expected["len"].get<std::uint32_t>()) << reader;
    EXPECT_EQ(facts->header.segment_count, expected["nseg"].get<unsigned>()) << reader;
  }

  // The reference refused it for RAM that its own build occupies.
  bool is_about_reserved_ram() const {
    const auto category = vector_["cat"].get<std::string>();
    return vector_["app"]["err"] == 0 && vector_["boot"]["err"] != 0 &&
           (category == "stack_zone" || category == "seg_cross");
  }

 private:
  const json& vector_;
  MemoryFlash flash_;
  core::ChipIdentity chip_;
  core::VerifyRequest request_;
};

TEST(Conformance, ApplicationImages) {
  int reserved_ram = 0;
  std::map<std::string, int> by_chip;
  const int count = for_each_vector("images.jsonl.gz", [&](const json& vector) {
    SCOPED_TRACE("images id " + vector["id"].dump() + ", " + vector["chip"].get<std::string>() +
                 ", " + vector["cat"].get<std::string>());
    ImageCase image(vector);
    image.compare("app", ImageChecks::kApplication);
    image.compare("meta", ImageChecks::kStructureOnly);
    if (image.is_about_reserved_ram()) {
      ++reserved_ram;
    } else {
      image.compare("boot", ImageChecks::kBootloader);
    }
    ++by_chip[vector["chip"].get<std::string>()];
  });
  ROTA_SKIP_WITHOUT_VECTORS(count);
  std::printf("images: %d images, %d not compared as 'boot' (reserved RAM)\n", count, reserved_ram);
  for (const auto& [chip, images] : by_chip) std::printf("  %-8s %d\n", chip.c_str(), images);
  EXPECT_GT(count, 1500);
  EXPECT_GE(by_chip.size(), 9U);
  EXPECT_LT(reserved_ram, count / 20);
}

}  // namespace
}  // namespace rota::conformance
