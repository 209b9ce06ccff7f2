// What commands need to know about boards and chips that people name.
#pragma once

#include <string_view>

#include "cli/boot_forecast.h"
#include "cli/refusal.h"

namespace rota::cli {

// Wrong use, with the list of names, when there is no such chip.
Result<const formats::ChipFacts*, Refusal> chip_named(std::string_view name);

// What a board folder says beyond its flash (eFuses, chip, revision); all defaults for a dump.
BootQuestion question_of_board(std::string_view path);

}  // namespace rota::cli
