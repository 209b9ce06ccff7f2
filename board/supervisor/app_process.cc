#include "board/supervisor/app_process.h"

#include <fcntl.h>
#include <grp.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstring>
#include <utility>

#include "board/chip/control_block.h"

namespace rota::board {
namespace {

// Sources of the app's descriptors are moved above this number first, so that none is overwritten
// while they take their places.
constexpr int kAboveAllPlaces = 64;
constexpr unsigned kCloseOnExec = 1U << 2U;    // CLOSE_RANGE_CLOEXEC
constexpr unsigned kExecutableMemory = 0x10U;  // MFD_EXEC, Linux 6.3

// Memory checkers reserve terabytes of addresses.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr bool kLimitsAddressSpace = false;
#else
constexpr bool kLimitsAddressSpace = true;
#endif

// What the child tells about a start that went wrong, through a pipe that a good start closes.
struct StartTrouble {
  enum class Step : int { kUser, kLimits, kDescriptors, kParentGone, kExecute };
  Step step;
  int error;
};

class Files {
 public:
  ~Files() {
    for (const int file : files_) {
      if (file >= 0) ::close(file);
    }
  }
  // Keeps the descriptor for as long as this object lives.
  int keep(int file) {
    files_.push_back(file);
    return file;
  }
  int release(int file) {
    for (int& kept : files_) {
      if (kept == file) kept = -1;
    }
    return file;
  }

