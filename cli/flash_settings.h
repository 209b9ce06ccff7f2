// How the ROM reads the flash: the mode, clock and size in an image's header. What counts is the
// header of the bootloader, so tools that put a flash together may set them there.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "cli/flash_parts.h"
#include "cli/refusal.h"
#include "formats/chips.h"

namespace rota::cli {

// The codes of byte 2 and of the low half of byte 3 (spec 4.2, 10.3); wrong use for other words.
Result<std::uint8_t, Refusal> spi_mode_code(std::string_view name);
// nullopt: the chip's second fastest, as ESP-IDF's default is.
Result<std::uint8_t, Refusal> spi_speed_code(std::optional<std::string_view> name,
                                             const formats::ChipFacts& chip);

// nullopt: as it is.
struct FlashSettings {
  std::optional<std::uint8_t> spi_mode;
  std::optional<std::string_view> spi_speed;  // "40m": its code depends on the chip
  std::optional<std::uint8_t> spi_size;

  bool changes_something() const { return spi_mode || spi_speed || spi_size; }
};

// Sets the header of the bootloader among the parts, and its digest if it has one. The bootloader
// is the image that starts at its chip's bootloader offset; `chip`: the one to look for, or nullptr
// for the one that the image names. Refuses when there is none, or when it is damaged.
Outcome set_flash_settings(std::vector<FlashPart>& parts,
                           const formats::ChipFacts* chip,
                           const FlashSettings& settings);

// The chip that the first image among the parts is for; nullptr when there is none.
const formats::ChipFacts* chip_of_parts(std::vector<FlashPart>& parts);

}  // namespace rota::cli
