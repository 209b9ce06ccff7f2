#include "sim/report.h"

#include <atomic>
#include <chrono>
#include <cinttypes>
#include <cstdio>
#include <ctime>
#include <map>
#include <mutex>
#include <thread>
#include <utility>

#include "sim/matrix.h"
#include "sim/random.h"

namespace rota::sim {

namespace {

constexpr std::size_t kSweepsOfBrief = 200;  // fewer: not a whole matrix

double cpu_seconds_of_thread() {
  timespec now{};
  ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) * 1e-9;
}

struct Sum {
  std::uint64_t sweeps = 0;
  std::array<std::uint64_t, kMaxFaults + 1> points{};
  std::array<std::uint64_t, kMaxFaults + 1> covered{};
  std::uint64_t states = 0;
  std::uint64_t violations = 0;
  std::uint64_t whole = 0;
  std::uint64_t controls_failed = 0;
  double cpu_seconds = 0;

  void add(const Finished& one) {
    ++sweeps;
    for (std::size_t i = 0; i < points.size(); ++i) {
      points[i] += one.result.points[i];
      covered[i] += one.result.covered[i];
    }
    states += one.result.states;
    violations += one.result.violations;
    whole += one.result.whole_operation_violations;
    if (one.result.control != Verdict::kFine) ++controls_failed;
    cpu_seconds += one.cpu_seconds;
  }
  std::uint64_t all_points() const { return points[1] + points[2] + points[3]; }
};

void print_head(const char* first) {
  std::printf("%-34s %7s %9s %10s %9s %9s %10s %8s\n", first, "sweeps", "singles", "pairs",
              "triples", "states", "violations", "of whole");
}

void print_row(const std::string& name, const Sum& sum) {
  std::printf("%-34s %7" PRIu64 " %9" PRIu64 " %10" PRIu64 " %9" PRIu64 " %9" PRIu64 " %10" PRIu64
              " %8" PRIu64 "\n",
              name.c_str(), sum.sweeps, sum.points[1], sum.points[2], sum.points[3], sum.states,
              sum.violations, sum.whole);
}

std::string group_of(const Configuration& configuration) {
  const bool in_place = configuration.records == core::OtaDataWriting::kInPlace;
  return std::string(configuration.stock_bootloader ? "stock bootloader" : "our bootloader") +
         (in_place ? ", records in place" : ", records cut-safe");
}

template <class Chosen>
Sum sum_of(const std::vector<Finished>& finished, Chosen&& chosen) {
  Sum sum;
  for (const Finished& one : finished) {
    if (chosen(one.plan)) sum.add(one);
  }
  return sum;
}

void print_groups(const std::vector<Finished>& finished) {
  print_head("device");
  std::map<std::string, Sum> groups;
  for (const Finished& one : finished) groups[group_of(one.plan.configuration)].add(one);
  for (const auto& [name, sum] : groups) print_row(name, sum);
  std::printf("\n");
}

void print_scenarios(const std::vector<Finished>& finished) {
  print_head("scenario (what is promised)");
  for (const Scenario& scenario : all_scenarios()) {
    const Sum sum = sum_of(finished, [&scenario](const SweepPlan& plan) {
      return plan.configuration.is_promised() && plan.scenario == &scenario;
    });
    if (sum.sweeps > 0) print_row(std::string(scenario.name), sum);
  }
  std::printf("\n");
}

void print_violations(const std::vector<Finished>& finished) {
  int shown = 0;
  for (const Finished& one : finished) {
    if (!one.plan.configuration.is_promised()) continue;
    for (const Violation& violation : one.result.examples) {
      if (++shown > 30) return;
      if (shown == 1)
        std::printf("Violations of the promise (./dev sweep --replay TOKEN shows one):\n");
      std::printf("  %-24s %s\n", name_of(violation.verdict).data(), violation.token.c_str());
    }
  }
}

// What a stock bootloader does not survive although the application writes cut-safe.
void print_stock_windows(const std::vector<Finished>& finished) {
  constexpr std::array<const char*, 3> kOperations{"program", "erase", "burn"};
  std::map<Window, std::uint64_t> windows;
  for (const Finished& one : finished) {
    const Configuration& configuration = one.plan.configuration;
    if (!configuration.stock_bootloader ||
        configuration.records != core::OtaDataWriting::kCutSafe) {
      continue;
    }
    for (const auto& [window, count] : one.result.windows) windows[window] += count;
  }
  if (windows.empty()) return;
  std::printf("Torn windows that are left with a stock bootloader, single faults:\n");
  for (const auto& [window, count] : windows) {
    std::printf("  %-7s of %4u bytes, %-11s %-40s %6" PRIu64 "\n",
                kOperations[static_cast<std::size_t>(window.operation)], window.bytes,
                kFaultNames[static_cast<std::size_t>(window.fault)].data(),
                name_of(window.verdict).data(), count);
  }
  std::printf("\n");
}

bool loses(const std::vector<Finished>& finished, std::string_view scenario, bool rollback) {
  return sum_of(finished, [&](const SweepPlan& plan) {
           return plan.configuration.records == core::OtaDataWriting::kInPlace &&
                  plan.scenario->name == scenario &&
                  (plan.configuration.rollback != Rollback::kOff) == rollback;
         }).whole > 0;
}

Finished finish(const SweepPlan& plan) {
  const double begin = cpu_seconds_of_thread();
  Finished finished{plan, run_sweep(plan), 0};
  finished.cpu_seconds = cpu_seconds_of_thread() - begin;
  return finished;
}

// The same work on this many threads, this one among them.
template <class Work>
void on_threads(unsigned threads, Work&& work) {
  std::vector<std::thread> others;
  for (unsigned i = 1; i < threads; ++i) others.emplace_back(work);
  work();
  for (std::thread& other : others) other.join();
}

}  // namespace

