// Turns what would kill the process (abort, a wild pointer, a division by zero) into a panic of the
// board: a report on the console, then a restart with the reason PANIC.
#pragma once

#include <array>
#include <csignal>
#include <cstdint>
#include <memory>

namespace rota::idf {

// An address of the running program as it stands in the program's file, for addr2line.
std::uintptr_t address_in_file(const void* address);

// Installs the handlers; its end restores those before.
class FaultSignals {
 public:
  FaultSignals();
  FaultSignals(const FaultSignals&) = delete;
  FaultSignals& operator=(const FaultSignals&) = delete;
  ~FaultSignals();

 private:
  static constexpr std::array<int, 5> kSignals = {SIGABRT, SIGSEGV, SIGBUS, SIGFPE, SIGILL};
  std::array<struct sigaction, kSignals.size()> before_{};
};

// A stack of the calling thread for the handlers, so that an overflow of its own is reported, too.
class SignalStack {
 public:
  SignalStack();
  SignalStack(const SignalStack&) = delete;
  SignalStack& operator=(const SignalStack&) = delete;
  ~SignalStack();

 private:
  std::unique_ptr<std::byte[]> memory_;
  stack_t before_{};
};

}  // namespace rota::idf
