// A point of the core's sweep as an update movie: the run up to the fault, what the fault left,
// five clean starts and the next update.
#pragma once

#include <string>

#include "cli/json.h"
#include "sim/replay.h"

namespace rota::cli {

// null: the run does not reach the fault.
Json movie_of_sweep(const sim::Token& token, const std::string& title, const std::string& subtitle);

// "the power goes inside the erase of 4 KB at otadata+0x0; ...". `what`: "the erase of ...".
std::string sentence_of(const sim::Fault& fault, const std::string& what);

}  // namespace rota::cli
