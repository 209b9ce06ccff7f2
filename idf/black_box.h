// What the last boots said about their end, kept in retained memory over every reset but a power
// cut: so the image that runs after a rollback can tell how the one before it died.
//
//   char      magic[8]     "ROTABOX1"
//   u32       count        boots since the power came
//   Entry     entries[4]   of boot number n at n % 4
//
// A boot writes its entry when it begins, and completes it when it ends. An entry without an end is
// of a boot that could not say anything any more; the reason of the reset after it tells the rest.
// end() may be called in a signal handler.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string_view>

#include "idf/platform.h"

namespace rota::idf {

class BlackBox {
 public:
  static constexpr std::size_t kBoots = 4;
  static constexpr std::size_t kBytes = 1024;  // of the retained memory, from its start

  struct Entry {
    std::uint32_t boot = 0;     // 1: the first since the power came
    std::int32_t ended_by = 0;  // ResetReason; kUnknown while the boot runs
    std::uint64_t uptime_us = 0;
    std::uint32_t image_address = 0;
    std::array<char, 32> version{};  // of the app, NUL-terminated
    std::array<char, 172> text{};    // what a panic said, NUL-terminated
  };

  // Reads what is there; what is no black box, or of before a power cut, becomes an empty one.
  explicit BlackBox(Platform& platform);

  void begin(std::string_view version);
  void end(ResetReason reason, std::string_view text);

  // The boot that was so many boots ago, 1: the last one. nullptr when it is not known.
  const Entry* before(std::uint32_t boots_ago) const;

 private:
  struct Memory {
    std::array<char, 8> magic{};
    std::uint32_t count = 0;
    std::uint32_t unused = 0;
    std::array<Entry, kBoots> entries{};
  };
  static_assert(sizeof(Memory) <= kBytes);

  Entry& current() { return memory_.entries[memory_.count % kBoots]; }

  Platform& platform_;
  Memory& memory_;  // in the platform's retained memory
};

// What the log says at a start about the boot before, unless that one ended as it meant to.
void log_end_of_boot_before(const BlackBox& box, ResetReason reason);

}  // namespace rota::idf
