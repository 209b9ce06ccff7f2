// Where every app for virtual boards starts: the board is there and the boot has begun before the
// constructors of the app's global objects run, which create semaphores and write to the log.
#include <sys/prctl.h>
#include <unistd.h>

#include <cstdio>

#include "board/native/native_board.h"
#include "board/native/start_watchdog.h"

namespace rota::idf {
class Boot;
Boot& begin_boot(Platform& platform);
// Calls app_main() in the main task, and returns only if the program must end.
int run_app(Boot& boot);
}  // namespace rota::idf

namespace rota::board {
namespace {

constinit idf::Boot* the_boot = nullptr;

// After the start watchdog and before every constructor of the app.
[[gnu::constructor(102)]] void begin() {
  // What printf writes goes out at once, in order with what the platform writes, and is not lost
  // when the board restarts.
  std::setvbuf(stdout, nullptr, _IONBF, 0);
  ::prctl(PR_SET_NAME, "rota-app");
  auto board = NativeBoard::attach();
  if (!board.ok()) {
    std::fprintf(stderr, "%s\n", board.error().c_str());
    ::_exit(kExitCouldNotAttach);
  }
  the_boot = &idf::begin_boot(*std::move(board).value().release());  // both live as long as the app
}

}  // namespace
}  // namespace rota::board

int main() {
  rota::board::stop_start_watchdog();
  return rota::idf::run_app(*rota::board::the_boot);
}
