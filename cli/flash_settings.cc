#include "cli/flash_settings.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "cli/console.h"
#include "cli/image_report.h"
#include "crypto/sha256.h"

namespace rota::cli {
namespace {

using formats::ChipId;

constexpr std::uint32_t kMaxBootloaderBytes = 1U << 20U;

struct SpeedCode {
  std::string_view name;
  std::uint8_t code;
};

// By chip family (spec 10.3); the second one is the default.
std::span<const SpeedCode> speeds_of(ChipId chip) {
  constexpr static std::array kUsual = {SpeedCode{"80m", 0xF}, SpeedCode{"40m", 0},
                                        SpeedCode{"26m", 1}, SpeedCode{"20m", 2}};
  constexpr static std::array kC2 = {SpeedCode{"60m", 0xF}, SpeedCode{"30m", 0},
                                     SpeedCode{"20m", 1}, SpeedCode{"15m", 2}};
  constexpr static std::array kC5 = {SpeedCode{"80m", 0xF}, SpeedCode{"40m", 0},
                                     SpeedCode{"20m", 2}};
  constexpr static std::array kC6 = {SpeedCode{"80m", 0}, SpeedCode{"40m", 0}, SpeedCode{"20m", 2}};
  constexpr static std::array kH2 = {SpeedCode{"48m", 0xF}, SpeedCode{"24m", 0},
                                     SpeedCode{"16m", 1}, SpeedCode{"12m", 2}};
  switch (chip) {
    case ChipId::kEsp32C2:
      return kC2;
    case ChipId::kEsp32C5:
    case ChipId::kEsp32C61:
      return kC5;
    case ChipId::kEsp32C6:
      return kC6;
    case ChipId::kEsp32H2:
    case ChipId::kEsp32H21:
    case ChipId::kEsp32H4:
      return kH2;
    default:
      return kUsual;
  }
}

// The image at the start of a part; nullopt when it is none.
std::optional<ImageReport> image_in(FlashPart& part) {
  if (part.content.size() < formats::kImageHeaderBytes) return std::nullopt;
  const auto report =
      read_image(part.content, {{0}, part.content.size()}, core::ImageKind::kBootloader);
  if (!report) return std::nullopt;
  return *report;
}

// The part's bytes with the settings.
Result<std::vector<std::byte>, Refusal> bytes_with(FlashPart& part,
                                                   const ImageReport& image,
                                                   const FlashSettings& settings) {
  if (!image.is_whole || part.content.size() > kMaxBootloaderBytes) {
    return refuse(
        fmt::format("{} at 0x{:x} is no whole bootloader, so its flash settings can not be set; "
                    "give the bootloader as a part of its own.",
                    part.name, part.address));
  }
  auto bytes = part.content.read_some(0, part.content.size());
  if (!bytes) return Failed{bytes.error()};
  std::vector<std::byte>& content = *bytes;
  constexpr std::size_t kModeAt = 2;
  constexpr std::size_t kSpeedAndSizeAt = 3;
  if (settings.spi_mode) content[kModeAt] = std::byte{*settings.spi_mode};
  std::uint8_t speed = image.header.spi_speed;
  if (settings.spi_speed) {
    const auto code = spi_speed_code(settings.spi_speed, *image.chip);
    if (!code) return Failed{code.error()};
    speed = *code;
  }
  const std::uint8_t size = settings.spi_size.value_or(image.header.spi_size);
  content[kSpeedAndSizeAt] = static_cast<std::byte>(unsigned{size} << 4U | (speed & 15U));
  if (image.has_digest) {
    const std::size_t at = image.image_bytes - crypto::Sha256Digest().size();
    const crypto::Sha256Digest digest = crypto::sha256(Bytes(content).first(at));
    std::copy(digest.begin(), digest.end(), content.begin() + static_cast<std::ptrdiff_t>(at));
  }
  return bytes;
}

// Files can not be assigned, so the list is made anew.
void replace_content(std::vector<FlashPart>& parts,
                     std::size_t index,
                     std::vector<std::byte> content) {
  std::vector<FlashPart> renewed;
  renewed.reserve(parts.size());
  for (std::size_t i = 0; i < parts.size(); ++i) {
    if (i == index) {
      renewed.push_back({parts[i].address, parts[i].name,
                         InputFile::of_bytes(parts[i].name, std::move(content))});
    } else {
      renewed.push_back(std::move(parts[i]));
    }
  }
  parts.swap(renewed);
}

}  // namespace

Result<std::uint8_t, Refusal> spi_mode_code(std::string_view name) {
  constexpr std::array<std::string_view, 6> kModes = {"qio",  "qout",      "dio",
                                                      "dout", "fast_read", "slow_read"};
  const auto found = std::find(kModes.begin(), kModes.end(), name);
  if (found != kModes.end()) return static_cast<std::uint8_t>(found - kModes.begin());
  return wrong_use("--flash-mode is qio, qout, dio, dout, fast_read or slow_read.");
}

Result<std::uint8_t, Refusal> spi_speed_code(std::optional<std::string_view> name,
                                             const formats::ChipFacts& chip) {
  const auto speeds = speeds_of(chip.id);
  if (!name) return speeds[1].code;
  std::string names;
  for (const SpeedCode& speed : speeds) {
    if (speed.name == *name) return speed.code;
    names += (names.empty() ? "" : ", ") + std::string(speed.name);
  }
  return wrong_use(fmt::format("--flash-freq of {} is one of {}.", chip.name, names));
}

Outcome set_flash_settings(std::vector<FlashPart>& parts,
                           const formats::ChipFacts* chip,
                           const FlashSettings& settings) {
  for (std::size_t i = 0; i < parts.size(); ++i) {
    const auto image = image_in(parts[i]);
    if (!image || image->chip == nullptr || image->chip->bootloader_offset != parts[i].address ||
        (chip != nullptr && chip != image->chip)) {
      continue;
    }
    auto content = bytes_with(parts[i], *image, settings);
    if (!content) return Failed{content.error()};
    replace_content(parts, i, std::move(content).value());
    return {};
  }
  return refuse(
      "there is no bootloader among the parts whose flash mode, clock or size could be set: it is "
      "the image at its chip's bootloader offset (0x1000 for ESP32, 0 for most others).");
}

const formats::ChipFacts* chip_of_parts(std::vector<FlashPart>& parts) {
  for (FlashPart& part : parts) {
    const auto image = image_in(part);
    if (image && image->chip != nullptr) return image->chip;
  }
  return nullptr;
}

}  // namespace rota::cli
