// rota board cut: plans a power cut for the next run of a board.
#include <array>

#include "cli/board_access.h"
#include "cli/commands.h"
#include "cli/cut_place.h"

namespace rota::cli {
namespace {

constexpr std::array kOptions = {
    OptionSpec{"--operation", "N",
               "At the N-th program or erase from now on, anywhere on the chip."},
    OptionSpec{"--at", "PLACE",
               "At the operation that touches PARTITION+OFFSET; with :BYTES, after "
               "that many bytes of it were done (default: half of them)."},
    OptionSpec{"--nth", "N", "With --at: the N-th such operation; default 1."},
    OptionSpec{"--moment", "WHEN", "before, inside (default) or after the operation."},
    OptionSpec{"--clear", "", "Forget the planned cut.", OptionKind::kSwitch},
};

Result<board::CutPlan, Refusal> plan_of(const Invocation& invocation,
                                        const board::BoardFolder& folder) {
  board::CutPlan plan;
  plan.moment = board::CutMoment::kInside;
  if (const auto moment = invocation.value("--moment")) {
    if (*moment == "before") {
      plan.moment = board::CutMoment::kBefore;
    } else if (*moment == "after") {
      plan.moment = board::CutMoment::kAfter;
    } else if (*moment != "inside") {
      return wrong_use("--moment is before, inside or after.");
    }
  }
  const bool by_place = invocation.has("--at");
  if (by_place == invocation.has("--operation")) {
    return wrong_use("say where the power goes: --operation N, or --at PARTITION+OFFSET.");
  }
  const auto nth = invocation.number(by_place ? "--nth" : "--operation", 1);
  if (!nth) return Failed{nth.error()};
  if (*nth == 0) return wrong_use("operations are counted from 1.");
  plan.nth = *nth;
  if (!by_place) return plan;
  const auto picture = picture_of_board(folder);
  if (!picture) return Failed{picture.error()};
  auto at_place = cut_place(*invocation.value("--at"), picture->forecast.rows);
  if (!at_place) return at_place;
  at_place->moment = plan.moment;
  at_place->nth = plan.nth;
  return at_place;
}

Outcome run(const Invocation& invocation) {
  auto folder = open_board(invocation.operands[0], board::Access::kReadWrite);
  if (!folder) return Failed{folder.error()};
  if (invocation.has("--clear")) {
    folder->state().flash.cut = {};
    invocation.console->write("No power cut is planned.\n");
    return {};
  }
  const auto plan = plan_of(invocation, *folder);
  if (!plan) return Failed{plan.error()};
  folder->state().flash.cut = *plan;
  invocation.console->print("The power goes in the next run; rota board run {} shows it.\n",
                            folder->path());
  return {};
}

}  // namespace

constinit const CommandSpec kBoardCut{
    .name = "board cut",
    .summary = "plan a power cut inside a flash operation of the next run",
    .usage = "DIR --operation N | --at PARTITION+OFFSET[:BYTES] | --clear",
    .about =
        "The torn bytes are stored as a real chip would leave them, and the board is off at once.",
    .example = "rota board cut myboard --at ota_1+0x20000:100\nrota board run myboard",
    .options = kOptions,
    .min_operands = 1,
    .max_operands = 1,
    .run = run,
};

}  // namespace rota::cli
