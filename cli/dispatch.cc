#include "cli/dispatch.h"

#include <algorithm>
#include <array>
#include <vector>

#include "cli/commands.h"
#include "cli/help.h"
#include "cli/originals.h"

namespace rota::cli {
namespace {

constexpr std::string_view kVersion = "0.1.0";

// clang-format off
constexpr std::array kCommands = {
    &kDemo,
    &kServe,
    &kBoardNew,
    &kBoardFlash,
    &kBoardErase,
    &kBoardRun,
    &kBoardExpect,
    &kBoardShow,
    &kBoardGpio,
    &kBoardCut,
    &kBoardMovie,
    &kEfuseShow,
    &kProve,
    &kWhy,
    &kDoctor,
    &kIdentify,
    &kOtadataShow,
    &kOtadataSet,
    &kOtadataErase,
    &kOtadataSimulate,
    &kNvsShow,
    &kImageInfo,
    &kImageVerify,
    &kImageDiff,
    &kImageStrip,
    &kImageFromElf,
    &kImagePack,
    &kImageBootloader,
    &kTableShow,
    &kTableBuild,
    &kTableDiff,
    &kTablePlan,
    &kPartList,
    &kPartRead,
    &kPartWrite,
    &kPartErase,
    &kFlashCreate,
    &kFlashMerge,
    &kFlashSplit,
    &kFlashCompare,
    &kCompletion,
};
// clang-format on

constexpr std::string_view kIntroduction =
    "rota: over-the-air firmware update for ESP32-class devices, without hardware at hand.\n\n"
    "usage: rota COMMAND [OPTIONS]\n\n";

constexpr std::string_view kEnding =
    "\nrota COMMAND --help explains one command with an example. Exit status: 0 done, 1 the answer "
    "is\n"
    "no or it could not be done, 2 the command line makes no sense. - is standard input or "
    "output.\n"
    "rota help TOPIC explains more; the topics are errors (also by name or number), exit-status, "
    "files,\n"
    "language, numbers, places, rollback, originals.\n";

std::string list_of(std::string_view group) {
  std::string text;
  for (const CommandSpec* command : all_commands()) {
    if (group.empty() || command->name.starts_with(std::string(group) + ' ')) {
      text += fmt::format("  {:<17} {}\n", command->name, command->summary);
    }
  }
  return text;
}

bool asks_for_help(std::string_view argument) { return argument == "--help" || argument == "-h"; }

// The command that the first one or two arguments name; nullptr if none. `used` says how many.
const CommandSpec* find_command(std::span<const std::string_view> arguments, std::size_t& used) {
  for (const CommandSpec* command : all_commands()) {
    const std::size_t space = command->name.find(' ');
    if (space == std::string_view::npos) {
      if (arguments[0] != command->name) continue;
      used = 1;
      return command;
    }
    if (arguments.size() >= 2 && arguments[0] == command->name.substr(0, space) &&
        arguments[1] == command->name.substr(space + 1)) {
      used = 2;
      return command;
    }
  }
  return nullptr;
}

ExitStatus unknown_command(std::span<const std::string_view> arguments, Console& console) {
  const std::string group = list_of(arguments[0]);
  if (!group.empty() && (arguments.size() == 1 || asks_for_help(arguments[1]))) {
    if (arguments.size() > 1) {
      console.write(group);
      return ExitStatus::kDone;
    }
    console.write_error(fmt::format("rota {}: say what to do with it:\n{}", arguments[0], group));
    return ExitStatus::kWrongUse;
  }
  std::string typed(arguments[0]);
  if (arguments.size() > 1 && !arguments[1].starts_with('-'))
    typed += fmt::format(" {}", arguments[1]);
  std::vector<std::string_view> names;
  for (const CommandSpec* command : all_commands()) names.push_back(command->name);
  std::string_view near = nearest(typed, names);
  if (near.empty()) near = nearest(arguments[0], names);
  console.write_error(
      fmt::format("rota: '{}' is not a command{} rota --help lists them.\n", printable(typed),
                  near.empty() ? std::string(".") : fmt::format("; did you mean '{}'?", near)));
  return ExitStatus::kWrongUse;
}

ExitStatus report(const CommandSpec& command, const Refusal& refusal, Console& console) {
  if (!refusal.sentence.empty()) {
    const std::string lead = fmt::format("rota {}: ", command.name);
    console.write_error(wrap(lead + refusal.sentence, 0));
  }
  return refusal.status;
}

}  // namespace

std::span<const CommandSpec* const> all_commands() { return kCommands; }

ExitStatus run_command_line(std::string_view program_path,
                            std::span<const std::string_view> arguments,
                            Console& console) {
  if (const auto status = run_as_original(program_path, arguments, console)) return *status;
  if (arguments.empty() || asks_for_help(arguments[0]) ||
      (arguments[0] == "help" && arguments.size() == 1)) {
    console.write(fmt::format("{}{}{}", kIntroduction, list_of({}), kEnding));
    return arguments.empty() ? ExitStatus::kWrongUse : ExitStatus::kDone;
  }
  if (arguments[0] == "--version") {
    console.print("rota {}\n", kVersion);
    return ExitStatus::kDone;
  }
  const bool help_first = arguments[0] == "help";
  if (help_first) arguments = arguments.subspan(1);
  std::size_t used = 0;
  const CommandSpec* command = find_command(arguments, used);
  if (command == nullptr && help_first) return print_help_topic(arguments, console);
  if (command == nullptr) return unknown_command(arguments, console);
  arguments = arguments.subspan(used);
  const auto options_end = std::find(arguments.begin(), arguments.end(), std::string_view("--"));
  if (help_first || std::any_of(arguments.begin(), options_end, asks_for_help)) {
    console.write(help_text(*command));
    return ExitStatus::kDone;
  }
  return run_command(*command, program_path, arguments, console);
}

ExitStatus run_command(const CommandSpec& command,
                       std::string_view program_path,
                       std::span<const std::string_view> arguments,
                       Console& console) {
  auto invocation = match_command_line(command, arguments);
  if (!invocation) return report(command, invocation.error(), console);
  invocation->console = &console;
  invocation->program_path = program_path;
  const Outcome outcome = command.run(*invocation);
  if (!console.output_is_whole()) {
    return report(command,
                  {"standard output could not be written whole; free some space, or read the "
                   "output to its end."},
                  console);
  }
  return outcome.ok() ? ExitStatus::kDone : report(command, outcome.error(), console);
}

}  // namespace rota::cli
