// Famous bugs of this field, re-created on our code. The name of a test is the bug: McubootN is
// issue N of MCUboot, a product with a number is a CVE of it.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <vector>

#include "core/app_update.h"
#include "core/boot_selection.h"
#include "core/image_verifier.h"
#include "formats/ota_data.h"
#include "sim/device.h"
#include "sim/random.h"
#include "sim/sweep.h"

namespace rota::sim {
namespace {

using core::kSectorBytes;

SweepPlan plan_of(std::string_view scenario,
                  unsigned faults,
                  const Configuration& configuration = {}) {
  SweepPlan plan;
  plan.scenario = find_scenario(scenario);
  plan.configuration = configuration;
  plan.faults = faults;
  return plan;
}

std::uint64_t boards_lost(const SweepPlan& plan) {
  const SweepResult result = run_sweep(plan);
  EXPECT_EQ(result.control, Verdict::kFine);
  EXPECT_GT(result.points[1], 0U);
  for (const Violation& violation : result.examples) ADD_FAILURE() << violation.token;
  return result.violations;
}

// The sweep must see this mistake; otherwise a test that finds nothing proves nothing.
bool is_seen(DefectKind kind, SweepPlan plan) {
  const std::span<const Defect> all = all_defects();
  const auto defect =
      std::find_if(all.begin(), all.end(), [kind](const Defect& d) { return d.kind == kind; });
  plan.defect = &*defect;
  plan.stops_at_first_violation = true;
  return run_sweep(plan).violations > 0;
}

Configuration with_anti_rollback() {
  Configuration configuration;
  configuration.rollback = Rollback::kWithAntiRollback;
  configuration.secure_version_width = 4;
  return configuration;
}

// A board in the middle of a scenario.
class Story {
 public:
  explicit Story(std::string_view scenario, const Configuration& configuration = {})
      : board(configuration),
        chip(board.flash_bytes(), configuration.secure_version_width),
        scenario_(*find_scenario(scenario)) {
    prepare(scenario_, board, chip);
  }

  // Every start has objects of its own: nothing can be kept across a reset.
  PowerOn start(Program program = Program::kScenario) {
    Device device(board, chip, scenario_, no_defect_);
    chip.power_on();
    return device.start(program);
  }
  PowerOn start_and_cut(std::uint32_t operation, Fault fault = {FaultKind::kCutBefore, 0}) {
    Device device(board, chip, scenario_, no_defect_);
    chip.power_on();
    chip.plan(operation, fault);
    return device.start(Program::kScenario);
  }
  PowerOn run_to_the_end() {
    PowerOn seen = start();
    for (int i = 0; i < 8 && seen.end == PowerOn::End::kRestarts; ++i) seen = start();
    return seen;
  }
  formats::OtaRecord record(std::uint32_t sector) const {
    const Bytes bytes = chip.cells().subspan(board.ota_data().offset + sector * kSectorBytes);
    return formats::decode_ota_record(bytes.first<formats::kOtaRecordBytes>());
  }
  void flip_a_byte_of(const core::Partition& slot) {
    const std::uint32_t at = slot.offset + 5000;
    const std::array flipped{chip.cells()[at] ^ std::byte{1}};
    chip.put(at, flipped);
  }

  TestBoard board;
  FaultyChip chip;

