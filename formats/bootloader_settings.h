// What a bootloader was built with: the options that decide which image starts (spec 3, 12).
//
// A virtual board's bootloader is a genuine bootloader image at the chip's bootloader offset:
// header with the flash size, bootloader description, and one segment that holds these settings.
// The virtual bootloader behaves by what it reads there; a blank chip does not start and says so.
// The settings segment has load address 0 (ignored by chips). Layout:
// docs/formats/bootloader-settings.md.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "base/bytes.h"
#include "base/result.h"
#include "formats/app_image.h"

namespace rota::formats {

// A pin that, held at `active_level` from reset for `hold_time_s`, changes what boots (spec 3.2).
struct BootPin {
  bool enabled = false;
  std::uint8_t pin = 0;
  bool active_high = false;
};

struct BootloaderSettings {
  bool rollback = false;       // CONFIG_BOOTLOADER_APP_ROLLBACK_ENABLE
  bool anti_rollback = false;  // CONFIG_BOOTLOADER_APP_ANTI_ROLLBACK
  std::uint8_t secure_version_width = 32;
  // CONFIG_BOOTLOADER_EFUSE_SECURE_VERSION_EMULATE: the secure version stands in a partition.
  bool emulate_secure_version = false;
  bool skip_validate_in_deep_sleep = false;
  bool skip_validate_on_power_on = false;
  bool skip_validate_always = false;
  bool cut_safe_records = true;  // how it writes OTA data: core::OtaDataWriting
  BootPin factory_reset{false, 4, false};
  bool factory_reset_erases_ota_data = false;
  std::array<char, 64> factory_reset_labels{'n', 'v', 's'};  // NUL terminated list
  BootPin app_test{false, 18, false};
  std::uint8_t hold_time_s = 5;
  std::uint32_t table_offset = 0x8000;
  std::uint32_t watchdog_ms = 9000;

  friend bool operator==(const BootloaderSettings&, const BootloaderSettings&);
};

inline constexpr std::size_t kBootloaderSettingsBytes = 128;
inline constexpr std::size_t kBootloaderImageMaxBytes = 512;

// The settings segment's data. Errors: kBootloaderSettings (no magic, unknown layout version, bad
// check word, or a value outside its range).
std::array<std::byte, kBootloaderSettingsBytes> encode(const BootloaderSettings& settings);
Result<BootloaderSettings> decode_bootloader_settings(Bytes segment);

// Builds the whole bootloader image (header, description, settings segment, checksum, digest) and
// returns its length. `header` gives chip id, flash size and SPI parameters.
std::size_t write_bootloader_image(const ImageHeader& header,
                                   const BootloaderDescription& description,
                                   const BootloaderSettings& settings,
                                   std::span<std::byte, kBootloaderImageMaxBytes> into);

}  // namespace rota::formats
