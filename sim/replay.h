// Turns the token of a point into a readable timeline: every start, what the bootloader decided,
// what the application did, every flash operation with the place that it touched, the faults, and
// what the oracle says.
#pragma once

#include <optional>
#include <string_view>

#include "sim/device.h"
#include "sim/sweep.h"

namespace rota::sim {

struct Token {
  SweepPlan plan;
  std::vector<FaultPlace> path;
};
// nullopt: no such token. The form is that of token_of().
std::optional<Token> parse_token(std::string_view text);

// Told of everything, in order.
class ReplayListener {
 public:
  // The board before the first start.
  virtual void begins(const TestBoard& board, FaultyChip& chip) = 0;
  // "Then clean starts:"
  virtual void chapter(std::string_view title) = 0;
  virtual void power_on(std::string_view name) = 0;
  // Of bootloader and application; the partition table is left out, it is always the same.
  virtual void line(std::string_view text, FaultyChip& chip) = 0;
  // `fault`: what it suffered; nullptr: nothing.
  virtual void operation(std::size_t index,
                         const RecordedOperation& recorded,
                         const Fault* fault) = 0;
  // A power-on is over: `seen` says how, unless a cut ended it; then it is nullptr.
  virtual void ends(const PowerOn* seen, FaultyChip& chip) = 0;

 protected:
  ~ReplayListener() = default;
};

// False: the token names an operation that the run does not reach.
bool replay(const Token& token, ReplayListener& listener);
// Prints the timeline.
bool replay(const Token& token);

}  // namespace rota::sim
