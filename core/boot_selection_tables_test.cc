// What an application may ask of OTA data when table and records are not the usual two slots:
// missing rows, numbers that are used up, records that contradict each other (spec 5.4).
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "core/update_board_for_test.h"

namespace rota::core {
namespace {

using formats::OtaState;

Error error_of(const Status& status) { return status.ok() ? Error{} : status.error(); }
template <class T>
Error error_of(const Result<T>& result) {
  return result.ok() ? Error{} : result.error();
}

class OddTables : public testing::Test {
 protected:
  OddTables() {
    for (const char* label : {"ota_0", "ota_1", "test"}) board_.put(label, image_);
  }
  BootSelection& selection() { return *board_.selection; }
  std::string boot_label() {
    const Partition* partition = selection().boot_partition();
    return partition == nullptr ? "none" : std::string(partition->label());
  }
  Partition& row(std::string_view label) {
    for (std::size_t i = 0; i < board_.rows.size(); ++i) {
      if (board_.rows[i].label() == label) return board_.rows[i];
    }
    return board_.rows[0];
  }
  void keep_only(std::vector<std::string_view> labels) {
    formats::PartitionRows kept;
    for (const Partition& row : board_.rows) {
      for (const std::string_view label : labels) {
        if (row.label() == label) {
          ASSERT_TRUE(kept.push_back(row));
        }
      }
    }
    board_.rows = kept;
  }
  void break_image(std::string_view label) {
    const std::byte wrong{0x00};
    board_.put(label, Bytes(&wrong, 1), 1000);
  }
  void put_bad_check(int sector, std::uint32_t sequence, OtaState state) {
    board_.put_record(sector, sequence, state);
    const std::byte wrong{0x00};
    board_.put("otadata", Bytes(&wrong, 1), static_cast<std::uint32_t>(sector) * kSectorBytes + 28);
  }

