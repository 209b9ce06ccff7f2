// What happens on a board, written down as it happens: one JSON object a line, in the order of the
// events, by the supervisor and the app's process into the same file. `rota board movie` shows it;
// docs/formats/recording.md is the format.
//
// Each line goes out in one write to a file that is open for appending, so lines of two processes
// never mix and none is lost when a process dies. A recording that has kRecordingMaxBytes says so
// in its last line and takes no more: a board that runs for weeks fills no disk.
//
// Part of every app for virtual boards: no heap, no library.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/bytes.h"
#include "base/result.h"
#include "board/chip/board_settings.h"
#include "board/chip/nor_chip.h"

namespace rota::board {

inline constexpr std::size_t kRecordingMaxBytes = 32U << 20U;
// Programs up to this size are recorded with their bytes: records of OTA data have 32.
inline constexpr std::size_t kRecordedBytes = 32;

class Recording final : public OperationWitness {
 public:
  // Appends to `path`, which is made if it is missing. Errors: kNoPermission, kDiskFull, kSystem.
  static Result<Recording, BoardProblem> open(const std::string& path);
  // Over a descriptor that is open for appending; it stays the caller's.
  explicit Recording(int descriptor) : descriptor_(descriptor) {}
  Recording(Recording&& other) noexcept;
  Recording& operator=(Recording&& other) noexcept;
  ~Recording();

  int descriptor() const { return descriptor_; }

  // One line that is JSON already, such as the picture of the flash that a recording begins with.
  void line(std::string_view json);
  // Text of the console as it came; it may end within a line. `source`: "app", "bootloader",
  // "board".
  void console(std::string_view source, std::string_view text);
  // "power_on", "power_off", "boot", "start", ...: an event and a sentence or name that belongs to
  // it.
  void event(std::string_view name, std::string_view text = {}, std::uint32_t address = 0);
  void saw(ChipOperation kind,
           core::FlashRange range,
           std::uint32_t bytes_done,
           Bytes bytes) override;

 private:
  int descriptor_ = -1;
  bool owns_descriptor_ = false;
};

}  // namespace rota::board
