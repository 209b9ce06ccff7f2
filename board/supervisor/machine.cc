#include "board/supervisor/machine.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>
#include <ctime>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <new>
#include <utility>

namespace rota::board {

using Source = ConsoleLine::Source;

namespace {

constexpr std::size_t kConsoleReadBytes = 16384;
constexpr std::chrono::hours kLongestRun{24 * 365};
// Certificates of update servers, for programs that trust the bundle (esp_crt_bundle.h).
constexpr const char* kAuthoritiesVariable = "ROTA_CA_FILE";
// A pipe holds far less; something that an app left behind may go on writing.
constexpr int kLastReads = 256;

std::int64_t monotonic_ns() {
  timespec now{};
  ::clock_gettime(CLOCK_MONOTONIC, &now);
  return now.tv_sec * 1'000'000'000LL + now.tv_nsec;
}

std::string hex(std::uint32_t value) {
  std::array<char, 16> text{};
  std::snprintf(text.data(), text.size(), "0x%x", value);
  return text.data();
}

// Root's boards run their apps as somebody else, who may not look into root's folders: the app gets
// the file itself. Where it can not be opened, the app says so by its name.
int open_authorities() {
  const char* file = std::getenv(kAuthoritiesVariable);
  return file == nullptr ? -1 : ::open(file, O_RDONLY | O_CLOEXEC);
}

std::vector<std::string> environment_of_apps(const std::vector<std::string>& more,
                                             bool has_authorities) {
  std::vector<std::string> variables;
  if (has_authorities) {
    variables.push_back(std::string(kAuthoritiesVariable) + "=/proc/self/fd/" +
                        std::to_string(kAuthoritiesFile));
  } else if (const char* value = std::getenv(kAuthoritiesVariable)) {
    variables.push_back(std::string(kAuthoritiesVariable) + "=" + value);
  }
  for (const char* name : {"TZ", "ROTA_LISTEN", "SSL_CERT_FILE", "SSL_CERT_DIR", "ASAN_OPTIONS",
                           "UBSAN_OPTIONS", "TSAN_OPTIONS"}) {
    if (const char* value = std::getenv(name)) variables.push_back(std::string(name) + "=" + value);
  }
  variables.insert(variables.end(), more.begin(), more.end());
  return variables;
}

std::string signal_name(int number) {
  const char* name = ::sigabbrev_np(number);
  return "signal " + std::to_string(number) +
         (name != nullptr ? " (SIG" + std::string(name) + ")" : "");
}

bool is_reset_reason(std::int32_t number) {
  return number > static_cast<std::int32_t>(ResetReason::kPowerOn) &&
         number <= static_cast<std::int32_t>(ResetReason::kBrownout);
}

// "native_ota 1.0.0"; empty without a description.
std::string name_of_image(Bytes flash, core::FlashRange range) {
  const std::size_t at = std::size_t{range.start.value} + formats::kDescriptionOffset;
  if (at + formats::kAppDescriptionBytes > flash.size()) return {};
  const auto description =
      formats::decode_app_description(flash.subspan(at).first<formats::kAppDescriptionBytes>());
  if (!description.ok()) return {};
  return std::string(description->project_name()) + " " + std::string(description->version());
}

// "program of 32 bytes at 0xd000, 16 of them done".
std::string sentence_of(const CutFacts& cut) {
  const std::string what = cut.kind == ChipOperation::kErase ? "erase" : "program";
  const std::string where =
      "the " + what + " of " + std::to_string(cut.bytes) + " bytes at " + hex(cut.address);
  switch (cut.moment) {
    case CutMoment::kBefore:
      return "the power was cut before " + where;
    case CutMoment::kAfter:
      return "the power was cut after " + where;
    default:
      break;
  }
  return "the power was cut inside " + where + ", " + std::to_string(cut.bytes_done) +
         " of them done";
}

}  // namespace

Supervisor::Machine::Machine(BoardFolder& folder, SupervisorOptions options)
    : folder_(folder),
      options_(std::move(options)),
      stop_event_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
  if (!options_.boot_stage) options_.boot_stage = flash_bootloader();
  folder_.chip().show_operations_to(options_.recording);
}

Supervisor::Machine::~Machine() {
  power_off();
  folder_.chip().show_operations_to(nullptr);
  if (stop_event_ >= 0) ::close(stop_event_);
}

void Supervisor::Machine::record(std::string_view event,
                                 std::string_view text,
                                 std::uint32_t address) {
  if (options_.recording != nullptr) options_.recording->event(event, text, address);
}

