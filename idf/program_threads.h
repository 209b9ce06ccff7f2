// Threads of the C and C++ library as a program of a chip knows them: tasks of the scheduler. What
// waits for a mutex, a condition or a thread lets other tasks run meanwhile, as a chip's does.
//
// How calls get here: the sources of a project see rota_newlib.h first, whose macros lead pthread_
// and sleeping calls to rota_ ones; the members of std::thread and std::condition_variable that lie
// in the C++ library are defined in program_threads.cc and so come before the library's. Called by
// no task (tests, host threads, a task within a BlockingSection) all of them do what the library
// does.
#pragma once

#include <pthread.h>

#include <functional>
#include <list>

#include "idf/runtime.h"

namespace rota::idf {

class ProgramThreads {
 public:
  // EAGAIN when the host gives no thread. `body` gives what a join gets.
  int start(std::function<void*()> body, pthread_t& out);
  // ESRCH for one that is none of the program's: the caller asks the library.
  int join(pthread_t thread, void** result);
  int detach(pthread_t thread);

  // Tasks that wait for a mutex, a lock or a semaphore, and those that wait for a condition.
  // Whoever gives one free or tells of one wakes all of them; they look again.
  WaitList waiting_for_locks;
  WaitList waiting_for_conditions;

 private:
  struct Thread {
    pthread_t number{};
    void* result = nullptr;
    bool has_ended = false;
    bool is_detached = false;
    WaitList joiners;
  };
  Thread* find(pthread_t number);

  std::list<Thread> threads_;
};

}  // namespace rota::idf
