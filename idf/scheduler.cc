#include "idf/scheduler.h"

#include <algorithm>
#include <chrono>
#include <exception>
#include <new>
#include <utility>

#include "base/assert.h"
#include "idf/fault_signals.h"
#include "idf/runtime.h"

namespace rota::idf {

namespace {

// The host's C library needs far more stack than a chip's.
constexpr std::size_t kHostStackBytes = 512 * 1024;
constexpr std::uint64_t kMicrosecondsPerSecond = 1'000'000;

// Waits are cut into pieces of this length, so that a deadline never overflows the host's clock.
constexpr std::uint64_t kLongestIdleUs = 3600 * kMicrosecondsPerSecond;

}  // namespace

Scheduler::Scheduler(Platform& platform, const Config& config)
    : platform_(platform),
      tick_us_(kMicrosecondsPerSecond / std::max<std::uint32_t>(config.tick_rate_hz, 1)),
      watchdog_us_(config.task_watchdog ? config.task_watchdog_timeout_s * kMicrosecondsPerSecond
                                        : 0) {}

Scheduler::~Scheduler() { end_tasks(); }

void Scheduler::end_tasks() {
  request_end(0);
  Lock lock(mutex_);
  end_all(lock);
}

Task* Scheduler::create(TaskSettings settings, std::function<void()> body) try {
  auto task = std::make_unique<Task>();
  task->name = std::move(settings.name);
  task->priority = settings.priority;
  task->base_priority = settings.priority;
  task->stack_bytes = settings.stack_bytes;
  task->body = std::move(body);
  task->scheduler = this;

  Lock lock(mutex_);
  reap(lock);
  // Once its thread exists, no list that the task comes into may want memory that is not there.
  const std::size_t tasks = tasks_.size() + 1;
  tasks_.reserve(tasks);
  ready_.reserve(tasks);
  ended_.reserve(ended_.size() + tasks);
  task->number = ++last_number_;
  pthread_attr_t attributes;
  pthread_attr_init(&attributes);
  pthread_attr_setstacksize(&attributes, kHostStackBytes + std::size_t{16} * settings.stack_bytes);
  const int failed = pthread_create(&task->thread, &attributes, &thread_body, task.get());
  pthread_attr_destroy(&attributes);
  if (failed != 0) return nullptr;
  Task* created = task.get();
  tasks_.push_back(std::move(task));
  make_ready(*created);
  if (holder_ == nullptr) idle_.notify_one();
  return created;
} catch (const std::bad_alloc&) {
  return nullptr;
}

void* Scheduler::thread_body(void* task) {
  Task& self = *static_cast<Task*>(task);
  self.scheduler->run_task(self);
  return nullptr;
}

void Scheduler::run_task(Task& task) {
  const SignalStack signal_stack;
  {
    Lock lock(mutex_);
    task.turn.wait(lock, [&] { return holder_ == &task; });
    task.state = TaskState::kRunning;
  }
  if (!task.must_end) {
    try {
      task.body();
    } catch (const TaskEnd&) {
      // Its stack is unwound; nothing of it runs any more.
    }
  }
  Lock lock(mutex_);
  finish(lock, task);
}

void Scheduler::finish(Lock&, Task& task) {
  task.state = TaskState::kEnded;
  const auto place = std::find_if(tasks_.begin(), tasks_.end(),
                                  [&](const auto& listed) { return listed.get() == &task; });
  ended_.push_back(std::move(*place));
  tasks_.erase(place);
  if (task.told_when_ended != nullptr) {
    give_baton(task.told_when_ended);
  } else {
    hand_over();
  }
  idle_.notify_one();
}

void Scheduler::end_task(Task& task) {
  const bool by_task = called_by_task();
  if (by_task && &task == &current()) end_current();
  Lock lock(mutex_);
  task.must_end = true;
  if (!by_task || task.state == TaskState::kOutside || task.state == TaskState::kEnded) return;
  stop_waiting(task);
  std::erase(ready_, &task);
  task.told_when_ended = holder_;
  Task& self = *holder_;
  self.state = TaskState::kWaiting;
  give_baton(&task);
  self.turn.wait(lock, [&] { return holder_ == &self; });
  self.state = TaskState::kRunning;
}

void Scheduler::end_current() {
  current().must_end = true;
  throw TaskEnd{};
}

Task& Scheduler::current() {
  ROTA_ASSERT(called_by_task());
  return *holder_;
}

bool Scheduler::called_by_task() const {
  const Lock lock(mutex_);
  return holder_ != nullptr && pthread_equal(holder_->thread, pthread_self()) != 0;
}

bool Scheduler::holds(const Task* task) const {
  const Lock lock(mutex_);
  return std::any_of(tasks_.begin(), tasks_.end(),
                     [&](const auto& listed) { return listed.get() == task; });
}

std::string Scheduler::running_task_name() const {
  const Lock lock(mutex_, std::try_to_lock);
  return lock.owns_lock() && holder_ != nullptr ? holder_->name : "?";
}

void Scheduler::begin_startup() {
  startup_ = std::make_unique<Task>();
  startup_->name = "startup";
  startup_->priority = startup_->base_priority = 1;
  startup_->state = TaskState::kRunning;
  startup_->thread = pthread_self();
  startup_->scheduler = this;
  const Lock lock(mutex_);
  give_baton(startup_.get());
}

void Scheduler::end_startup() {
  const Lock lock(mutex_);
  startup_->state = TaskState::kEnded;
  give_baton(nullptr);
}

void Scheduler::refuse_wait(Lock& lock) {
  lock.unlock();
  runtime().panic(
      "\nA constructor of a global object waits (vTaskDelay, or a queue or semaphore that is not "
      "ready), but tasks run only once app_main is called. Create there, and wait in a task.\n");
}

bool Scheduler::wait(WaitList& list, std::optional<std::uint64_t> until_us) {
  Task& self = current();
  Lock lock(mutex_);
  if (is_startup(self)) refuse_wait(lock);
  if (self.must_end && std::uncaught_exceptions() > 0) return false;
  self.state = TaskState::kWaiting;
  self.deadline_us = until_us;
  self.wait_number = ++last_wait_;
  self.was_woken = false;
  self.waits_in = &list;
  list.tasks.push_back(&self);
  leave(lock);
  return self.was_woken;
}

void Scheduler::wait_until(std::uint64_t time_us) {
  WaitList nobody_wakes;
  static_cast<void>(wait(nobody_wakes, time_us));
}

void Scheduler::yield() {
  Task& self = current();
  Lock lock(mutex_);
  if (is_startup(self)) return;
  make_expired_ready();
  const Task* next = best_ready();
  if (next == nullptr || next->priority < self.priority) {
    if (self.must_end && std::uncaught_exceptions() == 0) throw TaskEnd{};
    return;
  }
  make_ready(self);
  leave(lock);
}

void Scheduler::leave(Lock& lock) {
  Task& self = *holder_;
  hand_over();
  self.turn.wait(lock, [&] { return holder_ == &self; });
  self.state = TaskState::kRunning;
  if (self.must_end && std::uncaught_exceptions() == 0) throw TaskEnd{};
}

void Scheduler::hand_over() {
  make_expired_ready();
  Task* next = best_ready();
  std::erase(ready_, next);
  give_baton(next);
}

void Scheduler::give_baton(Task* task) {
  holder_ = task;
  barked_ = false;
  held_since_us_ = platform_.time_us();
  if (task == nullptr) {
    idle_.notify_one();
  } else {
    task->turn.notify_one();
  }
}

Task* Scheduler::best_ready() const {
  Task* best = nullptr;
  for (Task* task : ready_) {
    if (best == nullptr || task->priority > best->priority) best = task;
  }
  return best;
}

void Scheduler::make_ready(Task& task) {
  task.state = TaskState::kReady;
  if (!task.suspended || task.must_end) ready_.push_back(&task);
}

void Scheduler::stop_waiting(Task& task) {
  if (task.waits_in == nullptr) return;
  task.waits_in->tasks.remove(&task);
  task.waits_in = nullptr;
  task.deadline_us.reset();
}

void Scheduler::make_expired_ready() {
  const std::uint64_t now = platform_.time_us();
  std::vector<Task*> expired;
  for (const auto& task : tasks_) {
    if (task->waits_in != nullptr && task->deadline_us && *task->deadline_us <= now) {
      expired.push_back(task.get());
    }
  }
  std::sort(expired.begin(), expired.end(), [](const Task* a, const Task* b) {
    return std::pair(*a->deadline_us, a->wait_number) < std::pair(*b->deadline_us, b->wait_number);
  });
  for (Task* task : expired) {
    stop_waiting(*task);
    make_ready(*task);
  }
}

Task* Scheduler::wake_first(WaitList& list) {
  Task* first = nullptr;
  for (Task* task : list.tasks) {
    if (first == nullptr || task->priority > first->priority) first = task;
  }
  if (first != nullptr) wake(*first);
  return first;
}

void Scheduler::wake_all(WaitList& list) {
  while (wake_first(list) != nullptr) {
  }
}

void Scheduler::wake(Task& task) {
  const Lock lock(mutex_);
  if (task.waits_in == nullptr) return;
  stop_waiting(task);
  task.was_woken = true;
  make_ready(task);
}

void Scheduler::suspend(Task& task) {
  Lock lock(mutex_);
  if (task.suspended) return;
  task.suspended = true;
  std::erase(ready_, &task);
  if (&task != holder_) return;
  if (is_startup(task)) refuse_wait(lock);
  task.state = TaskState::kReady;  // and in no list: resume() puts it there
  leave(lock);
}

void Scheduler::resume(Task& task) {
  const Lock lock(mutex_);
  if (!task.suspended) return;
  task.suspended = false;
  if (task.state == TaskState::kReady) make_ready(task);
}

std::optional<std::uint64_t> Scheduler::after_ticks(std::uint32_t ticks) {
  if (ticks == 0xFFFFFFFFU) return std::nullopt;
  return (now_us() / tick_us_ + ticks) * tick_us_;
}

std::optional<std::uint64_t> Scheduler::next_deadline() const {
  std::optional<std::uint64_t> next;
  for (const auto& task : tasks_) {
    if (task->waits_in != nullptr && task->deadline_us && (!next || *task->deadline_us < *next)) {
      next = task->deadline_us;
    }
  }
  return next;
}

int Scheduler::run() {
  Lock lock(mutex_);
  try {
    while (!ending_) {
      if (holder_ != nullptr) {
        watch_holder(lock);
      } else {
        reap(lock);
        idle(lock);
      }
    }
  } catch (const TaskEnd&) {
    if (!lock.owns_lock()) lock.lock();  // A restart that began in this thread.
  }
  end_all(lock);
  return result_;
}

void Scheduler::idle(Lock& lock) {
  if (holder_ != nullptr || ending_) return;  // reap() let others in.
  make_expired_ready();
  if (best_ready() != nullptr) {
    hand_over();
    return;
  }
  const std::optional<std::uint64_t> next = next_deadline();
  if (outside_ == 0) {
    lock.unlock();
    const bool skipped = platform_.skip_idle_time(next.value_or(Platform::kForever));
    lock.lock();
    if (skipped || holder_ != nullptr || ending_) return;
  }
  if (!next) {
    idle_.wait(lock, [&] { return holder_ != nullptr || !ready_.empty() || ending_; });
    return;
  }
  const std::uint64_t now = platform_.time_us();
  if (*next <= now) return;
  idle_.wait_for(lock, std::chrono::microseconds(std::min(*next - now, kLongestIdleUs)),
                 [&] { return holder_ != nullptr || !ready_.empty() || ending_; });
}

void Scheduler::set_watchdog(std::uint64_t watchdog_us) {
  const Lock lock(mutex_);
  watchdog_us_ = watchdog_us;
  idle_.notify_one();
}

// While a task has the baton there is nothing to do but to watch that it gives it back.
void Scheduler::watch_holder(Lock& lock) {
  const auto gave_it_back = [&] { return holder_ == nullptr || ending_; };
  if (watchdog_us_ == 0 || !bark_ || barked_) {
    const std::uint64_t before = watchdog_us_;
    idle_.wait(lock, [&] { return gave_it_back() || watchdog_us_ != before; });
    return;
  }
  const std::uint64_t held = platform_.time_us() - held_since_us_;
  if (held < watchdog_us_) {
    idle_.wait_for(lock, std::chrono::microseconds(watchdog_us_ - held), gave_it_back);
    return;
  }
  barked_ = true;
  const Task& holder = *holder_;
  lock.unlock();
  bark_(holder);
  lock.lock();
}

void Scheduler::reap(Lock& lock) {
  while (!ended_.empty()) {
    const std::unique_ptr<Task> task = std::move(ended_.back());
    ended_.pop_back();
    lock.unlock();
    pthread_join(task->thread, nullptr);
    lock.lock();
  }
}

void Scheduler::request_end(int result) {
  const Lock lock(mutex_);
  if (ending_) return;
  ending_ = true;
  result_ = result;
  idle_.notify_one();
}

bool Scheduler::is_ending() const {
  const Lock lock(mutex_);
  return ending_;
}

void Scheduler::end_all(Lock& lock) {
  if (startup_ != nullptr && holder_ == startup_.get()) holder_ = nullptr;
  for (const auto& task : tasks_) task->must_end = true;
  if (const auto unblock = std::exchange(unblock_outside_, nullptr)) {
    lock.unlock();
    unblock();
    lock.lock();
  }
  while (!tasks_.empty()) {
    for (const auto& task : tasks_) task->must_end = true;  // Also those created meanwhile.
    if (holder_ == nullptr) {
      const auto inside = std::find_if(tasks_.begin(), tasks_.end(), [](const auto& task) {
        return task->state != TaskState::kOutside;
      });
      if (inside != tasks_.end()) {
        stop_waiting(**inside);
        std::erase(ready_, inside->get());
        give_baton(inside->get());
      }
    }
    idle_.wait(lock);
  }
  reap(lock);
}

BlockingSection::BlockingSection() {
  Runtime* boot = runtime_if_any();
  if (boot == nullptr || !boot->scheduler().called_by_task()) return;
  Task& self = boot->scheduler().current();
  if (boot->scheduler().is_startup(self)) return;
  scheduler_ = &boot->scheduler();
  task_ = &self;
  const Scheduler::Lock lock(scheduler_->mutex_);
  task_->state = TaskState::kOutside;
  ++scheduler_->outside_;
  scheduler_->hand_over();
}

BlockingSection::~BlockingSection() noexcept(false) {
  if (scheduler_ == nullptr) return;
  Scheduler::Lock lock(scheduler_->mutex_);
  --scheduler_->outside_;
  scheduler_->make_ready(*task_);
  scheduler_->idle_.notify_one();
  task_->turn.wait(lock, [&] { return scheduler_->holder_ == task_; });
  task_->state = TaskState::kRunning;
  if (task_->must_end && std::uncaught_exceptions() == 0) throw TaskEnd{};
}

}  // namespace rota::idf
