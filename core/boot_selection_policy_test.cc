// Changes of OTA data by an application (spec 5.4) under both ways of writing: what is decided is
// the same, the sectors are not.
#include "core/boot_selection.h"

#include <gtest/gtest.h>

#include "core/boot_plan.h"
#include "core/update_board_for_test.h"

namespace rota::core {
namespace {

using formats::OtaState;

class BootSelections : public ::testing::TestWithParam<OtaDataWriting> {
 protected:
  BootSelections() {
    board_.settings.ota_data_writing = GetParam();
    put_image("ota_0", 0);
    put_image("ota_1", 0);
    put_image("test", 0);
    board_.boot("factory");
  }

  void put_image(std::string_view label, std::uint32_t secure_version) {
    board_.put(label, ImageForTest{.secure_version = secure_version, .payload_bytes = 64}.build());
  }
  void damage(std::string_view label) { board_.put(label, std::vector<std::byte>(8), 320); }
  void run(std::string_view label) { board_.boot(label); }
  const Partition& at(std::string_view label) { return board_.partition(label); }
  BootSelection& selection() { return *board_.selection; }
  bool is_cut_safe() const { return GetParam() == OtaDataWriting::kCutSafe; }
  std::string label_of(const Partition* partition) {
    return partition == nullptr ? "-" : std::string(partition->label());
  }
  std::string boot_label() { return label_of(selection().boot_partition()); }
  OtaState state_of(std::string_view label) {
    const auto state = selection().state_of(at(label));
    EXPECT_TRUE(state.ok()) << label;
    return state.ok() ? *state : OtaState::kUndefined;
  }
  // The newest record of a slot, wherever it was written.
  OtaState newest_state(std::uint32_t slot) {
    const formats::OtaRecords records{board_.record(0), board_.record(1)};
    const int active = formats::active_record(records);
    EXPECT_GE(active, 0);
    EXPECT_EQ(formats::slot_of(records[static_cast<std::size_t>(active)].sequence, 2), slot);
    return records[static_cast<std::size_t>(active)].state;
  }
  void remove(std::string_view label) {
    formats::PartitionRows kept;
    for (const Partition& row : board_.rows) {
      if (row.label() == label) continue;
      ASSERT_TRUE(kept.push_back(row));
    }
    board_.rows = kept;
  }

