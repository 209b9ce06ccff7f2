// rota efuse show: the fuses of a virtual board.
#include <array>

#include "cli/board_access.h"
#include "cli/commands.h"
#include "cli/json.h"
#include "core/boot_plan.h"

namespace rota::cli {
namespace {

constexpr std::array kOptions = {kJsonOption};
constexpr unsigned kKeySlots = 3;

Outcome run(const Invocation& invocation) {
  const auto folder = open_board(invocation.operands[0], board::Access::kRead);
  if (!folder) return Failed{folder.error()};
  const board::EfuseRecord& fuses = folder->efuse_record();
  const std::uint8_t width = folder->settings().chip->secure_version_width;
  const std::uint32_t version = core::secure_version_of_fuses(fuses.secure_version_bits, width);
  Console& console = *invocation.console;
  if (invocation.has(kJsonOption.name)) {
    Json revoked = Json::array();
    for (unsigned slot = 0; slot < kKeySlots; ++slot)
      revoked.push_back((fuses.revoked_key_slots >> slot & 1U) != 0);
    print_json(console, {{"chip", folder->settings().chip->target},
                         {"secure_version", version},
                         {"secure_version_bits", fuses.secure_version_bits},
                         {"secure_version_width", width},
                         {"secure_version_left", width - version},
                         {"revoked_key_slots", revoked}});
    return {};
  }
  console.print("{}: eFuses of an {}\n\n", printable(folder->path()),
                folder->settings().chip->name);
  console.print("  secure version      {} ({} of {} bits left, raw 0x{:x})\n", version,
                width - version, width, fuses.secure_version_bits);
  for (unsigned slot = 0; slot < kKeySlots; ++slot) {
    console.print("  key digest slot {}   {}\n", slot,
                  (fuses.revoked_key_slots >> slot & 1U) != 0 ? "revoked" : "not revoked");
  }
  return {};
}

}  // namespace

constinit const CommandSpec kEfuseShow{
    .name = "efuse show",
    .summary = "show the fuses of a virtual board",
    .usage = "BOARD [--json]",
    .about =
        "The secure version of anti-rollback with the bits that are left, and which signing keys "
        "are "
        "revoked. Fuses only ever go from 0 to 1.",
    .example = "rota efuse show myboard",
    .options = kOptions,
    .min_operands = 1,
    .max_operands = 1,
    .run = run,
};

}  // namespace rota::cli
