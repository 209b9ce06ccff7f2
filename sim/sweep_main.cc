// The power-cut sweep: build/sweep, or ./dev sweep.
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string_view>

#include "sim/matrix.h"
#include "sim/report.h"

namespace rota::sim {
namespace {

constexpr unsigned kThreads = 2;

void print_usage() {
  std::printf(
      "usage: sweep [--brief]\n\n"
      "Cuts the power, tears writes and makes flash lie at every operation of every scenario, and\n"
      "judges what the device does afterwards. Status 1 if a board of ours was lost.\n\n"
      "  --brief   a few seconds: single faults in the configurations that differ most\n\n"
      "example: ./dev sweep\n");
}

int run(int count, char** arguments) {
  Size size = Size::kCommit;
  for (int i = 1; i < count; ++i) {
    const std::string_view argument = arguments[i];
    if (argument == "--brief") {
      size = Size::kBrief;
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
