// The inside of a Supervisor: the board's state machine. Powered -> (boot stage -> app process)* ->
// stopped. See supervisor.h for the contract.
#pragma once

#include <chrono>
#include <deque>
#include <optional>
#include <string>
#include <string_view>

#include "board/chip/control_block.h"
#include "board/chip/mapped_file.h"
#include "board/supervisor/app_process.h"
#include "board/supervisor/line_splitter.h"
#include "board/supervisor/supervisor.h"

namespace rota::board {

class Supervisor::Machine {
 public:
  Machine(BoardFolder& folder, SupervisorOptions options);
  ~Machine();

  void power_on();
  void power_off();
  RunEnd run(const LineTest& wanted, std::chrono::milliseconds timeout);
  void request_stop();
  bool send_input(std::string_view text);
  void schedule_cut(const CutPlan& plan);
  void press_reset();
  void wake();

  bool is_on() const { return stop_reason_ == StopReason::kNotStopped; }
  bool is_asleep() const { return is_on() && !app_.is_running(); }
  StopReason stop_reason() const { return stop_reason_; }
  const std::string& why_stopped() const { return why_stopped_; }
  const std::string& last_line() const { return last_line_; }
  const RunningImage* running() const { return running_ ? &*running_ : nullptr; }
  int boots() const { return boots_; }
  BoardFolder& folder() { return folder_; }

 private:
  using Clock = std::chrono::steady_clock;

  ControlBlock& control() { return *reinterpret_cast<ControlBlock*>(control_file_.data()); }
  bool make_control_block();
  void say(ConsoleLine::Source source, std::string_view text);
  void record(std::string_view event, std::string_view text = {}, std::uint32_t address = 0);
  void stop(StopReason reason, std::string sentence);
  // One pass through bootloader and start of the app, repeated while the bootloader resets.
  void reset(ResetReason reason);
  BootOutcome run_boot_stage(ResetReason reason);
  bool start_app(const BootOutcome& outcome, ResetReason reason);
  void describe_boot(const BootOutcome& outcome, ResetReason reason);
  bool is_reset_loop(const std::string& cause, int limit = kFastResetLimit);

  // Waits for the next thing to happen, at most until `until`, and serves it.
  void serve(Clock::time_point until);
  // One read; false when nothing was there.
  bool read_console();
  AppExit collect_app();
  void feed_input();
  void end_of_app();
  void after_restart();
  void power_was_cut();
  void record_exit(ExitKind kind, int detail);
  void fall_asleep(std::uint64_t sleep_us);
  bool sees(const LineTest& wanted);

  BoardFolder& folder_;
  SupervisorOptions options_;
  MappedFile control_file_;
  AppProcess app_;
  bool console_is_open_ = false;
  LineSplitter lines_;
  std::string input_;  // not taken by the app yet
  std::optional<RunningImage> running_;
  std::optional<core::FlashRange> image_before_sleep_;
  std::optional<Clock::time_point> wakes_at_;
  StopReason stop_reason_ = StopReason::kNeverStarted;
  std::string why_stopped_ = "the board was not powered on yet";
  int boots_ = 0;
  int fast_resets_ = 0;
  bool log_is_broken_ = false;

  static constexpr std::size_t kUnseenLines = 10'000;
  std::deque<std::string> unseen_;      // lines that no run_until() has looked at yet
  std::size_t seen_of_unfinished_ = 0;  // bytes of the unfinished line that were looked for already
  std::string last_line_;
  int stop_event_ = -1;
};

}  // namespace rota::board
