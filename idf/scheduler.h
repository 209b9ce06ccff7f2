// Tasks under a baton: each task is a thread, one of them runs at a time, and another gets its turn
// only in a call that waits (delay, queues, network, console input). Then the ready task of the
// highest priority is next, among equals the one that is ready the longest. So the same program
// gives the same log, and a task can die only at places where it waits.
//
// Time is Platform::time_us(). A task that waits for a time gets ready when the baton is handed
// over at or after that time.
//
// Thread use: everything but request_end(), is_ending() and run() is called by the task that has
// the baton. Ending a task unwinds its stack by an exception (TaskEnd), in its own thread.
#pragma once

#include <pthread.h>
#include <time.h>

#include <chrono>
#include <cstdint>
#include <functional>
#include <list>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "idf/config.h"
#include "idf/platform.h"

namespace rota::idf {

class Scheduler;
struct WaitList;

// Unwinds a task that ends. Only the scheduler catches it.
struct TaskEnd {};

enum class TaskState : std::uint8_t { kReady, kRunning, kWaiting, kOutside, kEnded };

}  // namespace rota::idf

namespace rota::idf {

// The scheduler's own mutex and condition variable. Not those of the C++ library: the inline parts
// of std::mutex are compiled with a project's sources, too, where they give the caller's turn away
// (program_threads.h), and the linker keeps one of both.
class TurnMutex {
 public:
  TurnMutex() = default;
  TurnMutex(const TurnMutex&) = delete;
  TurnMutex& operator=(const TurnMutex&) = delete;
  ~TurnMutex() { pthread_mutex_destroy(&mutex_); }

  void lock() { pthread_mutex_lock(&mutex_); }
  bool try_lock() { return pthread_mutex_trylock(&mutex_) == 0; }
  void unlock() { pthread_mutex_unlock(&mutex_); }

 private:
  friend class Turn;
  pthread_mutex_t mutex_ = PTHREAD_MUTEX_INITIALIZER;
};

class Turn {
 public:
  using Lock = std::unique_lock<TurnMutex>;

  Turn() = default;
  Turn(const Turn&) = delete;
  Turn& operator=(const Turn&) = delete;
  ~Turn() { pthread_cond_destroy(&changed_); }

  void notify_one() { pthread_cond_signal(&changed_); }
  void wait(Lock& lock) { pthread_cond_wait(&changed_, &lock.mutex()->mutex_); }
  template <class Condition>
  void wait(Lock& lock, Condition holds) {
    while (!holds()) wait(lock);
  }
  // Until the condition holds, or that much of the host's time is over.
  template <class Condition>
  void wait_for(Lock& lock, std::chrono::microseconds time, Condition holds) {
    timespec until{};
    ::clock_gettime(CLOCK_MONOTONIC, &until);
    const std::int64_t ns = until.tv_nsec + time.count() % 1'000'000 * 1000;
    until.tv_sec += static_cast<time_t>(time.count() / 1'000'000 + ns / 1'000'000'000);
    until.tv_nsec = static_cast<long>(ns % 1'000'000'000);
    while (!holds()) {
      if (pthread_cond_clockwait(&changed_, &lock.mutex()->mutex_, CLOCK_MONOTONIC, &until) != 0) {
        return;
      }
    }
  }

 private:
  pthread_cond_t changed_ = PTHREAD_COND_INITIALIZER;
};

}  // namespace rota::idf

// One task; its address is ESP-IDF's TaskHandle_t.
struct tskTaskControlBlock {
  std::string name;
  unsigned priority = 0;       // what counts now; a mutex may have lent a higher one
  unsigned base_priority = 0;  // what the program set
  std::uint32_t stack_bytes = 0;
  unsigned number = 0;  // in order of creation
  std::function<void()> body;

  rota::idf::TaskState state = rota::idf::TaskState::kReady;
  bool suspended = false;
  bool must_end = false;
  rota::idf::WaitList* waits_in = nullptr;
  std::optional<std::uint64_t> deadline_us;
  std::uint64_t wait_number = 0;  // order in which tasks began to wait
  bool was_woken = false;
  tskTaskControlBlock* told_when_ended = nullptr;

  unsigned mutexes_held = 0;
  std::uint32_t notification_value = 0;
  bool notification_pending = false;
  bool awaits_notification = false;

  pthread_t thread{};
  rota::idf::Turn turn;
  rota::idf::Scheduler* scheduler = nullptr;
};

namespace rota::idf {

using Task = ::tskTaskControlBlock;

// The tasks that wait for one thing. Lives longer than any wait in it.
struct WaitList {
  std::list<Task*> tasks;  // in order of arrival
};

struct TaskSettings {
  std::string name;
  unsigned priority = 1;
  std::uint32_t stack_bytes = 4096;
};

class Scheduler {
 public:
  Scheduler(Platform& platform, const Config& config);
  Scheduler(const Scheduler&) = delete;
  Scheduler& operator=(const Scheduler&) = delete;
  // Ends all tasks, each in its own thread, and waits for them.
  ~Scheduler();

