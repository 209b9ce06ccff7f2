// From a linked program to the image that a chip starts: segments in an order and at places that
// the chip can map, padding between them, checksum and digest (spec 10.3, elf2image).
#pragma once

#include <cstdint>
#include <vector>

#include "cli/elf_file.h"
#include "cli/refusal.h"
#include "formats/app_image.h"
#include "formats/chips.h"

namespace rota::cli {

struct ElfImageWish {
  const formats::ChipFacts* chip = nullptr;
  formats::ImageHeader header;  // flash mode, speed, size, revisions, whether a digest follows
  std::uint32_t page_bytes = 0x10000;  // of the MMU
  bool secure_pad = false;  // fill up so that a signature begins on a page (Secure Boot v2)
};

struct ElfImage {
  std::vector<std::byte> bytes;  // without checksum and digest until seal()
  bool has_description = false;
};

// Lays the segments out. Refuses: nothing to load, a RAM segment that is not aligned to 4, more
// than 16 segments, secure padding without a digest.
Result<ElfImage, Refusal> lay_out(const ElfProgram& program, const ElfImageWish& wish);

// Adds secure padding, checksum and digest: the end of an image. Changes to the description come
// before.
Outcome seal(ElfImage& image, const ElfImageWish& wish);

}  // namespace rota::cli
