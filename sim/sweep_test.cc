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

// A table as somebody may have it: NVS first, OTA data behind it, other data in between.
BoardLayout own_layout() {
  using formats::PartitionType;
  BoardLayout layout;
  layout.table_offset = 0x8000;
  layout.installed_bytes = 30'000;
  layout.update_bytes = 90'000;
  layout.next_update_bytes = 9'000;
  const auto add = [&layout](PartitionType type, std::uint8_t subtype, std::uint32_t offset,
                             std::uint32_t size) {
    formats::PartitionRow row;
    row.type = type;
    row.subtype = subtype;
    row.offset = offset;
    row.size = size;
    row.label_storage[0] = static_cast<char>('a' + layout.rows.size());
    EXPECT_TRUE(layout.rows.push_back(row));
  };
  add(PartitionType::kData, formats::kDataNvs, 0x9000, 0x4000);
  add(PartitionType::kData, formats::kDataOta, 0xD000, 0x2000);
  add(PartitionType::kData, formats::kDataPhy, 0xF000, 0x1000);
  add(PartitionType::kApp, formats::kAppFactory, 0x10000, 0x20000);
  add(PartitionType::kApp, formats::kAppOtaFirst, 0x30000, 0x20000);
  add(PartitionType::kApp, formats::kAppOtaFirst + 1, 0x50000, 0x20000);
  return layout;
}

TEST(SweepOfOneTable, EveryStoryComesToItsEndOnATableOfSomebodysOwn) {
  const BoardLayout layout = own_layout();
  for (const Scenario& scenario : all_scenarios()) {
    SweepPlan plan = plan_for(scenario.name, 0);
    plan.configuration.layout = &layout;
    if (!applies(scenario, plan.configuration)) continue;
    EXPECT_EQ(run_sweep(plan).control, Verdict::kFine) << scenario.name;
  }
}

TEST(SweepOfOneTable, SharedJudgementsAreThoseThatEachStateWouldGet) {
  const BoardLayout layout = own_layout();
  for (const bool in_place : {false, true}) {
    for (const char* name : {"native-sequential", "confirm", "same-slot", "mark-valid", "reject"}) {
      SweepPlan plan = plan_for(name, 1);
      plan.configuration.layout = &layout;
      if (in_place) {
        plan.configuration.records = core::OtaDataWriting::kInPlace;
        plan.configuration.stock_bootloader = true;
      }
      const SweepResult each = run_sweep(plan);
      plan.shares_judgements = true;
      const SweepResult shared = run_sweep(plan);
      EXPECT_EQ(each.trace, shared.trace) << name;
      EXPECT_EQ(each.violations, shared.violations) << name;
      EXPECT_EQ(each.points, shared.points) << name;
    }
  }
}

TEST(SweepOfOneTable, ThinnedErrorsLeaveEveryCut) {
  const BoardLayout layout = own_layout();
  SweepPlan plan = plan_for("native-sequential", 1);
  plan.configuration.layout = &layout;
  plan.shares_judgements = true;
  const SweepResult all = run_sweep(plan);
  plan.thins_errors = true;
  const SweepResult thinned = run_sweep(plan);
  EXPECT_EQ(all.places, thinned.places);
  EXPECT_EQ(all.kinds, thinned.kinds);
  EXPECT_GT(thinned.places_without_errors, 0U);
  EXPECT_LT(thinned.places_without_errors, thinned.places);
  // Erases are of whole blocks here and keep all; of a program three kinds do not end in a cut.
  EXPECT_EQ(all.points[1] - thinned.points[1], 3U * thinned.places_without_errors);
}

TEST(SweepOfOneTable, FindsWhatRecordsWrittenInPlaceLoseThereToo) {
  const BoardLayout layout = own_layout();
  SweepPlan plan = plan_for("same-slot", 1);
  plan.configuration.layout = &layout;
  plan.configuration.records = core::OtaDataWriting::kInPlace;
  plan.shares_judgements = true;
  const SweepResult result = run_sweep(plan);
  EXPECT_GT(result.whole_operation_violations, 0U);
  ASSERT_FALSE(result.examples.empty());
  EXPECT_FALSE(result.examples[0].path.empty());
}

TEST(SweepOfOneTable, AStopEndsTheSweepAndItSaysSo) {
  const std::atomic<bool> stop{true};
  SweepPlan plan = plan_for("native-sequential", 1);
  plan.stop = &stop;
  const SweepResult result = run_sweep(plan);
  EXPECT_FALSE(result.is_whole);
  EXPECT_EQ(result.points[1], 0U);
}

}  // namespace
}  // namespace rota::sim
