// Random boards, and power cuts between all steps of their boots. Invariants:
//   1. A plan ends: it starts an image or resets, within a bounded number of steps.
//   2. What starts was tried and accepted; with full validation it is a good image.
//   3. With anti-rollback, nothing below the burned version starts.
//   4. The bootloader resets only when nothing that it may try is bootable, or for one of the
//   stated
//      reasons (OTA data too small, no slots to divide by, a held test pin).
//   5. A NEW image starts at most once before it is confirmed or given up, whatever is cut.
//   6. Fuses only ever gain bits.
// Every rule is reached; the count of distinct decisions is printed.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdio>
#include <random>
#include <set>
#include <vector>

#include "core/boot_scene_for_test.h"

namespace rota::core {
namespace {

using formats::OtaState;

class RandomScenes : public ::testing::Test {
 protected:
  std::uint32_t below(std::uint32_t limit) {
    return std::uniform_int_distribution<std::uint32_t>(0, limit - 1)(random_);
  }
  bool one_in(std::uint32_t n) { return below(n) == 0; }

  void random_record(BootScene& scene, int sector) {
    constexpr OtaState kStates[] = {OtaState::kNew,     OtaState::kPendingVerify,
                                    OtaState::kValid,   OtaState::kInvalid,
                                    OtaState::kAborted, OtaState::kUndefined};
    if (one_in(4)) return;
    scene.record(sector, below(12), kStates[below(6)]);
    if (one_in(6)) scene.bad_check(sector, below(12), kStates[below(6)]);
  }

  BootScene random_scene() {
    BootScene scene(static_cast<int>(below(5)), one_in(2), one_in(3));
    if (one_in(2)) scene.with_rollback();
    if (one_in(3)) scene.with_anti_rollback((1U << below(4)) - 1);
    for (int sector = 0; sector < 2; ++sector) random_record(scene, sector);
    for (auto& [position, image] : scene.images) {
      image.secure_version = below(4);
      if (one_in(8)) image.secure_version.reset();
      if (one_in(3)) image.refusal = Error::kImageBadDigest;
      if (image.refusal && one_in(2)) image.structural_refusal = Error::kImageBadMagic;
    }
    if (one_in(20)) scene.inputs.table.ota_data = {};
    if (one_in(20)) scene.inputs.table.ota_data.size_bytes = 0x1000;
    formats::BootloaderSettings& settings = scene.inputs.settings;
    settings.skip_validate_always = one_in(10);
    settings.skip_validate_on_power_on = one_in(10);
    settings.skip_validate_in_deep_sleep = one_in(2);
    scene.inputs.woke_from_deep_sleep = one_in(8);
    scene.inputs.is_power_on_reset = one_in(2);
    settings.factory_reset.enabled = one_in(5);
    settings.factory_reset_erases_ota_data = one_in(2);
    settings.app_test.enabled = one_in(5);
    scene.inputs.factory_reset_pin_held = one_in(3);
    scene.inputs.app_test_pin_held = one_in(3);
    return scene;
  }

