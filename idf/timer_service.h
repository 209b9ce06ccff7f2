// Timers of one kind (FreeRTOS' or esp_timer's): their callbacks run in one task, made with the
// first timer, in the order in which they are due.
#pragma once

#include <cstdint>
#include <functional>
#include <limits>
#include <optional>
#include <string>
#include <vector>

#include "idf/scheduler.h"

namespace rota::idf {

class TimerService {
 public:
  struct Alarm {
    std::function<void()> callback;
    std::uint64_t due_us = 0;
    std::uint64_t period_us = 0;  // 0: once
    bool skip_missed = false;     // of a periodic one: call once for all that are overdue
    bool is_active = false;
    std::uint64_t start_number = 0;
  };

  TimerService(std::string task_name, unsigned priority)
      : task_name_(std::move(task_name)), priority_(priority) {}

  // Borrows the alarm until stop(). Starting a running one starts it anew. False without memory or
  // a thread for it: the alarm is stopped then.
  bool start(Alarm& alarm, std::uint64_t due_us);
  void stop(Alarm& alarm);
  std::optional<std::uint64_t> next_due_us() const;

 private:
  void serve();
  Alarm* first() const;

  std::string task_name_;
  unsigned priority_;
  Task* task_ = nullptr;
  WaitList changes_;
  std::vector<Alarm*> active_;
  std::uint64_t last_start_ = 0;
};

}  // namespace rota::idf
