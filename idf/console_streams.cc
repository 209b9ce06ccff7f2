#include "idf/console_streams.h"

#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <array>
#include <cstdint>
#include <string_view>

#include "idf/runtime.h"

namespace rota::idf {

// What the C library calls for the streams.
struct ConsoleCookie {
  static ssize_t read(void* cookie, char* into, std::size_t size) {
    auto& console = *static_cast<ConsoleStreams*>(cookie);
    const BlockingSection others_run;
    std::array<pollfd, 2> wait_for = {pollfd{STDIN_FILENO, POLLIN, 0},
                                      pollfd{console.cancel_event_, POLLIN, 0}};
    if (::poll(wait_for.data(), wait_for.size(), -1) < 0) return -1;
    if (wait_for[1].revents != 0) return 0;
    return ::read(STDIN_FILENO, into, size);
  }

  static ssize_t write(void* cookie, const char* from, std::size_t size) {
    static_cast<ConsoleStreams*>(cookie)->runtime_.write_console({from, size});
    return static_cast<ssize_t>(size);
  }
};

ConsoleStreams::ConsoleStreams(Runtime& runtime)
    : runtime_(runtime), cancel_event_(::eventfd(0, EFD_CLOEXEC)) {
  cookie_io_functions_t input{};
  input.read = &ConsoleCookie::read;
  cookie_io_functions_t output{};
  output.write = &ConsoleCookie::write;
  std::fflush(nullptr);
  stdin_before_ = stdin;
  stdout_before_ = stdout;
  stderr_before_ = stderr;
  input_ = ::fopencookie(this, "r", input);
  output_ = ::fopencookie(this, "w", output);
  if (input_ != nullptr) stdin = input_;
  if (output_ == nullptr) return;
  // Each printf is one write, as the log's lines are, so that nothing is left behind by a restart.
  std::setvbuf(output_, nullptr, _IONBF, 0);
  stdout = output_;
  stderr = output_;
}

ConsoleStreams::~ConsoleStreams() {
  stdin = stdin_before_;
  stdout = stdout_before_;
  stderr = stderr_before_;
  if (input_ != nullptr) std::fclose(input_);
  if (output_ != nullptr) std::fclose(output_);
  ::close(cancel_event_);
}

void ConsoleStreams::cancel_reads() {
  const std::uint64_t one = 1;
  static_cast<void>(!::write(cancel_event_, &one, sizeof(one)));
}

}  // namespace rota::idf
