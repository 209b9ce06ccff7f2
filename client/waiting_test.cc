#include "client/waiting.h"

#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>

namespace rota::client {
namespace {

using std::chrono::seconds;

TEST(Waiting, TheDeadlineCountsAlsoWhenTheSystemRefusesToWait) {
  // More descriptors than a process may have: poll() answers EINVAL, however often it is asked.
  const pid_t child = ::fork();
  ASSERT_GE(child, 0);
  if (child == 0) {
    Cancellation cancellation;
    pollfd input{STDIN_FILENO, POLLIN, 0};
    rlimit files{};
    ::getrlimit(RLIMIT_NOFILE, &files);
    files.rlim_cur = 0;
    ::setrlimit(RLIMIT_NOFILE, &files);
    const bool is_late =
        wait_for({&input, 1}, cancellation, Clock::now() - seconds(1)) == Woken::kLate;
    cancellation.set();
    const bool is_cancelled =
        wait_for({&input, 1}, cancellation, Clock::time_point::max()) == Woken::kCancelled;
    ::_exit(is_late && is_cancelled ? EXIT_SUCCESS : EXIT_FAILURE);
  }
  int status = -1;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  EXPECT_EQ(status, 0);
}

TEST(Waiting, ADeadlineThatIsOverIsLateAndACancelComesFirst) {
  Cancellation cancellation;
  EXPECT_EQ(wait_for({}, cancellation, Clock::now() - seconds(1)), Woken::kLate);
  cancellation.set();
  EXPECT_EQ(wait_for({}, cancellation, Clock::now() - seconds(1)), Woken::kCancelled);
}

}  // namespace
}  // namespace rota::client
