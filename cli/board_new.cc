// rota board new: a folder that is a virtual board, with bootloader and partition table in flash.
#include <array>
#include <string>
#include <vector>

#include "board/chip/board_folder.h"
#include "cli/board_access.h"
#include "cli/bootloader_options.h"
#include "cli/commands.h"
#include "cli/table_source.h"

namespace rota::cli {
namespace {

constexpr std::array kOptions = {
    kChipOption,
    kFlashSizeOption,
    OptionSpec{"--table", "NAME|FILE",
               "A predefined table, a CSV file or a binary table; default "
               "two_ota."},
    OptionSpec{"--revision", "N", "Chip revision, major * 100 + minor; default 0."},
    OptionSpec{"--timing", "PROFILE",
               "How fast the flash chip is: typical (default), slow or off."},
    OptionSpec{"--flash-time", "HOW",
               "accounted (default): added up only; slept: really waited for; "
               "off."},
    kRollbackOption,
    kAntiRollbackOption,
    kSecureVersionBitsOption,
    kEmulateSecureVersionOption,
    kTableOffsetOption,
    kFactoryResetPinOption,
    kFactoryResetErasesOtaDataOption,
    kAppTestPinOption,
    kHoldTimeOption,
    kWritingOption,
};

Result<board::BoardSettings, Refusal> board_settings(const Invocation& invocation) {
  board::BoardSettings settings;
  const auto chip = chosen_chip(invocation);
  if (!chip) return Failed{chip.error()};
  settings.chip = *chip;
  const auto flash_bytes = chosen_flash_bytes(invocation);
  if (!flash_bytes) return Failed{flash_bytes.error()};
  settings.flash_bytes = *flash_bytes;
  const auto revision = invocation.number("--revision", 0, 65535);
  if (!revision) return Failed{revision.error()};
  settings.revision = static_cast<std::uint16_t>(*revision);
  settings.timing = invocation.value("--timing").value_or("typical");
  const auto flash_time = invocation.value("--flash-time").value_or("accounted");
  if (flash_time == "slept") {
    settings.flash_time = board::FlashTime::kSlept;
  } else if (flash_time == "off") {
    settings.flash_time = board::FlashTime::kOff;
  } else if (flash_time != "accounted") {
    return wrong_use("--flash-time is accounted, slept or off.");
  }
  if (const std::string problem = board::problem_of(settings); !problem.empty()) {
    return wrong_use(problem);
  }
  return settings;
}

Outcome write_flash(board::BoardFolder& folder, std::uint32_t offset, Bytes bytes) {
  const Status written = folder.flash_with_tool({offset}, bytes);
  if (!written.ok()) return refuse(folder.path(), written.error());
  return {};
}

Outcome run(const Invocation& invocation) {
  const std::string path(invocation.operands[0]);
  const auto settings = board_settings(invocation);
  if (!settings) return Failed{settings.error()};
  const auto bootloader_settings = chosen_settings(invocation);
  if (!bootloader_settings) return Failed{bootloader_settings.error()};
  const auto bootloader = bootloader_image(invocation);
  if (!bootloader) return Failed{bootloader.error()};
  formats::CsvOptions options;
  options.table_offset = bootloader_settings->table_offset;
  options.flash_bytes = settings->flash_bytes;
  const auto source =
      open_table(invocation.value("--table").value_or("two_ota"), options, std::nullopt);
  if (!source) return Failed{source.error()};
  if (source->bootloader_refuses) return refuse("the partition table", *source->bootloader_refuses);
  const auto table = binary_table(source->rows, true);
  if (!table) return Failed{table.error()};

  const auto created = board::BoardFolder::create(path, *settings);
  if (!created.ok()) return refuse(created.error().sentence);
  auto folder = open_board(path, board::Access::kReadWrite);
  if (!folder) return Failed{folder.error()};
  ROTA_TRY(write_flash(*folder, settings->chip->bootloader_offset, *bootloader));
  ROTA_TRY(write_flash(*folder, bootloader_settings->table_offset, *table));
  invocation.console->print(
      "{} is a new {} board with {} flash, rollback {}.\n"
      "Next: rota board flash {} factory=app.bin, then rota board run {}.\n",
      path, settings->chip->target, size_text(settings->flash_bytes),
      bootloader_settings->rollback ? "on" : "off", path, path);
  return {};
}

}  // namespace

constinit const CommandSpec kBoardNew{
    .name = "board new",
    .summary = "make a virtual board: a folder with flash, fuses and settings",
    .usage = "DIR [--chip NAME] [--flash-size SIZE] [--table NAME|FILE] [--rollback on|off] ...",
    .about =
        "Writes a bootloader with the given settings, the partition table and blank OTA data. The "
        "folder must not exist yet or be empty.",
    .example = "rota board new myboard --chip esp32 --flash-size 4MB --table two_ota --rollback on",
    .options = kOptions,
    .min_operands = 1,
    .max_operands = 1,
    .run = run,
};

}  // namespace rota::cli
