#include "bench/report.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>

namespace rota::bench {
namespace {

constexpr double kBatchSeconds = 0.01;
constexpr std::size_t kBatches = 15;

void print_row(std::string_view what,
               std::string_view measured,
               std::string_view goal,
               std::string_view verdict) {
  fmt::print("  {:<44} {:<24} {:<21} {}\n", what, measured, goal, verdict);
  std::fflush(stdout);
}

}  // namespace

double median(std::vector<double> values) {
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

Medians take_turns(std::size_t rounds,
                   const std::function<void()>& ours,
                   const std::function<void()>& theirs) {
  ours();  // warm
  theirs();
  std::vector<double> ours_s;
  std::vector<double> theirs_s;
  std::vector<double> ratios;
  for (std::size_t i = 0; i < rounds; ++i) {
    ours_s.push_back(seconds_of(ours));
    theirs_s.push_back(seconds_of(theirs));
    ratios.push_back(theirs_s.back() / ours_s.back());
  }
  return {median(ours_s), median(theirs_s), median(ratios)};
}

double nanoseconds_of(const std::function<void()>& call) {
  std::size_t calls = 1;
  for (;;) {
    const double time = seconds_of([&] {
      for (std::size_t i = 0; i < calls; ++i) call();
    });
    if (time > kBatchSeconds) break;
    calls *= 2;
  }
  std::vector<double> batches;
  for (std::size_t batch = 0; batch < kBatches; ++batch) {
    batches.push_back(seconds_of([&] {
      for (std::size_t i = 0; i < calls; ++i) call();
    }));
  }
  return median(batches) / static_cast<double>(calls) * 1e9;
}

Report::Report(std::string_view subject) { fmt::print("{}\n", subject); }

void Report::at_least(std::string_view what,
                      std::string_view measured,
                      double ratio,
                      double gate,
                      std::string_view against) {
  const bool is_met = ratio >= gate;
  missed_ += is_met ? 0 : 1;
  print_row(what, fmt::format("{}, {:.2f} of", measured, ratio),
            fmt::format("{} (>= {:.2f})", against, gate), is_met ? "met" : "MISSED");
}

void Report::at_most(std::string_view what,
                     double value,
                     double limit,
                     std::string_view unit,
                     std::string_view against) {
  const bool is_met = value <= limit;
  missed_ += is_met ? 0 : 1;
  print_row(what, fmt::format("{:.3g} {}", value, unit),
            fmt::format("{} <= {:.3g} {}", against, limit, unit), is_met ? "met" : "MISSED");
}

void Report::wait(std::string_view what, double seconds, double goal_s) {
  const auto text = [](double time_s) {
    return time_s < 1 ? fmt::format("{:.0f} ms", time_s * 1e3) : fmt::format("{:.2f} s", time_s);
  };
  print_row(what, text(seconds), fmt::format("goal <= {}", text(goal_s)),
            seconds <= goal_s ? "met" : "missed, no gate");
}

void Report::note(std::string_view what, std::string_view measured) {
  print_row(what, measured, "", "");
}

}  // namespace rota::bench
