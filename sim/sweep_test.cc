#include "sim/sweep.h"

#include <gtest/gtest.h>

#include "sim/matrix.h"
#include "sim/replay.h"

namespace rota::sim {
namespace {

SweepPlan plan_for(std::string_view scenario, unsigned faults) {
  SweepPlan plan;
  plan.scenario = find_scenario(scenario);
  plan.faults = faults;
  return plan;
}

const Defect& defect_named(std::string_view name) {
  for (const Defect& defect : all_defects()) {
    if (defect.name == name) return defect;
  }
  ADD_FAILURE() << name;
  return all_defects()[0];
}

TEST(Sweep, EveryStoryComesToItsEndWithoutFaults) {
  for (const Scenario& scenario : all_scenarios()) {
    SweepPlan plan = plan_for(scenario.name, 0);
    plan.configuration.slots = 3;
    ASSERT_TRUE(applies(scenario, plan.configuration)) << scenario.name;
    EXPECT_EQ(run_sweep(plan).control, Verdict::kFine) << scenario.name;
  }
}

TEST(Sweep, AnUpdateIsReallyMade) {
  const SweepResult result = run_sweep(plan_for("native-sequential", 0));
  EXPECT_GE(result.operations, 20U);
}

TEST(Sweep, TheSamePlanGivesTheSameTrace) {
  const SweepPlan plan = plan_for("confirm", 2);
  const SweepResult first = run_sweep(plan);
  const SweepResult second = run_sweep(plan);
  EXPECT_EQ(first.trace, second.trace);
  EXPECT_EQ(first.points, second.points);
  EXPECT_EQ(first.states, second.states);
  EXPECT_GT(first.points[2], first.points[1]);
}

TEST(Sweep, PairsAreCountedWhetherTheirStateIsNewOrKnown) {
  const SweepResult result = run_sweep(plan_for("confirm", 2));
  EXPECT_EQ(result.covered[1], result.points[1]);
  EXPECT_GT(result.covered[2], result.points[2]);
}

TEST(Sweep, FindsWhatRecordsWrittenInPlaceLose) {
  SweepPlan plan = plan_for("same-slot", 1);
  plan.configuration.records = core::OtaDataWriting::kInPlace;
  EXPECT_GT(run_sweep(plan).whole_operation_violations, 0U);
}

TEST(Sweep, FindsASeededDefectAndNamesThePlace) {
  SweepPlan plan = plan_for("first-update", 1);
  plan.defect = &defect_named("no-read-back");
  plan.stops_at_first_violation = true;
  const SweepResult result = run_sweep(plan);
  ASSERT_EQ(result.examples.size(), 1U);
  EXPECT_TRUE(parse_token(result.examples[0].token).has_value()) << result.examples[0].token;
}

TEST(Token, IsReadBackAsItWasWritten) {
  SweepPlan plan = plan_for("resume", 2);
  plan.configuration.image_sectors = 60;
  plan.configuration.slots = 3;
  const std::vector<FaultPlace> path{{1, 17, {FaultKind::kTornBytes, 24}},
                                     {0, 3, {FaultKind::kUnstable, 24025}}};
  const std::string text = token_of(plan, path);
  const std::optional<Token> token = parse_token(text);
  ASSERT_TRUE(token.has_value()) << text;
  EXPECT_EQ(token_of(token->plan, token->path), text);
}

TEST(Token, NonsenseIsRefused) {
  for (const char* text :
       {"", "resume", "resume:ours:0.0.lying.0", "no:ours/cut-safe/rollback/factory/2:",
        "confirm:ours/cut-safe/rollback/factory/2:0.0.lying",
        "confirm:ours/cut-safe/rollback/factory/2:0.x.lying.0",
        "confirm:ours/cut-safe/rollback/factory/2x9999:0.0.lying.0",
        "confirm:ours/cut-safe/rollback/factory/2:0.0.hope.0"}) {
    EXPECT_FALSE(parse_token(text).has_value()) << text;
  }
}

TEST(Matrix, HasEveryCombination) { EXPECT_EQ(all_configurations().size(), 2U * 2 * 6 * 2 * 3); }

}  // namespace
}  // namespace rota::sim
