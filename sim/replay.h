// Turns the token of a point into a readable timeline: every start, what the bootloader decided,
// what the application did, every flash operation with the place that it touched, the faults, and
// what the oracle says.
#pragma once

#include <optional>
#include <string_view>

#include "sim/sweep.h"

namespace rota::sim {

struct Token {
  SweepPlan plan;
  std::vector<FaultPlace> path;
};
// nullopt: no such token. The form is that of token_of().
std::optional<Token> parse_token(std::string_view text);

// Prints the timeline; false: the token names an operation that the run does not reach.
bool replay(const Token& token);

}  // namespace rota::sim
