// What a virtual board remembers besides its flash and its fuses: state.bin, mapped by the
// supervisor and by the app process at the same time.
//
//   BoardState                       fixed size, layout below
//   std::uint32_t wear[sectors]      erase cycles of each 4 KiB sector
//
// A plain structure in the byte order of the machine that runs the board: it never leaves it. Each
// field is written whole, so a process that dies between two fields leaves a state that can be
// read. Rejected: a text file (the chip counts millions of operations into it), a database.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>

#include "board/chip/nor_chip.h"

namespace rota::board {

// Why the chip starts; the numbers are those of esp_reset_reason_t (spec: idf-surface).
enum class ResetReason : std::int32_t {
  kUnknown = 0,
  kPowerOn = 1,
  kExternal = 2,
  kSoftware = 3,
  kPanic = 4,
  kInterruptWatchdog = 5,
  kTaskWatchdog = 6,
  kOtherWatchdog = 7,
  kDeepSleep = 8,
  kBrownout = 9,
};
// "power on", "software restart": as part of a sentence.
const char* name_of(ResetReason reason);

// How the last run of an app ended.
enum class ExitKind : std::uint32_t {
  kNone = 0,      // no app ran yet
  kRestart = 1,   // it asked for a reset (the reason says which)
  kCrash = 2,     // a signal; `exit_detail` is its number
  kEnded = 3,     // its program ended; `exit_detail` is the exit code
  kPowerCut = 4,  // a planned cut
  kPowerOff = 5,  // switched off from outside
};

inline constexpr std::size_t kPinCount = 64;
inline constexpr std::size_t kRetainedBytes = 8192;
inline constexpr std::int8_t kPinFree = -1;  // nobody drives it: the pin reads its pull

struct BoardState {
  static constexpr std::array<char, 8> kMagic{'R', 'O', 'T', 'A', 'S', 'T', 'A', 'T'};
  static constexpr std::uint32_t kVersion = 1;

  std::array<char, 8> magic = kMagic;
  std::uint32_t version = kVersion;
  std::uint32_t flash_bytes = 0;

  NorState flash;

  std::uint64_t boot_count = 0;
  ResetReason reset_reason = ResetReason::kPowerOn;  // of the boot that runs, or ran last
  ExitKind last_exit = ExitKind::kNone;
  std::int32_t exit_detail = 0;
  std::uint32_t running_image_start = 0;  // the image that runs, or ran last
  std::uint32_t running_image_bytes = 0;  // 0: none
  std::uint32_t reserved = 0;

  std::array<std::atomic<std::int8_t>, kPinCount> driven{};  // from outside: 0, 1 or kPinFree
  std::array<std::atomic<std::int8_t>, kPinCount> output{};  // by the app: 0, 1 or kPinFree

  // RTC memory: survives every reset but a power cut.
  alignas(8) std::array<std::byte, kRetainedBytes> retained{};

  BoardState();
  // Power returned: RTC memory holds noise, as on a real chip, so that code that trusts it shows.
  void forget_what_needs_power();
};

std::size_t state_file_bytes(std::uint32_t flash_bytes);

}  // namespace rota::board
