// What the ESP-IDF face needs of the board it runs on. board/native implements it for virtual
// boards; tests implement it in memory. The face knows no board beyond this.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "core/efuses.h"
#include "core/flash.h"
#include "core/image_verifier.h"

namespace rota::idf {

// As esp_reset_reason_t (ESP_RST_*), same numbers.
enum class ResetReason : int {
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

class Platform {
 public:
  virtual core::Flash& flash() = 0;
  virtual core::EFuses& efuses() = 0;

  // The chip that the board is, for image checks and esp_chip_info.
  virtual const core::ChipIdentity& chip() const = 0;
  virtual std::uint32_t table_offset() const = 0;
  // Any flash address inside the image that runs; esp_ota_get_running_partition looks it up.
  virtual core::FlashAddress running_image() const = 0;
  virtual std::span<const std::uint8_t, 6> mac_address() const = 0;

  virtual ResetReason reset_reason() const = 0;
  // Survives software, panic and watchdog resets, not a power cut. At least 4096 bytes.
  virtual std::span<std::byte> retained_memory() = 0;

  // 0 or 1 as driven from outside the board; an undriven pin reads its pull (1 = up).
  virtual int pin_level(int pin, bool pull_up) = 0;
  virtual void drive_pin(int pin, int level) = 0;

  // Bytes for the board's console, in order, never lost by a restart that follows.
  virtual void write_console(std::string_view text) = 0;

  // A folder of the host for the files of the program's file systems; "" for none.
  virtual std::string files_folder() { return ""; }

  // Microseconds since this boot began.
  virtual std::uint64_t time_us() = 0;

  // Asked when every task waits and nothing happens before `time_us` (kForever: nothing will ever
  // happen by itself). A platform with a clock of its own may move it there and return true;
  // otherwise the face waits in real time.
  static constexpr std::uint64_t kForever = ~std::uint64_t{0};
  virtual bool skip_idle_time(std::uint64_t /*time_us*/) { return false; }

  // Ends this boot. `sleep_us` only for kDeepSleep: 0 = until woken from outside.
  [[noreturn]] virtual void restart(ResetReason reason, std::uint64_t sleep_us = 0) = 0;

 protected:
  ~Platform() = default;
};

}  // namespace rota::idf
