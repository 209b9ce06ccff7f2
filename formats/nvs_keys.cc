#include "formats/nvs_keys.h"

#include <algorithm>

#include "formats/nvs.h"

namespace rota::formats {
namespace {

std::uint32_t crc_of(const NvsKeys& keys) { return nvs_crc(keys.tweaks, nvs_crc(keys.entries)); }

}  // namespace

Result<NvsKeys> decode_nvs_keys(std::span<const std::byte, kNvsKeyAreaBytes> area) {
  const auto checked = area.first<kNvsKeyCrcOffset + 4>();
  if (std::all_of(checked.begin(), checked.end(),
                  [](std::byte b) { return b == std::byte{0xFF}; })) {
    return Error::kNvsKeysMissing;
  }
  NvsKeys keys;
  std::copy_n(area.begin(), kNvsKeyBytes, keys.entries.begin());
  std::copy_n(area.begin() + kNvsKeyBytes, kNvsKeyBytes, keys.tweaks.begin());
  if (load_u32(area.data() + kNvsKeyCrcOffset) != crc_of(keys)) return Error::kNvsKeysDamaged;
  return keys;
}

std::array<std::byte, kNvsKeyCrcBlockBytes> nvs_key_crc_block(const NvsKeys& keys) {
  std::array<std::byte, kNvsKeyCrcBlockBytes> block;
  block.fill(std::byte{0xFF});
  store_u32(block.data(), crc_of(keys));
  return block;
}

std::array<std::byte, kNvsKeyCrcOffset> nvs_key_seed() {
  std::array<std::byte, kNvsKeyCrcOffset> seed;
  constexpr std::array kBlocks = {std::byte{0xFF}, std::byte{0x99}, std::byte{0xEE},
                                  std::byte{0x88}};
  for (std::size_t i = 0; i < seed.size(); ++i) seed[i] = kBlocks[i / 16];
  return seed;
}

}  // namespace rota::formats
