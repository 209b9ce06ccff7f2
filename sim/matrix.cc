#include "sim/matrix.h"

#include "sim/random.h"

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
constexpr std::uint32_t kTriplesOneIn = 500;  // of the states after two faults

// The widths differ in one comparison, the slot counts in the arithmetic of sequence numbers.
bool is_usual_width(const Configuration& configuration) {
  return configuration.rollback != Rollback::kWithAntiRollback ||
         configuration.secure_version_width == 4;
}

bool belongs_to(Size size, const Scenario& scenario, const Configuration& configuration) {
  if (size != Size::kBrief) return true;
  const std::uint8_t slots = scenario.method == Method::kStagedCopy ? 3 : 2;
  const bool shows_known_losses = scenario.act == Act::kSameSlot || scenario.act == Act::kConfirm;
  if (configuration.records == core::OtaDataWriting::kInPlace && !shows_known_losses) return false;
  return is_usual_width(configuration) && configuration.slots == slots;
}

// The paths of boot, confirmation, rejection, switch, begin and resume, each told once: downloads
// that differ only in the size of their pieces are not.
bool is_told_with_pairs(const Scenario& scenario, const Configuration& configuration) {
  if (!configuration.is_promised() || !is_usual_width(configuration)) return false;
  const bool is_one_of_many = configuration.has_factory && configuration.rollback == Rollback::kOn;
  switch (scenario.method) {
    case Method::kResume:
      return configuration.slots == 2 && is_one_of_many;
    case Method::kStagedCopy:
      return configuration.slots == 3 && is_one_of_many;
    case Method::kNativeSequential:
      return configuration.slots != 16 || scenario.act != Act::kUpdate;
    default:
      return false;
  }
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

std::vector<SweepPlan> matrix(Size size) {
  std::vector<SweepPlan> plans;
  for (const Configuration& configuration : all_configurations()) {
    for (const Scenario& scenario : all_scenarios()) {
      if (!applies(scenario, configuration) || !belongs_to(size, scenario, configuration)) continue;
      SweepPlan plan;
      plan.configuration = configuration;
      plan.scenario = &scenario;
      if (size == Size::kCommit && is_told_with_pairs(scenario, configuration)) {
        plan.faults = 3;
        plan.sample_triples_one_in = kTriplesOneIn;
      }
      plans.push_back(plan);
    }
  }
  return plans;
}

SweepPlan plan_without_end(std::uint64_t number) {
  const std::vector<Configuration> configurations = all_configurations();
  const std::span<const Scenario> scenarios = all_scenarios();
  SweepPlan plan;
  plan.seed = number + 1;
  const bool has_real_size = number % 8 == 7;
  for (std::uint64_t draw = 0; plan.scenario == nullptr; ++draw) {
    const std::uint64_t random = mix(number, draw);
    plan.configuration = configurations[random % configurations.size()];
    const Scenario& scenario = scenarios[(random >> 32U) % scenarios.size()];
    const bool fits =
        applies(scenario, plan.configuration) && (!has_real_size || plan.configuration.slots <= 3);
    if (fits) plan.scenario = &scenario;
  }
  plan.all_kinds_again = true;
  plan.faults = 3;
  plan.sample_triples_one_in = 400;
  if (has_real_size) {
    plan.configuration.image_sectors = 60;
    plan.faults = 1;
  }
  return plan;
}

}  // namespace rota::sim
