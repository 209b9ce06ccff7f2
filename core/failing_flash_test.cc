// One call of flash fails, once, wherever it comes: what was asked for ends with an error, and
// asked for again in the same boot it succeeds. The long form with every story is
// tests/failing_calls.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <string>
#include <vector>

#include "core/update_board_for_test.h"

namespace rota::core {
namespace {

using formats::OtaState;

Error error_of(const Status& status) { return status.ok() ? Error{} : status.error(); }

// Lets the calls of `action` on a prepared board fail one after the other. `action` answers a
// Status and may be called again after an error. Returns how many calls there were.
template <class Prepare, class Action>
int fail_every_call(bool encrypted, Prepare prepare, Action action) {
  for (int call = 1;; ++call) {
    SCOPED_TRACE(call);
    UpdateBoardForTest board(encrypted);
    prepare(board);
    board.flash.fail_call(call);
    const Status first = action(board);
    if (!board.flash.has_failed()) {
      EXPECT_TRUE(first.ok());
      return call - 1;
    }
    EXPECT_FALSE(first.ok());
    EXPECT_TRUE(action(board).ok());
  }
}

struct WayOfWriting {
  SlotWriting policy;
  bool encrypted;
  std::size_t piece;
};

class FailingFlash : public testing::TestWithParam<WayOfWriting> {
 protected:
  static void prepare(UpdateBoardForTest& board) {
    board.settings.slot_writing = GetParam().policy;
    board.boot("factory");
  }
  template <class Prepare, class Action>
  static int fail_every_call(Prepare prepare, Action action) {
    return core::fail_every_call(GetParam().encrypted, prepare, action);
  }
};

INSTANTIATE_TEST_SUITE_P(Core,
                         FailingFlash,
                         testing::Values(WayOfWriting{SlotWriting::kReference, false, 4096},
                                         WayOfWriting{SlotWriting::kReference, true, 1000},
                                         WayOfWriting{SlotWriting::kChecked, false, 4096},
                                         WayOfWriting{SlotWriting::kChecked, false, 200},
                                         WayOfWriting{SlotWriting::kChecked, true, 1000}));

// The running image has no digest either, which is read only then.
TEST_P(FailingFlash, AnUpdateFailsAndSucceedsTheSecondTime) {
  const std::vector<std::byte> image = ImageForTest{.version = "2", .has_digest = false}.build();
  const int calls = fail_every_call(
      [&](UpdateBoardForTest& board) {
        prepare(board);
        board.put("factory", image);
      },
      [&](UpdateBoardForTest& board) {
        const Status status = board.install("ota_0", image, GetParam().piece);
        if (status.ok()) {
          EXPECT_EQ(board.read("ota_0", static_cast<std::uint32_t>(image.size())), image);
        }
        return status;
      });
  EXPECT_GT(calls, 15);
}

// On encrypted flash the last bytes wait for the end, where they can still be refused.
TEST_P(FailingFlash, DataOfAnySizeFailAndSucceedTheSecondTime) {
  const std::vector<std::byte> data(1003, std::byte{0x37});
  const int calls = fail_every_call(prepare, [&](UpdateBoardForTest& board) -> Status {
    const auto handle = board.update->begin(board.partition("ota_0"), kUpdateSequentialWrites);
    ROTA_TRY(handle);
    EXPECT_TRUE(board.update->set_final(*handle, board.partition("nvs"), false).ok());
    const Status written = board.update->write(*handle, data);
    const Status ended = board.update->end(*handle);
    if (written.ok() && ended.ok()) {
      EXPECT_EQ(board.read("ota_0", 1003), data);
    }
    return written.ok() ? ended : written;
  });
  EXPECT_GT(calls, GetParam().policy == SlotWriting::kReference ? 1 : 3);
}

// Half of the old content is right already, which the writer finds out by reading.
TEST_P(FailingFlash, AnUpdateOverSimilarContentFailsAndSucceedsTheSecondTime) {
  if (GetParam().policy == SlotWriting::kReference) return;  // it does not look
  const std::vector<std::byte> image = ImageForTest{.payload_bytes = 18000}.build();
  std::vector<std::byte> similar = image;
  similar[5000] ^= std::byte{1};
  const int calls = fail_every_call(
      [&](UpdateBoardForTest& board) {
        prepare(board);
        board.put("ota_0", similar);
      },
      [&](UpdateBoardForTest& board) { return board.install("ota_0", image, 2 * kSectorBytes); });
  EXPECT_GT(calls, 15);
}

TEST_P(FailingFlash, WritingAtAnOffsetFailsAndSucceedsTheSecondTime) {
  std::vector<std::byte> image = ImageForTest{}.build();
  image.resize(align_up(static_cast<std::uint32_t>(image.size()), 16));
  const int calls = fail_every_call(prepare, [&](UpdateBoardForTest& board) -> Status {
    const auto size = static_cast<std::uint32_t>(image.size());
    const auto handle = board.update->begin(board.partition("ota_0"), size);
    ROTA_TRY(handle);
    const Status written = board.update->write_at(*handle, 0, image);
    const Status ended = board.update->end(*handle);
    return written.ok() ? ended : written;
  });
  EXPECT_GT(calls, 3);
}

TEST_P(FailingFlash, ATableIsCopiedAtTheSecondTime) {
  std::array<std::byte, formats::kTableBytes> table{};
  ASSERT_TRUE(formats::write_table(UpdateBoardForTest{}.rows, true, table).ok());
  const int calls = fail_every_call(prepare, [&](UpdateBoardForTest& board) -> Status {
    const auto handle = board.update->begin(board.partition("storage"), kUpdateSequentialWrites);
    ROTA_TRY(handle);
    EXPECT_TRUE(board.update->set_final(*handle, board.partition("table"), true).ok());
    const Status written = board.update->write(*handle, table);
    const Status ended = board.update->end(*handle);
    return written.ok() ? ended : written;
  });
  EXPECT_GT(calls, 15);
}

// ---- What boots next ----

void prepare_trial(UpdateBoardForTest& board) {
  board.settings.rollback = true;
  board.put("ota_0", ImageForTest{.version = "1"}.build());
  board.put("ota_1", ImageForTest{.version = "2"}.build());
  board.put_record(0, 1, OtaState::kValid);
  board.put_record(1, 2, OtaState::kPendingVerify);
  board.boot("ota_1");
}

TEST(FailingFlashOfAChoice, AConfirmationSucceedsTheSecondTime) {
  const int calls = fail_every_call(false, prepare_trial, [](UpdateBoardForTest& board) {
    const Status status = board.selection->confirm();
    if (status.ok()) {
      EXPECT_EQ(board.record(1).state, OtaState::kValid);
    }
    return status;
  });
  EXPECT_GT(calls, 6);
}

TEST(FailingFlashOfAChoice, ARejectionSucceedsTheSecondTime) {
  const int calls = fail_every_call(
      false,
      [](UpdateBoardForTest& board) {
        prepare_trial(board);
        const auto factory = board.read("factory", 0x4000);
        board.put("ota_0", factory);
      },
      [](UpdateBoardForTest& board) {
        const Status status = board.selection->reject();
        if (status.ok()) {
          EXPECT_EQ(board.record(1).state, OtaState::kInvalid);
        }
        return status;
      });
  EXPECT_GT(calls, 6);
}

// Once its check word is gone there is no record to give up any more, which the second call says.
TEST(FailingFlashOfAChoice, GivingUpTheOtherImageSucceedsTheSecondTime) {
  const int calls = fail_every_call(
      false,
      [](UpdateBoardForTest& board) {
        board.settings.rollback = true;
        board.put("ota_1", ImageForTest{}.build());
        board.put_record(0, 3, OtaState::kValid);
        board.put_record(1, 2, OtaState::kInvalid);
        board.boot("ota_0");
      },
      [](UpdateBoardForTest& board) {
        const Status status = board.selection->erase_inactive_record(true);
        const bool is_given_up = !board.record(1).check_is_good() &&
                                 board.is_blank("ota_1", 0, UpdateBoardForTest::kSlotBytes);
        if (status.ok()) {
          EXPECT_TRUE(is_given_up);
        }
        return error_of(status) == Error::kNoActiveRecord && is_given_up ? Status{} : status;
      });
  EXPECT_GT(calls, 4);
}

TEST(FailingFlashOfAChoice, TheWayBackToFactorySucceedsTheSecondTime) {
  const int calls = fail_every_call(false, prepare_trial, [](UpdateBoardForTest& board) {
    const Status status = board.selection->set_boot(board.partition("factory"), true);
    if (status.ok()) {
      EXPECT_TRUE(board.is_blank("otadata", 0, 0x2000));
    }
    return status;
  });
  EXPECT_GT(calls, 8);
}

// Both records have to go, or the second one would start the rejected image again.
TEST(FailingFlashOfAChoice, ARejectionOfAnImageWithTwoRecordsSucceedsTheSecondTime) {
  const int calls = fail_every_call(
      false,
      [](UpdateBoardForTest& board) {
        board.settings.rollback = true;
        board.put("ota_0", ImageForTest{.version = "1"}.build());
        board.put_record(0, 1, OtaState::kUndefined);
        board.put_record(1, 3, OtaState::kValid);
        board.boot("ota_0");
      },
      [](UpdateBoardForTest& board) {
        const Status status = board.selection->reject();
        if (status.ok()) {
          EXPECT_FALSE(board.record(0).is_selectable());
          EXPECT_EQ(board.record(1).state, OtaState::kInvalid);
        }
        return status;
      });
  EXPECT_GT(calls, 8);
}

// The record of the running image is erased and its new one was not written: only this boot knows
// where it stood. The verdict can be given again; without its record the other one can not.
TEST(FailingFlashOfAChoice, AVerdictThatWasNotWrittenCanBeGivenAgain) {
  for (const bool then_confirm : {false, true}) {
    UpdateBoardForTest board;
    prepare_trial(board);
    board.flash.fail_call(7);  // the first after the erase
    EXPECT_EQ(error_of(board.selection->confirm()), Error::kFlashReadFailed);
    ASSERT_TRUE(board.flash.has_failed());
    ASSERT_TRUE(board.is_blank("otadata", kSectorBytes, 32));
    board.flash.fail_call(2);
    EXPECT_EQ(error_of(board.selection->confirm()), Error::kFlashEraseFailed) << "a second time";
    const Status last = then_confirm ? board.selection->confirm() : board.selection->reject();
    EXPECT_EQ(error_of(last), then_confirm ? Error{} : Error::kRunningIsNotActive);
  }
}

TEST(FailingFlashOfAChoice, ATooOldImageThatCanNotBeErasedIsStillRefused) {
  UpdateBoardForTest board;
  board.settings.anti_rollback = true;
  board.fuses.bits = 1;
  board.put("ota_0", ImageForTest{}.build());
  board.boot("factory");
  for (int call = 1; board.flash.fail_call(call), true; ++call) {
    const Error error = error_of(board.selection->set_boot(board.partition("ota_0")));
    if (!board.flash.has_failed()) {
      EXPECT_EQ(error, Error::kSecureVersionTooOld);
      break;
    }
    EXPECT_TRUE(error == Error::kFlashEraseFailed || error == Error::kFlashReadFailed ||
                error == Error::kValidationFailed);
  }
  EXPECT_TRUE(board.is_blank("ota_0", 0, UpdateBoardForTest::kSlotBytes));
  EXPECT_TRUE(board.is_blank("otadata", 0, 0x2000));
}

}  // namespace
}  // namespace rota::core
