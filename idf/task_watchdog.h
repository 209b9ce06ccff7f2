// The tasks that asked the task watchdog to watch that they report (surface 2.15).
#pragma once

#include <cstdint>
#include <map>

#include "idf/config.h"
#include "idf/scheduler.h"

namespace rota::idf {

class TaskWatchdog {
 public:
  explicit TaskWatchdog(const Config& config) : is_running(config.task_watchdog) {}

  bool watches(const Task& task) const { return last_report_us_.contains(&task); }
  void add(const Task& task, std::uint64_t now_us) { last_report_us_[&task] = now_us; }
  void remove(const Task& task) { last_report_us_.erase(&task); }
  bool watches_any() const { return !last_report_us_.empty(); }

  bool is_running;

 private:
  std::map<const Task*, std::uint64_t> last_report_us_;
};

}  // namespace rota::idf
