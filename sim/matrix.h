// Which sweeps are run: the matrix of configurations and scenarios, in two sizes and without end.
#pragma once

#include <cstdint>
#include <vector>

#include "sim/sweep.h"

namespace rota::sim {

enum class Size : std::uint8_t {
  kBrief,   // a few seconds: all scenarios, the configurations that differ most, single faults
  kCommit,  // under a minute on two cores: the whole matrix, pairs on the boot path
};

// All sweeps of this size, in a fixed order.
std::vector<SweepPlan> matrix(Size size);

// The sweep with this number of a run without end: any board and scenario of the matrix, all kinds
// of fault with other random bits, pairs and more triples; one in eight with images of real size.
SweepPlan plan_without_end(std::uint64_t number);

// The configurations of the whole matrix.
std::vector<Configuration> all_configurations();

}  // namespace rota::sim
