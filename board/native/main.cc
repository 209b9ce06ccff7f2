// Where every app for virtual boards starts.
#include <sys/prctl.h>
#include <unistd.h>

#include <cstdio>

#include "board/native/native_board.h"
#include "board/native/start_watchdog.h"

namespace rota::idf {
// Creates the runtime, calls app_main() in the main task, and returns only if the program must end.
int run_app(Platform& platform);
}  // namespace rota::idf

int main() {
  // What printf writes goes out at once, in order with what the platform writes, and is not lost
  // when the board restarts.
  std::setvbuf(stdout, nullptr, _IONBF, 0);
  ::prctl(PR_SET_NAME, "rota-app");
  const auto board = rota::board::NativeBoard::attach();
  if (!board.ok()) {
    std::fprintf(stderr, "%s\n", board.error().c_str());
    return rota::board::kExitCouldNotAttach;
  }
  rota::board::stop_start_watchdog();
  return rota::idf::run_app(**board);
}
