// What is explained beyond the commands: topics, the error catalogue, and the manual pages, which
// are made from the same texts as --help.
#pragma once

#include <span>
#include <string_view>

#include "cli/console.h"
#include "cli/refusal.h"

namespace rota::cli {

// `rota help TOPIC`, also an error's name or number with `--language en|zh`, `--man-pages DIR` and
// `--error-pages DIR`. Wrong use, with the topics, for a word that is none.
ExitStatus print_help_topic(std::span<const std::string_view> arguments, Console& console);

// "errors, exit-status, ...": for the general help.
std::string topic_names();

}  // namespace rota::cli