void Supervisor::Machine::say(ConsoleLine::Source source, std::string_view text) {
  // What the app says it records itself, in order with its flash operations.
  if (options_.recording != nullptr && source != Source::kApp) {
    const char* name = source == Source::kBootloader ? "bootloader" : "board";
    options_.recording->console(name, std::string(text) + "\n");
  }
  if (!folder_.append_console(std::string(text) + "\n") && !log_is_broken_) {
    log_is_broken_ = true;
    say(Source::kBoard, "board: console.log can not be written (disk full?); the board goes on");
  }
  if (options_.console) options_.console({source, text});
  if (source == Source::kApp) {
    fast_resets_ = 0;
    text.remove_prefix(std::min(seen_of_unfinished_, text.size()));
    seen_of_unfinished_ = 0;
  }
  if (unseen_.size() == kUnseenLines) unseen_.pop_front();
  unseen_.emplace_back(text);
}

// Looks at each line once, in order; what follows the wanted line waits for the next run.
bool Supervisor::Machine::sees(const LineTest& wanted) {
  while (!unseen_.empty()) {
    last_line_ = std::move(unseen_.front());
    unseen_.pop_front();
    if (wanted && wanted(last_line_)) return true;
  }
  const std::string_view unfinished = lines_.unfinished().substr(seen_of_unfinished_);
  if (unfinished.empty() || !wanted || !wanted(unfinished)) return false;
  last_line_ = unfinished;
  seen_of_unfinished_ = lines_.unfinished().size();
  return true;
}

void Supervisor::Machine::stop(StopReason reason, std::string sentence) {
  stop_reason_ = reason;
  why_stopped_ = std::move(sentence);
  running_.reset();
  wakes_at_.reset();
  say(Source::kBoard, "board: " + why_stopped_);
}

bool Supervisor::Machine::make_control_block() {
  auto file = MappedFile::in_memory("rota-board", sizeof(ControlBlock));
  if (!file.ok()) {
    stop(StopReason::kSystem, "the board can not be powered on: " + file.error().sentence);
    return false;
  }
  control_file_ = std::move(file).value();
  ControlBlock* block = new (control_file_.data()) ControlBlock;
  const BoardSettings& settings = folder_.settings();
  block->flash_bytes = settings.flash_bytes;
  block->timing = *find_timing_profile(settings.timing);
  if (settings.flash_time == FlashTime::kOff) block->timing = {};
  block->flash_time = settings.flash_time;
  block->chip_id = static_cast<std::uint16_t>(settings.chip->id);
  block->chip_revision = settings.revision;
  block->efuse_block_revision = settings.efuse_block_revision;
  block->mac = settings.mac;
  block->is_recorded = options_.recording != nullptr ? 1 : 0;
  block->power_is_on = 1;
  return true;
}

void Supervisor::Machine::power_on() {
  power_off();
  stop_reason_ = StopReason::kNotStopped;
  why_stopped_.clear();
  boots_ = 0;
  fast_resets_ = 0;
  image_before_sleep_.reset();
  if (!make_control_block()) return;
  unseen_.clear();
  folder_.state().forget_what_needs_power();
  folder_.chip().power_on();
  record("power_on");
  reset(ResetReason::kPowerOn);
}

void Supervisor::Machine::power_off() {
  if (!is_on()) return;
  control().power_is_on = 0;
  if (app_.is_running()) {
    app_.kill();
    collect_app();
    record_exit(ExitKind::kPowerOff, 0);
  }
  input_.clear();
  folder_.chip().power_off();
  record("power_off");
  stop(StopReason::kPoweredOff, "power off");
}

void Supervisor::Machine::record_exit(ExitKind kind, int detail) {
  folder_.state().last_exit = kind;
  folder_.state().exit_detail = detail;
}

BootOutcome Supervisor::Machine::run_boot_stage(ResetReason reason) {
  ++boots_;
  BoardState& state = folder_.state();
  ++state.boot_count;
  state.reset_reason = reason;
  control().boot_began_ns = monotonic_ns();
  BootContext context;
  context.chip = identity_of(folder_.settings());
  context.reason = reason;
  if (reason == ResetReason::kDeepSleep) context.retained_image = image_before_sleep_;
  context.pin_level = [&state](int pin) {
    const bool is_driven = pin >= 0 && static_cast<std::size_t>(pin) < kPinCount &&
                           state.driven[static_cast<std::size_t>(pin)] != kPinFree;
    return is_driven ? int{state.driven[static_cast<std::size_t>(pin)]} : 1;
  };
  context.now_ms = [this] {
    return static_cast<std::uint32_t>((monotonic_ns() - control().boot_began_ns) / 1'000'000);
  };
  record("boot", name_of(reason));
  BootOutcome outcome =
      options_.boot_stage(folder_.chip(), folder_.efuses(), context,
                          [this](std::string_view line) { say(Source::kBootloader, line); });
  if (!folder_.chip().is_on()) outcome.kind = BootOutcome::Kind::kPowerLost;
  for (const std::string& rule : outcome.rules) record("rule", rule);
  return outcome;
}

