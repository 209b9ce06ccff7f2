// The task watchdog (surface 2.15): tasks that asked for it must report in time, by
// esp_task_wdt_reset(). That no task keeps the processor from the others is watched by the
// scheduler, with the same time.
#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "idf/config.h"
#include "idf/scheduler.h"
#include "idf/timer_service.h"

namespace rota::idf {

class TaskWatchdog {
 public:
  explicit TaskWatchdog(const Config& config);

  bool is_running() const { return timeout_us_ != 0; }
  std::uint64_t timeout_us() const { return timeout_us_; }
  bool panics() const { return panics_; }
  // Starts it, or changes its settings. The tasks that are watched begin anew.
  void start(std::uint64_t timeout_us, bool panics);
  void stop();

  bool watches(const Task& task) const { return last_report_us_.contains(&task); }
  bool watches_any() const { return !last_report_us_.empty(); }
  // From now on, or once more.
  void report(const Task& task);
  void remove(const Task& task);

  // Says in the log whose time is over; ends the boot when it is set to.
  void bark(const std::string& complaint) const;

 private:
  void plan_next_check();
  void check();

  std::uint64_t timeout_us_ = 0;  // 0: off
  bool panics_ = false;
  std::map<const Task*, std::uint64_t> last_report_us_;
  TimerService::Alarm alarm_;
};

}  // namespace rota::idf