 private:
  std::vector<int> files_;
};

struct StartPlan {
  int program = -1;
  std::array<int, kFirstFreeFile> places{};  // what becomes descriptors 0..9; -1: nothing
  int trouble = -1;
  pid_t parent = 0;
  bool changes_user = false;
  char* const* arguments = nullptr;
  char* const* environment = nullptr;
};

// From here to execveat only calls that are safe between fork and exec of a program with threads.
void tell(const StartPlan& plan, StartTrouble::Step step) {
  const StartTrouble trouble{step, errno};
  [[maybe_unused]] const ssize_t written = ::write(plan.trouble, &trouble, sizeof trouble);
}

bool limit(int resource, std::uint64_t value) {
  const rlimit limits{value, value};
  rlimit now{};
  if (::getrlimit(static_cast<__rlimit_resource>(resource), &now) == 0 && now.rlim_max < value) {
    return true;  // Already tighter.
  }
  return ::setrlimit(static_cast<__rlimit_resource>(resource), &limits) == 0;
}

bool set_limits() {
  return limit(RLIMIT_CORE, 0) && limit(RLIMIT_NOFILE, kAppOpenFiles) &&
         limit(RLIMIT_FSIZE, kAppFileBytes) &&
         (!kLimitsAddressSpace || limit(RLIMIT_AS, kAppAddressSpaceBytes));
}

bool become_unprivileged() {
  return ::setgroups(0, nullptr) == 0 &&
         ::setresgid(kUnprivilegedUser, kUnprivilegedUser, kUnprivilegedUser) == 0 &&
         ::setresuid(kUnprivilegedUser, kUnprivilegedUser, kUnprivilegedUser) == 0;
}

bool take_places(const StartPlan& plan) {
  int place = 0;
  for (const int source : plan.places) {
    if (source < 0) {
      ::close(place);
    } else if (::dup2(source, place) < 0) {
      return false;
    }
    ++place;
  }
  return ::syscall(SYS_close_range, static_cast<unsigned>(place), ~0U, kCloseOnExec) == 0;
}

void reset_signals() {
  for (int number = 1; number < NSIG; ++number) ::signal(number, SIG_DFL);
  sigset_t none;
  ::sigemptyset(&none);
  ::sigprocmask(SIG_SETMASK, &none, nullptr);
}

[[noreturn]] void become_app(const StartPlan& plan) {
  using Step = StartTrouble::Step;
  reset_signals();
  ::setsid();
  ::umask(077);
  [[maybe_unused]] const int moved = ::chdir("/");
  const auto give_up = [&plan](Step step) {
    tell(plan, step);
    ::_exit(kExitCouldNotAttach);
  };
  if (!set_limits()) give_up(Step::kLimits);
  if (plan.changes_user && !become_unprivileged()) tell(plan, Step::kUser);
  ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
  // After the change of user, which would undo it. The parent may be gone already.
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (::getppid() != plan.parent) give_up(Step::kParentGone);
  if (!take_places(plan)) give_up(Step::kDescriptors);
  ::syscall(SYS_execveat, plan.program, "", plan.arguments, plan.environment, AT_EMPTY_PATH);
  give_up(Step::kExecute);
  ::_exit(kExitCouldNotAttach);
}

std::string sentence_of(const StartTrouble& trouble) {
  const std::string cause = std::strerror(trouble.error);
  switch (trouble.step) {
    case StartTrouble::Step::kUser:
      return "the app runs as the user who started the board: this system has no unprivileged user "
             "to run it as (" +
             cause + ")";
    case StartTrouble::Step::kLimits:
      return "the app can not be started: its limits were refused (" + cause + ")";
    case StartTrouble::Step::kDescriptors:
      return "the app can not be started: its files could not be handed over (" + cause + ")";
    case StartTrouble::Step::kParentGone:
      return "the app was not started: the board's process ended meanwhile";
    case StartTrouble::Step::kExecute:
      break;
  }
  if (trouble.error == ENOEXEC || trouble.error == ENOENT || trouble.error == ELIBBAD) {
    return "the image is intact, but its program does not run on this machine (" + cause +
           "); build the app on this machine";
  }
  return "the app can not be started: the system refused to execute it (" + cause + ")";
}

int memory_file(Bytes program) {
  int file = ::memfd_create("rota-app", MFD_CLOEXEC | kExecutableMemory);
  if (file < 0 && errno == EINVAL) file = ::memfd_create("rota-app", MFD_CLOEXEC);
  while (file >= 0 && !program.empty()) {
    const ssize_t written = ::write(file, program.data(), program.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) {
      ::close(file);
      return -1;
    }
    program = program.subspan(static_cast<std::size_t>(written));
  }
  return file;
}

bool make_nonblocking(int file) {
  return ::fcntl(file, F_SETFL, ::fcntl(file, F_GETFL) | O_NONBLOCK) == 0;
}

std::vector<char*> pointers_to(std::vector<std::string>& texts) {
  std::vector<char*> pointers;
  pointers.reserve(texts.size() + 1);
  for (std::string& text : texts) pointers.push_back(text.data());
  pointers.push_back(nullptr);
  return pointers;
}

}  // namespace

int open_files_folder(const std::string& board_folder) {
  const std::string path = board_folder + "/files";
  if (::mkdir(path.c_str(), 0700) == 0 && ::geteuid() == 0) {
    // The app's user writes in it. Where that user does not exist, the app runs as root.
    [[maybe_unused]] const int given = ::lchown(path.c_str(), kUnprivilegedUser, kUnprivilegedUser);
  }
  const int folder = ::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
  return folder >= 0 ? folder : ::open("/dev/null", O_RDONLY | O_CLOEXEC);
}

Result<AppProcess, std::string> AppProcess::start(Bytes program,
                                                  std::array<int, 7> board_files,
                                                  const std::vector<std::string>& environment) {
  const auto refused = [](const char* what) {
    return std::string("the app can not be started: ") + what + " (" + std::strerror(errno) + ")";
  };
  Files files;
  StartPlan plan;
  plan.program = files.keep(memory_file(program));
  if (plan.program < 0) return refused("there is no memory for its program");
  std::array<int, 2> console{-1, -1};
  std::array<int, 2> input{-1, -1};
  std::array<int, 2> trouble{-1, -1};
  const bool has_pipes = ::pipe2(console.data(), O_CLOEXEC) == 0 &&
                         ::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, input.data()) == 0 &&
                         ::pipe2(trouble.data(), O_CLOEXEC) == 0;
  for (const auto& ends : {console, input, trouble}) {
    files.keep(ends[0]);
    files.keep(ends[1]);
  }
  if (!has_pipes) return refused("there are no free descriptors");

