// Where the time of an update went: one line at its end splits it, names the bottleneck and the
// longest call that kept the program waiting.
#pragma once

#include <array>
#include <cstdint>
#include <string>

#include "core/flash.h"
#include "idf/platform.h"

namespace rota::idf {

// The board's flash, with a stopwatch for its erases. With `reads_back`
// (CONFIG_SPI_FLASH_VERIFY_WRITE) a write that did not leave just its bytes is
// kFlashVerifyMismatch: bits that should become 1 without an erase, or a cell that is worn out.
class TimedFlash final : public core::Flash {
 public:
  TimedFlash(Platform& platform, bool reads_back) : platform_(platform), reads_back_(reads_back) {}

  Status read(core::FlashAddress from, MutableBytes into) override {
    return platform_.flash().read(from, into);
  }
  Status program(core::FlashAddress to, Bytes bytes) override;
  Status erase(core::FlashRange range) override;
  const core::FlashGeometry& geometry() const override { return platform_.flash().geometry(); }

  std::uint64_t erase_us() const { return erase_us_; }

 private:
  Platform& platform_;
  const bool reads_back_;
  std::uint64_t erase_us_ = 0;
};

class UpdateTimes {
 public:
  enum class Part : std::uint8_t { kNetwork, kTls, kErase, kWrite, kVerify };

  UpdateTimes(Platform& platform, TimedFlash& flash);

  // Runs a call and counts its time: erasing as kErase, the rest as `part`. `name`: what a person
  // reads when it is the longest ("reading from the server").
  template <class Call>
  auto measure(Part part, const char* name, Call call) {
    const Stopwatch watch(*this, part, name);
    return call();
  }
  // So much of what was counted as network was the TLS handshake.
  void move_to_tls(std::uint64_t us);

  // "network 2.9 s, TLS 0.1 s, ... Bottleneck: network (91 %). Longest blocking call: ..., 40 ms."
  std::string sentence() const;
  std::uint64_t total_us() const { return platform_.time_us() - started_us_; }

 private:
  class Stopwatch {
   public:
    Stopwatch(UpdateTimes& times, Part part, const char* name);
    Stopwatch(const Stopwatch&) = delete;
    Stopwatch& operator=(const Stopwatch&) = delete;
    ~Stopwatch();

   private:
    UpdateTimes& times_;
    Part part_;
    const char* name_;
    std::uint64_t started_us_;
    std::uint64_t erased_us_;
  };

  std::uint64_t& of(Part part) { return spent_us_[static_cast<std::size_t>(part)]; }

  Platform& platform_;
  TimedFlash& flash_;
  std::uint64_t started_us_;
  std::array<std::uint64_t, 5> spent_us_{};
  const char* longest_name_ = "";
  std::uint64_t longest_us_ = 0;
};

}  // namespace rota::idf
