// The application's side of OTA data: the bootloader's is in boot_plan_test.cc.
#include "core/boot_selection.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "core/update_board_for_test.h"

namespace rota::core {
namespace {

using formats::OtaState;

Error error_of(const Status& status) { return status.ok() ? Error{} : status.error(); }

class BootChoice : public testing::Test {
 protected:
  BootChoice() {
    board_.put("ota_0", image_);
    board_.put("ota_1", ImageForTest{.version = "2.0.0"}.build());
  }
  // Reference ways of writing and confirming, so that sectors stand where the spec says.
  void use_reference_ways(bool rollback = false) {
    board_.settings.ota_data_writing = OtaDataWriting::kInPlace;
    board_.settings.confirm_only_running = false;
    board_.settings.rollback = rollback;
    board_.boot("factory");
  }
  BootSelection& selection() { return *board_.selection; }
  Status set_boot(std::string_view label) { return selection().set_boot(board_.partition(label)); }
  std::string label_of(const Partition* partition) {
    return partition == nullptr ? "none" : std::string(partition->label());
  }
  void expect_record(int sector, std::uint32_t sequence, OtaState state) {
    const formats::OtaRecord record = board_.record(sector);
    EXPECT_EQ(record.sequence, sequence) << "sector " << sector;
    EXPECT_EQ(record.state, state) << "sector " << sector;
    EXPECT_TRUE(record.check_is_good()) << "sector " << sector;
  }
  void break_image(std::string_view label) {
    const std::byte wrong{0x00};
    board_.put(label, Bytes(&wrong, 1), 1000);
  }

