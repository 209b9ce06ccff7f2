// While it lives, Ctrl-C and the other signals that end a program stop a board's run instead: the
// supervisor's run returns kInterrupted and the board can be powered down in order. A closed pipe
// at the output is an error of the write, not the end of the program.
#pragma once

#include <csignal>

#include <array>

#include "board/supervisor/supervisor.h"

namespace rota::cli {

class StopOnSignals {
 public:
  // Borrows the supervisor. One object at a time.
  explicit StopOnSignals(board::Supervisor& supervisor);
  ~StopOnSignals();
  StopOnSignals(const StopOnSignals&) = delete;
  StopOnSignals& operator=(const StopOnSignals&) = delete;

 private:
  static constexpr std::array kSignals = {SIGINT, SIGTERM, SIGHUP, SIGQUIT};
  std::array<struct sigaction, kSignals.size()> before_{};
};

}  // namespace rota::cli
