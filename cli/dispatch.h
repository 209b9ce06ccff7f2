// From the command line to the command: finds it, matches its options, runs it, prints a refusal as
// one sentence on standard error, and gives the exit status.
#pragma once

#include <span>
#include <string_view>

#include "cli/command_line.h"

namespace rota::cli {

// Every command, in the order of the help text.
std::span<const CommandSpec* const> all_commands();

// `arguments` without the program's own name.
ExitStatus run_command_line(std::string_view program_path,
                            std::span<const std::string_view> arguments,
                            Console& console);

// One command on its own words, refusals printed.
ExitStatus run_command(const CommandSpec& command,
                       std::string_view program_path,
                       std::span<const std::string_view> arguments,
                       Console& console);

}  // namespace rota::cli