bool Supervisor::Machine::is_reset_loop(const std::string& cause, int limit) {
  if (++fast_resets_ < limit) return false;
  stop(StopReason::kResetLoop, "stopped after " + std::to_string(fast_resets_) +
                                   " resets in a row without a word from an app; " + cause);
  return true;
}

void Supervisor::Machine::reset(ResetReason reason) {
  running_.reset();
  wakes_at_.reset();
  while (is_on()) {
    const BootOutcome outcome = run_boot_stage(reason);
    switch (outcome.kind) {
      case BootOutcome::Kind::kPowerLost:
        power_was_cut();
        return;
      case BootOutcome::Kind::kDoesNotStart:
        stop(StopReason::kDoesNotStart, outcome.sentence);
        return;
      case BootOutcome::Kind::kResets:
        if (is_reset_loop("the bootloader: " + outcome.sentence, kBootloaderResetLimit)) return;
        reason = ResetReason::kSoftware;
        break;
      case BootOutcome::Kind::kStarts:
        if (start_app(outcome, reason)) return;
        break;
    }
  }
}

void Supervisor::Machine::describe_boot(const BootOutcome& outcome, ResetReason reason) {
  ControlBlock& block = control();
  block.table_offset = outcome.table_offset;
  block.running_image_start = outcome.range.start.value;
  block.running_image_bytes = outcome.range.size_bytes;
  block.reset_reason = reason;
  block.asked_reason = 0;
  block.asked_sleep_us = 0;
  folder_.state().running_image_start = outcome.range.start.value;
  folder_.state().running_image_bytes = outcome.range.size_bytes;
  image_before_sleep_ = outcome.range;
}

bool Supervisor::Machine::start_app(const BootOutcome& outcome, ResetReason reason) {
  const core::ImageFacts& image = outcome.image;
  describe_boot(outcome, reason);
  if (!image.native_payload_segment) {
    stop(StopReason::kCannotExecute,
         "the image in " + outcome.position + " at " + hex(outcome.range.start.value) +
             " is verified and selected; this machine cannot execute it, because it is machine "
             "code of the chip. A board of hardware would start it now");
    return false;
  }
  const std::uint32_t segment = *image.native_payload_segment;
  const std::uint64_t start =
      std::uint64_t{outcome.range.start.value} + image.segment_offsets[segment];
  const std::uint32_t bytes = image.segments[segment].data_bytes;
  const Bytes flash = folder_.flash_bytes();
  if (start + bytes > flash.size()) {
    stop(StopReason::kDoesNotStart,
         "the program of the image in " + outcome.position +
             " reaches beyond the end of flash; flash the image again, into a larger slot");
    return false;
  }
  const int files = open_files_folder(folder_.path());
  const int authorities = open_authorities();
  auto app = AppProcess::start(
      flash.subspan(static_cast<std::size_t>(start), bytes),
      {control_file_.descriptor(), folder_.flash_descriptor(), folder_.efuse_descriptor(),
       folder_.state_descriptor(), files,
       options_.recording != nullptr ? options_.recording->descriptor() : -1, authorities},
      environment_of_apps(options_.environment, authorities >= 0));
  ::close(files);
  if (authorities >= 0) ::close(authorities);
  if (!app.ok()) {
    stop(StopReason::kSystem, app.error());
    return false;
  }
  app_ = std::move(app).value();
  console_is_open_ = true;
  if (!app_.warning().empty() && boots_ == 1) say(Source::kBoard, "board: " + app_.warning());
  running_ = RunningImage{outcome.position, outcome.range, image, reason, app_.process()};
  record("start", outcome.position + " " + name_of_image(flash, outcome.range),
         outcome.range.start.value);
  return true;
}

RunEnd Supervisor::Machine::run(const LineTest& wanted, std::chrono::milliseconds timeout) {
  const Clock::time_point until =
      Clock::now() + std::min<std::chrono::milliseconds>(timeout, kLongestRun);
  while (true) {
    if (sees(wanted)) return RunEnd::kLineSeen;
    if (!is_on()) return RunEnd::kStopped;
    std::uint64_t count = 0;
    if (::read(stop_event_, &count, sizeof count) == sizeof count) return RunEnd::kInterrupted;
    if (Clock::now() >= until) return RunEnd::kTimedOut;
    serve(until);
  }
}

