// The borders between a device's code and its world, with every call counted, and one of them
// failing.
//
// A token names a failure: "update:flash-read.17.refused" is the 17th read of flash in the story
// "update". Calls are counted from the beginning of the story's attempt; a border that is touched
// outside of an attempt (by the judge, by the story itself) neither counts nor fails.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace rota::failing {

enum class Border : std::uint8_t {
  kFlashRead,
  kFlashProgram,
  kFlashErase,
  kFuseBurn,
  kStream,      // what a server sends, as core's update conversation is told of it
  kSocket,      // the host's network calls
  kDescriptor,  // the host's calls that hand out a file descriptor
  kTask,        // the host's threads
  kAllocation,  // the host's heap
};
inline constexpr std::array<std::string_view, 9> kBorderNames{
    "flash-read", "flash-program", "flash-erase", "fuse-burn", "stream",
    "socket",     "descriptor",    "task",        "allocation"};

enum class How : std::uint8_t {
  kRefused,   // nothing was done
  kHalfDone,  // the first half was done, then it failed
  kForGood,   // refused, and every later call of this border, too, until the attempt ends
};
inline constexpr std::array<std::string_view, 3> kHowNames{"refused", "half-done", "for-good"};

// Whether a call of this border can fail in such a way.
constexpr bool may_fail_so(Border border, How how) {
  return how != How::kHalfDone || (border != Border::kDescriptor && border != Border::kTask &&
                                   border != Border::kAllocation);
}

struct Failure {
  Border border = Border::kFlashRead;
  std::uint32_t number = 1;  // the first call is 1
  How how = How::kRefused;
};

std::string token_of(std::string_view story, const Failure& failure);

class Calls {
 public:
  // An attempt begins: calls are counted from here, and this one fails.
  void begin(const std::optional<Failure>& planned);
  void end() { is_attempt_ = false; }
  bool is_attempt() const { return is_attempt_; }

  // Asked by each border at each call: how this one fails.
  std::optional<How> next(Border border);

  std::uint32_t count(Border border) const { return counts_[static_cast<std::size_t>(border)]; }
  bool failure_happened() const { return has_happened_; }

  // While it lives, borders belong to the story and not to the device.
  class Pause {
   public:
    explicit Pause(Calls& calls) : calls_(calls), was_attempt_(calls.is_attempt_) {
      calls.is_attempt_ = false;
    }
    Pause(const Pause&) = delete;
    Pause& operator=(const Pause&) = delete;
    ~Pause() { calls_.is_attempt_ = was_attempt_; }

   private:
    Calls& calls_;
    bool was_attempt_;
  };

 private:
  std::array<std::uint32_t, kBorderNames.size()> counts_{};
  std::optional<Failure> planned_;
  bool is_attempt_ = false;
  bool has_happened_ = false;
};

}  // namespace rota::failing