  const std::array<int, kFirstFreeFile> sources{
      input[1],       console[1],     console[1],     board_files[0], board_files[1],
      board_files[2], board_files[3], board_files[4], board_files[5], board_files[6]};
  for (std::size_t i = 0; i < sources.size(); ++i) {
    plan.places[i] = -1;
    if (sources[i] < 0) continue;
    plan.places[i] = files.keep(::fcntl(sources[i], F_DUPFD_CLOEXEC, kAboveAllPlaces));
    if (plan.places[i] < 0) return refused("there are no free descriptors");
  }
  plan.trouble = files.keep(::fcntl(trouble[1], F_DUPFD_CLOEXEC, kAboveAllPlaces));
  plan.program = files.keep(::fcntl(plan.program, F_DUPFD_CLOEXEC, kAboveAllPlaces));
  if (plan.trouble < 0 || plan.program < 0) return refused("there are no free descriptors");
  ::close(files.release(trouble[1]));

  std::vector<std::string> argument_texts{"rota-app"};
  std::vector<std::string> environment_texts(environment);
  environment_texts.push_back(std::string(kAppMarker) + "=1");
  const std::vector<char*> arguments = pointers_to(argument_texts);
  const std::vector<char*> variables = pointers_to(environment_texts);
  plan.arguments = arguments.data();
  plan.environment = variables.data();
  plan.parent = ::getpid();
  plan.changes_user = ::geteuid() == 0;

  // A signal must not find the child with the parent's handlers.
  sigset_t all;
  sigset_t before;
  ::sigfillset(&all);
  ::pthread_sigmask(SIG_SETMASK, &all, &before);
  const pid_t child = ::fork();
  if (child == 0) become_app(plan);
  ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
  if (child < 0) return refused("the system allows no more processes");

  AppProcess app;
  app.process_ = child;
  app.console_ = files.release(console[0]);
  app.input_ = files.release(input[0]);
  app.exit_event_ = static_cast<int>(::syscall(SYS_pidfd_open, child, 0U));
  if (app.exit_event_ < 0 || !make_nonblocking(app.console_)) {
    return refused("it can not be watched");
  }
  ::close(files.release(plan.trouble));
  StartTrouble seen{};
  while (true) {
    const ssize_t count = ::read(trouble[0], &seen, sizeof seen);
    if (count < 0 && errno == EINTR) continue;
    if (count != sizeof seen) break;
    if (seen.step != StartTrouble::Step::kUser) return sentence_of(seen);
    app.warning_ = sentence_of(seen);
  }
  return app;
}

std::size_t AppProcess::read_console(std::span<char> into) {
  while (true) {
    const ssize_t count = ::read(console_, into.data(), into.size());
    if (count < 0 && errno == EINTR) continue;
    return count > 0 ? static_cast<std::size_t>(count) : 0;
  }
}

std::size_t AppProcess::write_input(std::string_view text) {
  if (input_ < 0 || text.empty()) return 0;
  const ssize_t sent = ::send(input_, text.data(), text.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
  return sent > 0 ? static_cast<std::size_t>(sent) : 0;
}

void AppProcess::kill() {
  if (process_ <= 0) return;
  // Its session's group; it may not have come to make one yet.
  ::kill(-process_, SIGKILL);
  ::kill(process_, SIGKILL);
}

AppExit AppProcess::collect() {
  siginfo_t facts{};
  while (::waitid(P_PID, static_cast<id_t>(process_), &facts, WEXITED | WNOWAIT) != 0 &&
         errno == EINTR) {
  }
  // While it is not collected its number is not given away: nothing else is hit.
  ::kill(-process_, SIGKILL);
  while (::waitid(P_PID, static_cast<id_t>(process_), &facts, WEXITED) != 0 && errno == EINTR) {
  }
  process_ = -1;
  ::close(std::exchange(exit_event_, -1));
  return {facts.si_code != CLD_EXITED, facts.si_status};
}

void AppProcess::swap(AppProcess& other) noexcept {
  std::swap(process_, other.process_);
  std::swap(exit_event_, other.exit_event_);
  std::swap(console_, other.console_);
  std::swap(input_, other.input_);
  std::swap(warning_, other.warning_);
}

void AppProcess::end() {
  if (process_ > 0) {
    kill();
    collect();
  }
  for (int* file : {&exit_event_, &console_, &input_}) {
    if (*file >= 0) ::close(std::exchange(*file, -1));
  }
}

}  // namespace rota::board
