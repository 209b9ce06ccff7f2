#include "idf/program_threads.h"

#include <semaphore.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <condition_variable>
#include <exception>
#include <memory>
#include <mutex>
#include <optional>
#include <system_error>
#include <thread>

#include "rota_newlib.h"

// Here the library's own are meant.
#undef pthread_mutex_lock
#undef pthread_mutex_unlock
#undef pthread_rwlock_unlock
#undef pthread_cond_signal
#undef pthread_cond_broadcast
#undef sem_post
#undef pthread_cond_wait
#undef pthread_cond_timedwait
#undef pthread_cond_clockwait
#undef pthread_rwlock_rdlock
#undef pthread_rwlock_wrlock
#undef pthread_create
#undef pthread_join
#undef pthread_detach
#undef sem_wait
#undef sem_timedwait
#undef nanosleep
#undef usleep
#undef sleep

namespace rota::idf {

namespace {

// As ESP-IDF's pthread component has them.
constexpr unsigned kPriority = 5;
constexpr std::uint32_t kStackBytes = 3072;

// The runtime when a task calls that has its turn; nullptr otherwise.
Runtime* runtime_of_task() {
  Runtime* boot = runtime_if_any();
  return boot != nullptr && boot->scheduler().called_by_task() ? boot : nullptr;
}

}  // namespace

ProgramThreads::Thread* ProgramThreads::find(pthread_t number) {
  const auto found = std::find_if(threads_.begin(), threads_.end(), [&](const Thread& it) {
    return pthread_equal(it.number, number) != 0;
  });
  return found == threads_.end() ? nullptr : &*found;
}

int ProgramThreads::start(std::function<void*()> body, pthread_t& out) {
  Thread& thread = threads_.emplace_back();
  Scheduler& scheduler = runtime().scheduler();
  const Task* task = scheduler.create(
      {"pthread", kPriority, kStackBytes}, [this, &thread, &scheduler, body = std::move(body)] {
        thread.result = body();
        thread.has_ended = true;
        scheduler.wake_all(thread.joiners);
        if (thread.is_detached) {
          threads_.remove_if([&](const Thread& it) { return &it == &thread; });
        }
      });
  if (task == nullptr) {
    threads_.pop_back();
    return EAGAIN;
  }
  out = thread.number = task->thread;
  return 0;
}

int ProgramThreads::join(pthread_t number, void** result) {
  Thread* thread = find(number);
  if (thread == nullptr) return ESRCH;
  while (!thread->has_ended) runtime().scheduler().wait(thread->joiners, std::nullopt);
  if (result != nullptr) *result = thread->result;
  threads_.remove_if([&](const Thread& it) { return &it == thread; });
  return 0;
}

int ProgramThreads::detach(pthread_t number) {
  Thread* thread = find(number);
  if (thread == nullptr) return ESRCH;
  thread->is_detached = true;
  if (thread->has_ended) threads_.remove_if([&](const Thread& it) { return &it == thread; });
  return 0;
}

}  // namespace rota::idf

using rota::idf::BlockingSection;
using rota::idf::runtime_of_task;
using rota::idf::WaitList;

// ---- The C library's calls (rota_newlib.h) ----

