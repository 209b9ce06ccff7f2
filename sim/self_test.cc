#include "sim/self_test.h"

#include <algorithm>
#include <array>
#include <atomic>
#include <cinttypes>
#include <cstdio>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "sim/matrix.h"
#include "sim/sweep.h"

namespace rota::sim {

namespace {

struct Finding {
  const Defect* defect = nullptr;
  Violation violation;  // verdict kFine: not found
  unsigned faults = 0;  // in a row that it took
  std::uint64_t points = 0;
};

// Pairs take long: on one board, and only the shortest stories that differ.
bool is_worth_pairs(const SweepPlan& plan) {
  const Configuration& configuration = plan.configuration;
  return configuration.rollback == Rollback::kOn && configuration.has_factory &&
         plan.scenario->method == Method::kNativeSequential && plan.scenario->act != Act::kNothing;
}

// What is promised, without faults, then with one, then with two.
Finding look_for(const Defect& defect, const std::vector<SweepPlan>& plans) {
  Finding finding;
  finding.defect = &defect;
  for (unsigned faults = 0; faults <= 2; ++faults) {
    for (SweepPlan plan : plans) {
      if (faults == 2 && !is_worth_pairs(plan)) continue;
      plan.faults = faults;
      plan.defect = &defect;
      plan.stops_at_first_violation = true;
      const SweepResult result = run_sweep(plan);
      finding.points += 1 + result.points[1] + result.points[2];
      if (result.examples.empty()) continue;
      finding.violation = result.examples.front();
      finding.faults = faults;
      return finding;
    }
  }
  return finding;
}

struct CallerError {
  DefectKind defect;
  std::string_view row;  // section of the specification, and of section 14 the row
  std::string_view what;
};
constexpr std::array kCallerErrors = {
    CallerError{DefectKind::kNeverVerifies, "5.4.2, 32",
                "set_boot_partition_skip_validate: nobody looks at the image"},
    CallerError{DefectKind::kRejectsByErasing, "9.4",
                "OTA data are erased by hand instead of mark_app_invalid"},
    CallerError{DefectKind::kForgetsOthersOnTrial, "5.4.14",
                "the other slot's record is invalidated before the confirmation"},
    CallerError{DefectKind::kUpdatesAfterFailedConfirm, "5.4.10",
                "mark_app_valid failed, and the next update is installed all the same"},
};

const Defect* defect_of(DefectKind kind) {
  for (const Defect& defect : all_defects()) {
    if (defect.kind == kind) return &defect;
  }
  return nullptr;
}

std::vector<SweepPlan> promised_plans() {
  std::vector<SweepPlan> plans = matrix(Size::kBrief);
  std::erase_if(plans, [](const SweepPlan& plan) { return !plan.configuration.is_promised(); });
  return plans;
}

}  // namespace

void print_caller_errors(unsigned threads) {
  std::vector<SweepPlan> plans;
  for (const CallerError& error : kCallerErrors) {
    for (SweepPlan plan : promised_plans()) {
      plan.faults = 1;
      plan.defect = defect_of(error.defect);
      plans.push_back(plan);
    }
  }
  std::vector<SweepResult> results(plans.size());
  std::atomic<std::size_t> next{0};
  const auto work = [&] {
    for (std::size_t i = next++; i < plans.size(); i = next++) results[i] = run_sweep(plans[i]);
  };
  std::vector<std::thread> others;
  for (unsigned i = 1; i < threads; ++i) others.emplace_back(work);
  work();
  for (std::thread& other : others) other.join();

  std::printf(
      "\nExcluded: mistakes that the interface permits a caller, tried with single faults\n");
  for (const CallerError& error : kCallerErrors) {
    std::uint64_t points = 0;
    std::uint64_t violations = 0;
    for (std::size_t i = 0; i < plans.size(); ++i) {
      if (plans[i].defect != defect_of(error.defect)) continue;
      points += 1 + results[i].points[1];
      violations += results[i].violations;
    }
    std::printf("  %-10s %-70s %6" PRIu64 " of %" PRIu64 "\n", error.row.data(), error.what.data(),
                violations, points);
  }
}

bool run_self_test(unsigned threads, std::string_view only) {
  const std::vector<SweepPlan> plans = promised_plans();
  std::vector<Defect> defects(all_defects().begin(), all_defects().end());
  if (!only.empty()) std::erase_if(defects, [only](const Defect& d) { return d.name != only; });
  std::vector<Finding> findings(defects.size());
  std::atomic<std::size_t> next{0};
  const auto work = [&] {
    for (std::size_t i = next++; i < defects.size(); i = next++) {
      findings[i] = look_for(defects[i], plans);
    }
  };
  std::vector<std::thread> others;
  for (unsigned i = 1; i < threads; ++i) others.emplace_back(work);
  work();
  for (std::thread& other : others) other.join();

  std::size_t found = 0;
  std::printf("%-28s %-7s %8s  %s\n", "defect", "faults", "points", "found by");
  for (const Finding& finding : findings) {
    const bool is_found = finding.violation.verdict != Verdict::kFine;
    found += is_found ? 1 : 0;
    std::printf("%-28s %-7u %8" PRIu64 "  %s\n", finding.defect->name.data(), finding.faults,
                finding.points,
                is_found ? (std::string(name_of(finding.violation.verdict)) + ": " +
                            finding.violation.token)
                               .c_str()
                         : "NOT FOUND");
  }
  std::printf("score: %zu of %zu defects found\n", found, findings.size());
  return found == findings.size();
}

}  // namespace rota::sim
