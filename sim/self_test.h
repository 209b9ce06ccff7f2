// The sweep tests itself: each defect must break the promise somewhere.
#pragma once

#include <string_view>

namespace rota::sim {

// Runs the sweeps against every defect until they find it, prints what found it, and the score.
// `only`: the name of one defect; empty: all. False: at least one defect was not found.
bool run_self_test(unsigned threads, std::string_view only);

// Mistakes that the interface permits a caller, as in the reference (sections and rows of the
// spec): what is lost then is excluded from the promise. Prints each with the points it was tried
// at and what was lost, so that the exclusion is counted.
void print_caller_errors(unsigned threads);

}  // namespace rota::sim
