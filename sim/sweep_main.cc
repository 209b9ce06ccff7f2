// The power-cut sweep: build/sweep, or ./dev sweep.
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <optional>
#include <string>
#include <string_view>

#include "sim/matrix.h"
#include "sim/replay.h"
#include "sim/report.h"

namespace rota::sim {
namespace {

constexpr unsigned kThreads = 2;

void print_usage() {
  std::printf(
      "usage: sweep [--brief | --replay TOKEN]\n\n"
      "Cuts the power, tears writes and makes flash lie at every operation of every scenario, and\n"
      "judges what the device does afterwards. Status 1 if a board of ours was lost.\n\n"
      "  --brief          a few seconds: single faults in the configurations that differ most\n"
      "  --replay TOKEN   the timeline of one point; the sweep prints the token of each "
      "violation\n\n"
      "example: ./dev sweep\n");
}

int replay_token(std::string_view text) {
  const std::optional<Token> token = parse_token(text);
  if (!token) {
    std::fprintf(
        stderr,
        "'%s' is no token. It looks like confirm:ours/cut-safe/rollback/factory/2:0.9.unstable.1 "
        "(scenario, board, then start.operation.fault.value, joined by commas).\n",
        std::string(text).c_str());
    return 2;
  }
  if (replay(*token)) return 0;
  std::fprintf(stderr,
               "This run has no such operation; the token is from another version of the code.\n");
  return 1;
}

int run(int count, char** arguments) {
  Size size = Size::kCommit;
  for (int i = 1; i < count; ++i) {
    const std::string_view argument = arguments[i];
    if (argument == "--brief") {
      size = Size::kBrief;
    } else if (argument == "--replay" && i + 1 < count) {
      return replay_token(arguments[i + 1]);
    } else {
      print_usage();
      return argument == "--help" ? 0 : 2;
    }
  }
  const auto begin = std::chrono::steady_clock::now();
  const std::vector<Finished> finished = run_all(matrix(size), kThreads);
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begin;
  const Outcome outcome = print_report(finished, took.count(), kThreads);
  return outcome.promise_kept && outcome.known_losses_found ? 0 : 1;
}

}  // namespace
}  // namespace rota::sim

int main(int count, char** arguments) { return rota::sim::run(count, arguments); }