void Supervisor::Machine::serve(Clock::time_point until) {
  if (wakes_at_) until = std::min(until, *wakes_at_);
  feed_input();
  const bool has_app = app_.is_running();
  std::array<pollfd, 4> events{{{stop_event_, POLLIN, 0},
                                {has_app ? app_.exit_event() : -1, POLLIN, 0},
                                {has_app && console_is_open_ ? app_.console() : -1, POLLIN, 0},
                                {has_app && !input_.empty() ? app_.input() : -1, POLLOUT, 0}}};
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(until - Clock::now()).count();
  constexpr std::int64_t kLongestWaitMs = 60'000;
  ::poll(events.data(), events.size(),
         static_cast<int>(std::clamp<std::int64_t>(left, 0, kLongestWaitMs)));
  if (events[2].revents != 0) {
    if (!read_console()) console_is_open_ = false;  // The app closed it.
  } else if (events[1].revents != 0) {
    end_of_app();  // And every word of it has been read.
  }
  if (wakes_at_ && Clock::now() >= *wakes_at_) reset(ResetReason::kDeepSleep);
}

bool Supervisor::Machine::read_console() {
  std::array<char, kConsoleReadBytes> bytes;
  const std::size_t count = app_.read_console(bytes);
  lines_.add({bytes.data(), count}, [this](std::string_view line) { say(Source::kApp, line); });
  return count > 0;
}

void Supervisor::Machine::feed_input() {
  if (app_.is_running()) input_.erase(0, app_.write_input(input_));
}

AppExit Supervisor::Machine::collect_app() {
  const AppExit exit = app_.collect();
  for (int i = 0; i < kLastReads && read_console(); ++i) {
  }
  lines_.finish([this](std::string_view line) { say(Source::kApp, line); });
  app_ = AppProcess();
  running_.reset();
  return exit;
}

void Supervisor::Machine::end_of_app() {
  const AppExit exit = collect_app();
  if (control().power_is_on == 0) {
    power_was_cut();
  } else if (exit.by_signal) {
    record_exit(ExitKind::kCrash, exit.code);
    const std::string cause = "the app was ended by " + signal_name(exit.code);
    say(Source::kBoard, "board: " + cause + ": a panic reset follows");
    if (!is_reset_loop(cause)) reset(ResetReason::kPanic);
  } else if (exit.code == kExitAskedForReset && is_reset_reason(control().asked_reason)) {
    after_restart();
  } else if (exit.code == kExitCouldNotAttach) {
    stop(StopReason::kSystem, "the app does not fit this board's supervisor; build both anew");
  } else {
    record_exit(ExitKind::kEnded, exit.code);
    const std::string cause = "the app's program ended with code " + std::to_string(exit.code) +
                              " without a restart; firmware does not end: use esp_restart()";
    say(Source::kBoard, "board: " + cause + ". A panic reset follows");
    if (!is_reset_loop(cause)) reset(ResetReason::kPanic);
  }
}

void Supervisor::Machine::after_restart() {
  const auto reason = static_cast<ResetReason>(control().asked_reason.load());
  record_exit(ExitKind::kRestart, static_cast<int>(reason));
  if (reason == ResetReason::kDeepSleep) {
    fall_asleep(control().asked_sleep_us);
    return;
  }
  if (!is_reset_loop(std::string("the last one: ") + name_of(reason))) reset(reason);
}

void Supervisor::Machine::fall_asleep(std::uint64_t sleep_us) {
  if (sleep_us == 0) {
    wakes_at_.reset();
    say(Source::kBoard, "board: in deep sleep until it is woken from outside");
    return;
  }
  wakes_at_ = Clock::now() + std::chrono::microseconds(static_cast<std::int64_t>(
                                 std::min<std::uint64_t>(sleep_us, std::uint64_t{1} << 53U)));
  say(Source::kBoard, "board: in deep sleep for " + std::to_string(sleep_us / 1000) + " ms");
}

void Supervisor::Machine::power_was_cut() {
  control().power_is_on = 0;
  folder_.chip().power_off();
  record_exit(ExitKind::kPowerCut, 0);
  input_.clear();
  record("cut", sentence_of(folder_.state().flash.last_cut),
         folder_.state().flash.last_cut.address);
  stop(StopReason::kPowerCut, sentence_of(folder_.state().flash.last_cut));
}

void Supervisor::Machine::request_stop() {
  const std::uint64_t one = 1;
  [[maybe_unused]] const ssize_t written = ::write(stop_event_, &one, sizeof one);
}

bool Supervisor::Machine::send_input(std::string_view text) {
  if (input_.size() + text.size() > kInputMaxBytes) return false;
  input_ += text;
  feed_input();
  return true;
}

void Supervisor::Machine::schedule_cut(const CutPlan& plan) {
  if (!is_on()) {
    folder_.chip().plan_cut(plan);
    return;
  }
  const ChipLock lock(control());
  folder_.chip().plan_cut(plan);
}

void Supervisor::Machine::press_reset() {
  if (!is_on()) return;
  if (app_.is_running()) {
    app_.kill();
    collect_app();
  }
  if (control().power_is_on == 0) {
    power_was_cut();
    return;
  }
  reset(ResetReason::kExternal);
}

void Supervisor::Machine::wake() {
  if (is_asleep()) reset(ResetReason::kDeepSleep);
}

}  // namespace rota::board
