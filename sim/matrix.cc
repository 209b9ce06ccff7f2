#include "sim/matrix.h"

namespace rota::sim {

namespace {

struct RollbackKind {
  Rollback rollback;
  std::uint8_t width;
};
constexpr RollbackKind kRollbackKinds[] = {
    {Rollback::kOff, 32},
    {Rollback::kOn, 32},
    {Rollback::kWithAntiRollback, 4},
    {Rollback::kWithAntiRollback, 9},
    {Rollback::kWithAntiRollback, 16},
    {Rollback::kWithAntiRollback, 32},
};
constexpr std::uint8_t kSlotCounts[] = {2, 3, 16};

// The widths differ in one comparison, the slot counts in the arithmetic of sequence numbers.
bool is_brief(const Configuration& configuration) {
  const bool is_usual_width = configuration.rollback != Rollback::kWithAntiRollback ||
                              configuration.secure_version_width == 4;
  return is_usual_width && configuration.slots != 16;
}

}  // namespace

std::vector<Configuration> all_configurations() {
  std::vector<Configuration> all;
  for (const bool stock : {false, true}) {
    for (const auto records : {core::OtaDataWriting::kCutSafe, core::OtaDataWriting::kInPlace}) {
      for (const RollbackKind& kind : kRollbackKinds) {
        for (const bool factory : {true, false}) {
          for (const std::uint8_t slots : kSlotCounts) {
            Configuration one;
            one.stock_bootloader = stock;
            one.records = records;
            one.rollback = kind.rollback;
            one.secure_version_width = kind.width;
            one.has_factory = factory;
            one.slots = slots;
            all.push_back(one);
          }
        }
      }
    }
  }
  return all;
}

std::vector<SweepPlan> matrix(Size size, std::uint64_t seed) {
  std::vector<SweepPlan> plans;
  for (const Configuration& configuration : all_configurations()) {
    if (size == Size::kBrief && !is_brief(configuration)) continue;
    for (const Scenario& scenario : all_scenarios()) {
      if (!applies(scenario, configuration)) continue;
      SweepPlan plan;
      plan.configuration = configuration;
      plan.scenario = &scenario;
      plan.seed = seed;
      plan.faults = size == Size::kLong ? 3 : 1;
      plans.push_back(plan);
    }
  }
  return plans;
}

}  // namespace rota::sim