  UpdateBoardForTest board_;
};

INSTANTIATE_TEST_SUITE_P(Writing,
                         BootSelections,
                         ::testing::Values(OtaDataWriting::kInPlace, OtaDataWriting::kCutSafe),
                         [](const auto& param) {
                           return param.param == OtaDataWriting::kInPlace ? "InPlace" : "CutSafe";
                         });

TEST_P(BootSelections, TheChosenSlotBootsNext) {
  EXPECT_EQ(boot_label(), "factory");
  ASSERT_TRUE(selection().set_boot(at("ota_1")).ok());
  EXPECT_EQ(boot_label(), "ota_1");
  EXPECT_EQ(state_of("ota_1"), OtaState::kUndefined);
  ASSERT_TRUE(selection().set_boot(at("ota_0")).ok());
  EXPECT_EQ(boot_label(), "ota_0");
}

TEST_P(BootSelections, WithRollbackTheChosenSlotIsNew) {
  board_.settings.rollback = true;
  run("factory");
  ASSERT_TRUE(selection().set_boot(at("ota_0")).ok());
  EXPECT_EQ(state_of("ota_0"), OtaState::kNew);
}

TEST_P(BootSelections, Trap7_ChoosingTheSelectedSlotAgainPutsItOnTrial) {
  board_.settings.rollback = true;
  board_.put_record(0, 1, OtaState::kValid);
  run("ota_0");
  ASSERT_TRUE(selection().set_boot(at("ota_0")).ok());
  EXPECT_EQ(boot_label(), "ota_0");
  EXPECT_EQ(newest_state(0), OtaState::kNew);
  // Cut-safe, the confirmed record stays until the new one is complete.
  EXPECT_EQ(board_.record(0).state, is_cut_safe() ? OtaState::kValid : OtaState::kNew);
}

TEST_P(BootSelections, ADamagedImageIsNotChosenUnlessValidationIsSkipped) {
  damage("ota_0");
  EXPECT_EQ(selection().set_boot(at("ota_0")).error(), Error::kValidationFailed);
  EXPECT_TRUE(board_.is_blank("otadata", 0, 0x2000));
  EXPECT_TRUE(selection().set_boot(at("ota_0"), true).ok());
  EXPECT_EQ(boot_label(), "ota_0");
}

TEST_P(BootSelections, WithoutAUsableRecordTheDefaultBoots) {
  board_.put_record(0, 1, OtaState::kInvalid);
  EXPECT_EQ(boot_label(), "factory");
  remove("factory");
  EXPECT_EQ(boot_label(), "ota_0");
  remove("ota_0");
  EXPECT_EQ(boot_label(), "ota_1");
  remove("ota_1");
  EXPECT_EQ(boot_label(), "test");
  remove("test");
  EXPECT_EQ(boot_label(), "-");
}

TEST_P(BootSelections, ConfirmingATrialEndsIt) {
  board_.put_record(0, 1, OtaState::kValid);
  board_.put_record(1, 2, OtaState::kPendingVerify);
  run("ota_1");
  ASSERT_TRUE(selection().confirm().ok());
  EXPECT_EQ(board_.record(1).state, OtaState::kValid);
  EXPECT_EQ(board_.record(1).sequence, 2U);
  const auto operations = board_.erases() + board_.programs();
  ASSERT_TRUE(selection().confirm().ok());
  EXPECT_EQ(board_.erases() + board_.programs(), operations) << "a second time writes nothing";
}

TEST_P(BootSelections, ConfirmingWithoutATrialKeepsARecordAtAllTimes) {
  board_.put_record(0, 1, OtaState::kUndefined);
  run("ota_0");
  ASSERT_TRUE(selection().confirm().ok());
  EXPECT_EQ(newest_state(0), OtaState::kValid);
  EXPECT_EQ(board_.record(0).state, is_cut_safe() ? OtaState::kUndefined : OtaState::kValid);
}

TEST_P(BootSelections, ConfirmingBurnsTheSecureVersionOrSaysWhyNot) {
  board_.settings.anti_rollback = true;
  board_.settings.secure_version_width = 4;
  put_image("ota_0", 3);
  board_.put_record(0, 1, OtaState::kPendingVerify);
  run("ota_0");
  ASSERT_TRUE(selection().confirm().ok());
  EXPECT_EQ(board_.fuses.bits, 0b111U);

  put_image("ota_1", 5);
  board_.put_record(1, 2, OtaState::kPendingVerify);
  run("ota_1");
  EXPECT_EQ(selection().confirm().error(), Error::kSecureVersionWidth);
  EXPECT_EQ(board_.fuses.bits, 0b111U);

  put_image("ota_1", 2);
  board_.put_record(1, 2, OtaState::kPendingVerify);
  run("ota_1");
  EXPECT_EQ(selection().confirm().error(), Error::kSecureVersionBehind);
}

TEST_P(BootSelections, RejectingNeedsSomethingToGoBackTo) {
  board_.put_record(0, 1, OtaState::kValid);
  board_.put_record(1, 2, OtaState::kPendingVerify);
  run("ota_1");
  damage("ota_0");
  EXPECT_FALSE(selection().rollback_is_possible());
  EXPECT_EQ(selection().reject().error(), Error::kRollbackImpossible);
  EXPECT_EQ(board_.record(1).state, OtaState::kPendingVerify);
  put_image("ota_0", 0);
  EXPECT_TRUE(selection().rollback_is_possible());
  ASSERT_TRUE(selection().reject().ok());
  EXPECT_EQ(board_.record(1).state, OtaState::kInvalid);
  EXPECT_EQ(boot_label(), "ota_0");
}

TEST_P(BootSelections, UnderAntiRollbackTheOtherImageMustBeNewEnough) {
  board_.settings.anti_rollback = true;
  board_.fuses.bits = 0b1;
  put_image("ota_0", 0);
  put_image("ota_1", 1);
  board_.put_record(0, 1, OtaState::kValid);
  board_.put_record(1, 2, OtaState::kPendingVerify);
  run("ota_1");
  EXPECT_FALSE(selection().rollback_is_possible());
  put_image("ota_0", 1);
  EXPECT_TRUE(selection().rollback_is_possible());
  board_.put_record(0, 1, OtaState::kInvalid);
  EXPECT_FALSE(selection().rollback_is_possible()) << "factory does not count here";
}

// After a failure in the middle the record on trial may be gone; only this boot knows where it
// stood.
TEST_P(BootSelections, AVerdictThatFlashRefusedIsFinishedByTheNextCall) {
  board_.settings.rollback = true;
  for (const bool confirms : {true, false}) {
    const int operations = is_cut_safe() ? 5 : 2;
    for (int failing = 1; failing <= operations; ++failing) {
      SCOPED_TRACE(failing);
      board_.put("otadata", std::vector<std::byte>(0x2000, std::byte{0xFF}));
      board_.put_record(0, 1, OtaState::kValid);
      board_.put_record(1, 2, OtaState::kPendingVerify);
      run("ota_1");
      board_.chip.chip.plan_cut(
          {.moment = board::CutMoment::kBefore, .nth = static_cast<std::uint64_t>(failing)});
      EXPECT_FALSE((confirms ? selection().confirm() : selection().reject()).ok());
      board_.chip.chip.plan_cut({});
      board_.chip.chip.power_on();
      EXPECT_TRUE((confirms ? selection().confirm() : selection().reject()).ok());
      EXPECT_EQ(board_.record(1).state, confirms ? OtaState::kValid : OtaState::kInvalid);
      EXPECT_TRUE(board_.record(1).check_is_good());
    }
  }
}

TEST_P(BootSelections, AnUnfinishedVerdictIsForgottenWhenAnotherSlotIsChosen) {
  board_.settings.rollback = true;
  board_.put_record(0, 1, OtaState::kValid);
  board_.put_record(1, 2, OtaState::kPendingVerify);
  run("ota_1");
  board_.chip.chip.plan_cut(
      {.moment = board::CutMoment::kAfter, .kind = board::ChipOperation::kErase});
  EXPECT_FALSE(selection().confirm().ok());
  board_.chip.chip.plan_cut({});
  board_.chip.chip.power_on();
  ASSERT_TRUE(selection().set_boot(at("ota_0")).ok());
  EXPECT_EQ(selection().confirm().error(), Error::kRunningIsNotActive);
  EXPECT_EQ(boot_label(), "ota_0");
}

TEST_P(BootSelections, TheOtherRecordAndItsImageCanBeErased) {
  board_.put_record(0, 1, OtaState::kAborted);
  board_.put_record(1, 2, OtaState::kValid);
  run("ota_1");
  ASSERT_TRUE(selection().erase_inactive_record(true).ok());
  EXPECT_TRUE(board_.is_blank("otadata", 0, 0x1000));
  EXPECT_TRUE(board_.is_blank("ota_0", 0, UpdateBoardForTest::kSlotBytes));
  EXPECT_EQ(board_.record(1).sequence, 2U);
}

TEST_P(BootSelections, TheRecordOfTheRunningSlotIsNotErased) {
  board_.put_record(0, 1, OtaState::kValid);
  board_.put_record(1, 2, OtaState::kValid);
  run("ota_0");  // after a fallback
  EXPECT_EQ(selection().erase_inactive_record(false).error(), Error::kNoActiveRecord);
  board_.put_record(0, 3, OtaState::kValid);
  run("ota_1");
  EXPECT_EQ(selection().erase_inactive_record(false).error(), Error::kNoActiveRecord);
}

}  // namespace
}  // namespace rota::core
