// The bootloader's watchdog, which still runs while an app starts: code of the app that hangs
// before its main task (a constructor of a C++ object) ends in a reset, not in a dead board.
#pragma once

namespace rota::board {

// The app has started: from now on the face's own watchdogs watch.
void stop_start_watchdog();

}  // namespace rota::board
