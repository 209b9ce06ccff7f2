#include "board/chip/control_block.h"

#include <cerrno>

#include "base/assert.h"

namespace rota::board {

static_assert(std::atomic<std::uint32_t>::is_always_lock_free, "shared by two processes");
static_assert(std::atomic<std::uint64_t>::is_always_lock_free, "shared by two processes");

ControlBlock::ControlBlock() {
  pthread_mutexattr_t attributes;
  ROTA_ASSERT(pthread_mutexattr_init(&attributes) == 0);
  ROTA_ASSERT(pthread_mutexattr_setpshared(&attributes, PTHREAD_PROCESS_SHARED) == 0);
  ROTA_ASSERT(pthread_mutexattr_setrobust(&attributes, PTHREAD_MUTEX_ROBUST) == 0);
  ROTA_ASSERT(pthread_mutex_init(&chip_lock, &attributes) == 0);
  ROTA_ASSERT(pthread_mutexattr_destroy(&attributes) == 0);
}

void ControlBlock::lock_chip() {
  const int result = pthread_mutex_lock(&chip_lock);
  if (result == EOWNERDEAD) {
    ROTA_ASSERT(pthread_mutex_consistent(&chip_lock) == 0);
    return;
  }
  ROTA_ASSERT(result == 0);
}

void ControlBlock::unlock_chip() { ROTA_ASSERT(pthread_mutex_unlock(&chip_lock) == 0); }

}  // namespace rota::board
