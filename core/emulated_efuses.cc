#include "core/emulated_efuses.h"

#include <array>

namespace rota::core {

namespace {

constexpr std::uint8_t kEfuseSubtype = 0x05;

}  // namespace

FlashRange emulated_efuse_range(const formats::PartitionRows& rows) {
  for (const formats::PartitionRow& row : rows) {
    if (row.type == formats::PartitionType::kData && row.subtype == kEfuseSubtype) {
      return {{row.offset}, row.size};
    }
  }
  return {};
}

std::uint32_t emulated_secure_version_bits(Flash& flash, FlashRange range) {
  std::array<std::byte, 4> word{};
  if (range.size_bytes < word.size() || !flash.read(range.start, word).ok()) return 0;
  return ~load_u32(word.data());
}

Status EmulatedEFuses::burn_secure_version_bits(std::uint32_t bits) {
  std::array<std::byte, 4> word{};
  if (range_.size_bytes < word.size()) return Error::kEfuseBurnFailed;
  const std::uint32_t burned = secure_version_bits() | bits;
  store_u32(word.data(), ~burned);
  ROTA_TRY(flash_.program(range_.start, word));
  return secure_version_bits() == burned ? Status{} : Status{Error::kEfuseBurnFailed};
}

}  // namespace rota::core
