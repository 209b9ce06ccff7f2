// rota board gpio: drives pins of a board from outside, also while it runs.
#include <algorithm>
#include <charconv>
#include <string>
#include <vector>

#include "board/chip/board_state.h"
#include "board/chip/mapped_file.h"
#include "cli/board_access.h"
#include "cli/commands.h"

namespace rota::cli {
namespace {

struct PinChange {
  std::size_t pin = 0;
  std::int8_t level = board::kPinFree;
};

Result<PinChange, Refusal> parse_change(std::string_view text) {
  const std::size_t equals = text.find('=');
  const std::string_view level = equals == std::string_view::npos ? "" : text.substr(equals + 1);
  PinChange change;
  const char* end = text.data() + std::min(equals, text.size());
  const auto number = std::from_chars(text.data(), end, change.pin);
  const bool is_pin =
      number.ec == std::errc{} && number.ptr == end && change.pin < board::kPinCount;
  if (!is_pin || (level != "0" && level != "1" && level != "free")) {
    return wrong_use(
        fmt::format("'{}' is no pin setting; write PIN=0, PIN=1 or PIN=free, with pins 0 "
                    "to {}.",
                    printable(text), board::kPinCount - 1));
  }
  change.level = level == "free" ? board::kPinFree : static_cast<std::int8_t>(level == "1");
  return change;
}

std::string level_text(std::int8_t level) {
  return level == board::kPinFree ? "free" : fmt::format("{}", level);
}

Outcome run(const Invocation& invocation) {
  std::vector<PinChange> changes;
  for (std::size_t i = 1; i < invocation.operands.size(); ++i) {
    const auto change = parse_change(invocation.operands[i]);
    if (!change) return Failed{change.error()};
    changes.push_back(*change);
  }
  // Opening the folder for reading checks that it is a board, also while another process runs it.
  const auto folder = open_board(invocation.operands[0], board::Access::kRead);
  if (!folder) return Failed{folder.error()};
  if (!changes.empty()) {
    auto file =
        board::MappedFile::open(folder->path() + "/state.bin", board::Access::kReadWrite, true);
    if (!file) return refuse(file.error().sentence);
    if (file->size() < sizeof(board::BoardState)) {
      return refuse(fmt::format(
          "{}/state.bin is cut short; delete it, rota board run makes it anew.", folder->path()));
    }
    auto& state = *reinterpret_cast<board::BoardState*>(file->data());
    for (const PinChange& change : changes) state.driven[change.pin].store(change.level);
  }
  const board::BoardState& state = folder->state();
  for (std::size_t pin = 0; pin < board::kPinCount; ++pin) {
    const std::int8_t driven = state.driven[pin].load();
    const std::int8_t output = state.output[pin].load();
    if (driven == board::kPinFree && output == board::kPinFree) continue;
    invocation.console->print("pin {:<3} driven from outside: {:<5} by the app: {}\n", pin,
                              level_text(driven), level_text(output));
  }
  return {};
}

}  // namespace

constinit const CommandSpec kBoardGpio{
    .name = "board gpio",
    .summary = "drive pins of a board from outside: high, low or not at all",
    .usage = "DIR [PIN=0|1|free ...]",
    .about =
        "Works while the board runs, and is remembered while it is off. Without settings it lists "
        "the pins that are driven. The examples read pin 4 as their self-test: 0 is bad.",
    .example = "rota board gpio myboard 4=0",
    .options = {},
    .min_operands = 1,
    .max_operands = 1 + board::kPinCount,
    .run = run,
};

}  // namespace rota::cli
