// Waits for sockets, a deadline or a cancel, whichever comes first.
#pragma once

#include <poll.h>

#include <atomic>
#include <chrono>
#include <span>

#include "net/descriptor.h"

namespace rota::client {

using Clock = std::chrono::steady_clock;

// Zero means: no limit.
inline Clock::time_point deadline_after(std::chrono::milliseconds limit) {
  return limit.count() == 0 ? Clock::time_point::max() : Clock::now() + limit;
}

// Set once, by any thread, for good.
class Cancellation {
 public:
  Cancellation();
  void set();
  bool is_set() const { return is_set_.load(std::memory_order_acquire); }
  int descriptor() const { return event_.get(); }

 private:
  net::Descriptor event_;
  std::atomic<bool> is_set_ = false;
};

enum class Woken : std::uint8_t { kReady, kLate, kCancelled };

// kReady: at least one of `sockets` has events. At most kMaxWaited of them.
inline constexpr std::size_t kMaxWaited = 288;
Woken wait_for(std::span<pollfd> sockets,
               const Cancellation& cancellation,
               Clock::time_point until);

}  // namespace rota::client
