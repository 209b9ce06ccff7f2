#include "board/supervisor/supervisor.h"

#include <utility>

#include "board/supervisor/machine.h"

namespace rota::board {

Supervisor::Supervisor(BoardFolder& folder, SupervisorOptions options)
    : machine_(std::make_unique<Machine>(folder, std::move(options))) {}
Supervisor::~Supervisor() = default;

void Supervisor::power_on() { machine_->power_on(); }
void Supervisor::power_off() { machine_->power_off(); }
bool Supervisor::is_on() const { return machine_->is_on(); }
StopReason Supervisor::stop_reason() const { return machine_->stop_reason(); }
const std::string& Supervisor::why_stopped() const { return machine_->why_stopped(); }

RunEnd Supervisor::run_until(const LineTest& wanted, std::chrono::milliseconds timeout) {
  return machine_->run(wanted, timeout);
}

RunEnd Supervisor::run_until_text(std::string_view text, std::chrono::milliseconds timeout) {
  return machine_->run(
      [text](std::string_view line) { return line.find(text) != std::string_view::npos; }, timeout);
}

RunEnd Supervisor::run_until_stopped(std::chrono::milliseconds timeout) {
  return machine_->run({}, timeout);
}

const std::string& Supervisor::last_line() const { return machine_->last_line(); }
void Supervisor::request_stop() { machine_->request_stop(); }
bool Supervisor::send_input(std::string_view text) { return machine_->send_input(text); }

bool Supervisor::set_pin(int pin, std::optional<int> level) {
  if (pin < 0 || static_cast<std::size_t>(pin) >= kPinCount) return false;
  std::int8_t driven = kPinFree;
  if (level) driven = *level != 0 ? 1 : 0;
  machine_->folder().state().driven[static_cast<std::size_t>(pin)] = driven;
  return true;
}

std::optional<int> Supervisor::driven_pin(int pin) const {
  if (pin < 0 || static_cast<std::size_t>(pin) >= kPinCount) return std::nullopt;
  const std::int8_t level = machine_->folder().state().output[static_cast<std::size_t>(pin)];
  if (level == kPinFree) return std::nullopt;
  return level;
}

void Supervisor::schedule_cut(const CutPlan& plan) { machine_->schedule_cut(plan); }
void Supervisor::press_reset() { machine_->press_reset(); }
void Supervisor::wake() { machine_->wake(); }
bool Supervisor::is_asleep() const { return machine_->is_asleep(); }
const RunningImage* Supervisor::running() const { return machine_->running(); }
int Supervisor::boots() const { return machine_->boots(); }

}  // namespace rota::board