namespace {

// Tries until it has it; other tasks run between. `real`: what who is no task calls.
template <class Try, class Real>
int lock(Try try_it, Real real) {
  int tried = try_it();
  while (tried == EBUSY) {
    rota::idf::Runtime* boot = runtime_of_task();
    if (boot == nullptr) return real();
    // Who is no task gives a lock free without telling.
    rota::idf::Scheduler& scheduler = boot->scheduler();
    const std::uint64_t until_us = scheduler.now_us() + scheduler.tick_us();
    if (!scheduler.wait(boot->program_threads().waiting_for_locks, until_us) &&
        std::uncaught_exceptions() > 0) {
      return EDEADLK;  // The task ends, and unwinds into a lock that nobody gives free.
    }
    tried = try_it();
  }
  return tried;
}

int tell(WaitList rota::idf::ProgramThreads::*list, int result) {
  if (rota::idf::Runtime* boot = runtime_of_task()) {
    boot->scheduler().wake_all(boot->program_threads().*list);
  }
  return result;
}

int tell_locks(int result) { return tell(&rota::idf::ProgramThreads::waiting_for_locks, result); }

int tell_conditions(int result) {
  return tell(&rota::idf::ProgramThreads::waiting_for_conditions, result);
}

std::uint64_t microseconds_of(const timespec& time) {
  return static_cast<std::uint64_t>(time.tv_sec) * 1'000'000U +
         (static_cast<std::uint64_t>(time.tv_nsec) + 999U) / 1000U;
}

// The board's time at that time of a clock.
std::uint64_t time_until(clockid_t clock, const timespec& until) {
  timespec now{};
  ::clock_gettime(clock, &now);
  const std::uint64_t now_us = microseconds_of(now);
  const std::uint64_t until_us = microseconds_of(until);
  return rota::idf::runtime().scheduler().now_us() + (until_us > now_us ? until_us - now_us : 0);
}

// False when the time has come. A condition may wake without a reason: all of them share a list.
bool wait_for_condition(pthread_mutex_t* mutex, std::optional<std::uint64_t> until_us) {
  rota::idf::Runtime& boot = rota::idf::runtime();
  rota_pthread_mutex_unlock(mutex);
  const bool woken = boot.scheduler().wait(boot.program_threads().waiting_for_conditions, until_us);
  rota_pthread_mutex_lock(mutex);
  return woken;
}

}  // namespace

