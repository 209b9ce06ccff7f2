// Runs many sweeps on some threads and prints what they found.
#pragma once

#include <vector>

#include "sim/sweep.h"

namespace rota::sim {

struct Finished {
  SweepPlan plan;
  SweepResult result;
  double cpu_seconds = 0;
};

// The results are in the order of the plans, whatever the threads did.
std::vector<Finished> run_all(const std::vector<SweepPlan>& plans, unsigned threads);

// Sweeps without end, until the time is over.
std::vector<Finished> run_for(double seconds, unsigned threads);

struct Outcome {
  // With cut-safe records: no violation with our bootloader, none by cuts between operations with a
  // stock one. Every run without faults reaches its goal.
  bool promise_kept = true;
  bool known_losses_found = true;  // the sweep sees what records written in place lose
};
// The tables, the first violations of the promise with their tokens, counts, times and trace.
Outcome print_report(const std::vector<Finished>& finished, double wall_seconds, unsigned threads);

}  // namespace rota::sim
