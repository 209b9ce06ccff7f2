// The application and bootloader image (spec section 4): header, segments, checksum, digest.
//
//   0x00  header (24)          magic E9, segment count, flash parameters, entry, chip, revisions
//   0x18  segment 0 header (8) load address, data length
//   0x20  segment 0 data       an app begins with its AppDescription, a bootloader with its
//                              BootloaderDescription
//         further segments
//         0..15 padding bytes and the XOR checksum: the total becomes a multiple of 16
//         [digest_appended] SHA-256 of everything above (32)
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "base/bytes.h"
#include "base/result.h"

namespace rota::formats {

inline constexpr std::uint8_t kImageMagic = 0xE9;
inline constexpr std::uint8_t kChecksumSeed = 0xEF;
inline constexpr std::size_t kImageHeaderBytes = 24;
inline constexpr std::size_t kSegmentHeaderBytes = 8;
inline constexpr std::size_t kMaxSegments = 16;
inline constexpr std::size_t kAppDescriptionBytes = 256;
inline constexpr std::size_t kBootloaderDescriptionBytes = 80;
inline constexpr std::size_t kDescriptionOffset = kImageHeaderBytes + kSegmentHeaderBytes;
// Header, segment header and description: what must arrive before anything can be judged.
inline constexpr std::size_t kImagePreambleBytes =
    kDescriptionOffset + kAppDescriptionBytes;  // 288
inline constexpr std::uint32_t kAppDescriptionMagic = 0xABCD5432;
inline constexpr std::uint8_t kBootloaderDescriptionMagic = 0x50;

struct ImageHeader {
  std::uint8_t magic = kImageMagic;
  std::uint8_t segment_count = 0;
  std::uint8_t spi_mode = 2;     // QIO 0, QOUT 1, DIO 2, DOUT 3, FAST_READ 4, SLOW_READ 5
  std::uint8_t spi_speed = 0xF;  // low nibble of byte 3
  std::uint8_t spi_size = 2;     // high nibble: 0 = 1 MB, 1 = 2 MB, ... 7 = 128 MB
  std::uint32_t entry_address = 0;
  std::uint8_t wp_pin = 0xEE;
  std::array<std::uint8_t, 3> spi_pin_drive{};
  std::uint16_t chip_id = 0;
  std::uint8_t min_chip_revision_legacy = 0;
  std::uint16_t min_chip_revision = 0;      // major * 100 + minor
  std::uint16_t max_chip_revision = 65535;  // 0 and 65535: no limit
  std::array<std::uint8_t, 4> reserved{};
  std::uint8_t digest_appended = 1;  // any non-zero value on a device

  // Bytes of flash that the size code stands for; 0 for an unknown code.
  std::uint32_t flash_bytes() const { return spi_size <= 7 ? (1U << 20U) << spi_size : 0; }
};

struct SegmentHeader {
  std::uint32_t load_address = 0;
  std::uint32_t data_bytes = 0;
};

// Text fields hold NUL-terminated text, or are full without a NUL; use the accessors.
struct AppDescription {
  std::uint32_t magic = kAppDescriptionMagic;
  std::uint32_t secure_version = 0;
  std::array<char, 32> version_field{};
  std::array<char, 32> project_name_field{};
  std::array<char, 16> time_field{};
  std::array<char, 16> date_field{};
  std::array<char, 32> idf_version_field{};
  std::array<std::byte, 32> elf_sha256{};
  std::uint16_t min_efuse_block_revision = 0;
  std::uint16_t max_efuse_block_revision = 0xFFFF;
  std::uint8_t mmu_page_size_log2 = 16;
  std::uint8_t spi_flash_mode = 3;  // 0 unknown, QIO 1, QOUT 2, DIO 3, DOUT 4, OPI 5

  std::string_view version() const;
  std::string_view project_name() const;
  std::string_view time() const;
  std::string_view date() const;
  std::string_view idf_version() const;
};

struct BootloaderDescription {
  std::uint8_t magic = kBootloaderDescriptionMagic;
  std::uint8_t secure_version = 0;
  std::uint32_t version = 1;
  std::array<char, 32> idf_version_field{};
  std::array<char, 24> date_time_field{};

  std::string_view idf_version() const;
  std::string_view date_time() const;
};

// Decoders judge nothing beyond what is stated; the checks with their order are core's
// image verifier (core/image_verifier.h).
ImageHeader decode_image_header(std::span<const std::byte, kImageHeaderBytes> bytes);
std::array<std::byte, kImageHeaderBytes> encode(const ImageHeader& header);
SegmentHeader decode_segment_header(std::span<const std::byte, kSegmentHeaderBytes> bytes);
std::array<std::byte, kSegmentHeaderBytes> encode(const SegmentHeader& header);

// Errors: kDescriptionMissing when the magic word is not there.
Result<AppDescription> decode_app_description(
    std::span<const std::byte, kAppDescriptionBytes> bytes);
std::array<std::byte, kAppDescriptionBytes> encode(const AppDescription& description);
Result<BootloaderDescription> decode_bootloader_description(
    std::span<const std::byte, kBootloaderDescriptionBytes> bytes);
std::array<std::byte, kBootloaderDescriptionBytes> encode(const BootloaderDescription& description);

// Fills a fixed text field, cut to the field's size, rest NUL.
template <std::size_t N>
void set_text(std::array<char, N>& field, std::string_view text) {
  field.fill('\0');
  for (std::size_t i = 0; i < N && i < text.size(); ++i) field[i] = text[i];
}

}  // namespace rota::formats
