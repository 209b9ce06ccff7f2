// rota board expect: runs a board as a test does, and judges what its console shows and what runs.
#include <array>
#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "board/supervisor/supervisor.h"
#include "cli/board_access.h"
#include "cli/commands.h"
#include "cli/cut_place.h"
#include "cli/demo_server.h"
#include "cli/neighbour.h"
#include "cli/stop_on_signals.h"

namespace rota::cli {
namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

constexpr double kDefaultSeconds = 60;
constexpr std::chrono::seconds kServerPatience{10};
constexpr std::string_view kServerWord = "{server}";

constexpr std::array kOptions = {
    OptionSpec{
        "--input", "TEXT",
        "Send TEXT and an end of line to the app; may be given again. {server} in it becomes "
        "the address of --serve."},
    OptionSpec{"--serve", "FOLDER", "Serve the images of FOLDER over HTTPS meanwhile."},
    OptionSpec{"--state", "FOLDER", "With --serve: where its CA is kept, as of rota serve."},
    OptionSpec{"--cut", "PLACE",
               "First the power goes at PLACE, PARTITION+OFFSET[:BYTES] as in rota board cut, and "
               "comes back; TEXT counts only after that."},
    OptionSpec{"--runs", "SLOT", "At the end this slot's image must run, e.g. ota_0."},
    OptionSpec{"--never", "TEXT", "Fail at once when the console shows this; may be given again."},
    OptionSpec{"--timeout", "SECONDS", "Give up after that long; default 60."},
    OptionSpec{"--quiet", "", "Do not show the console.", OptionKind::kSwitch},
};

// What the board has to do.
struct Expected {
  std::span<const std::string_view> texts;  // in this order, each in a line of its own
  std::vector<std::string_view> never;
  std::optional<std::string_view> slot;
  std::optional<board::CutPlan> cut;
  Clock::time_point deadline;
};

bool shows(std::string_view line, std::string_view text) {
  return line.find(text) != std::string_view::npos;
}

class Judge {
 public:
  Judge(board::Supervisor& supervisor, const Expected& expected, std::string board)
      : supervisor_(supervisor), expected_(expected), board_(std::move(board)) {}

  Outcome see_the_power_go(std::string_view place) {
    const auto end = run_until([](std::string_view) { return false; });
    ROTA_TRY(judge_never());
    if (end == board::RunEnd::kInterrupted) return refuse("interrupted.");
    if (supervisor_.stop_reason() == board::StopReason::kPowerCut) return {};
    if (end == board::RunEnd::kStopped) return stopped_early(fmt::format("reached {}", place));
    return refuse(
        fmt::format("nothing wrote or erased at {} in time, so the power stayed on; the last line "
                    "was: {}",
                    printable(place), printable(supervisor_.last_line())));
  }

  Outcome see(std::string_view text) {
    const auto end = run_until([&](std::string_view line) { return shows(line, text); });
    ROTA_TRY(judge_never());
    switch (end) {
      case board::RunEnd::kLineSeen:
        return {};
      case board::RunEnd::kInterrupted:
        return refuse("interrupted.");
      case board::RunEnd::kStopped:
        return stopped_early(fmt::format("showed '{}'", text));
      case board::RunEnd::kTimedOut:
        break;
    }
    return refuse(
        fmt::format("the console did not show '{}' in time; the last line was: {}\n"
                    "The whole console is in {}/console.log.",
                    printable(text), printable(supervisor_.last_line()), board_));
  }

  Outcome see_what_runs() const {
    if (!expected_.slot) return {};
    const board::RunningImage* running = supervisor_.running();
    if (running != nullptr && running->position == *expected_.slot) return {};
    return refuse(fmt::format("{} should run, but {} does. rota why {} says what decides.",
                              printable(*expected_.slot),
                              running == nullptr ? "nothing" : running->position, board_));
  }

 private:
  template <class LineTest>
  board::RunEnd run_until(const LineTest& wanted) {
    const auto left = std::chrono::duration_cast<milliseconds>(expected_.deadline - Clock::now());
    return supervisor_.run_until(
        [&](std::string_view line) {
          for (const std::string_view text : expected_.never) {
            if (shows(line, text)) forbidden_ = text;
          }
          return forbidden_.has_value() || wanted(line);
        },
        std::max(left, milliseconds(0)));
  }

  Outcome judge_never() const {
    if (!forbidden_) return {};
    return refuse(fmt::format("the console showed '{}', which it must not: {}",
                              printable(*forbidden_), printable(supervisor_.last_line())));
  }

  Outcome stopped_early(const std::string& before) const {
    return refuse(fmt::format("the board stopped before it {}: {}", printable(before),
                              printable(supervisor_.why_stopped())));
  }

