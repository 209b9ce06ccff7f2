// The command lines of ESP-IDF's tools (spec 1.3, 10.1, 10.2), for whoever links rota under their
// names: gen_esp32part, parttool, otatool, with or without .py. The offline subset; where they talk
// to a chip over a serial port, a flash dump or a board stands in its place.
//
// As in the originals, the exit status is 2 for every error of input.
#pragma once

#include <optional>
#include <span>
#include <string_view>

#include "cli/console.h"
#include "cli/refusal.h"

namespace rota::cli {

// nullopt: the program was not started under one of those names.
std::optional<ExitStatus> run_as_original(std::string_view program_path,
                                          std::span<const std::string_view> arguments,
                                          Console& console);

}  // namespace rota::cli