extern "C" {

int rota_pthread_mutex_lock(pthread_mutex_t* mutex) {
  return lock([&] { return pthread_mutex_trylock(mutex); },
              [&] { return pthread_mutex_lock(mutex); });
}

int rota_pthread_mutex_unlock(pthread_mutex_t* mutex) {
  return tell_locks(pthread_mutex_unlock(mutex));
}

int rota_pthread_rwlock_rdlock(pthread_rwlock_t* rwlock) {
  return lock([&] { return pthread_rwlock_tryrdlock(rwlock); },
              [&] { return pthread_rwlock_rdlock(rwlock); });
}

int rota_pthread_rwlock_wrlock(pthread_rwlock_t* rwlock) {
  return lock([&] { return pthread_rwlock_trywrlock(rwlock); },
              [&] { return pthread_rwlock_wrlock(rwlock); });
}

int rota_pthread_rwlock_unlock(pthread_rwlock_t* rwlock) {
  return tell_locks(pthread_rwlock_unlock(rwlock));
}

int rota_pthread_cond_signal(pthread_cond_t* condition) {
  return tell_conditions(pthread_cond_signal(condition));
}

int rota_pthread_cond_broadcast(pthread_cond_t* condition) {
  return tell_conditions(pthread_cond_broadcast(condition));
}

int rota_pthread_cond_wait(pthread_cond_t* condition, pthread_mutex_t* mutex) {
  if (runtime_of_task() == nullptr) return pthread_cond_wait(condition, mutex);
  wait_for_condition(mutex, std::nullopt);
  return 0;
}

int rota_pthread_cond_clockwait(pthread_cond_t* condition,
                                pthread_mutex_t* mutex,
                                clockid_t clock,
                                const struct timespec* until) {
  if (runtime_of_task() == nullptr) return pthread_cond_clockwait(condition, mutex, clock, until);
  return wait_for_condition(mutex, time_until(clock, *until)) ? 0 : ETIMEDOUT;
}

int rota_pthread_cond_timedwait(pthread_cond_t* condition,
                                pthread_mutex_t* mutex,
                                const struct timespec* until) {
  return rota_pthread_cond_clockwait(condition, mutex, CLOCK_REALTIME, until);
}

int rota_pthread_create(pthread_t* thread,
                        const pthread_attr_t* attributes,
                        void* (*body)(void*),
                        void* argument) {
  if (rota::idf::Runtime* boot = runtime_of_task()) {
    return boot->program_threads().start([=] { return body(argument); }, *thread);
  }
  return pthread_create(thread, attributes, body, argument);
}

int rota_pthread_join(pthread_t thread, void** result) {
  if (rota::idf::Runtime* boot = runtime_of_task()) {
    const int joined = boot->program_threads().join(thread, result);
    if (joined != ESRCH) return joined;
  }
  const BlockingSection others_run;
  return pthread_join(thread, result);
}

int rota_pthread_detach(pthread_t thread) {
  if (rota::idf::Runtime* boot = runtime_of_task()) {
    const int detached = boot->program_threads().detach(thread);
    if (detached != ESRCH) return detached;
  }
  return pthread_detach(thread);
}

int rota_sem_post(sem_t* semaphore) { return tell_locks(sem_post(semaphore)); }

int rota_sem_wait(sem_t* semaphore) {
  const int failed = lock([&] { return sem_trywait(semaphore) == 0 ? 0 : EBUSY; },
                          [&] { return sem_wait(semaphore) == 0 ? 0 : errno; });
  errno = failed;
  return failed == 0 ? 0 : -1;
}

int rota_sem_timedwait(sem_t* semaphore, const struct timespec* until) {
  rota::idf::Runtime* boot = runtime_of_task();
  if (boot == nullptr) return sem_timedwait(semaphore, until);
  const std::uint64_t end_us = time_until(CLOCK_REALTIME, *until);
  while (sem_trywait(semaphore) != 0) {
    if (boot->scheduler().wait(boot->program_threads().waiting_for_locks, end_us)) continue;
    errno = ETIMEDOUT;
    return -1;
  }
  return 0;
}

int rota_nanosleep(const struct timespec* time, struct timespec* left) {
  rota::idf::Runtime* boot = runtime_of_task();
  if (boot == nullptr || time == nullptr) return nanosleep(time, left);
  rota::idf::Scheduler& scheduler = boot->scheduler();
  scheduler.wait_until(scheduler.now_us() + microseconds_of(*time));
  return 0;
}

int rota_usleep(unsigned int microseconds) {
  const timespec time{static_cast<time_t>(microseconds / 1'000'000U),
                      static_cast<long>(microseconds % 1'000'000U) * 1000L};
  return rota_nanosleep(&time, nullptr);
}

unsigned int rota_sleep(unsigned int seconds) {
  const timespec time{static_cast<time_t>(seconds), 0};
  rota_nanosleep(&time, nullptr);
  return 0;
}

}  // extern "C"

// ---- What lies in the C++ library ----

void std::condition_variable::wait(std::unique_lock<std::mutex>& lock) {
  rota_pthread_cond_wait(native_handle(), lock.mutex()->native_handle());
}

void std::condition_variable::notify_one() noexcept { rota_pthread_cond_signal(native_handle()); }

void std::condition_variable::notify_all() noexcept {
  rota_pthread_cond_broadcast(native_handle());
}

void std::thread::_M_start_thread(_State_ptr state, void (*)()) {
  const auto run = [](void* owned) -> void* {
    const _State_ptr its(static_cast<_State*>(owned));
    its->_M_run();
    return nullptr;
  };
  const int failed = rota_pthread_create(&_M_id._M_thread, nullptr, run, state.get());
  if (failed != 0) throw std::system_error(failed, std::generic_category());
  state.release();
}

void std::thread::join() {
  const int failed = joinable() ? rota_pthread_join(_M_id._M_thread, nullptr) : EINVAL;
  if (failed != 0) throw std::system_error(failed, std::generic_category());
  _M_id = id();
}

void std::thread::detach() {
  const int failed = joinable() ? rota_pthread_detach(_M_id._M_thread) : EINVAL;
  if (failed != 0) throw std::system_error(failed, std::generic_category());
  _M_id = id();
}
