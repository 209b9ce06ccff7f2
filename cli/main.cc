// The `rota` command.
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <string_view>
#include <vector>

#include "base/assert.h"
#include "cli/dispatch.h"

// Our own bug: say where, and end without running anything else.
extern "C" [[noreturn]] void rota_assertion_failed(const char* condition,
                                                   const char* file,
                                                   int line) {
  std::fprintf(
      stderr,
      "rota: this is a bug in rota, not in your files (%s, %s:%d); please report it with the "
      "command line.\n",
      condition, file, line);
  std::_Exit(1);
}

int main(int argument_count, char** argument_values) {
  // A file that grows beyond the limit is an error of the write, not the end of the program.
  std::signal(SIGXFSZ, SIG_IGN);
  std::vector<std::string_view> arguments;
  for (int i = 1; i < argument_count; ++i) arguments.emplace_back(argument_values[i]);
  rota::cli::Console console(stdout, stderr, rota::cli::looks_of(stdout));
  return static_cast<int>(rota::cli::run_command_line(
      argument_count > 0 ? argument_values[0] : "rota", arguments, console));
}
