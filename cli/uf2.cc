#include "cli/uf2.h"

#include <algorithm>

#include "base/assert.h"
#include "crypto/md5.h"

namespace rota::cli {
namespace {

using formats::ChipId;

struct Family {
  ChipId chip;
  std::uint32_t number;
};

// As the register of families assigns them.
constexpr std::array kFamilies = {
    Family{ChipId::kEsp32, 0x1C5F21B0},   Family{ChipId::kEsp32S2, 0xBFDD4EEE},
    Family{ChipId::kEsp32C3, 0xD42BA06C}, Family{ChipId::kEsp32S3, 0xC47E5767},
    Family{ChipId::kEsp32C2, 0x2B88D29C}, Family{ChipId::kEsp32C6, 0x540DDF62},
    Family{ChipId::kEsp32H2, 0x332726F6}, Family{ChipId::kEsp32P4, 0x3D308E94},
    Family{ChipId::kEsp32C5, 0xF71C0343}, Family{ChipId::kEsp32C61, 0x77D850C4},
};

}  // namespace

std::optional<std::uint32_t> uf2_family_of(ChipId chip) {
  for (const Family& family : kFamilies) {
    if (family.chip == chip) return family.number;
  }
  return std::nullopt;
}

std::array<std::byte, kUf2BlockBytes> uf2_block(const Uf2Place& place, Bytes content) {
  constexpr std::uint32_t kHasFamilyAndMd5 = 0x6000;
  constexpr std::size_t kContentAt = 32;
  ROTA_ASSERT(!content.empty() && content.size() <= kUf2ContentBytes);
  std::array<std::byte, kUf2BlockBytes> block{};
  const auto bytes = static_cast<std::uint32_t>(content.size());
  store_u32(&block[0], 0x0A324655);
  store_u32(&block[4], 0x9E5D5157);
  store_u32(&block[8], kHasFamilyAndMd5);
  store_u32(&block[12], place.address);
  store_u32(&block[16], bytes);
  store_u32(&block[20], place.number);
  store_u32(&block[24], place.count);
  store_u32(&block[28], place.family);
  std::copy(content.begin(), content.end(), block.begin() + kContentAt);
  const std::size_t behind = kContentAt + content.size();
  store_u32(&block[behind], place.address);
  store_u32(&block[behind + 4], bytes);
  const crypto::Md5Digest digest = crypto::md5(content);
  std::copy(digest.begin(), digest.end(), block.begin() + static_cast<std::ptrdiff_t>(behind + 8));
  store_u32(&block[508], 0x0AB16F30);
  return block;
}

}  // namespace rota::cli
