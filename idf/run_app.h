// One boot of an app, from the start of its main task to the end of the boot.
#pragma once

#include "idf/platform.h"

namespace rota::idf {

// Runs app_main on the board. On a board whose restart() ends the process this does not return.
int run_app(Platform& platform);

// The same for any program: what run_app does, with another entry than app_main.
int run_program(Platform& platform, void (*program)());

// For platforms that live on after a restart (tests): ends this boot from inside restart(); run_app
// then returns `result`. Unwinds the calling task.
[[noreturn]] void leave_boot(int result);
// The same from a callback that has to return, such as Platform::skip_idle_time.
void request_boot_end(int result);

}  // namespace rota::idf
