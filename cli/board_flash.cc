// rota board flash: writes files into a board's flash, as over USB, and says what boots next.
#include <algorithm>
#include <array>
#include <vector>

#include "cli/board_access.h"
#include "cli/commands.h"
#include "cli/flash_plan.h"
#include "cli/input_file.h"

namespace rota::cli {
namespace {

constexpr std::array kOptions = {
    OptionSpec{"--erase-otadata", "", "Erase OTA data first: the factory image boots again.",
               OptionKind::kSwitch},
    OptionSpec{"--force", "",
               "Write images for another chip, damaged images, and other files into app "
               "partitions.",
               OptionKind::kSwitch},
};

// Flashed over USB, and the other slot boots: say it before anybody searches (users.md 2, item 17).
void explain_next_boot(Console& console,
                       const FlashPicture& picture,
                       const std::vector<FlashWrite>& writes) {
  const BootForecast& forecast = picture.forecast;
  if (!forecast.starts) {
    console.write("Nothing boots yet; rota why shows what each partition lacks.\n");
    return;
  }
  const SlotPicture* next = picture.slot(forecast.position);
  const std::string content = next != nullptr ? content_text(*next) : "";
  console.print("{} boots next: {}.\n", forecast.name_of(forecast.position), content);
  for (const FlashWrite& write : writes) {
    for (const SlotPicture& slot : picture.slots) {
      if (slot.row.offset != write.offset || slot.boots_next) continue;
      console.write(
          wrap(fmt::format("Note: you wrote {}, but OTA data select {}. --erase-otadata "
                           "makes the factory image boot; rota why shows the rules.",
                           printable(slot.row.label()), forecast.name_of(forecast.position)),
               0));
    }
  }
}

// The flash as it will be once the writes planned so far are done: a table that is written comes
// first for what is judged after it, on a board with another table or with none.
class Draft {
 public:
  explicit Draft(const board::BoardFolder& folder)
      : folder_(folder), bytes_(folder.flash_bytes().begin(), folder.flash_bytes().end()) {}

  void apply(const FlashWrite& write) {
    std::copy(write.content.begin(), write.content.end(),
              bytes_.begin() + static_cast<std::ptrdiff_t>(write.offset));
  }
  // A flash without a table is a picture without partitions.
  FlashPicture picture() const {
    InputFile dump = InputFile::of_bytes(folder_.path(), bytes_);
    auto found = picture_of(dump, folder_.path(), question_of(folder_));
    if (found) return std::move(found).value();
    FlashPicture empty;
    empty.forecast.chip = folder_.settings().chip;
    empty.forecast.flash_bytes = folder_.settings().flash_bytes;
    return empty;
  }

 private:
  const board::BoardFolder& folder_;
  std::vector<std::byte> bytes_;
};

Result<std::vector<FlashWrite>, Refusal> plan_writes(const Invocation& invocation,
                                                     const board::BoardFolder& folder) {
  std::vector<FlashWrite> writes;
  Draft draft(folder);
  for (std::size_t i = 1; i < invocation.operands.size(); ++i) {
    auto write = plan_write(invocation.operands[i], draft.picture(), invocation.has("--force"));
    if (!write) return Failed{write.error()};
    draft.apply(*write);
    writes.push_back(std::move(write).value());
  }
  return writes;
}

Outcome run(const Invocation& invocation) {
  const std::string_view path = invocation.operands[0];
  const bool erases = invocation.has("--erase-otadata");
  if (invocation.operands.size() == 1 && !erases) {
    return wrong_use("say what to write: factory=app.bin, 0x10000=app.bin or app.bin.");
  }
  auto folder = open_board(path, board::Access::kReadWrite);
  if (!folder) return Failed{folder.error()};
  const auto writes = plan_writes(invocation, *folder);
  if (!writes) return Failed{writes.error()};
  if (erases) {
    const auto before = picture_of_board(*folder);
    if (!before) return Failed{before.error()};
    ROTA_TRY(erase_ota_data(*before, *folder));
  }
  for (const FlashWrite& write : *writes) {
    ROTA_TRY(carry_out(write, *folder));
    invocation.console->print("{}: {}, {} bytes.\n", write.where, write.what,
                              grouped(write.content.size()));
  }
  const auto after = picture_of_board(*folder);
  if (!after) return Failed{after.error()};
  explain_next_boot(*invocation.console, *after, *writes);
  return {};
}

}  // namespace

constinit const CommandSpec kBoardFlash{
    .name = "board flash",
    .summary = "write images into a board's flash, and say what boots next",
    .usage = "DIR [PLACE=FILE | FILE ...] [--erase-otadata] [--force]",
    .about =
        "PLACE is a partition name (factory, ota_0) or an offset (0x10000); a FILE alone goes "
        "where its kind belongs. Everything is checked before the first byte is written: size, "
        "chip, and whether the image is sound.",
    .example =
        "rota board flash myboard factory=build/app.bin\n"
        "rota board flash myboard ota_0=app.bin --erase-otadata",
    .options = kOptions,
    .min_operands = 1,
    .max_operands = 33,
    .run = run,
};

}  // namespace rota::cli
