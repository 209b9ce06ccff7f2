// One app as a process of this machine: started from a program in memory, in its own session, with
// limits and without privileges, and gone for certain when its owner is.
//
//   - the descriptors 0..2 are its console, 3..9 the board's files (control_block.h); nothing else
//   - no new privileges; started by root, it runs as user and group kUnprivilegedUser
//   - no core dumps, limited address space, files and descriptors
//   - it dies when the thread that started it ends, even by SIGKILL
#pragma once

#include <sys/types.h>

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"

namespace rota::board {

inline constexpr unsigned kUnprivilegedUser = 65534;
inline constexpr std::uint64_t kAppAddressSpaceBytes = 4ULL << 30U;
inline constexpr std::uint64_t kAppOpenFiles = 256;
inline constexpr std::uint64_t kAppFileBytes = 256ULL << 20U;

struct AppExit {
  bool by_signal = false;
  int code = 0;  // exit code, or the signal's number
};

// Opens the folder of a board for what its app keeps in file systems ("files" in the board's own):
// made when there is none, for the user whom the app runs as. Another file when that can not be.
int open_files_folder(const std::string& board_folder);

class AppProcess {
 public:
  AppProcess() = default;
  ~AppProcess() { end(); }
  AppProcess(AppProcess&& other) noexcept { swap(other); }
  AppProcess& operator=(AppProcess&& other) noexcept {
    swap(other);
    return *this;
  }

  // `board_files`: what becomes descriptors 3 to 9 (control_block.h); the last two may be -1, none.
  // `environment`: "NAME=value". The error is a sentence. Starting as root where no other user
  // exists (some containers) goes on without the change of user and says so in warning().
  static Result<AppProcess, std::string> start(Bytes program,
                                               std::array<int, 7> board_files,
                                               const std::vector<std::string>& environment);

  bool is_running() const { return process_ > 0; }
  pid_t process() const { return process_; }
  const std::string& warning() const { return warning_; }

  // For poll(): readable when there is console output; readable when the process has ended.
  int console() const { return console_; }
  int exit_event() const { return exit_event_; }
  // Writable when the app's stdin has room.
  int input() const { return input_; }

  // Up to `into.size()` bytes of console output; 0 when there are none at the moment (or ever).
  std::size_t read_console(std::span<char> into);
  // Bytes of `text` that the console took; it takes no more while the app does not read.
  std::size_t write_input(std::string_view text);

  // Kills it and everything it started.
  void kill();
  // After exit_event(), or after kill(): collects the process. Waits for it if need be.
  AppExit collect();

 private:
  void swap(AppProcess& other) noexcept;
  void end();

  pid_t process_ = -1;
  int exit_event_ = -1;
  int console_ = -1;
  int input_ = -1;
  std::string warning_;
};

}  // namespace rota::board
