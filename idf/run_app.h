// One boot of an app, from before the constructors of its global objects to the end of the boot.
#pragma once

#include "idf/fault_signals.h"
#include "idf/platform.h"
#include "idf/runtime.h"

namespace rota::idf {

class Boot {
 public:
  // From here on the program's code may use the face as far as it does not wait
  // (Scheduler::begin_startup). Says on the console which app this is.
  explicit Boot(Platform& platform);

  // Calls the program in the main task. On a board whose restart() ends the process this does not
  // return. Called once, by the thread that made the boot.
  int run(void (*program)());

 private:
  Runtime runtime_;
  const SignalStack signal_stack_;
  const FaultSignals fault_signals_;
};

// What a board's program calls: the boot that has begun is never destroyed, because destructors of
// global objects may still use it.
Boot& begin_boot(Platform& platform);
// Runs app_main.
int run_app(Boot& boot);

// For platforms that live on after a restart (tests): ends this boot from inside restart(); run()
// then returns `result`. Unwinds the calling task.
[[noreturn]] void leave_boot(int result);
// The same from a callback that has to return, such as Platform::skip_idle_time.
void request_boot_end(int result);

}  // namespace rota::idf