  board::Supervisor& supervisor_;
  const Expected& expected_;
  std::string board_;
  std::optional<std::string_view> forbidden_;
};

Result<std::unique_ptr<UpdateServer>, Refusal> start_server(const Invocation& invocation,
                                                            const std::string& board) {
  const auto folder = invocation.value("--serve");
  if (!folder) return std::unique_ptr<UpdateServer>();
  const auto program = neighbour_program("rota-server");
  if (!program) return Failed{program.error()};
  return UpdateServer::start(*program, std::string(*folder),
                             std::string(invocation.value("--state").value_or("")),
                             board + "/server.log", kServerPatience);
}

Result<std::vector<std::string>, Refusal> inputs_of(const Invocation& invocation,
                                                    const UpdateServer* server) {
  std::vector<std::string> inputs;
  for (const std::string_view given : invocation.values("--input")) {
    std::string text(given);
    for (auto at = text.find(kServerWord); at != std::string::npos; at = text.find(kServerWord)) {
      if (server == nullptr) {
        return wrong_use("--input names {server}; say what is served: --serve FOLDER.");
      }
      text.replace(at, kServerWord.size(), server->base_url());
    }
    inputs.push_back(text + "\n");
  }
  return inputs;
}

Result<Expected, Refusal> expected_of(const Invocation& invocation,
                                      const board::BoardFolder& folder) {
  Expected expected;
  expected.texts = std::span(invocation.operands).subspan(1);
  expected.never = invocation.values("--never");
  expected.slot = invocation.value("--runs");
  double seconds = kDefaultSeconds;
  if (const auto text = invocation.value("--timeout")) {
    const auto parsed = parse_seconds(*text);
    if (!parsed) return wrong_use("--timeout needs seconds, such as 10 or 2.5.");
    seconds = *parsed;
  }
  expected.deadline = Clock::now() + milliseconds(static_cast<std::int64_t>(seconds * 1000));
  if (!invocation.has("--cut") && !expected.slot) return expected;
  const auto picture = picture_of_board(folder);
  if (!picture) return Failed{picture.error()};
  const formats::PartitionRows& rows = picture->forecast.rows;
  if (expected.slot && find_partition(rows, *expected.slot) == nullptr) {
    return wrong_use(fmt::format("--runs {}: the board has no such partition; it has {}.",
                                 printable(*expected.slot), partition_names(rows)));
  }
  if (const auto place = invocation.value("--cut")) {
    const auto plan = cut_place(*place, rows);
    if (!plan) return Failed{plan.error()};
    expected.cut = *plan;
  }
  return expected;
}

Outcome judge(const Invocation& invocation,
              board::Supervisor& supervisor,
              const Expected& expected,
              const std::vector<std::string>& inputs) {
  Judge judge(supervisor, expected, std::string(invocation.operands[0]));
  if (expected.cut) supervisor.schedule_cut(*expected.cut);
  supervisor.power_on();
  for (const std::string& text : inputs) supervisor.send_input(text);
  if (expected.cut) {
    ROTA_TRY(judge.see_the_power_go(*invocation.value("--cut")));
    supervisor.power_on();
  }
  for (const std::string_view text : expected.texts) ROTA_TRY(judge.see(text));
  return judge.see_what_runs();
}

Outcome run(const Invocation& invocation) {
  Console& console = *invocation.console;
  auto folder = open_board(invocation.operands[0], board::Access::kReadWrite);
  if (!folder) return Failed{folder.error()};
  const auto expected = expected_of(invocation, *folder);
  if (!expected) return Failed{expected.error()};
  const auto server = start_server(invocation, folder->path());
  if (!server) return Failed{server.error()};
  const auto inputs = inputs_of(invocation, server->get());
  if (!inputs) return Failed{inputs.error()};

  board::SupervisorOptions options;
  if (!invocation.has("--quiet")) {
    options.console = [&](const board::ConsoleLine& line) {
      const Ink ink = line.source == board::ConsoleLine::Source::kApp ? Ink::kPlain : Ink::kDim;
      console.write(console.ink(ink, printable(line.text, Tabs::kKept)) + "\n");
      console.flush();
    };
  }
  board::Supervisor supervisor(*folder, options);
  const StopOnSignals stop(supervisor);
  const Outcome outcome = judge(invocation, supervisor, *expected, *inputs);
  supervisor.power_off();
  folder->state().flash.cut = {};  // what did not strike must not strike a later run
  return outcome;
}

}  // namespace

constinit const CommandSpec kBoardExpect{
    .name = "board expect",
    .summary = "power a board and answer whether its console shows what it should: for tests",
    .usage = "DIR TEXT... [--runs SLOT] [--input TEXT] [--serve FOLDER] [--cut PLACE] ...",
    .about =
        "Powers the board, waits until the console shows each TEXT, in this order and each in a "
        "line of its own, and powers it down at once. Exit status 0: it did. 1: it did not, and "
        "standard "
        "error says what came instead. Bootloader lines count, too. What it starts ends with it: "
        "the app, and the server of --serve. docs/guides/test-your-ota.md shows a whole test.",
    .example =
        "rota board expect myboard 'Type the URL' --runs factory\n"
        "rota board expect myboard 'This is version 2' --runs ota_0 \\\n"
        "    --serve build --input '{server}/app.bin'\n"
        "rota board expect myboard 'This is version 1' --runs factory \\\n"
        "    --serve build --input '{server}/app.bin' --cut ota_0+0x20000",
    .options = kOptions,
    .min_operands = 2,
    .max_operands = 16,
    .run = run,
};

}  // namespace rota::cli
