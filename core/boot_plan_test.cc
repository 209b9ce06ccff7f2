// The boot decision, path by path (spec section 3). Traps of section 14 have their number in the
// test's name. What settings add is in boot_plan_options_test.cc; whole histories on real flash are
// in tests/properties.
#include "core/boot_plan.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "core/boot_scene_for_test.h"

namespace rota::core {
namespace {

using formats::OtaState;
using Positions = std::vector<int>;

constexpr int kFactory = BootPosition::kFactory;
constexpr int kTest = BootPosition::kTest;

// ---- Selection (spec 3.3) ----

TEST(BootPlan, WithoutOtaDataTheFactoryImageStarts) {
  BootScene scene(2);
  scene.inputs.table.ota_data = {};
  const auto boot = scene.boot();
  EXPECT_EQ(boot.started, kFactory);
  EXPECT_TRUE(boot.has(BootRule::kNoOtaDataPartition));
}

TEST(BootPlan, Trap84_OtaDataThatAreTooSmallAreFatal) {
  BootScene scene(2);
  scene.inputs.table.ota_data.size_bytes = 0x1000;
  auto boot = scene.boot();
  EXPECT_EQ(boot.started, std::nullopt);
  EXPECT_TRUE(boot.has(BootRule::kOtaDataTooSmall));
  EXPECT_TRUE(boot.tried().empty());

  scene.inputs.table.ota_data.size_bytes = 0x2000;
  scene.inputs.ota_data_readable = false;
  EXPECT_EQ(scene.boot().started, std::nullopt);
}

// The table of spec 3.3: two records, with and without factory.
TEST(BootPlan, CaseAnalysisOfTheSpec) {
  const auto blank_blank = [](bool factory) { return BootScene(2, factory); };
  auto scene = blank_blank(true);
  EXPECT_EQ(scene.boot().started, kFactory);
  EXPECT_EQ(scene.show(0), "blank");

  scene = blank_blank(false);
  EXPECT_EQ(scene.boot().started, 0);
  EXPECT_EQ(scene.show(0), "1/VALID");

  scene = blank_blank(false).record(0, 2, OtaState::kAborted);
  EXPECT_EQ(scene.boot().started, 0);
  EXPECT_EQ(scene.show(0), "2/ABORTED") << "its check word is good, so it is not blank";

  scene = blank_blank(false).bad_check(0, 2, OtaState::kInvalid);
  EXPECT_EQ(scene.boot().started, 0);
  EXPECT_EQ(scene.show(0), "1/VALID") << "a bad check word counts as blank here";

  scene = blank_blank(true).bad_check(0, 7, OtaState::kUndefined).bad_check(1, 9, OtaState::kValid);
  auto boot = scene.boot();
  EXPECT_EQ(boot.started, kFactory);
  EXPECT_TRUE(boot.has(BootRule::kNoUsableRecordFactory));

  scene = BootScene(2).record(0, 4, OtaState::kValid).record(1, 3, OtaState::kValid);
  boot = scene.boot();
  EXPECT_EQ(boot.started, 1);
  EXPECT_TRUE(boot.has(BootRule::kLargerSequenceWins));

  scene = BootScene(2).record(1, 3, OtaState::kValid);
  boot = scene.boot();
  EXPECT_EQ(boot.started, 0);
  EXPECT_TRUE(boot.has(BootRule::kOneRecordUsable));

  boot = BootScene(0).boot();
  EXPECT_EQ(boot.started, kFactory);
  EXPECT_TRUE(boot.has(BootRule::kBothRejectedFactory));
  boot = BootScene(0).record(0, 1, OtaState::kValid).boot();
  EXPECT_EQ(boot.started, kFactory);
  EXPECT_TRUE(boot.has(BootRule::kNoSlotsFactory));

  boot = BootScene(0, false).record(0, 1, OtaState::kValid).boot();
  EXPECT_EQ(boot.started, std::nullopt);
  EXPECT_TRUE(boot.has(BootRule::kNoSlotsNoFactory));
  EXPECT_TRUE(boot.has(BootRule::kNothingBootable));
}

TEST(BootPlan, Trap1_AFlippedStateBitLeavesTheRecordSelectable) {
  BootScene scene(2);
  scene.record(0, 1, OtaState::kValid).record(1, 2, static_cast<OtaState>(0xFFFFFFFE));
  EXPECT_EQ(scene.boot().started, 1);
}

TEST(BootPlan, Trap4_EqualSequencesGoToSectorZero) {
  // Three slots read the number alike; which record decides shows in the state that changes.
  BootScene scene(3);
  scene.with_rollback().record(0, 5, OtaState::kNew).record(1, 5, OtaState::kNew);
  const auto boot = scene.boot();
  EXPECT_EQ(boot.started, 1);
  EXPECT_TRUE(boot.has(BootRule::kEqualSequencesFirstWins));
  EXPECT_EQ(scene.state(0), OtaState::kPendingVerify);
  EXPECT_EQ(scene.state(1), OtaState::kNew);
}

TEST(BootPlan, Trap5_SequenceZeroWithAnErasedCheckWordNamesTheLastSlot) {
  BootScene scene(2);
  scene.inputs.records[0].sequence = 0;  // four zero bytes at the head of a blank sector
  EXPECT_EQ(scene.boot().started, 1);
  EXPECT_EQ(BootScene(3).record(0, 0, OtaState::kUndefined).boot().started, 0)
      << "0xFFFFFFFF mod 3";
}

TEST(BootPlan, Trap17_TwoBadCheckWordsAreNeverHealed) {
  BootScene scene(2, false);
  scene.bad_check(0, 7, OtaState::kUndefined).bad_check(1, 9, OtaState::kUndefined);
  const auto boot = scene.boot();
  EXPECT_EQ(boot.started, 0);
  EXPECT_TRUE(boot.has(BootRule::kNoUsableRecordTryAll));
  EXPECT_EQ(scene.show(0), "7/UNDEFINED (bad check)");
  EXPECT_EQ(scene.show(1), "9/UNDEFINED (bad check)");
}

TEST(BootPlan, Trap69_ErasedOtaDataUnderFlashEncryptionReadAsNoise) {
  // Noise is a bad check word, not a blank record: nothing is recorded.
  BootScene scene(2, false);
  scene.bad_check(0, 0x9E3779B9, static_cast<OtaState>(0x7F4A7C15));
  scene.bad_check(1, 0xBF58476D, static_cast<OtaState>(0x1CE4E5B9));
  EXPECT_EQ(scene.boot().started, 0);
  EXPECT_NE(scene.show(0), "1/VALID");
}

TEST(BootPlan, Trap81_WithoutFactoryTwoRejectedRecordsStartSlotZeroAgain) {
  BootScene scene(2, false);
  scene.record(0, 1, OtaState::kAborted).record(1, 2, OtaState::kAborted);
  const auto boot = scene.boot();
  EXPECT_EQ(boot.started, 0);
  EXPECT_TRUE(boot.has(BootRule::kBothRejectedNoFactory));
  EXPECT_EQ(scene.show(0), "1/ABORTED");
  EXPECT_EQ(scene.show(1), "2/ABORTED");
}

// ---- Trials (spec 2.6) ----

TEST(BootPlan, AnImageThatNobodyConfirmsRunsOnce) {  // trace A3
  BootScene scene(2, false);
  scene.with_rollback().record(0, 1, OtaState::kValid).record(1, 2, OtaState::kNew);
  const auto first = scene.boot();
  EXPECT_EQ(first.started, 1);
  EXPECT_TRUE(first.has(BootRule::kNewBecomesPending));
  EXPECT_TRUE(first.has(BootRule::kImageAccepted));
  EXPECT_EQ(scene.show(1), "2/PENDING_VERIFY");
  const auto second = scene.boot();
  EXPECT_EQ(second.started, 0);
  EXPECT_TRUE(second.has(BootRule::kPendingBecomesAborted));
  EXPECT_EQ(scene.show(1), "2/ABORTED");
  EXPECT_EQ(scene.boot().started, 0);
}

TEST(BootPlan, Trap18_EveryPendingRecordIsGivenUpWhateverItsSequence) {
  BootScene scene(2);
  scene.with_rollback().record(0, 3, OtaState::kPendingVerify);
  scene.inputs.records[1].state = OtaState::kPendingVerify;  // sequence FFFFFFFF
  scene.boot();
  EXPECT_EQ(scene.state(0), OtaState::kAborted);
  EXPECT_EQ(scene.state(1), OtaState::kAborted);
}

TEST(BootPlan, Trap19_ABootloaderWithoutRollbackChangesNoState) {
  for (const OtaState state : {OtaState::kNew, OtaState::kPendingVerify}) {
    BootScene scene(2);
    scene.record(0, 1, OtaState::kValid).record(1, 2, state);
    for (int boots = 0; boots < 3; ++boots) {
      const auto boot = scene.boot();
      EXPECT_EQ(boot.started, 1);
      EXPECT_TRUE(boot.has(state == OtaState::kNew ? BootRule::kNewButRollbackOff
                                                   : BootRule::kPendingButRollbackOff));
      EXPECT_EQ(scene.state(1), state);
    }
  }
}

TEST(BootPlan, Trap21_TheTrialIsRecordedBeforeTheImageIsVerified) {
  BootScene scene(2);
  scene.with_rollback().record(0, 1, OtaState::kValid).record(1, 2, OtaState::kNew).broken(1);
  EXPECT_EQ(scene.boot().started, 0);
  EXPECT_EQ(scene.state(1), OtaState::kPendingVerify);
  EXPECT_EQ(scene.boot().started, 0);
  EXPECT_EQ(scene.state(1), OtaState::kAborted);
}

TEST(BootPlan, Trap91_ANormalDeepSleepWakeEndsTheTrial) {
  BootScene scene(2);
  scene.with_rollback().record(0, 1, OtaState::kValid).record(1, 2, OtaState::kPendingVerify);
  scene.inputs.woke_from_deep_sleep = true;
  EXPECT_EQ(scene.boot().started, 0);
  EXPECT_EQ(scene.state(1), OtaState::kAborted);
}

TEST(BootPlan, WriteErrorsDoNotChangeTheDecision) {
  BootScene scene(2);
  scene.with_rollback().record(0, 1, OtaState::kValid).record(1, 2, OtaState::kNew);
  scene.writes_fail = true;
  for (int boots = 0; boots < 3; ++boots) {
    EXPECT_EQ(scene.boot().started, 1) << "the trial can not be recorded, so it never ends";
    EXPECT_EQ(scene.state(1), OtaState::kNew);
  }
  scene.record(1, 2, OtaState::kPendingVerify);
  EXPECT_EQ(scene.boot().started, 0) << "in memory the record is ABORTED";
  EXPECT_EQ(scene.state(1), OtaState::kPendingVerify);

  BootScene first_start(2, false);
  first_start.writes_fail = true;
  EXPECT_EQ(first_start.boot().started, 0);
  EXPECT_EQ(first_start.show(0), "blank");

  BootScene burning(2);
  burning.with_anti_rollback().record(0, 1, OtaState::kValid).version(0, 3);
  burning.burns_fail = true;
  EXPECT_EQ(burning.boot().started, 0);
  EXPECT_EQ(burning.inputs.secure_version_fuses, 0U);
}

TEST(BootPlan, ACutBetweenStepsIsFollowedByANewPlan) {
  // PENDING to ABORTED in both sectors; the power goes after the first write.
  BootScene scene(2);
  scene.with_rollback().record(0, 3, OtaState::kPendingVerify);
  scene.record(1, 2, OtaState::kPendingVerify);
  BootPlan plan(scene.inputs);
  const BootStep first = plan.next();
  ASSERT_EQ(first.kind, BootStep::Kind::kWriteRecord);
  scene.inputs.records[first.sector] = first.record;
  EXPECT_EQ(scene.boot().started, kFactory);
  EXPECT_EQ(scene.state(0), OtaState::kAborted);
  EXPECT_EQ(scene.state(1), OtaState::kAborted);
}

TEST(BootPlan, Trap89_ALostOnlyRecordLetsAnUnconfirmedImageBecomeValid) {
  // The reference erased the sector to write ABORTED, and the power went.
  BootScene scene(2, false);
  scene.with_rollback();
  EXPECT_EQ(scene.boot().started, 0);
  EXPECT_EQ(scene.show(0), "1/VALID");
}

// ---- Trial order (spec 3.4) ----

TEST(BootPlan, Trap14_SlotsBelowComeBeforeFactoryAndThoseAbove) {
  BootScene scene(4, true, true);
  scene.record(0, 3, OtaState::kValid);  // slot 2
  EXPECT_EQ(scene.broken(2).boot().started, 1);
  EXPECT_EQ(scene.broken(1).boot().started, 0);
  EXPECT_EQ(scene.broken(0).boot().started, kFactory);
  EXPECT_EQ(scene.broken(kFactory).boot().started, 3);
  auto boot = scene.broken(3).boot();
  EXPECT_EQ(boot.started, kTest);
  EXPECT_TRUE(boot.has(BootRule::kTestAppFallback));
  boot = scene.broken(kTest).boot();
  EXPECT_EQ(boot.started, std::nullopt);
  EXPECT_TRUE(boot.has(BootRule::kNothingBootable));
  EXPECT_EQ(boot.tried(), (Positions{2, 1, 0, kFactory, 3, kTest}));
}

TEST(BootPlan, FromFactorySlotsAreTriedUpwards) {
  BootScene scene(3);
  scene.broken(kFactory).broken(0).broken(1).broken(2);
  EXPECT_EQ(scene.boot().tried(), (Positions{kFactory, 0, 1, 2}));
}

TEST(BootPlan, Trap15_AFallbackIsNotRecorded) {
  BootScene scene(2);
  scene.record(0, 1, OtaState::kValid).record(1, 2, OtaState::kUndefined).broken(1);
  for (int boots = 0; boots < 3; ++boots) {
    const auto boot = scene.boot();
    EXPECT_EQ(boot.started, 0);
    EXPECT_TRUE(boot.has(BootRule::kImageRefused));
    EXPECT_TRUE(boot.has(BootRule::kNextInTrialOrder));
    EXPECT_EQ(scene.show(0), "1/VALID");
    EXPECT_EQ(scene.show(1), "2/UNDEFINED");
  }
}

TEST(BootPlan, Trap16_TheFirstStartRecordsTheSlotThatReallyStarted) {  // trace A8
  BootScene scene(2, false);
  scene.broken(0);
  const auto boot = scene.boot();
  EXPECT_EQ(boot.started, 1);
  EXPECT_TRUE(boot.has(BootRule::kBlankStartsInitialContents));
  EXPECT_TRUE(boot.has(BootRule::kInitialContentsWritten));
  EXPECT_EQ(scene.show(0), "2/VALID");
  EXPECT_EQ(scene.show(1), "blank");
}

TEST(BootPlan, TheTestAppAsLastResortIsNotRecorded) {
  BootScene scene(1, false, true);
  scene.broken(0);
  EXPECT_EQ(scene.boot().started, kTest);
  EXPECT_EQ(scene.show(0), "blank");
}

TEST(BootPlan, Trap11_SlotsAtOrAboveTheCountOfRowsAreUnreachable) {
  // The table holds ota_0 and ota_2: two rows, so slot 1 is an empty position and ota_2 out of
  // reach.
  formats::PartitionRows rows;
  const auto add = [&](std::uint8_t subtype, std::uint32_t offset) {
    formats::PartitionRow row;
    row.subtype = subtype;
    row.offset = offset;
    row.size = 0x10000;
    ASSERT_TRUE(rows.push_back(row));
  };
  add(0x10, 0x10000);
  add(0x12, 0x20000);
  const BootTable table = boot_table_of(rows);
  EXPECT_EQ(table.slot_count, 2U);
  EXPECT_EQ(table.range_of(BootPosition{0}).start.value, 0x10000U);
  EXPECT_EQ(table.range_of(BootPosition{1}).size_bytes, 0U);
  EXPECT_EQ(table.range_of(BootPosition{2}).size_bytes, 0U);
  EXPECT_EQ(table.range_of(BootPosition{}).size_bytes, 0U);
}

// Rows of slots are counted whatever their numbers, and a table has room for more than 16.
TEST(BootPlan, MoreRowsOfSlotsThanNumbersAreNoMoreSlots) {
  BootTable table;
  table.slots[15] = {{0x10000}, 0x10000};
  table.slot_count = 40;
  EXPECT_EQ(table.range_of({15}).size_bytes, 0x10000U);
  EXPECT_EQ(table.range_of({16}).size_bytes, 0U);
  EXPECT_EQ(table.range_of({39}).size_bytes, 0U);
}

TEST(BootPlan, Trap13_TheLastRowOfAKindWins) {
  formats::PartitionRows rows;
  for (const std::uint32_t offset : {0x10000U, 0x20000U}) {
    for (const std::uint8_t subtype : {0x00, 0x10, 0x20}) {
      formats::PartitionRow row;
      row.subtype = subtype;
      row.offset = offset + subtype * 0x100U;
      row.size = 0x10000;
      ASSERT_TRUE(rows.push_back(row));
    }
  }
  const BootTable table = boot_table_of(rows);
  EXPECT_EQ(table.factory.start.value, 0x20000U);
  EXPECT_EQ(table.slots[0].start.value, 0x21000U);
  EXPECT_EQ(table.test.start.value, 0x22000U);
  EXPECT_EQ(table.slot_count, 2U);
}

TEST(BootPlan, Trap76_ARefusedImageIsFollowedByTheNext) {
  // Whatever refuses an image after it was found, the next candidate is tried.
  BootScene scene(2);
  scene.record(0, 2, OtaState::kValid).broken(1, Error::kImageSignatureInvalid);
  const auto boot = scene.boot();
  EXPECT_EQ(boot.tried(), (Positions{1, 0}));
  EXPECT_EQ(boot.started, 0);
  const auto refused =
      std::find_if(boot.applied.begin(), boot.applied.end(),
                   [](const AppliedRule& rule) { return rule.rule == BootRule::kImageRefused; });
  ASSERT_NE(refused, boot.applied.end());
  EXPECT_EQ(refused->image_error, Error::kImageSignatureInvalid);
}

// ---- Rules ----

TEST(BootPlan, EveryRuleHasATextAndASection) {
  constexpr int kCount = static_cast<int>(BootRule::kImageCanNotBeMapped) + 1;
  std::set<std::string_view> texts;
  for (int i = 0; i < kCount; ++i) {
    const BootRuleText text = describe(static_cast<BootRule>(i));
    EXPECT_GT(text.text.size(), 10U) << i;
    EXPECT_TRUE(text.spec_section.starts_with("2.") || text.spec_section.starts_with("3.")) << i;
    texts.insert(text.text);
  }
  EXPECT_EQ(texts.size(), static_cast<std::size_t>(kCount));
  // A recording of a later Rota may hold a number that this one does not know.
  EXPECT_EQ(describe(static_cast<BootRule>(kCount)).text, "unknown rule");
}

TEST(BootPlan, TheRulesOfTheLongestDecisionFit) {
  BootScene scene(16, true, true);
  scene.with_anti_rollback(0b1).record(0, 16, OtaState::kPendingVerify);
  scene.record(1, 15, OtaState::kPendingVerify);
  scene.inputs.settings.factory_reset.enabled = true;
  scene.inputs.factory_reset_pin_held = true;
  for (auto& [position, image] : scene.images) image.secure_version = position % 2;
  for (auto& [position, image] : scene.images) image.refusal = Error::kImageBadDigest;
  const auto boot = scene.boot();
  EXPECT_EQ(boot.started, std::nullopt);
  EXPECT_LE(boot.rules.size(), BootPlan::kMaxRules / 3);
  EXPECT_EQ(boot.rules.back(), BootRule::kNothingBootable);
}

}  // namespace
}  // namespace rota::core
