#include "idf/task_watchdog.h"

#include <algorithm>

#include "esp_log.h"
#include "idf/runtime.h"

namespace rota::idf {

namespace {
constexpr std::uint64_t kMicrosecondsPerSecond = 1'000'000;
}

TaskWatchdog::TaskWatchdog(const Config& config)
    : timeout_us_(config.task_watchdog ? config.task_watchdog_timeout_s * kMicrosecondsPerSecond
                                       : 0),
      panics_(config.task_watchdog_panic) {
  alarm_.callback = [this] { check(); };
}

void TaskWatchdog::start(std::uint64_t timeout_us, bool panics) {
  timeout_us_ = timeout_us;
  panics_ = panics;
  runtime().scheduler().set_watchdog(timeout_us);
  const std::uint64_t now = runtime().scheduler().now_us();
  for (auto& [task, last_report_us] : last_report_us_) last_report_us = now;
  plan_next_check();
}

void TaskWatchdog::stop() {
  timeout_us_ = 0;
  runtime().scheduler().set_watchdog(0);
  plan_next_check();
}

void TaskWatchdog::report(const Task& task) {
  last_report_us_[&task] = runtime().scheduler().now_us();
  plan_next_check();
}

void TaskWatchdog::remove(const Task& task) {
  last_report_us_.erase(&task);
  plan_next_check();
}

void TaskWatchdog::plan_next_check() {
  TimerService& timers = runtime().precise_timers();
  if (!is_running() || last_report_us_.empty()) {
    timers.stop(alarm_);
    return;
  }
  const auto oldest =
      std::min_element(last_report_us_.begin(), last_report_us_.end(),
                       [](const auto& a, const auto& b) { return a.second < b.second; });
  const std::uint64_t due = oldest->second + timeout_us_;
  if (!alarm_.is_active || alarm_.due_us != due) timers.start(alarm_, due);
}

void TaskWatchdog::check() {
  Scheduler& scheduler = runtime().scheduler();
  std::erase_if(last_report_us_, [&](const auto& each) { return !scheduler.holds(each.first); });
  const std::uint64_t now = scheduler.now_us();
  for (auto& [task, last_report_us] : last_report_us_) {
    if (now - last_report_us < timeout_us_) continue;
    last_report_us = now;
    bark("for " + std::to_string(timeout_us_ / 1000) + " ms the task '" + task->name +
         "' did not call esp_task_wdt_reset()");
  }
  plan_next_check();
}

void TaskWatchdog::bark(const std::string& complaint) const {
  ESP_LOGE("task_wdt", "Task watchdog got triggered: %s.", complaint.c_str());
  if (panics_) runtime().reset(ResetReason::kTaskWatchdog, 0, complaint);
}

}  // namespace rota::idf
