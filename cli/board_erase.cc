// rota board erase: the whole flash of a board, as a flashing tool's "erase flash".
#include "cli/board_access.h"
#include "cli/commands.h"

namespace rota::cli {
namespace {

Outcome run(const Invocation& invocation) {
  auto folder = open_board(invocation.operands[0], board::Access::kReadWrite);
  if (!folder) return Failed{folder.error()};
  const std::uint32_t flash_bytes = folder->settings().flash_bytes;
  const Status erased = folder->erase_with_tool({{0}, flash_bytes});
  if (!erased.ok()) return refuse(folder->path(), erased.error());
  invocation.console->print(
      "The whole flash is erased, {}: bootloader, table, apps and data are gone.\n"
      "Fuses and settings of the board stay.\n",
      size_text(flash_bytes));
  return {};
}

}  // namespace

constinit const CommandSpec kBoardErase{
    .name = "board erase",
    .summary = "erase the whole flash of a board",
    .usage = "DIR",
    .about =
        "Everything in flash is gone afterwards, the bootloader too; rota board flash writes it "
        "anew. To go back to the factory image only, rota otadata erase DIR is enough.",
    .example = "rota board erase myboard",
    .options = {},
    .min_operands = 1,
    .max_operands = 1,
    .run = run,
};

}  // namespace rota::cli
