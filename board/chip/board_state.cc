#include "board/chip/board_state.h"

#include <type_traits>

namespace rota::board {

static_assert(std::is_standard_layout_v<BoardState>, "state.bin is mapped as it is");
static_assert(std::atomic<std::int8_t>::is_always_lock_free, "pins are shared by two processes");
static_assert(sizeof(BoardState) % alignof(std::uint32_t) == 0, "wear counts follow");

const char* name_of(ResetReason reason) {
  switch (reason) {
    case ResetReason::kUnknown:
      return "unknown reason";
    case ResetReason::kPowerOn:
      return "power on";
    case ResetReason::kExternal:
      return "reset pin";
    case ResetReason::kSoftware:
      return "software restart";
    case ResetReason::kPanic:
      return "panic";
    case ResetReason::kInterruptWatchdog:
      return "interrupt watchdog";
    case ResetReason::kTaskWatchdog:
      return "task watchdog";
    case ResetReason::kOtherWatchdog:
      return "watchdog";
    case ResetReason::kDeepSleep:
      return "wake-up from deep sleep";
    case ResetReason::kBrownout:
      return "brownout";
  }
  return "unknown reason";
}

BoardState::BoardState() {
  for (auto& pin : driven) pin = kPinFree;
  for (auto& pin : output) pin = kPinFree;
}

void BoardState::forget_what_needs_power() {
  for (auto& pin : output) pin = kPinFree;
  std::uint32_t noise = 0x9E3779B9U + static_cast<std::uint32_t>(boot_count);
  for (std::byte& cell : retained) {
    noise ^= noise << 13U;
    noise ^= noise >> 17U;
    noise ^= noise << 5U;
    cell = static_cast<std::byte>(noise & 0xFFU);
  }
}

std::size_t state_file_bytes(std::uint32_t flash_bytes) {
  return sizeof(BoardState) + flash_bytes / core::kSectorBytes * sizeof(std::uint32_t);
}

}  // namespace rota::board
