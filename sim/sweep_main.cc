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
#include "sim/self_test.h"
#include "sim/wear.h"

namespace rota::sim {
namespace {

constexpr unsigned kThreads = 2;

void print_usage() {
  std::printf(
      "usage: sweep [--brief | --long MINUTES | --self-test [DEFECT] | --wear | --replay TOKEN]\n\n"
      "Cuts the power, tears writes and makes flash lie at every operation of every scenario, and\n"
      "judges what the device does afterwards. Status 1 if a board of ours was lost.\n\n"
      "  --brief          a few seconds: single faults in the configurations that differ most\n"
      "  --long MINUTES   other random bits, all kinds in pairs, images of real size, until the "
      "time is over\n"
      "  --self-test      run the sweep against seeded defects (or one of them); it must find "
      "each\n"
      "  --wear           erases of 10,000 updates, against what a sector is rated for\n"
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

int print_wear() {
  constexpr std::uint32_t kUpdates = 10'000;
  bool all_arrived = true;
  std::printf("%-36s %8s %18s %14s %18s\n", "device", "updates", "erases an update", "programmed",
              "updates until worn");
  for (const auto records : {core::OtaDataWriting::kCutSafe, core::OtaDataWriting::kInPlace}) {
    for (const Rollback rollback : {Rollback::kOff, Rollback::kOn}) {
      Configuration configuration;
      configuration.records = records;
      configuration.stock_bootloader = records == core::OtaDataWriting::kInPlace;
      configuration.rollback = rollback;
      const Wear wear = wear_of_updates(configuration, kUpdates);
      all_arrived = all_arrived && wear.updates == kUpdates;
      std::printf("%-36s %8u %18.2f %11.3f x %18.0f\n", name_of(configuration).c_str(),
                  wear.updates, wear.ota_data_erases_per_update(),
                  static_cast<double>(wear.bytes_programmed) /
                      (static_cast<double>(wear.image_bytes) * wear.updates),
                  wear.lifetime_updates());
    }
  }
  std::printf(
      "(erases of the busier OTA data sector; bytes programmed against those of the image; a "
      "sector is\n"
      "rated for %u erases)\n",
      kRatedCycles);
  return all_arrived ? 0 : 1;
}

int report(const std::vector<Finished>& finished, double seconds, bool whole_matrix) {
  const Outcome outcome = print_report(finished, seconds, kThreads);
  return outcome.promise_kept && (outcome.known_losses_found || !whole_matrix) ? 0 : 1;
}

int run_without_end(std::string_view minutes_text) {
  const double minutes = std::atof(std::string(minutes_text).c_str());
  if (!(minutes > 0)) {
    std::fprintf(stderr, "--long needs a number of minutes above 0, not '%s'.\n",
                 std::string(minutes_text).c_str());
    return 2;
  }
  const auto begin = std::chrono::steady_clock::now();
  const std::vector<Finished> finished = run_for(minutes * 60, kThreads);
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begin;
  return report(finished, took.count(), false);
}

int run(int count, char** arguments) {
  Size size = Size::kCommit;
  for (int i = 1; i < count; ++i) {
    const std::string_view argument = arguments[i];
    if (argument == "--brief") {
      size = Size::kBrief;
    } else if (argument == "--long" && i + 1 < count) {
      return run_without_end(arguments[i + 1]);
    } else if (argument == "--wear") {
      return print_wear();
    } else if (argument == "--self-test") {
      return run_self_test(kThreads, i + 1 < count ? arguments[i + 1] : "") ? 0 : 1;
    } else if (argument == "--replay" && i + 1 < count) {
      return replay_token(arguments[i + 1]);
    } else if (argument == "--help") {
      print_usage();
      return 0;
    } else {
      std::fprintf(stderr,
                   "sweep: '%s' is no option, or its value is missing; --help lists them.\n",
                   arguments[i]);
      return 2;
    }
  }
  const auto begin = std::chrono::steady_clock::now();
  const std::vector<Finished> finished = run_all(matrix(size), kThreads);
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begin;
  const int status = report(finished, took.count(), true);
  if (size == Size::kCommit) print_caller_errors(kThreads);
  return status;
}

}  // namespace
}  // namespace rota::sim

int main(int count, char** arguments) { return rota::sim::run(count, arguments); }
