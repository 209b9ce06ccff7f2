// How slow the server of an update may be: at least so many bytes in so much time of waiting for
// it. What the program does between two reads does not count. The bound follows from the image: one
// of N bytes is there, or given up, after at most N / bytes + 1 windows of waiting.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>

namespace rota::idf {

class DownloadPace {
 public:
  using Time = std::chrono::milliseconds;

  // `bytes` 0: any pace is good.
  DownloadPace(std::uint32_t bytes, Time window) : needed_(bytes), window_(window) {}

  bool is_on() const { return needed_ > 0; }
  // How long one wait may last: to the end of the window. At least a millisecond, as 0 is for ever.
  Time patience() const {
    if (!is_on()) return Time{0};
    return waited_ < window_ ? std::max(window_ - waited_, Time{1}) : Time{1};
  }
  void waited(Time time, std::uint64_t bytes) {
    waited_ += time;
    got_ += bytes;
    if (got_ < needed_) return;
    waited_ = Time{0};
    got_ = 0;
  }
  bool is_too_slow() const { return is_on() && waited_ >= window_; }

  std::uint64_t got() const { return got_; }
  std::uint32_t needed() const { return needed_; }
  Time window() const { return window_; }

 private:
  std::uint32_t needed_;
  Time window_;
  Time waited_{0};
  std::uint64_t got_ = 0;  // in this window
};

}  // namespace rota::idf
