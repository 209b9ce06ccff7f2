// Everything that can be said about one image: header, segments, descriptions, and each check with
// its own verdict. Goes as far as a damaged image allows; the verdict of core's verifier, which
// stops at the first failure, is kept beside it.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "cli/refusal.h"
#include "core/flash.h"
#include "core/image_verifier.h"
#include "formats/app_image.h"
#include "formats/bootloader_settings.h"
#include "formats/chips.h"
#include "formats/signature_block.h"

namespace rota::cli {

struct SegmentReport {
  formats::SegmentHeader header;
  std::uint32_t offset = 0;  // of the data, in the image
  std::string_view memory;   // "flash, code (IROM)", "RAM", ...
};

// A signature block behind the image: what it claims. Nothing here is verified but its CRC.
struct SignatureReport {
  unsigned block = 0;  // 0..2
  formats::BlockForm form{};
  formats::SignatureScheme scheme{};
  std::array<std::byte, 32> key_digest{};
  bool is_v1 = false;  // of Secure Boot v1: behind the image, without CRC and key
};

struct ImageReport {
  core::ImageKind kind = core::ImageKind::kApp;
  formats::ImageHeader header;
  const formats::ChipFacts* chip = nullptr;  // nullptr: an id that we do not know
  std::vector<SegmentReport> segments;
  std::optional<formats::AppDescription> app;
  std::optional<formats::BootloaderDescription> bootloader;
  std::optional<formats::BootloaderSettings> settings;  // of Rota's bootloaders
  bool is_native = false;
  bool is_whole = false;          // all segments, the checksum and the digest lie inside the range
  std::uint32_t range_bytes = 0;  // where the image had to lie inside
  std::uint32_t image_bytes = 0;  // valid if is_whole
  std::uint8_t stored_checksum = 0;
  std::uint8_t computed_checksum = 0;
  bool has_digest = false;
  std::array<std::byte, 32> stored_digest{};
  std::array<std::byte, 32> computed_digest{};
  std::vector<SignatureReport> signatures;  // empty: unsigned
  std::optional<Error> refused;  // by core's verifier, as an application would judge the image

  bool checksum_is_good() const { return is_whole && stored_checksum == computed_checksum; }
  bool digest_is_good() const { return is_whole && has_digest && stored_digest == computed_digest; }
};

// The chip that judges an image "for any chip": the one that the header names, in a revision that
// the image accepts.
core::ChipIdentity chip_that_suits(const formats::ImageHeader& header,
                                   const std::optional<formats::AppDescription>& app);

// Reads the image at the start of `range`. Errors: those of Flash::read for the header, and
// kImageBadMagic when there is none.
Result<ImageReport> read_image(core::Flash& flash, core::FlashRange range, core::ImageKind kind);

// True when the image at the start of the range is a bootloader (or a program for RAM, which looks
// the same): it has no app description and maps nothing from flash.
bool is_bootloader_image(core::Flash& flash, core::FlashRange range);

// The MMU page that mapped segments of this image are aligned to (spec 4.6).
std::uint32_t mmu_page_bytes(const ImageReport& report);

std::string_view spi_mode_name(std::uint8_t code);
std::string_view spi_speed_name(std::uint8_t code);
// "v1.0", from major * 100 + minor.
std::string revision_text(std::uint16_t revision);

}  // namespace rota::cli
