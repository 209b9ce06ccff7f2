// Runs a virtual board: power, resets, the bootloader, the app's process, the console.
//
//   power_on() -> bootloader -> app -> (restart, panic, deep sleep) -> bootloader -> app ...
//
// until the power goes, or the board can not go on; why_stopped() then says why in a sentence. A
// machine that resets kFastResetLimit times without a word from an app is stopped, too.
//
// Nothing runs behind the caller's back: console and resets are served inside power_on(),
// run_until() and run_until_stopped(). Between these calls the app goes on by itself until its
// console is full. One thread uses a Supervisor; the app dies when that thread ends. request_stop()
// alone may be called from anywhere, also from a signal's handler.
//
// Power contract: power_off() strikes the app wherever it is; a planned cut strikes at its
// operation. Whatever ends this process, the board's folder is that of a board whose power was cut.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "board/chip/board_folder.h"
#include "board/chip/board_state.h"
#include "board/chip/recording.h"
#include "board/supervisor/boot_stage.h"

namespace rota::board {

inline constexpr int kFastResetLimit = 20;
// Resets by the bootloader itself: it will find the same flash again.
inline constexpr int kBootloaderResetLimit = 3;
inline constexpr std::size_t kInputMaxBytes = 1U << 20U;

struct ConsoleLine {
  enum class Source : std::uint8_t { kBootloader, kApp, kBoard };
  Source source = Source::kBoard;
  std::string_view text;  // without its end
};

struct SupervisorOptions {
  BootStage boot_stage;  // empty: flash_bootloader()
  // Every line of the console, as it comes; it also goes to console.log.
  std::function<void(const ConsoleLine&)> console;
  // "NAME=value" for the app, besides the few variables that it always gets (TZ and where trusted
  // certificates are).
  std::vector<std::string> environment;
  // Where the run is written down, flash operations of the app included; borrowed. nullptr:
  // nowhere.
  Recording* recording = nullptr;
};

// The image that runs.
struct RunningImage {
  std::string position;  // "ota_0"
  core::FlashRange range;
  core::ImageFacts facts;
  ResetReason reset_reason = ResetReason::kPowerOn;
  int process = 0;
};

enum class StopReason : std::uint8_t {
  kNotStopped,  // it runs, or sleeps
  kNeverStarted,
  kPoweredOff,     // power_off()
  kPowerCut,       // a planned cut
  kCannotExecute,  // a real chip's image: verified and selected, but not a program of this machine
  kDoesNotStart,   // no bootloader, or nothing to boot
  kResetLoop,
  kSystem,  // this machine refused something
};

enum class RunEnd : std::uint8_t {
  kLineSeen,  // the line is in last_line()
  kTimedOut,
  kInterrupted,  // request_stop(); the board still runs
  kStopped,      // why_stopped()
};

class Supervisor {
 public:
  // Borrows the folder, which must be open for writing.
  explicit Supervisor(BoardFolder& folder, SupervisorOptions options = {});
  ~Supervisor();  // Powers off.
  Supervisor(const Supervisor&) = delete;
  Supervisor& operator=(const Supervisor&) = delete;

  // A power cycle: off if need be, then on; returns when the first app runs or the board stopped.
  void power_on();
  void power_off();
  bool is_on() const;
  StopReason stop_reason() const;
  const std::string& why_stopped() const;

  // Serves the board until the console shows a line for which `wanted` is true. Looks at each line
  // since power_on() once: what came after the line of one run is there for the next one. The
  // unfinished line (a prompt) is offered as well.
  using LineTest = std::function<bool(std::string_view)>;
  RunEnd run_until(const LineTest& wanted, std::chrono::milliseconds timeout);
  RunEnd run_until_text(std::string_view text, std::chrono::milliseconds timeout);
  const std::string& last_line() const;
  // Serves the board until it stops.
  RunEnd run_until_stopped(std::chrono::milliseconds timeout);
  // Makes the run that goes on, or else the next one, return kInterrupted. Safe in signal handlers.
  void request_stop();

  // Text for the app's stdin; it waits here while the app does not read. False: more than
  // kInputMaxBytes wait already, nothing was taken.
  bool send_input(std::string_view text);
  // Drives a pin from outside; nullopt lets go of it. False: no such pin.
  bool set_pin(int pin, std::optional<int> level);
  std::optional<int> driven_pin(int pin) const;  // by the app
  // Arms a power cut, on a running board or for the next power_on().
  void schedule_cut(const CutPlan& plan);
  // Presses the reset button: everything but the power is as after power_on().
  void press_reset();
  // Ends a deep sleep now.
  void wake();
  bool is_asleep() const;

  // nullptr: nothing runs.
  const RunningImage* running() const;
  // Boots since power_on(), the first one included.
  int boots() const;

 private:
  class Machine;
  std::unique_ptr<Machine> machine_;
};

}  // namespace rota::board
