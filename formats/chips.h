// The chips that images are made for (spec 4.2, 4.5, 4.6): ids, names, bootloader offsets, address
// classes, MMU pages. Facts only; who may load what is core's image verifier.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

namespace rota::formats {

enum class ChipId : std::uint16_t {
  kEsp32 = 0x0000,
  kEsp32S2 = 0x0002,
  kEsp32C3 = 0x0005,
  kEsp32S3 = 0x0009,
  kEsp32C2 = 0x000C,
  kEsp32C6 = 0x000D,
  kEsp32H2 = 0x0010,
  kEsp32P4 = 0x0012,
  kEsp32C61 = 0x0014,
  kEsp32C5 = 0x0017,
  kEsp32H21 = 0x0019,
  kEsp32H4 = 0x001C,
  kEsp32S31 = 0x0020,
};

// Half-open; low == high: the chip has no such range.
struct AddressRange {
  std::uint32_t low = 0;
  std::uint32_t high = 0;
  constexpr bool holds(std::uint32_t address) const { return address >= low && address < high; }
};

struct ChipFacts {
  ChipId id{};
  std::string_view target;  // "esp32c3": the name in file names and IDF_TARGET
  std::string_view name;    // "ESP32-C3"
  std::uint32_t bootloader_offset = 0;
  AddressRange mapped_data;      // DROM
  AddressRange mapped_code;      // IROM; equal to mapped_data on chips with one shared range
  AddressRange mapped_external;  // external RAM that maps like flash (P4, S31)
  AddressRange mapped_external_2;
  bool shared_map = false;          // exactly two mapped segments are needed to start
  bool page_size_in_image = false;  // the description's page size byte is honoured
  std::uint8_t min_page_log2 = 16;
  std::uint8_t max_page_log2 = 16;
  bool wide_flash = false;  // 32-bit cache addressing: no 16 MiB limit
  bool checks_efuse_block_revision = true;
  std::uint8_t secure_version_width = 16;  // bits of the unary fuse field

  bool maps(std::uint32_t load_address) const {
    return mapped_data.holds(load_address) || mapped_code.holds(load_address) ||
           mapped_external.holds(load_address) || mapped_external_2.holds(load_address);
  }
  // RAM, RTC and SPM ranges into which a bootloader loads segments (spec 3.8); false for anything
  // else at or above 0x10000000.
  bool loads_into_ram(std::uint32_t load_address, std::uint32_t bytes) const;

  std::span<const AddressRange> ram_ranges;
};

std::span<const ChipFacts> all_chips();
const ChipFacts* find_chip(std::uint16_t chip_id);            // nullptr: not a chip we know
const ChipFacts* find_chip(std::string_view target_or_name);  // "esp32c3", "ESP32-C3"; any case

// A Rota native image carries its Linux program in a segment with this load address. No chip maps
// or loads it, so every real bootloader refuses the image; only a verifier that was told to accept
// native payloads does (docs/formats/native-image.md).
inline constexpr std::uint32_t kNativePayloadAddress = 0x1F0A0000;

}  // namespace rota::formats
