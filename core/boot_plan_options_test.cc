// The boot decision with what a bootloader's settings add to it: anti-rollback, pins, validation
// that is skipped (spec section 3). The decision itself: boot_plan_test.cc.
#include "core/boot_plan.h"

#include <gtest/gtest.h>

#include "core/boot_scene_for_test.h"

namespace rota::core {
namespace {

using formats::OtaState;
using Positions = std::vector<int>;

constexpr int kFactory = BootPosition::kFactory;
constexpr int kTest = BootPosition::kTest;

// ---- Anti-rollback (spec 3.3, 3.5) ----

TEST(BootPlanOptions, ARecordBelowTheBurnedVersionDoesNotCount) {
  BootScene scene(2);
  scene.with_anti_rollback(0b11).record(0, 1, OtaState::kValid).record(1, 2, OtaState::kNew);
  scene.version(0, 2).version(1, 1);
  auto boot = scene.boot();
  EXPECT_EQ(boot.started, 0);
  EXPECT_TRUE(boot.has(BootRule::kRecordBelowSecureVersion));
  for (const AppliedRule& rule : boot.applied) {
    EXPECT_TRUE(rule.rule != BootRule::kRecordBelowSecureVersion || rule.record_sector == 1);
  }
  EXPECT_EQ(scene.state(1), OtaState::kNew) << "it was never chosen";

  scene.version(1, std::nullopt);
  EXPECT_EQ(scene.boot().started, 0) << "no description, no version";
}

// The version is read before the image is loaded, and looked at again in what was loaded.
TEST(BootPlanOptions, AnImageThatIsLoadedWithALowerVersionThanItsDescriptionIsRefused) {
  BootScene scene(2);
  scene.with_anti_rollback(0b1).record(0, 1, OtaState::kValid).version(0, 1);
  scene.version(BootPosition::kFactory, 1);
  BootPlan plan(scene.inputs);
  BootStep step = plan.next();
  while (step.kind == BootStep::Kind::kReadDescription) {
    plan.report(scene.carry_out(step));
    step = plan.next();
  }
  ASSERT_EQ(step.kind, BootStep::Kind::kTryImage);
  BootAnswer answer = scene.carry_out(step);
  answer.secure_version = 0;
  plan.report(answer);
  ASSERT_FALSE(plan.rules().empty());
  EXPECT_EQ(plan.rules().back().rule, BootRule::kImageRefused);
  EXPECT_EQ(plan.rules().back().image_error, Error::kImageSecureVersionTooOld);
}

TEST(BootPlanOptions, ASlotBelowTheBurnedVersionIsSkippedInTheTrialOrder) {
  BootScene scene(2, true, true);
  scene.with_anti_rollback(0b1).record(0, 2, OtaState::kUndefined).version(1, 1).broken(1);
  scene.version(0, 0).version(kFactory, 1);
  const auto boot = scene.boot();
  EXPECT_EQ(boot.started, kFactory);
  EXPECT_TRUE(boot.has(BootRule::kSlotBelowSecureVersion));
  EXPECT_EQ(boot.tried(), (Positions{1, kFactory})) << "slot 0 was not even verified";
}

TEST(BootPlanOptions, AConfirmedImageRaisesTheBurnedVersion) {
  BootScene scene(2);
  scene.with_anti_rollback(0b1).record(0, 1, OtaState::kValid).version(0, 3);
  const auto boot = scene.boot();
  EXPECT_EQ(boot.started, 0);
  EXPECT_TRUE(boot.has(BootRule::kConfirmedBurnsVersion));
  EXPECT_EQ(scene.inputs.secure_version_fuses, 0b111U);
}

TEST(BootPlanOptions, AnImageOnTrialBurnsNothing) {
  BootScene scene(2);
  scene.with_anti_rollback(0b1).record(0, 1, OtaState::kNew).version(0, 3);
  EXPECT_EQ(scene.boot().started, 0);
  EXPECT_EQ(scene.inputs.secure_version_fuses, 0b1U);
}

TEST(BootPlanOptions, TheFirstStartBurnsItsVersion) {
  BootScene scene(2, false);
  scene.with_anti_rollback().version(0, 2);
  EXPECT_EQ(scene.boot().started, 0);
  EXPECT_EQ(scene.show(0), "1/VALID");
  EXPECT_EQ(scene.inputs.secure_version_fuses, 0b11U);
}

TEST(BootPlanOptions, Trap78_BlankOtaDataStartTheFactoryImageUnderAntiRollback) {
  BootScene scene(2);
  scene.with_anti_rollback(0b1).version(kFactory, 1).version(0, 1);
  auto boot = scene.boot();
  EXPECT_EQ(boot.started, kFactory);
  EXPECT_TRUE(boot.has(BootRule::kAntiRollbackBlankFactory));
  EXPECT_EQ(scene.show(0), "blank");

  scene.version(kFactory, 0);
  EXPECT_EQ(scene.boot().started, 0) << "the factory image is too old";
  EXPECT_EQ(scene.show(0), "1/VALID");
}

TEST(BootPlanOptions, Trap79_ARecordWithoutSlotsIsAResetInsteadOfADivisionByZero) {
  BootScene scene(0);
  scene.with_anti_rollback().record(0, 1, OtaState::kValid);
  const auto boot = scene.boot();
  EXPECT_EQ(boot.started, std::nullopt);
  EXPECT_TRUE(boot.has(BootRule::kSlotArithmeticByZero));
}

TEST(BootPlanOptions, Trap34_TheSecureVersionIsTheNumberOfBurnedBits) {
  EXPECT_EQ(secure_version_of_fuses(0b101, 32), 2U);
  EXPECT_EQ(secure_version_of_fuses(0xFFFFFFFF, 32), 32U);
  BootScene scene(1);
  scene.with_anti_rollback(0b101).record(0, 1, OtaState::kUndefined).version(0, 2);
  EXPECT_EQ(scene.boot().started, 0);
}

TEST(BootPlanOptions, Trap90_BurningTakesTheBurnedBitsForContiguous) {
  const auto bits = fuse_bits_to_burn(0b101, 32, 3);
  ASSERT_TRUE(bits.ok());
  EXPECT_EQ(*bits, 0b100U);
  EXPECT_EQ(secure_version_of_fuses(0b101 | *bits, 32), 2U) << "the version did not rise";
}

TEST(BootPlanOptions, OnlyTheBitsOfTheChipsFieldCount) {
  for (const std::uint8_t width : {4, 9, 16, 32}) {
    EXPECT_EQ(secure_version_of_fuses(0xFFFFFFFF, width), width);
    EXPECT_EQ(fuse_bits_to_burn(0, width, width + 1U).error(), Error::kSecureVersionWidth);
    const auto all = fuse_bits_to_burn(0, width, width);
    ASSERT_TRUE(all.ok());
    EXPECT_EQ(secure_version_of_fuses(*all, width), width);
    EXPECT_EQ(fuse_bits_to_burn(*all, width, width - 1U).error(), Error::kSecureVersionBehind);
    EXPECT_EQ(*fuse_bits_to_burn(*all, width, width), 0U);
  }
  // A bit above the field changes nothing.
  BootScene scene(1);
  scene.with_anti_rollback(0x10, 4).record(0, 1, OtaState::kUndefined).version(0, 0);
  EXPECT_EQ(scene.boot().started, 0);
}

TEST(BootPlanOptions, AnImageWhoseVersionDoesNotFitTheFieldRunsAndBurnsNothing) {
  BootScene scene(1);
  scene.with_anti_rollback(0, 4).record(0, 1, OtaState::kValid).version(0, 5);
  EXPECT_EQ(scene.boot().started, 0);
  EXPECT_EQ(scene.inputs.secure_version_fuses, 0U);
}

// ---- Pins (spec 3.2) ----

TEST(BootPlanOptions, TheFactoryResetErasesAndSelectsAnew) {
  BootScene scene(2);
  scene.record(0, 1, OtaState::kValid);
  scene.inputs.settings.factory_reset = {true, 4, false};
  scene.inputs.settings.factory_reset_erases_ota_data = true;
  scene.inputs.factory_reset_pin_held = true;
  const auto boot = scene.boot();
  EXPECT_EQ(boot.started, kFactory);
  EXPECT_TRUE(boot.has(BootRule::kFactoryResetPin));
  EXPECT_EQ(scene.show(0), "blank");
}

TEST(BootPlanOptions, Trap20_AFactoryResetThatKeepsOtaDataAbortsANewImage) {
  BootScene scene(2);
  scene.with_rollback().record(0, 1, OtaState::kValid).record(1, 2, OtaState::kNew);
  scene.inputs.settings.factory_reset = {true, 4, false};
  scene.inputs.factory_reset_pin_held = true;
  EXPECT_EQ(scene.boot().started, 0);
  EXPECT_EQ(scene.state(1), OtaState::kAborted);
}

TEST(BootPlanOptions, PinsCountOnlyWhenTheyAreConfiguredAndNotAfterDeepSleep) {
  BootScene scene(2, true, true);
  scene.inputs.factory_reset_pin_held = true;
  scene.inputs.app_test_pin_held = true;
  scene.record(0, 1, OtaState::kValid);
  const auto expect_nothing = [&](const char* when) {
    const auto boot = scene.boot();
    EXPECT_EQ(boot.started, 0) << when;
    EXPECT_FALSE(boot.has(BootRule::kFactoryResetPin)) << when;
    EXPECT_FALSE(boot.has(BootRule::kTestAppPin)) << when;
  };
  expect_nothing("held, but not configured");
  scene.inputs.settings.factory_reset.enabled = true;
  scene.inputs.settings.app_test.enabled = true;
  scene.inputs.woke_from_deep_sleep = true;
  expect_nothing("a wake from deep sleep");
  scene.inputs.woke_from_deep_sleep = false;
  scene.inputs.factory_reset_pin_held = false;
  scene.inputs.app_test_pin_held = false;
  expect_nothing("configured, but not held");
  EXPECT_EQ(scene.show(0), "1/VALID");
}

TEST(BootPlanOptions, TheTestPinTriesTheTestAppAlone) {
  BootScene scene(2, true, true);
  scene.inputs.settings.app_test = {true, 18, false};
  scene.inputs.app_test_pin_held = true;
  auto boot = scene.boot();
  EXPECT_EQ(boot.started, kTest);
  EXPECT_TRUE(boot.has(BootRule::kTestAppPin));

  boot = scene.broken(kTest).boot();
  EXPECT_EQ(boot.started, std::nullopt);
  EXPECT_EQ(boot.tried(), (Positions{kTest}));

  BootScene without(2);
  without.inputs.settings.app_test = {true, 18, false};
  without.inputs.app_test_pin_held = true;
  boot = without.boot();
  EXPECT_EQ(boot.started, std::nullopt);
  EXPECT_TRUE(boot.has(BootRule::kTestAppMissing));
}

TEST(BootPlanOptions, TheFactoryResetPinIsLookedAtFirst) {
  BootScene scene(2, true, true);
  scene.inputs.settings.factory_reset = {true, 4, false};
  scene.inputs.settings.app_test = {true, 18, false};
  scene.inputs.factory_reset_pin_held = true;
  scene.inputs.app_test_pin_held = true;
  EXPECT_EQ(scene.boot().started, kFactory);
}

TEST(BootPlanOptions, ATestAppBelowTheBurnedVersionIsNotStartedByThePin) {
  BootScene scene(2, true, true);
  scene.with_anti_rollback(0b1);
  scene.inputs.settings.app_test = {true, 18, false};
  scene.inputs.app_test_pin_held = true;
  EXPECT_EQ(scene.boot().started, std::nullopt);
}

// ---- What each path verifies (spec 3.6, 3.7) ----

bool first_try_validates(const BootScene::Outcome& boot) {
  for (const BootStep& step : boot.steps) {
    if (step.kind == BootStep::Kind::kTryImage) return step.validate;
  }
  ADD_FAILURE() << "nothing was tried";
  return false;
}

TEST(BootPlanOptions, ValidationIsSkippedAsConfigured) {
  BootScene scene(2);
  scene.record(0, 1, OtaState::kValid);
  EXPECT_TRUE(first_try_validates(scene.boot()));

  scene.inputs.settings.skip_validate_on_power_on = true;
  EXPECT_TRUE(first_try_validates(scene.boot())) << "this is not a power-on reset";
  scene.inputs.is_power_on_reset = true;
  EXPECT_FALSE(first_try_validates(scene.boot()));

  scene.inputs.settings.skip_validate_on_power_on = false;
  EXPECT_TRUE(first_try_validates(scene.boot()));
  scene.inputs.settings.skip_validate_always = true;
  EXPECT_FALSE(first_try_validates(scene.boot()));
}

TEST(BootPlanOptions, SkippedValidationStartsADamagedImageButNoneWithoutStructure) {
  BootScene scene(2);
  scene.record(0, 2, OtaState::kValid).broken(1);
  scene.inputs.settings.skip_validate_always = true;
  EXPECT_EQ(scene.boot().started, 1);
  scene.images[1].structural_refusal = Error::kImageBadMagic;
  EXPECT_EQ(scene.boot().started, 0);
}

TEST(BootPlanOptions, SkippedValidationFailsUnderAntiRollbackOnceAVersionIsBurned) {
  // Nothing read the image's version, so it is compared as 0 (spec 3.6).
  BootScene scene(1, false);
  scene.with_anti_rollback().record(0, 1, OtaState::kUndefined).version(0, 3);
  scene.inputs.settings.skip_validate_always = true;
  EXPECT_EQ(scene.boot().started, 0);
  scene.with_anti_rollback(0b1);
  EXPECT_EQ(scene.boot().started, std::nullopt);
}

TEST(BootPlanOptions, Trap77_TheFastPathOfADeepSleepWakeChangesNoState) {
  BootScene scene(2);
  scene.with_rollback().record(0, 1, OtaState::kValid).record(1, 2, OtaState::kPendingVerify);
  scene.inputs.woke_from_deep_sleep = true;
  scene.inputs.settings.skip_validate_in_deep_sleep = true;
  const auto boot = scene.boot();
  EXPECT_EQ(boot.started, 1);
  EXPECT_FALSE(first_try_validates(boot));
  EXPECT_TRUE(boot.has(BootRule::kDeepSleepFastPath));
  EXPECT_EQ(scene.state(1), OtaState::kPendingVerify);
}

TEST(BootPlanOptions, TheFastPathGoesBackToTheRetainedImage) {
  BootScene scene(2);
  scene.record(0, 1, OtaState::kValid);
  scene.inputs.woke_from_deep_sleep = true;
  scene.inputs.settings.skip_validate_in_deep_sleep = true;
  scene.inputs.retained_image = scene.inputs.table.slots[1];
  const auto boot = scene.boot();
  EXPECT_EQ(boot.started, BootPosition::kRetained);
  EXPECT_EQ(boot.steps.back().range, scene.inputs.table.slots[1]);
}

TEST(BootPlanOptions, AFastPathThatFailsBootsAsUsual) {
  BootScene scene(2);
  scene.record(0, 2, OtaState::kValid);
  scene.images[1].structural_refusal = Error::kImageBadMagic;
  scene.broken(1, Error::kImageBadMagic);
  scene.inputs.woke_from_deep_sleep = true;
  scene.inputs.settings.skip_validate_in_deep_sleep = true;
  auto boot = scene.boot();
  EXPECT_EQ(boot.started, 0);
  EXPECT_TRUE(boot.has(BootRule::kDeepSleepFastPathFailed));

  BootScene no_data(2);
  no_data.inputs.table.ota_data = {};
  no_data.inputs.woke_from_deep_sleep = true;
  no_data.inputs.settings.skip_validate_in_deep_sleep = true;
  EXPECT_EQ(no_data.boot().started, kFactory);

  BootScene no_record(2);
  no_record.inputs.woke_from_deep_sleep = true;
  no_record.inputs.settings.skip_validate_in_deep_sleep = true;
  boot = no_record.boot();
  EXPECT_EQ(boot.started, kFactory) << "no record: the fast path takes the factory image";
  EXPECT_FALSE(boot.has(BootRule::kDeepSleepFastPathFailed));
}

TEST(BootPlanOptions, AWakeWithoutTheOptionBootsAsUsual) {
  BootScene scene(2);
  scene.record(0, 2, OtaState::kValid);
  scene.inputs.woke_from_deep_sleep = true;
  EXPECT_TRUE(first_try_validates(scene.boot()));
}

TEST(BootPlanOptions, TheFastPathNeedsOtaDataThatCanBeRead) {
  BootScene scene(2);
  scene.record(0, 2, OtaState::kValid);
  scene.inputs.ota_data_readable = false;
  scene.inputs.woke_from_deep_sleep = true;
  scene.inputs.settings.skip_validate_in_deep_sleep = true;
  const auto boot = scene.boot();
  EXPECT_EQ(boot.started, std::nullopt);
  EXPECT_TRUE(boot.has(BootRule::kDeepSleepFastPathFailed));
  EXPECT_TRUE(boot.has(BootRule::kOtaDataTooSmall));
  EXPECT_TRUE(boot.tried().empty());
}

TEST(BootPlanOptions, Trap4_EqualSequencesGoToSectorZeroUnderAntiRollback) {
  BootScene scene(2);
  scene.with_anti_rollback().record(0, 1, OtaState::kValid).record(1, 1, OtaState::kUndefined);
  const auto boot = scene.boot();
  EXPECT_EQ(boot.started, 0);
  for (const AppliedRule& rule : boot.applied) {
    if (rule.rule == BootRule::kEqualSequencesFirstWins) {
      EXPECT_EQ(rule.record_sector, 0);
    }
  }
  EXPECT_TRUE(boot.has(BootRule::kEqualSequencesFirstWins));
}

// A row at address 0 is none for whoever reads a version from it.
TEST(BootPlanOptions, ASlotAtAddressZeroHasNoSecureVersion) {
  BootScene scene(2);
  scene.with_anti_rollback().record(0, 2, OtaState::kValid);
  scene.inputs.table.slots[1].start = {0};
  auto boot = scene.boot();
  EXPECT_EQ(boot.started, kFactory) << "its record does not count";
  EXPECT_TRUE(boot.has(BootRule::kRecordBelowSecureVersion));

  scene.record(0, 1, OtaState::kValid).broken(0).broken(kFactory);
  boot = scene.boot();
  EXPECT_EQ(boot.started, std::nullopt);
  EXPECT_EQ(boot.tried(), (Positions{0, kFactory})) << "nor is it tried";
  EXPECT_TRUE(boot.has(BootRule::kSlotBelowSecureVersion));
}

}  // namespace
}  // namespace rota::core
