// OTA data wherever they lie: inside a flash dump or board, or alone in a file of their own
// (otadata.bin), of which only the two records are known.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "cli/boot_forecast.h"
#include "cli/command_line.h"
#include "cli/flash_map.h"
#include "cli/input_file.h"
#include "core/ota_data_writer.h"

namespace rota::cli {

inline constexpr OptionSpec kSlotsOption{
    "--slots", "N", "For OTA data alone in a file: how many OTA slots the table has; default 2."};
inline constexpr OptionSpec kForecastRollbackOption{
    "--rollback", "on|off", "Whether the bootloader was built with rollback, if it does not tell.",
    OptionKind::kOnOff};
inline constexpr OptionSpec kRecordWritingOption{
    "--ota-data-writing", "HOW",
    "cut-safe, or in-place as ESP-IDF writes; default as the bootloader of the flash does."};

// A file that is OTA data alone: at most kMaxOtaDataFileBytes, a multiple of sectors, and each of
// the first two starts with a sound record or holds nothing behind it.
inline constexpr std::uint32_t kMaxOtaDataFileBytes = 0x4000;
bool is_ota_data_alone(core::Flash& flash);

// The records of such a file, with slots called ota_0, ota_1, ... and nothing else known.
Result<BootForecast, Refusal> forecast_of_ota_data_alone(core::Flash& flash,
                                                         std::uint32_t slot_count);

inline constexpr OptionSpec kForecastTableOffsetOption{
    "--table-offset", "N",
    "Where the partition table lies; default as the bootloader says, else 0x8000."};
// The slot count of --slots, 1 to 16.
Result<std::uint32_t, Refusal> chosen_slot_count(const Invocation& invocation);
// What --rollback and --table-offset say about a path that may be a board.
Result<BootQuestion, Refusal> chosen_question(const Invocation& invocation, BootQuestion question);
Result<core::OtaDataWriting, Refusal> chosen_writing(const Invocation& invocation,
                                                     const BootForecast& forecast);

// "sequence 3 names ota_0, VALID", "blank": a record alone.
std::string brief_record(const formats::OtaRecord& record, const BootForecast& forecast);
Json record_json(const formats::OtaRecord& record, const BootForecast& forecast);

}  // namespace rota::cli
