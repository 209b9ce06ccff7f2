// The branching sweep of one scenario in one configuration.
//
// The run without faults records every program, erase and burn with the state before it. From each
// of them the sweep branches: it puts back that state, carries the operation out with one fault,
// and lets the oracle judge what a board does with what is left. From there it goes on the same
// way, so that the second fault may fall into any operation of the recovery. Nothing is run again
// to reach a point, except for faults after which the program goes on: those repeat the one
// power-on that they fall into.
//
// The device is a function of flash, fuses and the oracle's facts, so equal states have equal
// futures: each state is judged once, and recovered from once for each number of faults to come. A
// judgement also counts for every other state that differs only in sectors that nothing looked at
// on its way (plan.shares_judgements): with large images most states differ in the slot that is
// being written, which no boot reads. A pair whose first fault leads to a state that was recovered
// from before counts as covered.
#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <tuple>
#include <unordered_map>
#include <vector>

#include "sim/device.h"
#include "sim/oracle.h"
#include "sim/scenario.h"

namespace rota::sim {

inline constexpr unsigned kMaxFaults = 3;

struct SweepPlan {
  Configuration configuration;
  const Scenario* scenario = nullptr;
  unsigned faults = 1;           // in a row, up to kMaxFaults
  bool all_kinds_again = false;  // the second fault and later ones: all kinds, or one of each sort
  std::uint32_t sample_triples_one_in = 1;  // of the states after two faults
  std::uint64_t seed = 0;                   // chooses the sample and the random bits
  const Defect* defect = nullptr;           // nullptr: none
  bool stops_at_first_violation = false;
  // One judgement for all states that agree in what it looked at; the verdicts are the same.
  bool shares_judgements = false;
  // Errors of the chip (lying, refusing, worn) only at operations that begin or end something: in
  // the middle of a slot, at the first and last four sectors and beside 64 KB boundaries. Cuts are
  // carried out at all.
  bool thins_errors = false;
  // Of a run without end: the sweep stops where it is. What it found until then counts.
  std::optional<std::chrono::steady_clock::time_point> deadline;
  const std::atomic<bool>* stop = nullptr;  // the same, when somebody sets it; borrowed
};

// Where a fault fell: power-on since the last fault (0 = the first), operation in it.
struct FaultPlace {
  std::uint32_t power_on = 0;
  std::uint32_t operation = 0;
  Fault fault;
};
std::string token_of(const SweepPlan& plan, const std::vector<FaultPlace>& path);

struct Violation {
  Verdict verdict = Verdict::kFine;
  std::string token;
  std::vector<FaultPlace> path;
};

// Where single faults break the promise: operation, fault and what came of it.
struct Window {
  OperationKind operation = OperationKind::kProgram;
  std::uint32_t bytes = 0;
  FaultKind fault = FaultKind::kCutBefore;
  Verdict verdict = Verdict::kFine;
  friend bool operator<(const Window& a, const Window& b) {
    return std::tie(a.operation, a.bytes, a.fault, a.verdict) <
           std::tie(b.operation, b.bytes, b.fault, b.verdict);
  }
};

struct SweepResult {
  std::array<std::uint64_t, kMaxFaults + 1> points{};   // [n]: n faults; carried out and judged
  std::array<std::uint64_t, kMaxFaults + 1> covered{};  // also those that lead to a known state
  std::uint64_t states = 0;                             // distinct ones after a fault
  std::uint64_t violations = 0;
  std::uint64_t whole_operation_violations = 0;  // all faults cut-before or cut-after
  std::array<std::uint64_t, 11> by_verdict{};
  std::map<Window, std::uint64_t> windows;
  std::vector<Violation> examples;          // the first ones
  std::uint64_t trace = 0;                  // of every point and its verdict, in order
  Verdict control = Verdict::kFine;         // of the run without faults
  std::uint32_t operations = 0;             // of the run without faults
  std::uint32_t places = 0;                 // operations that suffered a fault
  std::uint32_t places_without_errors = 0;  // of these: cuts only (thins_errors)
  std::uint64_t kinds = 0;                  // bit n: FaultKind n was carried out
  std::uint32_t most_ways = 0;              // in which one operation failed
  unsigned starts_to_settle = 1;  // the most that were needed until the same image ran every time
  std::vector<FaultPlace> settles_last;  // that point; empty: one start was always enough
  bool is_whole = true;                  // false: deadline or stop came first
};

SweepResult run_sweep(const SweepPlan& plan);

}  // namespace rota::sim
