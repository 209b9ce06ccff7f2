// rota board show: the flash map of a board and what it remembers.
#include <algorithm>
#include <array>

#include "cli/board_access.h"
#include "cli/commands.h"
#include "cli/json.h"

namespace rota::cli {
namespace {

constexpr std::array kOptions = {
    OptionSpec{"--json", "", "Print JSON.", OptionKind::kSwitch},
};

std::string cut_text(const board::CutPlan& cut) {
  if (!cut.is_armed()) return "none planned";
  const char* moment = cut.moment == board::CutMoment::kBefore  ? "before"
                       : cut.moment == board::CutMoment::kAfter ? "after"
                                                                : "inside";
  std::string where = "the whole chip";
  if (cut.range_bytes != 0) {
    where = fmt::format("0x{:x} to 0x{:x}", cut.range_start, cut.range_start + cut.range_bytes);
  }
  return fmt::format("planned {} operation {} that touches {}", moment, cut.nth, where);
}

std::string exit_text(const board::BoardState& state) {
  switch (state.last_exit) {
    case board::ExitKind::kNone:
      return "no app ran yet";
    case board::ExitKind::kRestart:
      return "it asked for a restart";
    case board::ExitKind::kCrash:
      return fmt::format("it died of signal {}", state.exit_detail);
    case board::ExitKind::kEnded:
      return fmt::format("its program ended with {}", state.exit_detail);
    case board::ExitKind::kPowerCut:
      return "the power was cut as planned";
    case board::ExitKind::kPowerOff:
      return "the board was switched off";
  }
  return "unknown";
}

std::string pins_text(const board::BoardState& state) {
  std::string text;
  for (std::size_t pin = 0; pin < board::kPinCount; ++pin) {
    const int level = static_cast<int>(state.driven[pin].load());
    if (level == board::kPinFree) continue;
    text += fmt::format("{}{}={}", text.empty() ? "" : ", ", pin, level);
  }
  return text.empty() ? "none is driven" : text;
}

std::uint32_t most_worn(const board::BoardFolder& folder) {
  std::uint32_t most = 0;
  for (const std::uint32_t erases : folder.wear()) most = std::max(most, erases);
  return most;
}

void print_text(Console& console, const board::BoardFolder& folder, const FlashPicture& picture) {
  const board::BoardState& state = folder.state();
  const auto line = [&](std::string_view name, const std::string& value) {
    console.print("    {:<11}{}\n", name, value);
  };
  console.write(render(picture, console.looks()));
  console.write("\n");
  line("power", is_in_use(folder) ? "on, another process runs this board" : "off");
  line("boots",
       fmt::format("{}, the last after {}", state.boot_count, name_of(state.reset_reason)));
  line("last end", exit_text(state));
  line("pins", pins_text(state));
  line("power cut", cut_text(state.flash.cut));
  line("flash", fmt::format("{} programs, {} erases, worst sector erased {} times, {} ms busy",
                            grouped(state.flash.program_count), grouped(state.flash.erase_count),
                            grouped(most_worn(folder)), grouped(state.flash.busy_us / 1000)));
  line("fuses",
       fmt::format("secure version bits 0x{:x}", folder.efuse_record().secure_version_bits));
}

Json json_of_board(const board::BoardFolder& folder, const FlashPicture& picture) {
  const board::BoardState& state = folder.state();
  Json pins = Json::object();
  for (std::size_t pin = 0; pin < board::kPinCount; ++pin) {
    const int level = static_cast<int>(state.driven[pin].load());
    if (level != board::kPinFree) pins[fmt::format("{}", pin)] = level;
  }
  return {{"board", folder.path()},
          {"power", is_in_use(folder)},
          {"boots", state.boot_count},
          {"reset_reason", name_of(state.reset_reason)},
          {"last_end", exit_text(state)},
          {"pins", pins},
          {"cut_planned", state.flash.cut.is_armed()},
          {"programs", state.flash.program_count},
          {"erases", state.flash.erase_count},
          {"most_worn_sector_erases", most_worn(folder)},
          {"flash_busy_us", state.flash.busy_us},
          {"secure_version_bits", folder.efuse_record().secure_version_bits},
          {"flash", json_of(picture)}};
}

Outcome run(const Invocation& invocation) {
  const auto folder = open_board(invocation.operands[0], board::Access::kRead);
  if (!folder) return Failed{folder.error()};
  const auto picture = picture_of_board(*folder);
  if (!picture) return Failed{picture.error()};
  if (invocation.has("--json")) {
    print_json(*invocation.console, json_of_board(*folder, *picture));
  } else {
    print_text(*invocation.console, *folder, *picture);
  }
  return {};
}

}  // namespace

constinit const CommandSpec kBoardShow{
    .name = "board show",
    .summary = "show what is in a board's flash, what boots next, and what it remembers",
    .usage = "DIR [--json]",
    .about = "Changes nothing; the board may be running. rota why DIR adds the rules that decide.",
    .example = "rota board show myboard",
    .options = kOptions,
    .min_operands = 1,
    .max_operands = 1,
    .run = run,
};

}  // namespace rota::cli
