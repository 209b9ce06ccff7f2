#include "cli/image_report.h"

#include <fmt/format.h>

#include <algorithm>

#include "crypto/sha256.h"

namespace rota::cli {
namespace {

using core::FlashRange;
using formats::kNativePayloadAddress;

std::string_view memory_of(const formats::SegmentHeader& segment,
                           const formats::ChipFacts* chip,
                           core::ImageKind kind) {
  if (segment.load_address == kNativePayloadAddress) return "Rota native payload";
  if (segment.load_address < 0x10000000) {
    return segment.load_address == 0 ? "padding, not loaded" : "not loaded";
  }
  if (chip == nullptr) return "chip not known";
  if (chip->shared_map && chip->mapped_code.holds(segment.load_address)) return "flash, mapped";
  if (chip->mapped_code.holds(segment.load_address)) return "flash, code (IROM)";
  if (chip->mapped_data.holds(segment.load_address)) return "flash, data (DROM)";
  if (chip->maps(segment.load_address)) return "external RAM, mapped";
  if (chip->loads_into_ram(segment.load_address, segment.data_bytes)) return "RAM";
  // The ROM loads a bootloader where a bootloader loads nothing: into its own place.
  return kind == core::ImageKind::kBootloader ? "RAM of the bootloader" : "no memory of this chip";
}

// One piece of an image, read through a fixed buffer and handed on.
template <class Take>
Status stream(core::Flash& flash, core::FlashAddress from, std::uint32_t bytes, Take take) {
  std::array<std::byte, 16 * 1024> buffer;
  while (bytes != 0) {
    const MutableBytes piece =
        MutableBytes(buffer).first(std::min<std::size_t>(bytes, buffer.size()));
    ROTA_TRY(flash.read(from, piece));
    take(Bytes(piece));
    from = from + static_cast<std::uint32_t>(piece.size());
    bytes -= static_cast<std::uint32_t>(piece.size());
  }
  return {};
}

// Fills the segment list. False when the image ends before its segments do.
bool read_segments(core::Flash& flash, FlashRange range, ImageReport& report, std::uint64_t& end) {
  std::uint64_t at = formats::kImageHeaderBytes;
  for (unsigned i = 0; i < report.header.segment_count && i < formats::kMaxSegments; ++i) {
    std::array<std::byte, formats::kSegmentHeaderBytes> raw{};
    if (at + raw.size() > range.size_bytes ||
        !flash.read(range.start + static_cast<std::uint32_t>(at), raw).ok()) {
      return false;
    }
    SegmentReport segment;
    segment.header = formats::decode_segment_header(raw);
    segment.offset = static_cast<std::uint32_t>(at + raw.size());
    segment.memory = memory_of(segment.header, report.chip, report.kind);
    report.is_native |= segment.header.load_address == kNativePayloadAddress;
    report.segments.push_back(segment);
    at += raw.size() + segment.header.data_bytes;
    if (at > range.size_bytes) return false;
  }
  end = at;
  return report.header.segment_count <= formats::kMaxSegments;
}

// Checksum and digest, stored and computed.
void read_checks(core::Flash& flash,
                 FlashRange range,
                 std::uint64_t segments_end,
                 ImageReport& report) {
  const std::uint64_t body = (segments_end + 16) / 16 * 16;  // the checksum is the last byte
  report.has_digest = report.header.digest_appended != 0;
  const std::uint64_t total = body + (report.has_digest ? 32 : 0);
  if (total > range.size_bytes) return;
  std::uint8_t checksum = formats::kChecksumSeed;
  crypto::Sha256 digest;
  std::uint32_t at = 0;
  const auto hash_to = [&](std::uint32_t end, bool with_checksum) {
    const Status status = stream(flash, range.start + at, end - at, [&](Bytes piece) {
      digest.update(piece);
      if (!with_checksum) return;
      for (const std::byte byte : piece) checksum ^= std::to_integer<std::uint8_t>(byte);
    });
    at = end;
    return status.ok();
  };
  for (const SegmentReport& segment : report.segments) {
    if (!hash_to(segment.offset, false) ||
        !hash_to(segment.offset + segment.header.data_bytes, true)) {
      return;
    }
  }
  if (!hash_to(static_cast<std::uint32_t>(body), false)) return;
  std::array<std::byte, 1> stored{};
  if (!flash.read(range.start + static_cast<std::uint32_t>(body - 1), stored).ok()) return;
  if (report.has_digest &&
      !flash.read(range.start + static_cast<std::uint32_t>(body), report.stored_digest).ok()) {
    return;
  }
  report.stored_checksum = std::to_integer<std::uint8_t>(stored[0]);
  report.computed_checksum = checksum;
  report.computed_digest = digest.finish();
  report.image_bytes = static_cast<std::uint32_t>(total);
  report.is_whole = true;
}

// What read_checks() would find in an image that core's verifier accepted, without a second pass
// over its bytes. False when the verifier left something open: it hashes no bootloader.
bool take_verified_checks(core::Flash& flash,
                          FlashRange range,
                          std::uint64_t segments_end,
                          ImageReport& report) {
  const bool has_digest = report.header.digest_appended != 0;
  if (report.refused || (has_digest && report.kind != core::ImageKind::kApp)) return false;
  const std::uint64_t body = (segments_end + 16) / 16 * 16;
  std::array<std::byte, 1 + 32> tail{};
  const MutableBytes wanted = MutableBytes(tail).first(has_digest ? 33 : 1);
  if (!flash.read(range.start + static_cast<std::uint32_t>(body - 1), wanted).ok()) return false;
  report.has_digest = has_digest;
  report.stored_checksum = std::to_integer<std::uint8_t>(tail[0]);
  report.computed_checksum = report.stored_checksum;
  if (has_digest) std::copy_n(tail.begin() + 1, 32, report.stored_digest.begin());
  report.computed_digest = report.stored_digest;
  report.image_bytes = static_cast<std::uint32_t>(body) + (has_digest ? 32 : 0);
  report.is_whole = true;
  return true;
}

void read_descriptions(core::Flash& flash, FlashRange range, ImageReport& report) {
  const core::FlashAddress at = range.start + formats::kDescriptionOffset;
  if (report.kind == core::ImageKind::kApp) {
    std::array<std::byte, formats::kAppDescriptionBytes> raw{};
    if (range.size_bytes < formats::kImagePreambleBytes || !flash.read(at, raw).ok()) return;
    if (const auto app = formats::decode_app_description(raw); app.ok()) report.app = *app;
    return;
  }
  std::array<std::byte, formats::kBootloaderDescriptionBytes> raw{};
  if (range.size_bytes < formats::kDescriptionOffset + raw.size() || !flash.read(at, raw).ok())
    return;
  const auto bootloader = formats::decode_bootloader_description(raw);
  if (bootloader.ok()) report.bootloader = *bootloader;
  for (const SegmentReport& segment : report.segments) {
    std::array<std::byte, formats::kBootloaderSettingsBytes> data{};
    if (segment.header.data_bytes != data.size()) continue;
    if (!flash.read(range.start + segment.offset, data).ok()) continue;
    if (const auto settings = formats::decode_bootloader_settings(data); settings.ok()) {
      report.settings = *settings;
    }
  }
}

// Secure Boot v1 exists on the ESP32 alone.
void read_signature_v1(core::Flash& flash, FlashRange range, ImageReport& report) {
  const bool is_esp32 = report.chip != nullptr && report.chip->id == formats::ChipId::kEsp32;
  std::array<std::byte, formats::kSignatureBlockV1Bytes> raw{};
  if (!is_esp32 || std::uint64_t{report.image_bytes} + raw.size() > range.size_bytes) return;
  if (!flash.read(range.start + report.image_bytes, raw).ok()) return;
  const formats::SignatureBlockV1 block = formats::decode_signature_block_v1(raw);
  if (block.form == formats::BlockForm::kAbsent) return;
  report.signatures.push_back(
      {0, block.form, formats::SignatureScheme::kEcdsaP256, {}, /*is_v1=*/true});
}

void read_signatures(core::Flash& flash, FlashRange range, ImageReport& report) {
  read_signature_v1(flash, range, report);
  const std::uint64_t sector = formats::signature_sector_of(report.image_bytes);
  if (sector + formats::kSignatureSectorBytes > range.size_bytes) return;
  for (unsigned i = 0; i < formats::kSignatureBlockCount; ++i) {
    std::array<std::byte, formats::kSignatureBlockBytes> raw{};
    const auto at = static_cast<std::uint32_t>(sector + i * raw.size());
    if (!flash.read(range.start + at, raw).ok()) return;
    const formats::SignatureBlock block = formats::decode_signature_block(raw);
    if (block.form == formats::BlockForm::kAbsent) continue;
    report.signatures.push_back({i, block.form, block.scheme, block.key_digest, false});
  }
}

}  // namespace

core::ChipIdentity chip_that_suits(const formats::ImageHeader& header,
                                   const std::optional<formats::AppDescription>& app) {
  core::ChipIdentity chip;
  chip.facts = formats::find_chip(header.chip_id);
  chip.revision = header.min_chip_revision;
  chip.efuse_block_revision = app ? app->min_efuse_block_revision : std::uint16_t{0};
  chip.max_revision_ignored = true;
  chip.block_max_ignored = true;
  chip.accepts_native_payload = true;
  return chip;
}

Result<ImageReport> read_image(core::Flash& flash, FlashRange range, core::ImageKind kind) {
  ImageReport report;
  report.kind = kind;
  report.range_bytes = range.size_bytes;
  std::array<std::byte, formats::kImageHeaderBytes> raw{};
  if (range.size_bytes < raw.size()) return Error::kImageTooShort;
  ROTA_TRY(flash.read(range.start, raw));
  report.header = formats::decode_image_header(raw);
  if (report.header.magic != formats::kImageMagic) {
    const bool erased =
        std::all_of(raw.begin(), raw.end(), [](auto b) { return b == std::byte{0xFF}; });
    return erased ? Error::kImageIsErased : Error::kImageBadMagic;
  }
  report.chip = formats::find_chip(report.header.chip_id);
  std::uint64_t segments_end = 0;
  const bool segments_inside = read_segments(flash, range, report, segments_end);
  read_descriptions(flash, range, report);
  if (report.chip != nullptr) {
    const auto verdict = core::verify_image(flash, chip_that_suits(report.header, report.app),
                                            {range, kind, core::ImageChecks::kApplication});
    if (!verdict.ok()) report.refused = verdict.error();
  } else {
    report.refused = Error::kImageWrongChip;
  }
  if (segments_inside && !take_verified_checks(flash, range, segments_end, report)) {
    read_checks(flash, range, segments_end, report);
  }
  if (report.is_whole) read_signatures(flash, range, report);
  if (report.refused && !report.is_whole && *report.refused == Error::kFlashOutOfRange) {
    report.refused = Error::kImageTooShort;
  }
  return report;
}

bool is_bootloader_image(core::Flash& flash, FlashRange range) {
  std::array<std::byte, formats::kImageHeaderBytes> raw{};
  if (range.size_bytes < raw.size() || !flash.read(range.start, raw).ok()) return false;
  ImageReport report;
  report.header = formats::decode_image_header(raw);
  if (report.header.magic != formats::kImageMagic) return false;
  report.chip = formats::find_chip(report.header.chip_id);
  std::uint64_t end = 0;
  if (report.chip == nullptr || !read_segments(flash, range, report, end)) return false;
  read_descriptions(flash, range, report);  // as an app
  if (report.app || report.is_native || report.segments.empty()) return false;
  return std::none_of(
      report.segments.begin(), report.segments.end(),
      [&](const SegmentReport& one) { return report.chip->maps(one.header.load_address); });
}

std::uint32_t mmu_page_bytes(const ImageReport& report) {
  constexpr std::uint32_t kUsualPageBytes = 0x10000;
  const formats::ChipFacts* chip = report.chip;
  if (chip == nullptr || !chip->page_size_in_image) return kUsualPageBytes;
  if (report.app && report.app->mmu_page_size_log2 >= chip->min_page_log2 &&
      report.app->mmu_page_size_log2 <= chip->max_page_log2) {
    return 1U << report.app->mmu_page_size_log2;
  }
  switch (report.header.flash_bytes()) {
    case 1U << 20U:
      return 0x4000;
    case 2U << 20U:
      return 0x8000;
    default:
      return kUsualPageBytes;
  }
}

std::string_view spi_mode_name(std::uint8_t code) {
  constexpr std::array<std::string_view, 6> kNames = {"QIO",  "QOUT",      "DIO",
                                                      "DOUT", "FAST_READ", "SLOW_READ"};
  return code < kNames.size() ? kNames[code] : "unknown";
}

std::string_view spi_speed_name(std::uint8_t code) {
  switch (code) {
    case 0x0:
      return "clock/2";
    case 0x1:
      return "clock/3";
    case 0x2:
      return "clock/4";
    case 0xF:
      return "clock/1";
    default:
      return "unknown";
  }
}

std::string revision_text(std::uint16_t revision) {
  return fmt::format("v{}.{}", revision / 100, revision % 100);
}

}  // namespace rota::cli