 private:
  const Scenario& scenario_;
  Defect no_defect_;
};

// The objects of an application on such a board.
struct Application {
  explicit Application(Story& story, const core::Partition& running)
      : access(story.chip, story.board.rows(), false),
        selection(access, story.chip, running, story.board.settings()),
        update(access, selection, running, story.board.settings()) {
    access.protection().running = core::range_of(running);
  }
  core::PartitionAccess access;
  core::BootSelection selection;
  core::AppUpdate update;
};

// ---- MCUboot ------------------------------------------------------------------------------------

// A watchdog reset during the revert set the confirmation on the wrong slot.
TEST(History, Mcuboot480_AWatchdogDuringTheRevertConfirmsNothing) {
  EXPECT_EQ(boards_lost(plan_of("watchdog", 2)), 0U);
  Story story("watchdog");
  const PowerOn end = story.run_to_the_end();
  EXPECT_EQ(end.image, ImageId::kVersion2);
  EXPECT_EQ(story.record(0).state, formats::OtaState::kAborted);
  EXPECT_EQ(story.record(1).state, formats::OtaState::kValid);
}

// An image that was padded to the size of its slot bricked the board at the next update.
TEST(History, Mcuboot829_AnImageWithPaddingBehindItIsUpdatedLikeAnyOther) {
  Story story("native-sequential");
  const core::Partition& running = story.board.slot(1);
  const auto length = static_cast<std::uint32_t>(story.board.image(ImageId::kVersion2).size());
  const std::uint32_t padded_from = align_up(length, kSectorBytes);
  story.chip.put(running.offset + padded_from, std::vector<std::byte>(running.size - padded_from));
  EXPECT_EQ(story.run_to_the_end().image, ImageId::kVersion3);
}

// A C global kept its value across the simulated reset, so the simulator was green while real
// boards were bricked.
TEST(History, Mcuboot1588_NothingIsKeptAcrossAReset) {
  Story anew("two-updates");
  anew.run_to_the_end();

  Story kept("two-updates");  // one device object lives through all starts
  const Defect no_defect;
  Device device(kept.board, kept.chip, *find_scenario("two-updates"), no_defect);
  PowerOn seen;
  do {
    kept.chip.power_on();
    seen = device.start(Program::kScenario);
  } while (seen.end == PowerOn::End::kRestarts);
  EXPECT_EQ(kept.chip.key(), anew.chip.key());

  EXPECT_TRUE(is_seen(DefectKind::kRecordsSurviveReset, plan_of("native-sequential", 1)));
  EXPECT_TRUE(is_seen(DefectKind::kProgressSurvivesReset, plan_of("resume", 1)));
}

// A cut inside the word that decides left a state that no table row matched: the revert was lost.
TEST(History, Mcuboot1966_TheDecidingWordMayBeTornAnywhere) {
  EXPECT_EQ(boards_lost(plan_of("reject", 1)), 0U);
  EXPECT_EQ(boards_lost(plan_of("confirm", 1)), 0U);
  EXPECT_TRUE(is_seen(DefectKind::kCheckWordFirst, plan_of("confirm", 1)));
}

// A revert that starts again at every boot and never ends.
TEST(History, Mcuboot2199_ARevertEnds) {
  Story story("panic");
  EXPECT_EQ(story.start().image, ImageId::kPanics);
  for (int i = 0; i < 5; ++i) EXPECT_EQ(story.start().image, ImageId::kVersion2);
  EXPECT_TRUE(is_seen(DefectKind::kTrialNeverEnds, plan_of("panic", 1)));
}

// An interrupted trial raised the rollback counter, so that the old image could not boot any more.
TEST(History, Mcuboot2282_AnInterruptedTrialRaisesNoCounter) {
  Story story("confirm", with_anti_rollback());
  // Cut where the confirmation begins, then at every later operation of the next starts.
  EXPECT_EQ(story.start_and_cut(5).end, PowerOn::End::kPowerLost);
  EXPECT_EQ(story.chip.secure_version_bits(), 1U);
  EXPECT_EQ(story.start().image, ImageId::kVersion2);
  EXPECT_EQ(story.chip.secure_version_bits(), 1U);
  EXPECT_EQ(boards_lost(plan_of("confirm", 2, with_anti_rollback())), 0U);
  EXPECT_TRUE(is_seen(DefectKind::kBurnsOnTrial, plan_of("panic", 1, with_anti_rollback())));
}

// That the counter is exhausted was noticed after the permanent switch.
TEST(History, Mcuboot2420_AVersionThatNoFuseCanHoldIsRefusedBeforeTheSwitch) {
  Story story("native-sequential", with_anti_rollback());
  const std::uint64_t before = story.chip.key();
  std::vector<std::byte> image = story.board.image(ImageId::kVersion3);
  store_u32(image.data() + formats::kDescriptionOffset + 4, 5);  // the field has 4 bits
  story.chip.put(story.board.slot(0).offset, image);
  const std::uint64_t with_image = story.chip.key();
  ASSERT_NE(with_image, before);

  Application application(story, story.board.slot(1));
  const Status chosen = application.selection.set_boot(story.board.slot(0), true);
  ASSERT_FALSE(chosen.ok());
  EXPECT_EQ(chosen.error(), Error::kSecureVersionWidth);
  EXPECT_EQ(story.chip.key(), with_image) << "nothing was written";
}

// The very first image was never confirmed by anybody, and then reverted.
TEST(History, Mcuboot2811_TheFirstImageOfABlankBoardStays) {
  Configuration configuration;
  configuration.has_factory = false;
  Story story("first-boot", configuration);
  for (int i = 0; i < 5; ++i) EXPECT_EQ(story.start().image, ImageId::kVersion1);
  EXPECT_EQ(boards_lost(plan_of("first-boot", 2, configuration)), 0U);
}

// An empty second slot stopped a good image in the first one for ever.
TEST(History, Mcuboot2813_EmptySlotsStopNothing) {
  Configuration configuration;
  configuration.has_factory = false;
  configuration.slots = 16;
  EXPECT_EQ(boards_lost(plan_of("first-update", 1, configuration)), 0U);
}

// The downgrade rule held for one way of switching and not for the other.
TEST(History, Mcuboot1708_TheDowngradeRuleHoldsForEveryWayToSwitch) {
  for (const bool skips_validation : {false, true}) {
    Story story("native-sequential", with_anti_rollback());
    story.chip.set_fuses(3);
    Application application(story, story.board.slot(1));
    const Status chosen = application.selection.set_boot(story.board.slot(0), skips_validation);
    ASSERT_FALSE(chosen.ok());
    EXPECT_EQ(chosen.error(), Error::kSecureVersionTooOld);
  }
}

// With two cuts in a row during a revert, 5 boards in 13,359 never booted again.
TEST(History, McubootRevert_ACutInTheRecoveryOfARevertIsSurvived) {
  EXPECT_EQ(boards_lost(plan_of("reject", 2)), 0U);
  EXPECT_EQ(boards_lost(plan_of("panic", 2)), 0U);
}

// ---- ESP-IDF ------------------------------------------------------------------------------------

// The check word covers the sequence only: a torn state can turn NEW into VALID, and the trial is
// skipped.
TEST(History, EspIdfOtaData_ATornStateIsNeverTakenForConfirmed) {
  EXPECT_EQ(boards_lost(plan_of("native-sequential", 1)), 0U);
  EXPECT_TRUE(is_seen(DefectKind::kOneWrite, plan_of("first-update", 1)));
}

// The CRC of four zero bytes is FFFFFFFF: zeroing a sequence makes a valid record where the check
// word is erased.
TEST(History, ErasedChecksum_SequenceZeroIsNotUsedToSpoilARecord) {
  EXPECT_EQ(boards_lost(plan_of("first-update", 1)), 0U);
  EXPECT_TRUE(is_seen(DefectKind::kDisarmsBySequence, plan_of("first-update", 1)));
}

// The confirmed record was erased to be written anew: the only copy of the truth.
TEST(History, EspIdfOtaData_TheOnlyConfirmedRecordIsNeverErased) {
  Configuration configuration;
  configuration.rollback = Rollback::kOff;
  EXPECT_EQ(run_sweep(plan_of("mark-valid", 2, configuration)).violations, 0U);
  EXPECT_EQ(boards_lost(plan_of("same-slot", 1)), 0U);
  configuration.records = core::OtaDataWriting::kInPlace;
  EXPECT_GT(run_sweep(plan_of("mark-valid", 1, configuration)).violations, 0U);
}

// ---- Clients that took the wrong image ----------------------------------------------------------

// The file was replaced between check and installation (RAUC), or flash between check and start
// (ESP-IDF CVE-2024-28183): what is verified must be what runs.
TEST(History, Rauc25860_WhatChangedAfterTheCheckIsNotChosen) {
  Story story("native-sequential");
  Application application(story, story.board.slot(1));
  const std::vector<std::byte>& image = story.board.image(ImageId::kVersion3);
  const auto handle = application.update.begin(story.board.slot(0), core::kUpdateSequentialWrites);
  ASSERT_TRUE(handle.ok());
  ASSERT_TRUE(application.update.write(*handle, image).ok());
  ASSERT_TRUE(application.update.end(*handle).ok());
  story.flip_a_byte_of(story.board.slot(0));
  EXPECT_FALSE(application.selection.set_boot(story.board.slot(0)).ok());
}

TEST(History, EspIdf28183_WhatChangedAfterTheSwitchDoesNotRun) {
  Story story("native-sequential");
  ASSERT_EQ(story.start().end, PowerOn::End::kRestarts);
  story.flip_a_byte_of(story.board.slot(0));
  // The trial is over before it began; the record falls at the next start.
  EXPECT_NE(story.start(Program::kSettle).image, ImageId::kVersion3);
  EXPECT_EQ(story.start(Program::kSettle).image, ImageId::kVersion2);
}

// A missing or odd digest was read as "no check wanted" (opkg CVE-2020-7982).
TEST(History, Opkg7982_AnImageWithoutDigestIsNotAnImageWithAGoodOne) {
  Story story("native-sequential");
  Application application(story, story.board.slot(1));
  std::vector<std::byte> image = story.board.image(ImageId::kVersion3);
  image[23] = std::byte{0};  // "no digest appended"
  const auto handle = application.update.begin(story.board.slot(0), core::kUpdateSequentialWrites);
  ASSERT_TRUE(handle.ok());
  ASSERT_TRUE(application.update.write(*handle, image).ok());
  EXPECT_FALSE(application.update.end(*handle).ok());
  EXPECT_EQ(application.update.detail(), Error::kImageDigestMissing);
}

// Only as many bytes were compared as the other side sent (ESPHome CVE-2025-57808).
TEST(History, EspHome57808_EveryByteOfADigestIsCompared) {
  Story story("native-sequential");
  const core::Partition& slot = story.board.slot(0);
  std::vector<std::byte> image = story.board.image(ImageId::kVersion3);
  for (std::size_t byte = 1; byte <= 32; ++byte) {
    image[image.size() - byte] ^= std::byte{0x80};
    story.chip.put(slot.offset, image);
    const auto facts = core::verify_image(story.chip, story.board.chip(), {core::range_of(slot)});
    ASSERT_FALSE(facts.ok()) << byte;
    EXPECT_EQ(facts.error(), Error::kImageBadDigest);
    image[image.size() - byte] ^= std::byte{0x80};
  }
}

// `offset + length` wrapped around and passed the comparison (ESPHome CVE-2026-23833).
TEST(History, EspHome23833_LengthsThatWrapAroundAreRefused) {
  Story story("native-sequential");
  const core::Partition& slot = story.board.slot(0);
  for (const std::uint32_t length : {0xFFFFFFFCU, 0xFFFFFFE0U, 0x80000000U, 0x7FFFFFFCU}) {
    std::vector<std::byte> image = story.board.image(ImageId::kVersion3);
    store_u32(image.data() + formats::kImageHeaderBytes + 4, length);
    story.chip.put(slot.offset, image);
    EXPECT_FALSE(core::verify_image(story.chip, story.board.chip(), {core::range_of(slot)}).ok());
  }
}

// ---- Storms -------------------------------------------------------------------------------------

// A supply that fails again and again, then holds.
TEST(History, ResetStorm_AThousandCutsThenQuiet) {
  Story story("two-updates");
  for (std::uint32_t i = 0; i < 1000; ++i) {
    const auto seed = static_cast<std::uint32_t>(mix(i));
    const PowerOn seen =
        story.start_and_cut(seed % 14, {static_cast<FaultKind>(seed / 16 % 6), seed / 128 % 3});
    ASSERT_NE(seen.end, PowerOn::End::kNothingBoots) << i;
    ASSERT_EQ(seen.verdict, Verdict::kFine) << i;
  }
  const PowerOn end = story.run_to_the_end();
  EXPECT_EQ(end.verdict, Verdict::kFine);
  EXPECT_EQ(end.image, story.chip.facts().confirmed);
}

// The confirmation itself is cut, up to ten times in a row.
TEST(History, ConfirmStorm_ACutConfirmationIsNeverHalfAConfirmation) {
  for (std::uint32_t cuts = 1; cuts <= 10; ++cuts) {
    Story story("confirm");
    for (std::uint32_t i = 0; i < cuts; ++i) {
      const PowerOn seen = story.start_and_cut(static_cast<std::uint32_t>(mix(cuts, i)) % 11,
                                               {FaultKind::kTornBits, 2});
      ASSERT_EQ(seen.verdict, Verdict::kFine);
    }
    const ImageId settled = story.start(Program::kSettle).image;
    for (int i = 0; i < 3; ++i) EXPECT_EQ(story.start(Program::kSettle).image, settled);
  }
}

}  // namespace
}  // namespace rota::sim