  UpdateBoardForTest board_;
  const std::vector<std::byte> image_ = ImageForTest{.version = "1.0.0"}.build();
};

TEST_F(BootChoice, SlotsTakeTurnsAndFactoryStaysOut) {
  EXPECT_EQ(label_of(selection().next_update_partition(board_.partition("factory"))), "ota_0");
  EXPECT_EQ(label_of(selection().next_update_partition(board_.partition("ota_0"))), "ota_1");
  EXPECT_EQ(label_of(selection().next_update_partition(board_.partition("ota_1"))), "ota_0");
  EXPECT_EQ(label_of(selection().next_update_partition(board_.partition("nvs"))), "ota_0");
}

TEST_F(BootChoice, Trap35_ASingleSlotIsItsOwnSuccessor) {
  formats::PartitionRows one;
  ASSERT_TRUE(one.push_back(board_.partition("ota_0")));
  board_.rows = one;
  board_.boot("ota_0");
  EXPECT_EQ(selection().next_update_partition(board_.rows[0]), &board_.rows[0]);
  const auto begun = board_.update->begin(board_.rows[0], kUpdateSequentialWrites);
  ASSERT_FALSE(begun.ok());
  EXPECT_EQ(begun.error(), Error::kPartitionIsRunning);
}

TEST_F(BootChoice, SwitchingAlternatesBetweenTheSectors) {
  use_reference_ways();
  ASSERT_TRUE(set_boot("ota_0").ok());
  expect_record(0, 1, OtaState::kUndefined);
  ASSERT_TRUE(set_boot("ota_1").ok());
  expect_record(1, 2, OtaState::kUndefined);
  ASSERT_TRUE(set_boot("ota_0").ok());
  expect_record(0, 3, OtaState::kUndefined);
  EXPECT_EQ(label_of(selection().boot_partition()), "ota_0");
}

TEST_F(BootChoice, Trap7_TheSelectedSlotIsSelectedAgainInItsSector) {
  use_reference_ways(true);
  board_.put_record(0, 1, OtaState::kValid);
  ASSERT_TRUE(set_boot("ota_0").ok());
  expect_record(0, 1, OtaState::kNew);
  EXPECT_TRUE(board_.is_blank("otadata", kSectorBytes, 32));
}

TEST_F(BootChoice, Trap83_TheNextNumberComesFromTheActiveRecordOnly) {
  use_reference_ways();
  board_.put_record(0, 1, OtaState::kValid);
  board_.put_record(1, 2, OtaState::kInvalid);
  ASSERT_TRUE(set_boot("ota_1").ok());
  expect_record(1, 2, OtaState::kUndefined);  // 2 a second time, for another image
}

TEST_F(BootChoice, Trap9_TheFactoryImageIsChosenByErasingAllOtaData) {
  board_.settings.anti_rollback = true;
  board_.fuses.bits = 0xFF;  // the factory image is older: not asked
  board_.put_record(0, 3, OtaState::kValid);
  board_.put_record(1, 2, OtaState::kValid);
  board_.boot("ota_0");
  ASSERT_TRUE(set_boot("factory").ok());
  EXPECT_TRUE(board_.is_blank("otadata", 0, 0x2000));
  EXPECT_EQ(label_of(selection().boot_partition()), "factory");
}

TEST_F(BootChoice, Trap10_AnAppThatIsNoSlotCanNotBeSelected) {
  board_.put("test", image_);
  EXPECT_EQ(error_of(set_boot("test")), Error::kNotAnOtaSlot);
  EXPECT_EQ(error_of(selection().set_boot(board_.partition("test"), true)), Error::kNotAnOtaSlot);
  EXPECT_TRUE(board_.is_blank("otadata", 0, 0x2000));
}

TEST_F(BootChoice, Trap32_TheImageIsVerifiedBeforeTheTypeIsLookedAt) {
  EXPECT_EQ(error_of(set_boot("nvs")), Error::kValidationFailed);
  EXPECT_EQ(error_of(selection().set_boot(board_.partition("nvs"), true)), Error::kInvalidArgument);
}

TEST_F(BootChoice, Trap33_ATooOldImageIsErased) {
  board_.settings.anti_rollback = true;
  board_.fuses.bits = 1;
  board_.boot("factory");
  EXPECT_EQ(error_of(set_boot("ota_0")), Error::kSecureVersionTooOld);
  EXPECT_TRUE(board_.is_blank("ota_0", 0, UpdateBoardForTest::kSlotBytes));
  EXPECT_TRUE(board_.is_blank("otadata", 0, 0x2000));
}

TEST_F(BootChoice, Trap34_TheSecureVersionIsTheNumberOfBurnedBits) {
  board_.settings.anti_rollback = true;
  board_.fuses.bits = 0b101;  // version 2
  board_.boot("factory");
  board_.put("ota_0", ImageForTest{.secure_version = 2}.build());
  EXPECT_TRUE(set_boot("ota_0").ok());
}

TEST_F(BootChoice, AnImageWithoutDescriptionHasNoSecureVersion) {
  board_.settings.anti_rollback = true;
  board_.boot("factory");
  board_.put("ota_0", ImageForTest{.has_description = false}.build());
  EXPECT_EQ(error_of(selection().set_boot(board_.partition("ota_0"), true)),
            Error::kDescriptionMissing);
}

TEST_F(BootChoice, Trap3_ARejectedRecordStillNamesItsSlot) {
  board_.put_record(0, 1, OtaState::kValid);
  board_.put_record(1, 2, OtaState::kAborted);
  const auto state = selection().state_of(board_.partition("ota_1"));
  ASSERT_TRUE(state.ok());
  EXPECT_EQ(*state, OtaState::kAborted);
  EXPECT_EQ(label_of(selection().boot_partition()), "ota_0");
}

TEST_F(BootChoice, Trap4_OfTwoEqualNumbersTheFirstSectorCounts) {
  use_reference_ways();
  board_.put_record(0, 5, OtaState::kValid);
  board_.put_record(1, 5, OtaState::kUndefined);
  ASSERT_TRUE(selection().reject().ok());
  expect_record(0, 5, OtaState::kInvalid);
  expect_record(1, 5, OtaState::kUndefined);
}

TEST_F(BootChoice, Trap36_TheStateIsLookedUpInSectorOrder) {
  board_.put_record(0, 1, OtaState::kValid);
  board_.put_record(1, 3, OtaState::kNew);
  const auto state = selection().state_of(board_.partition("ota_0"));
  ASSERT_TRUE(state.ok());
  EXPECT_EQ(*state, OtaState::kValid);
}

TEST_F(BootChoice, Trap37_TheLastInvalidIsTheSmallerNumberWithASoundImage) {
  board_.put_record(0, 2, OtaState::kInvalid);
  board_.put_record(1, 3, OtaState::kAborted);
  EXPECT_EQ(label_of(selection().last_invalid_partition()), "ota_1");
  break_image("ota_1");
  EXPECT_EQ(label_of(selection().last_invalid_partition()), "none");
}

TEST_F(BootChoice, Trap38_ConfirmingIsForTheImageThatRuns) {
  board_.settings.rollback = true;
  board_.put_record(0, 1, OtaState::kValid);
  board_.boot("ota_0");
  ASSERT_TRUE(set_boot("ota_1").ok());
  EXPECT_EQ(error_of(selection().confirm()), Error::kRunningIsNotActive);
  expect_record(1, 2, OtaState::kNew);

  board_.settings.confirm_only_running = false;  // the reference's way
  EXPECT_TRUE(selection().confirm().ok());
  expect_record(1, 2, OtaState::kValid);
}

TEST_F(BootChoice, Trap39_FactoryCountsOnlyWhenTheOtherRecordIsNotUsable) {
  board_.put_record(0, 1, OtaState::kValid);
  board_.put_record(1, 2, OtaState::kPendingVerify);
  board_.boot("ota_1");
  EXPECT_TRUE(selection().rollback_is_possible());
  break_image("ota_0");
  EXPECT_FALSE(selection().rollback_is_possible());
  board_.put_record(0, 1, OtaState::kInvalid);
  EXPECT_TRUE(selection().rollback_is_possible());
  break_image("factory");
  EXPECT_FALSE(selection().rollback_is_possible());
}

TEST_F(BootChoice, Trap6_ASequenceNearItsEndIsAnError) {
  board_.put_record(0, 0xFFFFFFFE, OtaState::kValid);  // slot 1
  const auto before = board_.read("otadata", 0x2000);
  board_.boot("ota_1");
  EXPECT_EQ(error_of(set_boot("ota_0")), Error::kSequenceExhausted);
  EXPECT_EQ(board_.read("otadata", 0x2000), before);
}

TEST_F(BootChoice, Trap90_BurningAssumesContiguousBits) {
  use_reference_ways(true);
  board_.settings.anti_rollback = true;
  board_.put("ota_0", ImageForTest{.secure_version = 3}.build());
  board_.put_record(0, 1, OtaState::kPendingVerify);
  board_.fuses.bits = 0b101;  // version 2
  board_.boot("ota_0");
  EXPECT_TRUE(selection().confirm().ok());
  EXPECT_EQ(board_.fuses.bits, 0b101u);  // only bit 2 is programmed, which was burned before
}

TEST_F(BootChoice, ConfirmingBurnsTheSecureVersionOfTheRunningImage) {
  use_reference_ways(true);
  board_.settings.anti_rollback = true;
  board_.put("ota_0", ImageForTest{.secure_version = 3}.build());
  board_.put_record(0, 1, OtaState::kPendingVerify);
  board_.boot("ota_0");
  EXPECT_TRUE(selection().confirm().ok());
  EXPECT_EQ(board_.fuses.bits, 0b111u);
}

// Cut-safe writing may move a confirmed record to the other sector. Going back must survive that.

TEST_F(BootChoice, ConfirmingKeepsTheWayBack) {
  board_.put_record(0, 1, OtaState::kUndefined);
  board_.put_record(1, 2, OtaState::kUndefined);
  board_.boot("ota_1");
  ASSERT_TRUE(selection().confirm().ok());
  expect_record(0, 1, OtaState::kUndefined);
  ASSERT_TRUE(selection().reject().ok());
  EXPECT_EQ(label_of(selection().boot_partition()), "ota_0");
}

TEST_F(BootChoice, ARejectedImageIsNotStartedByItsOtherRecord) {
  board_.put_record(0, 1, OtaState::kUndefined);
  board_.boot("ota_0");
  ASSERT_TRUE(selection().confirm().ok());
  expect_record(1, 3, OtaState::kValid);
  ASSERT_TRUE(selection().rollback_is_possible());
  ASSERT_TRUE(selection().reject().ok());
  EXPECT_EQ(label_of(selection().boot_partition()), "factory");
}

TEST_F(BootChoice, AnImageIsNoWayBackFromItself) {
  break_image("factory");
  board_.put_record(0, 1, OtaState::kUndefined);
  board_.boot("ota_0");
  ASSERT_TRUE(selection().confirm().ok());
  EXPECT_FALSE(selection().rollback_is_possible());
  EXPECT_EQ(error_of(selection().reject()), Error::kRollbackImpossible);
  EXPECT_EQ(label_of(selection().boot_partition()), "ota_0");
}

TEST_F(BootChoice, AReplacedImageIsOnTrialAndTheRunningOneKeepsItsRecord) {
  // ota_1 was confirmed and is broken now; the board fell back to ota_0, which repairs it.
  board_.settings.rollback = true;
  board_.put_record(0, 1, OtaState::kValid);
  board_.put_record(1, 2, OtaState::kValid);
  board_.boot("ota_0");
  ASSERT_TRUE(set_boot("ota_1").ok());
  expect_record(0, 1, OtaState::kValid);
  expect_record(1, 2, OtaState::kNew);
}

TEST_F(BootChoice, TheFactoryImageHasNothingToConfirm) {
  EXPECT_EQ(error_of(selection().confirm()), Error::kNoActiveRecord);
  EXPECT_EQ(error_of(selection().reject()), Error::kNoActiveRecord);
}

TEST_F(BootChoice, TheOnlyConfirmedRecordIsNotErased) {
  board_.put_record(0, 1, OtaState::kValid);
  board_.put_record(1, 2, OtaState::kPendingVerify);
  board_.boot("ota_1");
  EXPECT_EQ(error_of(selection().erase_inactive_record(true)), Error::kNoActiveRecord);
  EXPECT_FALSE(board_.is_blank("ota_0", 0, 16));
  board_.put_record(1, 2, OtaState::kValid);
  EXPECT_TRUE(selection().erase_inactive_record(true).ok());
  EXPECT_TRUE(board_.is_blank("ota_0", 0, UpdateBoardForTest::kSlotBytes));
  EXPECT_TRUE(board_.is_blank("otadata", 0, 32));
}

TEST_F(BootChoice, WithoutOtaDataThereIsNothingToChoose) {
  formats::PartitionRows rows;
  for (const Partition& row : board_.rows) {
    if (row.label() == "otadata") continue;
    ASSERT_TRUE(rows.push_back(row));
  }
  board_.rows = rows;
  board_.boot("factory");
  EXPECT_EQ(error_of(set_boot("ota_0")), Error::kOtaDataMissing);
  EXPECT_EQ(error_of(set_boot("factory")), Error::kOtaDataMissing);
  EXPECT_EQ(error_of(selection().confirm()), Error::kOtaDataMissing);
  EXPECT_EQ(selection().boot_partition(), nullptr);
  EXPECT_EQ(selection().last_invalid_partition(), nullptr);
  EXPECT_FALSE(selection().rollback_is_possible());
}

TEST_F(BootChoice, FlashTellsWhetherRollbackIsArmed) {
  using Rollback = BootSelection::Rollback;
  EXPECT_EQ(selection().observed_rollback(), Rollback::kUnknown);
  board_.put_record(0, 1, OtaState::kNew);
  board_.boot("ota_0");
  EXPECT_EQ(selection().observed_rollback(), Rollback::kNotArmed);
  board_.put_record(0, 1, OtaState::kPendingVerify);
  EXPECT_EQ(selection().observed_rollback(), Rollback::kArmed);
  board_.put_record(1, 2, OtaState::kNew);  // another slot's
  EXPECT_EQ(selection().observed_rollback(), Rollback::kUnknown);
}

}  // namespace
}  // namespace rota::core
