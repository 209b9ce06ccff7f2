#include "cli/bootloader_options.h"

#include <bit>

#include "cli/board_access.h"
#include "core/flash.h"

namespace rota::cli {
namespace {

constexpr std::uint32_t kHighestPin = 63;

Outcome choose_pin(const Invocation& invocation, std::string_view option, formats::BootPin& pin) {
  if (!invocation.has(option)) return {};
  const auto number = invocation.number(option, 0, kHighestPin);
  if (!number) return Failed{number.error()};
  pin.enabled = true;
  pin.pin = static_cast<std::uint8_t>(*number);
  return {};
}

}  // namespace

Result<const formats::ChipFacts*, Refusal> chosen_chip(const Invocation& invocation) {
  return chip_named(invocation.value("--chip").value_or("esp32"));
}

Result<std::uint32_t, Refusal> chosen_flash_bytes(const Invocation& invocation) {
  const auto bytes = invocation.number("--flash-size", 4U << 20U);
  if (!bytes) return bytes;
  if (!std::has_single_bit(*bytes) || *bytes < (1U << 20U) || *bytes > (128U << 20U)) {
    return wrong_use("--flash-size is one of 1MB, 2MB, 4MB, 8MB, 16MB, 32MB, 64MB, 128MB.");
  }
  return bytes;
}

std::uint8_t flash_size_code(std::uint32_t flash_bytes) {
  return static_cast<std::uint8_t>(std::countr_zero(flash_bytes >> 20U));
}

Result<formats::BootloaderSettings, Refusal> chosen_settings(const Invocation& invocation) {
  const auto chip = chosen_chip(invocation);
  if (!chip) return Failed{chip.error()};
  formats::BootloaderSettings settings;
  settings.rollback = invocation.on_off("--rollback").value_or(true);
  settings.anti_rollback = invocation.on_off("--anti-rollback").value_or(false);
  settings.emulate_secure_version = invocation.on_off("--emulate-secure-version").value_or(false);
  const auto width = invocation.number("--secure-version-bits", (*chip)->secure_version_width,
                                       (*chip)->secure_version_width);
  if (!width) return Failed{width.error()};
  settings.secure_version_width = static_cast<std::uint8_t>(*width);
  const auto offset =
      invocation.number("--table-offset", formats::BootloaderSettings{}.table_offset);
  if (!offset) return Failed{offset.error()};
  if (*offset % core::kSectorBytes != 0 || *offset <= (*chip)->bootloader_offset) {
    return wrong_use(
        fmt::format("--table-offset is a multiple of 0x1000 above 0x{:x}, where the "
                    "bootloader of {} lies.",
                    (*chip)->bootloader_offset, (*chip)->name));
  }
  settings.table_offset = *offset;
  ROTA_TRY(choose_pin(invocation, "--factory-reset-pin", settings.factory_reset));
  ROTA_TRY(choose_pin(invocation, "--app-test-pin", settings.app_test));
  settings.factory_reset_erases_ota_data =
      invocation.on_off("--factory-reset-erases-otadata").value_or(false);
  const auto hold = invocation.number("--hold-time", settings.hold_time_s, 60);
  if (!hold) return Failed{hold.error()};
  settings.hold_time_s = static_cast<std::uint8_t>(*hold);
  if (const auto writing = invocation.value("--ota-data-writing")) {
    if (*writing != "cut-safe" && *writing != "in-place") {
      return wrong_use("--ota-data-writing is cut-safe or in-place.");
    }
    settings.cut_safe_records = *writing == "cut-safe";
  }
  return settings;
}

std::vector<std::byte> bootloader_image(const formats::ChipFacts& chip,
                                        std::uint32_t flash_bytes,
                                        const formats::BootloaderSettings& settings) {
  formats::ImageHeader header;
  header.chip_id = static_cast<std::uint16_t>(chip.id);
  header.spi_size = flash_size_code(flash_bytes);
  formats::BootloaderDescription description;
  formats::set_text(description.idf_version_field, "rota 0.1.0");
  std::vector<std::byte> image(formats::kBootloaderImageMaxBytes);
  image.resize(formats::write_bootloader_image(
      header, description, settings,
      std::span<std::byte, formats::kBootloaderImageMaxBytes>(image.data(), image.size())));
  return image;
}

Result<std::vector<std::byte>, Refusal> bootloader_image(const Invocation& invocation) {
  const auto chip = chosen_chip(invocation);
  if (!chip) return Failed{chip.error()};
  const auto flash_bytes = chosen_flash_bytes(invocation);
  if (!flash_bytes) return Failed{flash_bytes.error()};
  const auto settings = chosen_settings(invocation);
  if (!settings) return Failed{settings.error()};
  return bootloader_image(**chip, *flash_bytes, *settings);
}

}  // namespace rota::cli