  std::mt19937 random_{20260101};
};

bool has_stated_reason_to_reset(const BootScene::Outcome& boot) {
  return boot.has(BootRule::kOtaDataTooSmall) || boot.has(BootRule::kSlotArithmeticByZero) ||
         boot.has(BootRule::kTestAppMissing) || boot.has(BootRule::kTestAppPin);
}

// A position that a bootloader may try and that would pass.
bool something_is_bootable(const BootScene& scene, bool validates) {
  const BootInputs& in = scene.inputs;
  return std::any_of(scene.images.begin(), scene.images.end(), [&](const auto& entry) {
    const BootScene::Image& image = entry.second;
    const auto& refusal = validates ? image.refusal : image.structural_refusal;
    if (refusal || in.table.range_of({entry.first}).size_bytes == 0) return false;
    if (!in.settings.anti_rollback) return true;
    const std::uint32_t burned =
        secure_version_of_fuses(in.secure_version_fuses, in.settings.secure_version_width);
    if (!image.secure_version || *image.secure_version < burned) return false;
    return validates || burned == 0;  // skipped validation reads no version
  });
}

TEST_F(RandomScenes, ReachEveryRuleAndKeepTheInvariants) {
  std::set<BootRule> reached;
  std::set<std::vector<BootRule>> decisions;
  for (int round = 0; round < 30000; ++round) {
    SCOPED_TRACE("round " + std::to_string(round));
    BootScene scene = random_scene();
    const std::uint32_t fuses_before = scene.inputs.secure_version_fuses;
    const BootScene::Outcome boot = scene.boot();
    reached.insert(boot.rules.begin(), boot.rules.end());
    decisions.insert(boot.rules);
    ASSERT_LT(boot.steps.size(), 100U);
    ASSERT_EQ(fuses_before & ~scene.inputs.secure_version_fuses, 0U);
    bool validated = true;
    for (const BootStep& step : boot.steps) {
      if (step.kind == BootStep::Kind::kTryImage) validated = step.validate;
    }
    if (!boot.started) {
      const bool validates =
          !(scene.inputs.settings.skip_validate_always ||
            (scene.inputs.settings.skip_validate_on_power_on && scene.inputs.is_power_on_reset));
      ASSERT_TRUE(has_stated_reason_to_reset(boot) || !something_is_bootable(scene, validates));
      continue;
    }
    const BootScene::Image& image = scene.images.at(*boot.started);
    ASSERT_FALSE(validated ? image.refusal : image.structural_refusal);
    if (scene.inputs.settings.anti_rollback && !boot.has(BootRule::kDeepSleepFastPath)) {
      ASSERT_GE(image.secure_version.value_or(0), secure_version_of_fuses(fuses_before, 32));
    }
  }
  for (int i = 0; i < static_cast<int>(BootRule::kImageCanNotBeMapped); ++i) {
    EXPECT_TRUE(reached.count(static_cast<BootRule>(i)) == 1)
        << "never reached: " << describe(static_cast<BootRule>(i)).text;
  }
  std::printf("distinct decisions: %zu\n", decisions.size());
  EXPECT_GT(decisions.size(), 1000U);
}

// A boot whose power goes before its step number `cut`; true when the plan ended before that.
bool boot_until(BootScene& scene, std::size_t cut, std::optional<int>& started) {
  BootPlan plan(scene.inputs);
  started.reset();
  for (std::size_t done = 0; done < cut; ++done) {
    const BootStep step = plan.next();
    if (step.kind == BootStep::Kind::kStart) started = step.position.index;
    if (step.kind == BootStep::Kind::kStart || step.kind == BootStep::Kind::kReset) return true;
    plan.report(scene.carry_out(step));
  }
  return false;
}

TEST_F(RandomScenes, ATrialStartsAtMostOnceWhateverIsCut) {
  int trials = 0;
  for (int round = 0; round < 3000; ++round) {
    SCOPED_TRACE("round " + std::to_string(round));
    const int slots = 2 + static_cast<int>(below(3));
    BootScene scene(slots, one_in(2));
    scene.with_rollback();
    const std::uint32_t sequence = 2 + below(6);
    scene.record(0, sequence - 1, OtaState::kValid).record(1, sequence, OtaState::kNew);
    const int on_trial = static_cast<int>((sequence - 1) % static_cast<std::uint32_t>(slots));
    int starts_on_trial = 0;
    for (int boots = 0; boots < 6; ++boots) {
      std::optional<int> started;
      boot_until(scene, one_in(2) ? 1 + below(4) : 100, started);
      if (started == on_trial) ++starts_on_trial;
    }
    trials += starts_on_trial;
    ASSERT_LE(starts_on_trial, 1);
    ASSERT_EQ(scene.state(0), OtaState::kValid);
  }
  EXPECT_GT(trials, 1000) << "the cuts must not prevent every trial";
}

}  // namespace
}  // namespace rota::core
