// rota otadata simulate: a device to play with. Each action shows what it writes and what boots.
#include <unistd.h>

#include <array>
#include <cstdio>
#include <vector>

#include "cli/board_access.h"
#include "cli/commands.h"
#include "cli/flash_map.h"
#include "cli/json.h"
#include "cli/ota_simulator.h"
#include "cli/otadata_source.h"

namespace rota::cli {
namespace {

constexpr std::array kOptions = {
    OptionSpec{"--do", "ACTION",
               "Play this action; may be given again. Without it, actions are read "
               "from standard input, one a line."},
    kForecastRollbackOption,
    kRecordWritingOption,
    kJsonOption,
};

constexpr std::string_view kActions =
    "  confirm     the app that runs confirms itself\n"
    "  reject      the app that runs rejects itself, and the board restarts\n"
    "  set SLOT    the app selects a slot (ota_0, factory) for the next start\n"
    "  restart     reset or power-on: the bootloader decides\n"
    "  cut         the power will go inside the next write, after its erase\n"
    "  erase       a flashing tool erases OTA data\n"
    "  quit        the end\n";
constexpr std::size_t kMaxActionBytes = 200;

class Game {
 public:
  Game(OtaSimulator& device, const BootForecast& forecast) : device_(device), forecast_(forecast) {}

  // What is said about the action; empty for an action that is not known.
  std::string play(std::string_view action);
  Json json() const;
  std::string state() const;

 private:
  std::string restarted();
  std::string result_of(const Status& done, std::string_view success);
  std::string set(std::string_view name);

