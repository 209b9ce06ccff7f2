#include "idf/timer_service.h"

#include <algorithm>
#include <new>
#include <utility>

#include "idf/runtime.h"

namespace rota::idf {

namespace {
constexpr std::uint32_t kTimerTaskStackBytes = 4096;
}

bool TimerService::start(Alarm& alarm, std::uint64_t due_us) try {
  Scheduler& scheduler = runtime().scheduler();
  stop(alarm);
  active_.reserve(active_.size() + 1);
  if (task_ == nullptr) {
    task_ = scheduler.create({task_name_, priority_, kTimerTaskStackBytes}, [this] { serve(); });
    if (task_ == nullptr) return false;
  }
  alarm.due_us = due_us;
  alarm.is_active = true;
  alarm.start_number = ++last_start_;
  active_.push_back(&alarm);
  scheduler.wake_all(changes_);
  return true;
} catch (const std::bad_alloc&) {
  return false;
}

void TimerService::stop(Alarm& alarm) {
  alarm.is_active = false;
  std::erase(active_, &alarm);
}

TimerService::Alarm* TimerService::first() const {
  const auto earliest =
      std::min_element(active_.begin(), active_.end(), [](const Alarm* a, const Alarm* b) {
        return std::pair(a->due_us, a->start_number) < std::pair(b->due_us, b->start_number);
      });
  return earliest == active_.end() ? nullptr : *earliest;
}

std::optional<std::uint64_t> TimerService::next_due_us() const {
  const Alarm* alarm = first();
  if (alarm == nullptr) return std::nullopt;
  return alarm->due_us;
}

void TimerService::serve() {
  Scheduler& scheduler = runtime().scheduler();
  for (;;) {
    Alarm* alarm = first();
    if (alarm == nullptr || alarm->due_us > scheduler.now_us()) {
      static_cast<void>(scheduler.wait(changes_, next_due_us()));
      continue;
    }
    if (alarm->period_us == 0) {
      stop(*alarm);
    } else {
      alarm->due_us += alarm->period_us;
      if (alarm->skip_missed) alarm->due_us = std::max(alarm->due_us, scheduler.now_us() + 1);
      alarm->start_number = ++last_start_;
    }
    // A copy: the callback may delete its timer.
    const std::function<void()> callback = alarm->callback;
    callback();
  }
}

}  // namespace rota::idf
