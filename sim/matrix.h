// Which sweeps are run: the matrix of configurations and scenarios, in three sizes.
#pragma once

#include <cstdint>
#include <vector>

#include "sim/sweep.h"

namespace rota::sim {

enum class Size : std::uint8_t {
  kBrief,   // a few seconds: all scenarios, the configurations that differ most, single faults
  kCommit,  // under a minute on two cores: the whole matrix, pairs on the boot path
  kLong,    // one round of a run without end: real image sizes, all pairs, more triples
};

// All sweeps of this size, in a fixed order. `seed` matters for kLong only.
std::vector<SweepPlan> matrix(Size size, std::uint64_t seed = 0);

// The configurations of the whole matrix.
std::vector<Configuration> all_configurations();

}  // namespace rota::sim
