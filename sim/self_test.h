// The sweep tests itself: each defect must break the promise somewhere.
#pragma once

#include <string_view>

namespace rota::sim {

// Runs the sweeps against every defect until they find it, prints what found it, and the score.
// `only`: the name of one defect; empty: all. False: at least one defect was not found.
bool run_self_test(unsigned threads, std::string_view only);

}  // namespace rota::sim
