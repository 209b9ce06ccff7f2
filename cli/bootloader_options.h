// The options that describe a bootloader, shared by `image bootloader` and `board new`.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "cli/command_line.h"
#include "formats/bootloader_settings.h"
#include "formats/chips.h"

namespace rota::cli {

inline constexpr OptionSpec kChipOption{"--chip", "NAME", "esp32 (default), esp32c3, esp32s3, ..."};
inline constexpr OptionSpec kFlashSizeOption{"--flash-size", "SIZE", "1MB to 128MB; default 4MB."};
inline constexpr OptionSpec kRollbackOption{
    "--rollback", "on|off",
    "Whether a new image starts on trial and is given up unless it confirms itself; default on.",
    OptionKind::kOnOff};
inline constexpr OptionSpec kAntiRollbackOption{
    "--anti-rollback", "on|off",
    "Whether images below the burned secure version are refused; default off.", OptionKind::kOnOff};
inline constexpr OptionSpec kSecureVersionBitsOption{
    "--secure-version-bits", "N", "Fuse bits of the secure version; default as the chip has them."};
inline constexpr OptionSpec kEmulateSecureVersionOption{
    "--emulate-secure-version", "on|off",
    "Keep it in the partition of type data, subtype efuse, instead; for tests; default off.",
    OptionKind::kOnOff};
inline constexpr OptionSpec kTableOffsetOption{"--table-offset", "N",
                                               "Where the partition table lies; default 0x8000."};
inline constexpr OptionSpec kFactoryResetPinOption{
    "--factory-reset-pin", "N", "A pin that, held low at reset, erases the nvs partition."};
inline constexpr OptionSpec kFactoryResetErasesOtaDataOption{
    "--factory-reset-erases-otadata", "on|off",
    "The same pin also sends the board back to its factory image; default off.",
    OptionKind::kOnOff};
inline constexpr OptionSpec kAppTestPinOption{
    "--app-test-pin", "N", "A pin that, held low at reset, starts the test partition."};
inline constexpr OptionSpec kHoldTimeOption{"--hold-time", "SECONDS",
                                            "How long such a pin must be held; default 5."};
inline constexpr OptionSpec kWritingOption{
    "--ota-data-writing", "HOW", "cut-safe (default), or in-place as ESP-IDF's bootloader writes."};

Result<const formats::ChipFacts*, Refusal> chosen_chip(const Invocation& invocation);
Result<std::uint32_t, Refusal> chosen_flash_bytes(const Invocation& invocation);
// Wrong use for values outside their ranges.
Result<formats::BootloaderSettings, Refusal> chosen_settings(const Invocation& invocation);
// The whole image that the options describe.
Result<std::vector<std::byte>, Refusal> bootloader_image(const Invocation& invocation);
std::vector<std::byte> bootloader_image(const formats::ChipFacts& chip,
                                        std::uint32_t flash_bytes,
                                        const formats::BootloaderSettings& settings);

// The code of a flash size in an image header.
std::uint8_t flash_size_code(std::uint32_t flash_bytes);

}  // namespace rota::cli
