#include "client/waiting.h"

#include <sys/eventfd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <ctime>

#include "base/assert.h"

namespace rota::client {
namespace {

// After a wait that the system refused: too little memory passes; what stays ends at the deadline.
constexpr timespec kBeforeNextTry{0, 10'000'000};

}  // namespace

Cancellation::Cancellation() : event_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {}

void Cancellation::set() {
  is_set_.store(true, std::memory_order_release);
  [[maybe_unused]] const int woken = ::eventfd_write(event_.get(), 1);
}

Woken wait_for(std::span<pollfd> sockets,
               const Cancellation& cancellation,
               Clock::time_point until) {
  ROTA_ASSERT(sockets.size() <= kMaxWaited);
  std::array<pollfd, kMaxWaited + 1> all{};
  std::copy(sockets.begin(), sockets.end(), all.begin());
  all[sockets.size()] = {cancellation.descriptor(), POLLIN, 0};
  while (true) {
    if (cancellation.is_set()) return Woken::kCancelled;
    const bool is_forever = until == Clock::time_point::max();
    const auto left = is_forever ? Clock::duration::zero()
                                 : std::max(until - Clock::now(), Clock::duration::zero());
    const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(left);
    const timespec limit{
        seconds.count(),
        std::chrono::duration_cast<std::chrono::nanoseconds>(left - seconds).count()};
    const int ready =
        ::ppoll(all.data(), sockets.size() + 1, is_forever ? nullptr : &limit, nullptr);
    if (ready < 0) {
      if (errno == EINTR) continue;
      if (!is_forever && Clock::now() >= until) return Woken::kLate;
      ::nanosleep(&kBeforeNextTry, nullptr);
      continue;
    }
    if (cancellation.is_set()) return Woken::kCancelled;
    if (ready == 0) return Woken::kLate;
    std::copy_n(all.begin(), sockets.size(), sockets.begin());
    return Woken::kReady;
  }
}

}  // namespace rota::client