  OtaSimulator& device_;
  const BootForecast& forecast_;
};

std::string Game::restarted() {
  const BootOutcome outcome = device_.restart();
  std::string text;
  for (const core::AppliedRule& rule : outcome.rules) {
    text += fmt::format("{}{}", text.empty() ? "" : "; ", text_of(rule, forecast_));
  }
  text += ".";
  if (!device_.is_powered()) text += " The power went inside the bootloader's write: nothing runs.";
  return text;
}

std::string Game::result_of(const Status& done, std::string_view success) {
  if (!device_.is_powered())
    return "The power went inside the write: the board is off. Next: restart.";
  if (done.ok()) return std::string(success);
  if (done.error() == Error::kWrongState)
    return "Nothing runs, so nobody can do that. Next: restart.";
  return sentence_of("Refused", done.error());
}

std::string Game::set(std::string_view name) {
  const formats::PartitionRow* row = find_partition(forecast_.rows, name);
  if (row == nullptr) {
    return fmt::format("Refused: the table has no '{}'; it has {}.", printable(name),
                       partition_names(forecast_.rows));
  }
  if (!row->is_app()) return sentence_of("Refused", Error::kNotAnOtaSlot);
  return result_of(device_.select(*row),
                   fmt::format("{} is selected for the next start.", printable(row->label())));
}

std::string Game::play(std::string_view action) {
  if (action == "restart" || action == "reboot") return restarted();
  if (action == "confirm") return result_of(device_.confirm(), "The app that runs is confirmed.");
  if (action == "reject") {
    const Status done = device_.reject();
    const std::string said = result_of(done, "The app rejected itself and restarts.");
    return done.ok() && device_.is_powered() ? said + " " + restarted() : said;
  }
  if (action.starts_with("set ")) return set(action.substr(4));
  if (action == "erase") return result_of(device_.erase(), "Both records are blank.");
  if (action == "cut") {
    device_.plan_cut();
    return "The power will go inside the next write, after its erase.";
  }
  return {};
}

std::string Game::state() const {
  const formats::OtaRecords records = device_.records();
  const int active = formats::active_record(records);
  std::string text;
  for (std::size_t i = 0; i < 2; ++i) {
    text += fmt::format("    record {}: {}{}\n", i, brief_record(records[i], forecast_),
                        static_cast<int>(i) == active ? ", in charge" : "");
  }
  const core::BootPosition running = device_.running();
  if (!device_.is_powered()) return text + "    the board is off\n";
  return text + (running == core::BootPosition{}
                     ? std::string("    nothing runs\n")
                     : fmt::format("    {} runs\n", forecast_.name_of(running)));
}

Json Game::json() const {
  const formats::OtaRecords records = device_.records();
  const bool runs = device_.is_powered() && device_.running() != core::BootPosition{};
  return {{"records", {record_json(records[0], forecast_), record_json(records[1], forecast_)}},
          {"powered", device_.is_powered()},
          {"runs", runs ? Json(forecast_.name_of(device_.running())) : Json(nullptr)}};
}

// The next line of standard input without its end; nullopt at the end.
std::optional<std::string> read_line() {
  std::string line;
  for (int c = std::getc(stdin); c != EOF; c = std::getc(stdin)) {
    if (c == '\n') return line;
    if (line.size() < kMaxActionBytes) line += static_cast<char>(c);
  }
  return line.empty() ? std::nullopt : std::optional(line);
}

Outcome unknown_action(std::string_view action) {
  return wrong_use(
      fmt::format("'{}' is not an action; the actions are confirm, reject, set SLOT, restart, "
                  "cut and erase.",
                  printable(action)));
}

Outcome play_given(const Invocation& invocation, Game& game) {
  Console& console = *invocation.console;
  const bool as_json = invocation.has(kJsonOption.name);
  Json steps = Json::array();
  for (const std::string_view action : invocation.values("--do")) {
    const std::string said = game.play(action);
    if (said.empty()) return unknown_action(action);
    if (as_json) {
      Json step = {{"action", printable(action)}, {"said", said}};
      step.update(game.json());
      steps.push_back(std::move(step));
    } else {
      console.print("{}\n", console.ink(Ink::kBold, printable(action)));
      console.write(wrap(said, 2) + game.state());
    }
  }
  if (as_json) print_json(console, steps);
  return {};
}

Outcome play_along(const Invocation& invocation, Game& game) {
  Console& console = *invocation.console;
  const bool prompts = isatty(STDIN_FILENO) == 1;
  console.write(std::string("Actions:\n") + std::string(kActions));
  for (;;) {
    if (prompts) console.write("> ");
    console.flush();
    const auto line = read_line();
    if (!line || *line == "quit" || *line == "q") return {};
    if (line->empty()) continue;
    if (!prompts) console.print("> {}\n", printable(*line));
    const std::string said = game.play(*line);
    console.write(said.empty() ? std::string("Actions:\n") + std::string(kActions)
                               : wrap(said, 2) + game.state());
  }
}

Outcome run(const Invocation& invocation) {
  auto file = InputFile::open(invocation.operands[0]);
  if (!file) return Failed{file.error()};
  const auto known = question_of_path(invocation.operands[0]);
  if (!known) return Failed{known.error()};
  const auto question = chosen_question(invocation, *known);
  if (!question) return Failed{question.error()};
  const auto forecast = forecast_boot(*file, file->name(), *question);
  if (!forecast) return Failed{forecast.error()};
  if (!forecast->records_are_readable) return refuse(file->name(), Error::kOtaDataMissing);
  const auto writing = chosen_writing(invocation, *forecast);
  if (!writing) return Failed{writing.error()};
  if (invocation.has(kJsonOption.name) && !invocation.has("--do")) {
    return wrong_use("--json shows the actions of --do; give some.");
  }
  ImageJudge judge(*file, judging_chip(*forecast, *question));
  OtaSimulator device(*file, judge, *forecast, *question, *writing);
  Game game(device, *forecast);
  const std::string started = game.play("restart");
  if (!invocation.has(kJsonOption.name)) {
    invocation.console->print("{}: rollback {}, records are written {}. Nothing is changed here.\n",
                              printable(file->name()), forecast->settings.rollback ? "on" : "off",
                              name_of(*writing));
    invocation.console->write(wrap(started, 2) + game.state());
  }
  return invocation.has("--do") ? play_given(invocation, game) : play_along(invocation, game);
}

}  // namespace

constinit const CommandSpec kOtadataSimulate{
    .name = "otadata simulate",
    .summary = "play with confirm, reject, slots, restarts and power cuts on paper",
    .usage = "DUMP|BOARD [--do ACTION ...] [--rollback on|off] [--ota-data-writing HOW] [--json]",
    .about =
        "Starts the device of this flash on paper and shows after each action both records and "
        "what "
        "runs. Actions: confirm, reject, set SLOT, restart, cut, erase, quit. The flash is not "
        "changed.",
    .example =
        "rota otadata simulate dump.bin --rollback on --do 'set ota_1' --do restart --do restart",
    .options = kOptions,
    .min_operands = 1,
    .max_operands = 1,
    .run = run,
};

}  // namespace rota::cli
