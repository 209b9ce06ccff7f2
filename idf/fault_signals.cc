#include "idf/fault_signals.h"

#include <dlfcn.h>
#include <execinfo.h>

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>

#include "base/assert.h"
#include "idf/runtime.h"

namespace rota::idf {

namespace {

constexpr std::size_t kSignalStackBytes = 64 * 1024;
constexpr int kMaxFrames = 24;

// Addresses as they stand in the program's file, so that `addr2line -e build/APP.elf` finds the
// lines. The first frames are the handler's own.
std::string backtrace_line(int skipped_frames) {
  std::array<void*, kMaxFrames> frames{};
  const int count = ::backtrace(frames.data(), kMaxFrames);
  std::string line = "Backtrace:";
  for (int i = skipped_frames; i < count; ++i) {
    std::array<char, 24> text{};
    std::snprintf(text.data(), text.size(), " 0x%zx",
                  std::size_t{address_in_file(frames[static_cast<std::size_t>(i)])});
    line += text.data();
  }
  return line + "\n";
}

const char* what_happened(int signal) {
  switch (signal) {
    case SIGSEGV:
      return "an access to memory that the program does not have";
    case SIGBUS:
      return "a misaligned or impossible access to memory";
    case SIGFPE:
      return "a division by zero or an overflow";
    case SIGILL:
      return "an illegal instruction";
    default:
      return "a fault";
  }
}

void on_fault(int signal, siginfo_t* details, void*) {
  std::array<char, 256> line{};
  const auto address = reinterpret_cast<std::uintptr_t>(details->si_addr);
  Runtime* boot = runtime_if_any();
  if (boot == nullptr) std::_Exit(128 + signal);
  const std::string task = boot->scheduler().running_task_name();
  if (signal == SIGABRT) {
    std::snprintf(line.data(), line.size(), "\nabort() was called on core 0, in task '%s'\n",
                  task.c_str());
  } else {
    std::snprintf(line.data(), line.size(),
                  "\nPanic on core 0, in task '%s': %s, at address 0x%zx\n", task.c_str(),
                  what_happened(signal), static_cast<std::size_t>(address));
  }
  boot->panic(std::string(line.data()) + backtrace_line(2));
}

[[noreturn]] void panic_or_abort(const std::string& report) {
  if (Runtime* boot = runtime_if_any()) {
    boot->panic("\n" + report + "\n" + backtrace_line(2));
  }
  std::fprintf(stderr, "%s\n", report.c_str());
  std::abort();
}

}  // namespace

std::uintptr_t address_in_file(const void* address) {
  Dl_info place{};
  const auto in_memory = reinterpret_cast<std::uintptr_t>(address);
  if (::dladdr(address, &place) == 0) return in_memory;
  return in_memory - reinterpret_cast<std::uintptr_t>(place.dli_fbase);
}

FaultSignals::FaultSignals() {
  struct sigaction action {};
  action.sa_sigaction = &on_fault;
  action.sa_flags = SA_SIGINFO | SA_ONSTACK | SA_NODEFER;
  sigemptyset(&action.sa_mask);
  for (std::size_t i = 0; i < kSignals.size(); ++i) {
    ::sigaction(kSignals[i], &action, &before_[i]);
  }
}

FaultSignals::~FaultSignals() {
  for (std::size_t i = 0; i < kSignals.size(); ++i) {
    ::sigaction(kSignals[i], &before_[i], nullptr);
  }
}

SignalStack::SignalStack() : memory_(std::make_unique<std::byte[]>(kSignalStackBytes)) {
  stack_t stack{};
  stack.ss_sp = memory_.get();
  stack.ss_size = kSignalStackBytes;
  ::sigaltstack(&stack, &before_);
}

SignalStack::~SignalStack() { ::sigaltstack(&before_, nullptr); }

}  // namespace rota::idf

// What a failed assert() of the program calls in the C library: the chip's wording instead.
extern "C" void __assert_fail(const char* assertion,
                              const char* file,
                              unsigned int line,
                              const char* function) noexcept {
  rota::idf::panic_or_abort(std::string("assert failed: ") + function + " " + file + ":" +
                            std::to_string(line) + " (" + assertion + ")");
}

// A failed ROTA_ASSERT below the face is our own bug; the board restarts as after a panic.
extern "C" void rota_assertion_failed(const char* condition, const char* file, int line) {
  rota::idf::panic_or_abort(std::string("Rota failed an assertion of its own (a bug in Rota, "
                                        "please report it): ") +
                            condition + " at " + file + ":" + std::to_string(line));
}
