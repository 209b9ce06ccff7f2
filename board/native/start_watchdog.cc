#include "board/native/start_watchdog.h"

#include <sys/mman.h>
#include <sys/time.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <string_view>

#include "board/chip/control_block.h"
#include "idf/config.h"

namespace rota::board {
namespace {

void set_alarm_ms(std::uint32_t milliseconds) {
  itimerval once{};
  once.it_value.tv_sec = milliseconds / 1000;
  once.it_value.tv_usec = static_cast<suseconds_t>(milliseconds % 1000) * 1000;
  ::setitimer(ITIMER_REAL, &once, nullptr);
}

// Runs in the middle of whatever hangs: only system calls.
void on_alarm(int) {
  constexpr std::string_view kReport =
      "\nThe app did not reach app_main() in time (CONFIG_BOOTLOADER_WDT_TIME_MS): look for a loop "
      "in "
      "the constructors of its global objects.\nRebooting...\n";
  static_cast<void>(!::write(STDOUT_FILENO, kReport.data(), kReport.size()));
  void* mapped =
      ::mmap(nullptr, sizeof(ControlBlock), PROT_READ | PROT_WRITE, MAP_SHARED, kControlFile, 0);
  if (mapped != MAP_FAILED) {
    static_cast<ControlBlock*>(mapped)->asked_reason.store(
        static_cast<std::int32_t>(ResetReason::kOtherWatchdog));
  }
  ::_exit(kExitAskedForReset);
}

// Before every constructor of the app: the numbers up to 100 are the C library's own.
[[gnu::constructor(101)]] void start_watchdog() {
  if (std::getenv(kAppMarker) == nullptr) return;
  const std::uint32_t limit_ms = idf::config().bootloader_watchdog_ms;
  if (limit_ms == 0) return;
  struct sigaction action {};
  action.sa_handler = &on_alarm;
  ::sigaction(SIGALRM, &action, nullptr);
  set_alarm_ms(limit_ms);
}

}  // namespace

void stop_start_watchdog() { set_alarm_ms(0); }

}  // namespace rota::board
