#include "cli/stop_on_signals.h"

namespace rota::cli {
namespace {

// A signal handler can reach nothing but a global.
board::Supervisor* volatile interrupted_supervisor = nullptr;

extern "C" void stop_on_signal(int) {
  if (board::Supervisor* supervisor = interrupted_supervisor) supervisor->request_stop();
}

}  // namespace

StopOnSignals::StopOnSignals(board::Supervisor& supervisor) {
  interrupted_supervisor = &supervisor;
  struct sigaction action {};
  action.sa_handler = stop_on_signal;
  sigemptyset(&action.sa_mask);
  for (std::size_t i = 0; i < kSignals.size(); ++i) sigaction(kSignals[i], &action, &before_[i]);
  signal(SIGPIPE, SIG_IGN);
}

StopOnSignals::~StopOnSignals() {
  for (std::size_t i = 0; i < kSignals.size(); ++i) sigaction(kSignals[i], &before_[i], nullptr);
  interrupted_supervisor = nullptr;
}

}  // namespace rota::cli
