// rota board run: powers a board in the foreground and shows its console.
#include <fcntl.h>
#include <poll.h>
#include <termios.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <string>

#include "board/supervisor/supervisor.h"
#include "cli/board_access.h"
#include "cli/commands.h"
#include "cli/recorded_run.h"
#include "cli/stop_on_signals.h"

namespace rota::cli {
namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

constexpr milliseconds kInputStep{50};  // how soon typed text reaches the app

constexpr std::array kOptions = {
    OptionSpec{"--until", "TEXT", "Power down once the console shows TEXT: exit status 0."},
    OptionSpec{"--timeout", "SECONDS",
               "Power down after that long; with --until that is exit status 1."},
    OptionSpec{"--input", "TEXT",
               "Send TEXT and an end of line to the app; may be given again. "
               "Without it, what you type or pipe is sent."},
    OptionSpec{"--record", "FILE",
               "Write down what happens, for rota board movie; a recording that is there goes on."},
};

// Makes Ctrl-] the terminal's quit key, as in ESP-IDF's monitor; lines are still edited and echoed.
class QuitKey {
 public:
  QuitKey() {
    if (tcgetattr(STDIN_FILENO, &before_) != 0) return;
    termios with_key = before_;
    with_key.c_cc[VQUIT] = 0x1D;
    is_set_ = tcsetattr(STDIN_FILENO, TCSANOW, &with_key) == 0;
  }
  ~QuitKey() {
    if (is_set_) tcsetattr(STDIN_FILENO, TCSANOW, &before_);
  }
  QuitKey(const QuitKey&) = delete;
  QuitKey& operator=(const QuitKey&) = delete;

 private:
  termios before_{};
  bool is_set_ = false;
};

// Hands on what arrives at our standard input. False once it ended.
bool pass_input(board::Supervisor& supervisor) {
  pollfd wait{STDIN_FILENO, POLLIN, 0};
  if (poll(&wait, 1, 0) <= 0) return true;
  std::array<char, 4096> text{};
  const ssize_t got = read(STDIN_FILENO, text.data(), text.size());
  if (got <= 0) return false;
  supervisor.send_input({text.data(), static_cast<std::size_t>(got)});
  return true;
}

struct Wishes {
  std::optional<std::string_view> until;
  std::optional<Clock::time_point> deadline;
  bool passes_input = false;
};

board::RunEnd run_board(board::Supervisor& supervisor, const Wishes& wishes) {
  bool input_is_open = wishes.passes_input;
  for (;;) {
    auto step = std::chrono::duration_cast<milliseconds>(std::chrono::hours(24));
    if (input_is_open) step = kInputStep;
    if (wishes.deadline) {
      const auto left = std::chrono::duration_cast<milliseconds>(*wishes.deadline - Clock::now());
      if (left.count() <= 0) return board::RunEnd::kTimedOut;
      step = std::min(step, left);
    }
    const auto end = supervisor.run_until(
        [&](std::string_view line) {
          return wishes.until && line.find(*wishes.until) != std::string_view::npos;
        },
        step);
    if (end != board::RunEnd::kTimedOut) return end;
    if (input_is_open) input_is_open = pass_input(supervisor);
  }
}

Outcome judge(board::RunEnd end,
              const board::Supervisor& supervisor,
              const Wishes& wishes,
              Console& console) {
  switch (end) {
    case board::RunEnd::kLineSeen:
      return {};
    case board::RunEnd::kInterrupted:
      console.write("Powered down.\n");
      return {};
    case board::RunEnd::kTimedOut:
      if (!wishes.until) return {};
      return refuse(fmt::format("the console did not show '{}' in time; the last line was: {}",
                                printable(*wishes.until), printable(supervisor.last_line())));
    case board::RunEnd::kStopped:
      break;
  }
  const bool went_as_planned = supervisor.stop_reason() == board::StopReason::kPowerCut ||
                               supervisor.stop_reason() == board::StopReason::kCannotExecute;
  if (went_as_planned && !wishes.until) {
    console.print("{}\n", printable(supervisor.why_stopped()));
    return {};
  }
  return refuse(fmt::format("the board stopped: {}", printable(supervisor.why_stopped())));
}

Outcome run(const Invocation& invocation) {
  Console& console = *invocation.console;
  Wishes wishes;
  wishes.until = invocation.value("--until");
  if (const auto text = invocation.value("--timeout")) {
    const auto seconds = parse_seconds(*text);
    if (!seconds) return wrong_use("--timeout needs seconds, such as 10 or 2.5.");
    wishes.deadline = Clock::now() + milliseconds(static_cast<std::int64_t>(*seconds * 1000));
  }
  wishes.passes_input = !invocation.has("--input");
  auto folder = open_board(invocation.operands[0], board::Access::kReadWrite);
  if (!folder) return Failed{folder.error()};
  board::SupervisorOptions options;
  options.console = [&](const board::ConsoleLine& line) {
    const Ink ink = line.source == board::ConsoleLine::Source::kApp ? Ink::kPlain : Ink::kDim;
    console.write(console.ink(ink, printable(line.text, Tabs::kKept)) + "\n");
    console.flush();
  };
  std::optional<board::Recording> recording;
  if (const auto path = invocation.value("--record")) {
    auto begun = begin_recording(std::string(*path), *folder);
    if (!begun) return Failed{begun.error()};
    recording.emplace(std::move(begun).value());
    options.recording = &*recording;
  }
  board::Supervisor supervisor(*folder, options);
  const StopOnSignals stop(supervisor);
  const QuitKey quit_key;
  supervisor.power_on();
  for (const std::string_view text : invocation.values("--input")) {
    supervisor.send_input(std::string(text) + "\n");
  }
  const auto end = run_board(supervisor, wishes);
  supervisor.power_off();
  return judge(end, supervisor, wishes, console);
}

}  // namespace

constinit const CommandSpec kBoardRun{
    .name = "board run",
    .summary = "power a board and show its console; Ctrl-C or Ctrl-] powers it down",
    .usage = "DIR [--until TEXT] [--timeout SECONDS] [--input TEXT] [--record FILE]",
    .about =
        "Runs bootloader and app, through restarts and rollbacks, until the power goes. The "
        "console is also kept in DIR/console.log. An image of a real chip is verified and "
        "selected; this machine can not execute it, and says so.",
    .example = "rota board run myboard --until 'update ready' --timeout 60",
    .options = kOptions,
    .min_operands = 1,
    .max_operands = 1,
    .run = run,
};

}  // namespace rota::cli
