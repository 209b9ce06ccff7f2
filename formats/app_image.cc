#include "formats/app_image.h"

#include <algorithm>

namespace rota::formats {
namespace {

template <std::size_t N>
std::string_view text_in(const std::array<char, N>& field) {
  const std::string_view whole(field.data(), N);
  return whole.substr(0, whole.find('\0'));
}

template <std::size_t N>
void load_text(std::array<char, N>& field, const std::byte* from) {
  std::memcpy(field.data(), from, N);
}

template <std::size_t N>
void store_text(std::byte* to, const std::array<char, N>& field) {
  std::memcpy(to, field.data(), N);
}

constexpr std::uint8_t u8(std::byte value) { return std::to_integer<std::uint8_t>(value); }
constexpr std::byte byte_of(unsigned value) { return static_cast<std::byte>(value & 0xFFU); }

}  // namespace

std::string_view AppDescription::version() const { return text_in(version_field); }
std::string_view AppDescription::project_name() const { return text_in(project_name_field); }
std::string_view AppDescription::time() const { return text_in(time_field); }
std::string_view AppDescription::date() const { return text_in(date_field); }
std::string_view AppDescription::idf_version() const { return text_in(idf_version_field); }
std::string_view BootloaderDescription::idf_version() const { return text_in(idf_version_field); }
std::string_view BootloaderDescription::date_time() const { return text_in(date_time_field); }

ImageHeader decode_image_header(std::span<const std::byte, kImageHeaderBytes> bytes) {
  ImageHeader header;
  header.magic = u8(bytes[0]);
  header.segment_count = u8(bytes[1]);
  header.spi_mode = u8(bytes[2]);
  header.spi_speed = u8(bytes[3] & std::byte{0x0F});
  header.spi_size = u8(bytes[3] >> 4);
  header.entry_address = load_u32(&bytes[4]);
  header.wp_pin = u8(bytes[8]);
  for (std::size_t i = 0; i < 3; ++i) header.spi_pin_drive[i] = u8(bytes[9 + i]);
  header.chip_id = load_u16(&bytes[12]);
  header.min_chip_revision_legacy = u8(bytes[14]);
  header.min_chip_revision = load_u16(&bytes[15]);
  header.max_chip_revision = load_u16(&bytes[17]);
  for (std::size_t i = 0; i < 4; ++i) header.reserved[i] = u8(bytes[19 + i]);
  header.digest_appended = u8(bytes[23]);
  return header;
}

std::array<std::byte, kImageHeaderBytes> encode(const ImageHeader& header) {
  std::array<std::byte, kImageHeaderBytes> bytes{};
  bytes[0] = byte_of(header.magic);
  bytes[1] = byte_of(header.segment_count);
  bytes[2] = byte_of(header.spi_mode);
  bytes[3] = byte_of((header.spi_speed & 0x0FU) | (unsigned{header.spi_size} << 4U));
  store_u32(&bytes[4], header.entry_address);
  bytes[8] = byte_of(header.wp_pin);
  for (std::size_t i = 0; i < 3; ++i) bytes[9 + i] = byte_of(header.spi_pin_drive[i]);
  store_u16(&bytes[12], header.chip_id);
  bytes[14] = byte_of(header.min_chip_revision_legacy);
  store_u16(&bytes[15], header.min_chip_revision);
  store_u16(&bytes[17], header.max_chip_revision);
  for (std::size_t i = 0; i < 4; ++i) bytes[19 + i] = byte_of(header.reserved[i]);
  bytes[23] = byte_of(header.digest_appended);
  return bytes;
}

SegmentHeader decode_segment_header(std::span<const std::byte, kSegmentHeaderBytes> bytes) {
  return {load_u32(&bytes[0]), load_u32(&bytes[4])};
}

std::array<std::byte, kSegmentHeaderBytes> encode(const SegmentHeader& header) {
  std::array<std::byte, kSegmentHeaderBytes> bytes{};
  store_u32(&bytes[0], header.load_address);
  store_u32(&bytes[4], header.data_bytes);
  return bytes;
}

Result<AppDescription> decode_app_description(
    std::span<const std::byte, kAppDescriptionBytes> bytes) {
  AppDescription description;
  description.magic = load_u32(&bytes[0]);
  if (description.magic != kAppDescriptionMagic) return Error::kDescriptionMissing;
  description.secure_version = load_u32(&bytes[4]);
  load_text(description.version_field, &bytes[16]);
  load_text(description.project_name_field, &bytes[48]);
  load_text(description.time_field, &bytes[80]);
  load_text(description.date_field, &bytes[96]);
  load_text(description.idf_version_field, &bytes[112]);
  std::copy_n(bytes.begin() + 144, 32, description.elf_sha256.begin());
  description.min_efuse_block_revision = load_u16(&bytes[176]);
  description.max_efuse_block_revision = load_u16(&bytes[178]);
  description.mmu_page_size_log2 = u8(bytes[180]);
  description.spi_flash_mode = u8(bytes[181]);
  return description;
}

std::array<std::byte, kAppDescriptionBytes> encode(const AppDescription& description) {
  std::array<std::byte, kAppDescriptionBytes> bytes{};
  store_u32(&bytes[0], description.magic);
  store_u32(&bytes[4], description.secure_version);
  store_text(&bytes[16], description.version_field);
  store_text(&bytes[48], description.project_name_field);
  store_text(&bytes[80], description.time_field);
  store_text(&bytes[96], description.date_field);
  store_text(&bytes[112], description.idf_version_field);
  std::copy(description.elf_sha256.begin(), description.elf_sha256.end(), bytes.begin() + 144);
  store_u16(&bytes[176], description.min_efuse_block_revision);
  store_u16(&bytes[178], description.max_efuse_block_revision);
  bytes[180] = byte_of(description.mmu_page_size_log2);
  bytes[181] = byte_of(description.spi_flash_mode);
  return bytes;
}

Result<BootloaderDescription> decode_bootloader_description(
    std::span<const std::byte, kBootloaderDescriptionBytes> bytes) {
  BootloaderDescription description;
  description.magic = u8(bytes[0]);
  if (description.magic != kBootloaderDescriptionMagic) return Error::kDescriptionMissing;
  description.secure_version = u8(bytes[3]);
  description.version = load_u32(&bytes[4]);
  load_text(description.idf_version_field, &bytes[8]);
  load_text(description.date_time_field, &bytes[40]);
  return description;
}

std::array<std::byte, kBootloaderDescriptionBytes> encode(
    const BootloaderDescription& description) {
  std::array<std::byte, kBootloaderDescriptionBytes> bytes{};
  bytes[0] = byte_of(description.magic);
  bytes[3] = byte_of(description.secure_version);
  store_u32(&bytes[4], description.version);
  store_text(&bytes[8], description.idf_version_field);
  store_text(&bytes[40], description.date_time_field);
  return bytes;
}

}  // namespace rota::formats
