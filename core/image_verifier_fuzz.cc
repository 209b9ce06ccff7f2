// Any bytes as an image on a flash chip, for every chip and reader. Invariants:
// - no read outside the chip (the flash below asserts);
// - an accepted image fits its partition and has at most 16 segments inside it;
// - what the bootloader accepts, an application and the structure-only reader accept, too.
#include <algorithm>

#include "base/assert.h"
#include "core/image_verifier.h"

namespace {

using namespace rota;

// The input, followed by erased bytes up to the size of the chip.
class InputFlash final : public core::Flash {
 public:
  InputFlash(Bytes input, std::uint32_t size_bytes) : input_(input) {
    geometry_.size_bytes = size_bytes;
  }
  Status read(core::FlashAddress from, MutableBytes into) override {
    ROTA_ASSERT(std::uint64_t{from.value} + into.size() <= geometry_.size_bytes);
    for (std::size_t i = 0; i < into.size(); ++i) {
      const std::size_t at = from.value + i;
      into[i] = at < input_.size() ? input_[at] : std::byte{0xFF};
    }
    return {};
  }
  Status program(core::FlashAddress, Bytes) override { return Error::kFlashProtected; }
  Status erase(core::FlashRange) override { return Error::kFlashProtected; }
  const core::FlashGeometry& geometry() const override { return geometry_; }

 private:
  Bytes input_;
  core::FlashGeometry geometry_;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 2) return 0;
  const Bytes input = std::as_bytes(std::span(data, size));
  constexpr std::uint32_t kFlashBytes = 0x20000;
  InputFlash flash(input.subspan(1), kFlashBytes);

  core::ChipIdentity chip;
  chip.facts = &formats::all_chips()[data[0] % formats::all_chips().size()];
  chip.revision = 100;
  core::VerifyRequest request;
  request.range = {core::FlashAddress{0}, kFlashBytes / 2};
  request.kind = (data[0] & 0x80) != 0 ? core::ImageKind::kBootloader : core::ImageKind::kApp;

  const auto judged = [&](core::ImageChecks checks) {
    request.checks = checks;
    const auto facts = core::verify_image(flash, chip, request);
    if (!facts.ok()) return false;
    ROTA_ASSERT(facts->image_bytes <= request.range.size_bytes);
    ROTA_ASSERT(facts->header.segment_count <= formats::kMaxSegments);
    for (std::size_t i = 0; i < facts->header.segment_count; ++i) {
      ROTA_ASSERT(std::uint64_t{facts->segment_offsets[i]} + facts->segments[i].data_bytes <
                  facts->image_bytes);
    }
    return true;
  };
  const bool boots = judged(core::ImageChecks::kBootloader);
  const bool installs = judged(core::ImageChecks::kApplication);
  const bool has_structure = judged(core::ImageChecks::kStructureOnly);
  ROTA_ASSERT(!boots || installs);
  ROTA_ASSERT(!installs || has_structure);
  return 0;
}
