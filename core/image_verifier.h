// Is there a bootable image in this flash range? The one place that knows every check of an image
// and their order (spec 4.4). Streams the range through a fixed buffer; keeps no state.
//
// Two readers ask: an application after an update (everything is checked, nothing loaded) and a
// bootloader before a start (load addresses are checked too, unless validation is skipped).
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>

#include "base/result.h"
#include "core/flash.h"
#include "formats/app_image.h"
#include "formats/chips.h"

namespace rota::core {

// The chip that judges. `max_revision_ignored` and `block_max_ignored` are the two "disable" fuses.
struct ChipIdentity {
  const formats::ChipFacts* facts = nullptr;
  std::uint16_t revision = 0;              // major * 100 + minor
  std::uint16_t efuse_block_revision = 0;  // same form
  bool max_revision_ignored = false;
  bool block_max_ignored = false;
  // RAM that this chip's bootloader occupies; a bootloader refuses segments that reach into it.
  // Borrowed. Empty: not known, as it depends on how the bootloader was linked.
  std::span<const formats::AddressRange> reserved_ram;
  // A virtual board with a native machine also accepts the Rota native payload segment.
  bool accepts_native_payload = false;
};

enum class ImageKind : std::uint8_t { kApp, kBootloader };

enum class ImageChecks : std::uint8_t {
  kApplication,    // as esp_image_verify in an app: all but load addresses
  kBootloader,     // as the bootloader before a normal start: all, load addresses too
  kStructureOnly,  // SKIP_VALIDATE and esp_image_get_metadata: header, segments, length
};

struct ImageFacts {
  formats::ImageHeader header;
  std::array<formats::SegmentHeader, formats::kMaxSegments> segments{};
  std::array<std::uint32_t, formats::kMaxSegments> segment_offsets{};  // of the data, in the range
  std::uint32_t image_bytes = 0;  // header .. checksum [+ digest]
  bool has_digest = false;
  std::array<std::byte, 32> digest{};  // the stored one; equal to the computed one when checked
  std::uint32_t secure_version = 0;    // second word of segment 0 (apps); 0 when kStructureOnly
  std::uint32_t mmu_page_bytes = 0x10000;
  std::optional<std::uint32_t> native_payload_segment;  // index, for native images
};

struct VerifyRequest {
  FlashRange range;
  ImageKind kind = ImageKind::kApp;
  ImageChecks checks = ImageChecks::kApplication;
};

// Errors: every kImage*, kDescriptionMissing, and those of Flash::read. The first check that fails
// in the order of spec 4.4 gives the error.
Result<ImageFacts> verify_image(Flash& flash,
                                const ChipIdentity& chip,
                                const VerifyRequest& request);

// The same verdict without the facts, for callers with little stack.
Status check_image(Flash& flash, const ChipIdentity& chip, const VerifyRequest& request);

// The length of the app image at the start of a range, from its headers alone. Errors: as
// verify_image() with kStructureOnly.
Result<std::uint32_t> read_image_length(Flash& flash, const ChipIdentity& chip, FlashRange range);

// Chip id, revision and SPI mode of an image whose first bytes are at hand (spec 5.4.17).
// Errors: kImageWrongChip, kImageChipTooOld, kImageChipTooNew.
Status check_image_fits_chip(const formats::ImageHeader& header,
                             ImageKind kind,
                             const ChipIdentity& chip);

// What is left to go wrong when a bootloader maps an image that it accepted: a chip with one shared
// address range for code and data needs exactly two mapped segments. The reference's bootloader
// stops with an assertion, so the board resets for ever (spec 3.8). Errors:
// kImageMappedSegmentCount.
Status check_can_be_mapped(const ImageFacts& facts, const ChipIdentity& chip);

}  // namespace rota::core
