// UF2: flash content in blocks of 512 bytes that each name their address, for bootloaders that
// appear as a disk. Written as esptool's merge-bin writes it (spec 10.3):
//
//   offset  size  field
//   0       4     0x0A324655
//   4       4     0x9E5D5157
//   8       4     flags: 0x2000 the family stands at 28, 0x4000 an MD5 follows the content
//   12      4     flash address of the content
//   16      4     bytes of content, at most 256
//   20      4     number of the block in its part
//   24      4     blocks of the part
//   28      4     family: the chip
//   32      476   content, then address, length and MD5 of the content (24 bytes), then zeros
//   508     4     0x0AB16F30
//
// Blocks are numbered in each part anew. Gaps between parts are left out.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>

#include "base/bytes.h"
#include "formats/chips.h"

namespace rota::cli {

inline constexpr std::size_t kUf2BlockBytes = 512;
inline constexpr std::size_t kUf2ContentBytes = 256;

// The number that stands for a chip; nullopt for one that has none.
std::optional<std::uint32_t> uf2_family_of(formats::ChipId chip);

struct Uf2Place {
  std::uint32_t address = 0;
  std::uint32_t number = 0;
  std::uint32_t count = 0;
  std::uint32_t family = 0;
};
// `content` has 1 to kUf2ContentBytes bytes.
std::array<std::byte, kUf2BlockBytes> uf2_block(const Uf2Place& place, Bytes content);

}  // namespace rota::cli