  // nullptr when the host gives no thread or no memory. The task waits for its turn.
  Task* create(TaskSettings settings, std::function<void()> body);
  // Ends a task before this returns; one that is outside (BlockingSection) ends when it comes back.
  void end_task(Task& task);
  [[noreturn]] void end_current();

  Task& current();
  // True when the calling thread is the task that has the baton.
  bool called_by_task() const;
  bool holds(const Task* task) const;
  // For fault handlers, which may have interrupted anything: never waits. "?" when it can not tell.
  std::string running_task_name() const;
  const std::vector<std::unique_ptr<Task>>& tasks() const { return tasks_; }

  // Gives others a turn until woken (true) or until the time has come (false; nullopt: never).
  bool wait(WaitList& list, std::optional<std::uint64_t> until_us);
  void wait_until(std::uint64_t time_us);
  // Lets ready tasks of the same or a higher priority run first.
  void yield();
  // Makes the first task of the list ready: the highest priority, then the longest wait. nullptr
  // when none waits.
  Task* wake_first(WaitList& list);
  void wake_all(WaitList& list);
  void wake(Task& task);
  void suspend(Task& task);
  void resume(Task& task);

  std::uint64_t now_us() { return platform_.time_us(); }
  std::uint64_t tick_us() const { return tick_us_; }
  std::uint32_t tick() { return static_cast<std::uint32_t>(now_us() / tick_us_); }
  // When a wait of so many ticks that begins now ends; nullopt for portMAX_DELAY.
  std::optional<std::uint64_t> after_ticks(std::uint32_t ticks);

  // Before run(): the calling thread counts as the task that has the baton, though nobody gives
  // turns yet. Constructors of a program's global objects run so: they may use everything that does
  // not wait, and tasks that they create begin with run(). A wait ends the boot as a panic.
  void begin_startup();
  void end_startup();
  // Gives turns until the boot ends; returns its result. Called once, by a thread that is no task.
  int run();
  // Ends the boot; the first result counts. May be called from anywhere.
  void request_end(int result);
  bool is_ending() const;
  // Ends all tasks and waits for them. Called by no task, when run() does not run (any more).
  void end_tasks();
  // Called from the thread of run() before tasks are ended: unblocks what waits outside.
  void on_end(std::function<void()> unblock) { unblock_outside_ = std::move(unblock); }
  // How long a task may keep the baton; 0: for ever.
  void set_watchdog(std::uint64_t watchdog_us);
  // Called from the thread of run() when a task kept the baton for that time.
  void on_watchdog(std::function<void(const Task&)> bark) { bark_ = std::move(bark); }

 private:
  friend class BlockingSection;
  using Lock = Turn::Lock;

  bool is_startup(const Task& task) const { return &task == startup_.get(); }
  [[noreturn]] static void refuse_wait(Lock& lock);
  static void* thread_body(void* task);
  void run_task(Task& task);
  void finish(Lock& lock, Task& task);
  void leave(Lock& lock);  // the baton was handed over; returns when it is back
  void hand_over();        // with the lock held
  void give_baton(Task* task);
  Task* best_ready() const;
  void make_ready(Task& task);
  void make_expired_ready();
  static void stop_waiting(Task& task);
  std::optional<std::uint64_t> next_deadline() const;
  void idle(Lock& lock);
  void watch_holder(Lock& lock);
  void reap(Lock& lock);
  void end_all(Lock& lock);

  Platform& platform_;
  const std::uint64_t tick_us_;
  std::uint64_t watchdog_us_;

  mutable TurnMutex mutex_;
  Turn idle_;                      // the thread of run() waits here
  Task* holder_ = nullptr;         // who has the baton
  std::unique_ptr<Task> startup_;  // stays after the startup: a mutex may name it as its holder
  std::uint64_t held_since_us_ = 0;
  bool barked_ = false;
  std::vector<Task*> ready_;  // in order of getting ready
  unsigned outside_ = 0;
  std::vector<std::unique_ptr<Task>> tasks_;
  std::vector<std::unique_ptr<Task>> ended_;
  std::uint64_t last_wait_ = 0;
  unsigned last_number_ = 0;
  bool ending_ = false;
  int result_ = 0;
  std::function<void()> unblock_outside_;
  std::function<void(const Task&)> bark_;
};

// Lives while a task does something that waits for the world (network, console): others run
// meanwhile. Without a task (tests, host threads) it does nothing. Its end throws TaskEnd when the
// task was ended meanwhile.
class BlockingSection {
 public:
  BlockingSection();
  BlockingSection(const BlockingSection&) = delete;
  BlockingSection& operator=(const BlockingSection&) = delete;
  ~BlockingSection() noexcept(false);

 private:
  Scheduler* scheduler_ = nullptr;
  Task* task_ = nullptr;
};

}  // namespace rota::idf
