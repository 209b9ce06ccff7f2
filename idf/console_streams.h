// stdin, stdout and stderr of the program as the board's console: what is printed appears in order
// with the log and is not lost by a restart; waiting for a line lets other tasks run.
#pragma once

#include <cstdio>

namespace rota::idf {

class Runtime;

// Takes the place of the process's streams; its end puts them back.
class ConsoleStreams {
 public:
  explicit ConsoleStreams(Runtime& runtime);
  ConsoleStreams(const ConsoleStreams&) = delete;
  ConsoleStreams& operator=(const ConsoleStreams&) = delete;
  ~ConsoleStreams();

  // Ends a read that waits and all later ones, as at the end of the input.
  void cancel_reads();

 private:
  friend struct ConsoleCookie;

  Runtime& runtime_;
  int cancel_event_ = -1;
  std::FILE* input_ = nullptr;
  std::FILE* output_ = nullptr;
  std::FILE* stdin_before_ = nullptr;
  std::FILE* stdout_before_ = nullptr;
  std::FILE* stderr_before_ = nullptr;
};

}  // namespace rota::idf