std::vector<Finished> run_all(const std::vector<SweepPlan>& plans, unsigned threads) {
  std::vector<Finished> finished(plans.size());
  std::atomic<std::size_t> next{0};
  on_threads(threads, [&] {
    for (std::size_t i = next++; i < plans.size(); i = next++) finished[i] = finish(plans[i]);
  });
  return finished;
}

std::vector<Finished> run_for(double seconds, unsigned threads) {
  const auto end = std::chrono::steady_clock::now() +
                   std::chrono::milliseconds(static_cast<std::int64_t>(seconds * 1000));
  std::mutex mutex;
  std::map<std::uint64_t, Finished> finished;
  std::uint64_t next = 0;
  on_threads(threads, [&] {
    for (;;) {
      std::uint64_t number = 0;
      {
        const std::lock_guard lock(mutex);
        if (std::chrono::steady_clock::now() >= end) return;
        number = next++;
      }
      SweepPlan plan = plan_without_end(number);
      plan.deadline = end;
      Finished one = finish(plan);
      const std::lock_guard lock(mutex);
      finished.emplace(number, std::move(one));
    }
  });
  std::vector<Finished> in_order;
  in_order.reserve(finished.size());
  for (auto& [number, one] : finished) in_order.push_back(std::move(one));
  return in_order;
}

Outcome print_report(const std::vector<Finished>& finished, double wall_seconds, unsigned threads) {
  print_groups(finished);
  print_scenarios(finished);
  print_violations(finished);
  print_stock_windows(finished);

  const Sum all = sum_of(finished, [](const SweepPlan&) { return true; });
  const Sum promised =
      sum_of(finished, [](const SweepPlan& plan) { return plan.configuration.is_promised(); });
  std::uint64_t trace = 0;
  for (const Finished& one : finished) trace = mix(trace, one.result.trace);

  Outcome outcome;
  const Sum stock = sum_of(finished, [](const SweepPlan& plan) {
    return plan.configuration.stock_bootloader &&
           plan.configuration.records == core::OtaDataWriting::kCutSafe;
  });
  outcome.promise_kept = promised.violations == 0 && stock.whole == 0 && all.controls_failed == 0;
  const bool same_slot = loses(finished, "same-slot", true);
  const bool mark_valid = loses(finished, "mark-valid", false);
  outcome.known_losses_found = same_slot && mark_valid;
  std::printf("runs without faults that missed their goal: %" PRIu64 " of %" PRIu64 "\n",
              all.controls_failed, all.sweeps);
  // A run without end may not have come to them.
  const char* not_found = finished.size() >= kSweepsOfBrief ? "NOT FOUND" : "not run";
  std::printf(
      "known losses of records written in place: same-slot set_boot %s, mark_valid without "
      "rollback %s\n",
      same_slot ? "found" : not_found, mark_valid ? "found" : not_found);
  std::printf("points: %" PRIu64 " carried out; covered with equal states: %" PRIu64
              " pairs, %" PRIu64 " triples\n",
              all.all_points(), all.covered[2], all.covered[3]);
  std::printf("time: %.1f s on %u threads, %.1f us of one core a point\n", wall_seconds, threads,
              all.cpu_seconds * 1e6 / static_cast<double>(all.all_points() + 1));
  std::printf("trace: %016" PRIx64 "\n", trace);
  std::printf("%s\n",
              outcome.promise_kept
                  ? "0 boards lost with our bootloader and cut-safe records."
                  : "The promise is BROKEN: the rows above with cut-safe records say where.");
  return outcome;
}

}  // namespace rota::sim
