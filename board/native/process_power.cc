#include "board/native/process_power.h"

#include <unistd.h>
#include <ctime>

#include <cerrno>
#include <csignal>

namespace rota::board {

bool ProcessPower::is_on() {
  if (block_.power_is_on.load(std::memory_order_acquire) == 0) die();
  return true;
}

bool ProcessPower::begin_operation() {
  is_on();
  block_.lock_chip();
  return is_on();  // Died while this thread waited for the chip.
}

void ProcessPower::end_operation(std::uint32_t busy_us) {
  block_.unlock_chip();
  if (block_.flash_time == FlashTime::kSlept && busy_us > 0) {
    timespec left{busy_us / 1'000'000, (busy_us % 1'000'000) * 1'000L};
    while (::nanosleep(&left, &left) != 0 && errno == EINTR) {
    }
  }
  is_on();
}

void ProcessPower::cut() {
  block_.power_is_on.store(0, std::memory_order_release);
  die();
}

void ProcessPower::die() {
  for (;;) {
    ::kill(::getpid(), SIGKILL);
    ::pause();
  }
}

}  // namespace rota::board
