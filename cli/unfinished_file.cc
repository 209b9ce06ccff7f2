#include "cli/unfinished_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <climits>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <utility>

namespace rota::cli {
namespace {

constexpr std::array kEndings = {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGPIPE};

// A signal handler can reach nothing but globals, and may allocate nothing.
struct Note {
  std::atomic<bool> is_used{false};
  std::array<char, PATH_MAX> path{};
};
std::array<Note, kMaxUnfinishedFiles> notes;

extern "C" void remove_and_end(int signal_number) {
  for (const Note& note : notes) {
    if (note.is_used) unlink(note.path.data());
  }
  signal(signal_number, SIG_DFL);
  raise(signal_number);
}

// Once: signals that would end the program, and are not taken by anything else.
void watch_for_endings() {
  static bool is_watching = false;
  if (std::exchange(is_watching, true)) return;
  for (const int one : kEndings) {
    struct sigaction now {};
    if (sigaction(one, nullptr, &now) != 0 || now.sa_handler != SIG_DFL) continue;
    now.sa_handler = remove_and_end;
    sigaction(one, &now, nullptr);
  }
}

// No signal arrives while it lives.
class SignalsHeld {
 public:
  SignalsHeld() {
    sigset_t all;
    sigfillset(&all);
    sigprocmask(SIG_SETMASK, &all, &before_);
  }
  ~SignalsHeld() {
    const int error = errno;
    sigprocmask(SIG_SETMASK, &before_, nullptr);
    errno = error;
  }
  SignalsHeld(const SignalsHeld&) = delete;
  SignalsHeld& operator=(const SignalsHeld&) = delete;

 private:
  sigset_t before_{};
};

}  // namespace

UnfinishedFile::UnfinishedFile(UnfinishedFile&& other) noexcept
    : path_(std::exchange(other.path_, std::string())), note_(std::exchange(other.note_, 0)) {}

int UnfinishedFile::create_beside(const std::string& target) {
  watch_for_endings();
  const SignalsHeld held;
  std::string path = target + ".XXXXXX";
  const int descriptor = mkostemp(path.data(), O_CLOEXEC);
  if (descriptor < 0) return -1;
  path_ = std::move(path);
  const auto free =
      std::find_if(notes.begin(), notes.end(), [](const Note& note) { return !note.is_used; });
  if (free != notes.end() && path_.size() < free->path.size()) {
    std::strcpy(free->path.data(), path_.c_str());
    free->is_used = true;
    note_ = static_cast<std::size_t>(free - notes.begin()) + 1;
  }
  return descriptor;
}

bool UnfinishedFile::take_place_of(const std::string& target) {
  const SignalsHeld held;
  if (rename(path_.c_str(), target.c_str()) != 0) return false;
  forget();
  return true;
}

void UnfinishedFile::remove() {
  if (path_.empty()) return;
  const SignalsHeld held;
  unlink(path_.c_str());
  forget();
}

void UnfinishedFile::forget() {
  if (note_ != 0) notes[note_ - 1].is_used = false;
  note_ = 0;
  path_.clear();
}

}  // namespace rota::cli