  UpdateBoardForTest board_;
  const std::vector<std::byte> image_ = ImageForTest{.version = "1.0.0"}.build();
};

TEST_F(OddTables, OtaDataOfOneSectorAreNone) {
  row("otadata").size = kSectorBytes;
  board_.boot("factory");
  EXPECT_EQ(error_of(selection().confirm()), Error::kOtaDataMissing);
  EXPECT_EQ(error_of(selection().state_of(board_.partition("ota_0"))), Error::kOtaDataMissing);
  EXPECT_EQ(boot_label(), "none");
  EXPECT_FALSE(selection().rollback_is_possible());
  EXPECT_EQ(error_of(selection().erase_inactive_record(false)), Error::kNoActiveRecord);
  EXPECT_EQ(selection().observed_rollback(), BootSelection::Rollback::kUnknown);
}

// Applications count slots up to the first that is missing (trap 11): without ota_0 there is none.
TEST_F(OddTables, Trap11_WithoutTheFirstSlotNothingCanBeRecorded) {
  keep_only({"otadata", "factory", "ota_1"});
  board_.put_record(0, 2, OtaState::kPendingVerify);
  board_.boot("ota_1");
  EXPECT_EQ(error_of(selection().state_of(board_.partition("ota_1"))), Error::kOtaDataMissing);
  EXPECT_EQ(error_of(selection().confirm()), Error::kNoActiveRecord);
  EXPECT_EQ(error_of(selection().reject()), Error::kNoActiveRecord);
  EXPECT_EQ(error_of(selection().erase_inactive_record(true)), Error::kNoActiveRecord);
  EXPECT_EQ(error_of(selection().set_boot(board_.partition("ota_1"))), Error::kSlotNumberTooLarge);
  EXPECT_EQ(selection().last_invalid_partition(), nullptr);
  EXPECT_FALSE(selection().rollback_is_possible());
  EXPECT_EQ(selection().observed_rollback(), BootSelection::Rollback::kUnknown);
  EXPECT_EQ(boot_label(), "factory");
}

TEST_F(OddTables, WithoutAUsableRecordTheFirstAppOfTheTableIsNamed) {
  EXPECT_EQ(boot_label(), "factory") << "blank records";
  put_bad_check(0, 1, OtaState::kValid);
  put_bad_check(1, 2, OtaState::kInvalid);
  EXPECT_EQ(boot_label(), "factory") << "one is not rejected, none has a good check word";
  EXPECT_FALSE(selection().rollback_is_possible());
  EXPECT_EQ(error_of(selection().reject()), Error::kNoActiveRecord);
  EXPECT_EQ(error_of(selection().erase_inactive_record(false)), Error::kNoActiveRecord);
  EXPECT_EQ(selection().observed_rollback(), BootSelection::Rollback::kUnknown);

  board_.put_record(0, 1, OtaState::kAborted);
  board_.put_record(1, 2, OtaState::kInvalid);
  EXPECT_EQ(boot_label(), "factory");
  keep_only({"otadata", "ota_0", "ota_1", "test"});
  board_.boot("ota_0");
  EXPECT_EQ(boot_label(), "ota_0");
  keep_only({"otadata", "ota_1", "test"});
  board_.boot("ota_1");
  EXPECT_EQ(boot_label(), "ota_1");
  keep_only({"otadata", "test"});
  board_.boot("test");
  EXPECT_EQ(boot_label(), "test");
}

TEST_F(OddTables, OneRejectedRecordLeavesTheOtherInCharge) {
  board_.put_record(0, 1, OtaState::kAborted);
  board_.put_record(1, 2, OtaState::kValid);
  EXPECT_EQ(boot_label(), "ota_1");
  board_.put_record(0, 1, OtaState::kValid);
  board_.put_record(1, 2, OtaState::kAborted);
  EXPECT_EQ(boot_label(), "ota_0");
}

TEST_F(OddTables, ADescriptionIsAnAppsOnly) {
  EXPECT_EQ(error_of(read_app_description(*board_.access, board_.partition("nvs"))),
            Error::kPartitionUnsupported);
  EXPECT_EQ(error_of(read_app_description(*board_.access, board_.partition("storage"))),
            Error::kPartitionUnsupported);
  EXPECT_TRUE(read_app_description(*board_.access, board_.partition("ota_0")).ok());
}

TEST_F(OddTables, TheOlderOfTwoRejectedSlotsIsTheLastInvalidWhereverItStands) {
  board_.put_record(0, 3, OtaState::kAborted);  // ota_0
  board_.put_record(1, 2, OtaState::kInvalid);  // ota_1
  EXPECT_EQ(selection().last_invalid_partition(), &board_.partition("ota_1"));
  board_.put_record(0, 1, OtaState::kAborted);
  EXPECT_EQ(selection().last_invalid_partition(), &board_.partition("ota_0"));
}

TEST_F(OddTables, ARejectedRecordWithABadCheckWordIsNobodys) {
  put_bad_check(0, 1, OtaState::kInvalid);
  EXPECT_EQ(selection().last_invalid_partition(), nullptr);
  board_.put_record(1, 2, OtaState::kAborted);
  EXPECT_EQ(selection().last_invalid_partition(), &board_.partition("ota_1"));
}

TEST_F(OddTables, AVersionThatNoFuseHoldsIsRefusedBeforeTheSwitch) {
  board_.settings.anti_rollback = true;
  board_.settings.secure_version_width = 4;
  board_.put("ota_0", ImageForTest{.secure_version = 5}.build());
  board_.put("ota_1", ImageForTest{.secure_version = 4}.build());
  board_.boot("factory");
  EXPECT_EQ(error_of(selection().set_boot(board_.partition("ota_0"))), Error::kSecureVersionWidth);
  EXPECT_TRUE(board_.is_blank("otadata", 0, 0x2000));
  EXPECT_TRUE(selection().set_boot(board_.partition("ota_1")).ok());
}

TEST_F(OddTables, AnImageBelowTheBurnedVersionIsNoWayBack) {
  board_.settings.anti_rollback = true;
  board_.put_record(0, 1, OtaState::kValid);
  board_.put_record(1, 2, OtaState::kPendingVerify);
  board_.boot("ota_1");
  EXPECT_TRUE(selection().rollback_is_possible());
  board_.fuses.bits = 1;
  EXPECT_FALSE(selection().rollback_is_possible());
  board_.put("ota_0", ImageForTest{.secure_version = 1}.build());
  EXPECT_TRUE(selection().rollback_is_possible());
  board_.put("ota_0", ImageForTest{.has_description = false}.build());
  EXPECT_FALSE(selection().rollback_is_possible());
  EXPECT_EQ(error_of(selection().reject()), Error::kRollbackImpossible);
}

TEST_F(OddTables, TheWayBackMayStandInEitherSector) {
  board_.put_record(0, 3, OtaState::kPendingVerify);
  board_.put_record(1, 2, OtaState::kValid);
  board_.boot("ota_0");
  EXPECT_TRUE(selection().rollback_is_possible());
  EXPECT_TRUE(selection().reject().ok());
  EXPECT_EQ(boot_label(), "ota_1");
}

TEST_F(OddTables, ARecordWithABadCheckWordIsNotErased) {
  board_.put_record(0, 1, OtaState::kValid);
  put_bad_check(1, 2, OtaState::kValid);
  board_.boot("ota_0");
  const auto before = board_.read("otadata", 0x2000);
  EXPECT_EQ(error_of(selection().erase_inactive_record(true)), Error::kNoActiveRecord);
  EXPECT_EQ(board_.read("otadata", 0x2000), before);
  EXPECT_EQ(board_.read("ota_1", static_cast<std::uint32_t>(image_.size())), image_);
}

TEST_F(OddTables, ADamagedImageIsNoWayBack) {
  board_.put_record(0, 1, OtaState::kValid);
  board_.put_record(1, 2, OtaState::kPendingVerify);
  board_.boot("ota_1");
  EXPECT_TRUE(selection().rollback_is_possible());
  break_image("ota_0");
  EXPECT_FALSE(selection().rollback_is_possible());
}

TEST_F(OddTables, RejectingIsForTheImageThatRuns) {
  board_.put_record(0, 1, OtaState::kValid);
  board_.put_record(1, 2, OtaState::kPendingVerify);
  board_.boot("ota_0");
  EXPECT_EQ(error_of(selection().reject()), Error::kRunningIsNotActive);
  EXPECT_EQ(board_.record(1).state, OtaState::kPendingVerify);
  board_.settings.confirm_only_running = false;  // the reference's way
  EXPECT_TRUE(selection().reject().ok());
  EXPECT_EQ(board_.record(1).state, OtaState::kInvalid);
}

TEST_F(OddTables, RejectingLeavesARejectedRecordAsItIs) {
  board_.put_record(0, 1, OtaState::kInvalid);  // ota_0
  board_.put_record(1, 3, OtaState::kValid);    // ota_0 again
  const auto before = board_.read("otadata", 32);
  board_.boot("ota_0");
  EXPECT_TRUE(selection().reject().ok());
  EXPECT_EQ(board_.read("otadata", 32), before);
  EXPECT_EQ(board_.record(1).state, OtaState::kInvalid);
}

TEST_F(OddTables, ConfirmingBesideARejectedRecordIsRecorded) {
  board_.put_record(0, 1, OtaState::kAborted);
  board_.put_record(1, 2, OtaState::kUndefined);
  board_.boot("ota_1");
  EXPECT_TRUE(selection().confirm().ok());
  const auto state = selection().state_of(board_.partition("ota_1"));
  ASSERT_TRUE(state.ok());
  EXPECT_EQ(*state, OtaState::kValid);
}

// An UNDEFINED record counts as confirmed. It is left alone where the other one is the way back,
// but the fuses are burned all the same.
TEST_F(OddTables, ConfirmingWhatNeedsNoRecordStillBurnsItsVersion) {
  board_.settings.anti_rollback = true;
  board_.put("ota_1", ImageForTest{.secure_version = 1}.build());
  board_.put_record(0, 1, OtaState::kUndefined);
  board_.put_record(1, 2, OtaState::kUndefined);
  board_.boot("ota_1");
  EXPECT_TRUE(selection().confirm().ok());
  EXPECT_EQ(board_.fuses.bits, 1U);
  EXPECT_EQ(board_.record(1).state, OtaState::kUndefined);

  board_.settings.anti_rollback = false;
  board_.fuses.bits = 0;
  EXPECT_TRUE(selection().confirm().ok());
  EXPECT_EQ(board_.fuses.bits, 0U);
}

TEST_F(OddTables, ABurnThatFailedIsTriedAgainByTheNextConfirmation) {
  board_.settings.anti_rollback = true;
  board_.put("ota_0", ImageForTest{.secure_version = 2}.build());
  board_.put_record(0, 1, OtaState::kPendingVerify);
  board_.boot("ota_0");
  board_.fuses.burns_fail = true;
  EXPECT_EQ(error_of(selection().confirm()), Error::kEfuseBurnFailed);
  EXPECT_EQ(error_of(selection().confirm()), Error::kEfuseBurnFailed);
  board_.fuses.burns_fail = false;
  EXPECT_TRUE(selection().confirm().ok());
  EXPECT_EQ(board_.fuses.bits, 0b11U);
  EXPECT_EQ(board_.record(0).state, OtaState::kValid);
}

TEST_F(OddTables, WithoutADescriptionNoVersionIsBurned) {
  board_.settings.anti_rollback = true;
  board_.put("ota_0", ImageForTest{.has_description = false}.build());
  board_.put_record(0, 1, OtaState::kPendingVerify);
  board_.boot("ota_0");
  EXPECT_EQ(error_of(selection().confirm()), Error::kDescriptionMissing);
  EXPECT_EQ(board_.fuses.bits, 0U);
}

TEST_F(OddTables, Trap6_AConfirmationThatNeedsANumberBeyondTheLastIsAnError) {
  board_.put_record(0, 0xFFFFFFFD, OtaState::kUndefined);  // ota_0, and the other record is blank
  const auto before = board_.read("otadata", 0x2000);
  board_.boot("ota_0");
  EXPECT_EQ(error_of(selection().confirm()), Error::kSequenceExhausted);
  EXPECT_EQ(board_.read("otadata", 0x2000), before);
}

TEST_F(OddTables, AConfirmedRecordSaysNothingAboutTheBootloader) {
  board_.put_record(0, 1, OtaState::kValid);
  board_.boot("ota_0");
  EXPECT_EQ(selection().observed_rollback(), BootSelection::Rollback::kUnknown);
}

TEST_F(OddTables, ARecordOfTheRunningSlotIsNotErased) {
  board_.put_record(0, 1, OtaState::kUndefined);
  board_.put_record(1, 3, OtaState::kValid);  // ota_0 twice
  board_.boot("ota_0");
  EXPECT_EQ(error_of(selection().erase_inactive_record(false)), Error::kNoActiveRecord);
  EXPECT_FALSE(board_.is_blank("otadata", 0, 32));
}

}  // namespace
}  // namespace rota::core
