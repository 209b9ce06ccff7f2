// What programs place with RTC_NOINIT_ATTR and RTC_DATA_ATTR: copied to retained memory when a boot
// ends and back when the next one begins, raw, as the chips' RTC memory keeps it.
//
//   RTC_NOINIT_ATTR  comes back after every reset but a power cut
//   RTC_DATA_ATTR    comes back after a deep sleep; otherwise it has its initial value
//
// The program's constructors have run before; what they wrote there is lost.
#pragma once

#include <cstdint>
#include <span>

#include "idf/black_box.h"
#include "idf/platform.h"

namespace rota::idf {

class RtcMemory {
 public:
  // Behind the black box in the retained memory.
  static constexpr std::size_t kOffset = BlackBox::kBytes;

  explicit RtcMemory(Platform& platform) : platform_(platform) {}

  void restore();
  void save();

 private:
  struct Header {
    std::uint32_t magic = 0;
    std::uint32_t noinit_bytes = 0;
    std::uint32_t data_bytes = 0;
    std::uint32_t unused = 0;
  };
  Header& header() const;
  std::span<std::byte> room() const;

  Platform& platform_;
};

}  // namespace rota::idf
