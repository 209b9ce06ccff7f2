#include "core/app_update.h"

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

// Both ways of writing a slot keep the same contract unless a test says otherwise.
class AppUpdates : public testing::TestWithParam<SlotWriting> {
 protected:
  AppUpdates() { use(GetParam()); }

  void use(SlotWriting policy, bool rollback = false) {
    board_.settings.slot_writing = policy;
    board_.settings.rollback = rollback;
    board_.boot("factory");
  }
  bool checked() const { return GetParam() == SlotWriting::kChecked; }
  std::uint32_t begin(std::string_view label, std::uint32_t size = kUpdateSequentialWrites) {
    const auto handle = board_.update->begin(board_.partition(label), size);
    EXPECT_TRUE(handle.ok()) << describe(error_of(handle)).what;
    return handle.value_or(0);
  }
  Error begin_error(std::string_view label, std::uint32_t size = kUpdateSequentialWrites) {
    return error_of(board_.update->begin(board_.partition(label), size));
  }

  UpdateBoardForTest board_;
  const std::vector<std::byte> image_ = ImageForTest{}.build();
};

INSTANTIATE_TEST_SUITE_P(Core,
                         AppUpdates,
                         testing::Values(SlotWriting::kReference, SlotWriting::kChecked),
                         [](const auto& policy) {
                           return policy.param == SlotWriting::kChecked ? "Checked" : "Reference";
                         });

TEST_P(AppUpdates, WriteAnImageInPiecesOfAnySize) {
  for (const std::size_t piece : {1, 15, 287, 288, 289, 4095, 4096, 4097, 100000}) {
    SCOPED_TRACE(piece);
    ASSERT_TRUE(board_.install("ota_0", image_, piece).ok());
    EXPECT_EQ(board_.read("ota_0", static_cast<std::uint32_t>(image_.size())), image_);
  }
}

TEST_P(AppUpdates, ReplaceAnOlderImageWhole) {
  board_.put("ota_0", std::vector<std::byte>(UpdateBoardForTest::kSlotBytes, std::byte{0x00}));
  const std::uint32_t handle = begin("ota_0", kUpdateSizeUnknown);
  ASSERT_TRUE(board_.update->write(handle, image_).ok());
  EXPECT_TRUE(board_.update->end(handle).ok());
  EXPECT_EQ(board_.read("ota_0", static_cast<std::uint32_t>(image_.size())), image_);
}

TEST_P(AppUpdates, RefuseWhatIsNoSlotOrRuns) {
  EXPECT_EQ(begin_error("factory"), Error::kNotAnOtaSlot);
  EXPECT_EQ(begin_error("test"), Error::kNotAnOtaSlot);
  board_.put("ota_0", image_);
  board_.boot("ota_0");
  EXPECT_EQ(begin_error("ota_0"), Error::kPartitionIsRunning);
}

TEST_P(AppUpdates, RefuseToStartWhileTheRunningImageIsOnTrial) {
  use(GetParam(), true);
  board_.put("ota_0", image_);
  board_.put_record(0, 1, OtaState::kPendingVerify);
  board_.boot("ota_0");
  EXPECT_EQ(begin_error("ota_1"), Error::kRunningImageOnTrial);
  EXPECT_EQ(begin_error("storage"), Error{});  // the rule is about apps
}

TEST_P(AppUpdates, HoldOnePartitionPerHandle) {
  begin("ota_0");
  EXPECT_EQ(begin_error("ota_0"), Error::kUpdateInProgress);
  const std::uint32_t staged = begin("ota_1");
  ASSERT_TRUE(board_.update->set_final(staged, board_.partition("storage"), true).ok());
  EXPECT_EQ(begin_error("storage"), Error::kUpdateInProgress);
  ASSERT_TRUE(board_.update->abort(staged).ok());
  EXPECT_EQ(begin_error("storage"), Error{});
}

TEST_P(AppUpdates, WriteTwoPartitionsInTurn) {
  const std::vector<std::byte> other = ImageForTest{.version = "2", .fill = 0x11}.build();
  const std::uint32_t first = begin("ota_0");
  const std::uint32_t second = begin("ota_1");
  ASSERT_EQ(image_.size(), other.size());
  for (std::size_t at = 0; at < image_.size(); at += 1000) {
    const std::size_t count = std::min<std::size_t>(1000, image_.size() - at);
    ASSERT_TRUE(board_.update->write(first, Bytes(image_).subspan(at, count)).ok());
    ASSERT_TRUE(board_.update->write(second, Bytes(other).subspan(at, count)).ok());
  }
  EXPECT_TRUE(board_.update->end(first).ok());
  EXPECT_TRUE(board_.update->end(second).ok());
}

TEST_P(AppUpdates, StopAtTheLimitOfOpenHandles) {
  // A table of ten data partitions.
  formats::PartitionRows rows;
  for (std::uint32_t i = 0; i < 10; ++i) {
    Partition row = board_.partition("storage");
    row.offset = 0x90000 + i * 0x1000;
    row.size = 0x1000;
    ASSERT_TRUE(rows.push_back(row));
  }
  for (std::size_t i = 0; i < kMaxOpenUpdates; ++i) {
    ASSERT_TRUE(board_.update->begin(rows[i], kUpdateSequentialWrites).ok());
  }
  EXPECT_EQ(error_of(board_.update->begin(rows[kMaxOpenUpdates], kUpdateSequentialWrites)),
            Error::kTooManyHandles);
  ASSERT_TRUE(board_.update->abort(1).ok());
  const auto next = board_.update->begin(rows[kMaxOpenUpdates], kUpdateSequentialWrites);
  ASSERT_TRUE(next.ok());
  EXPECT_EQ(*next, kMaxOpenUpdates + 1);  // numbers are not used again
}

TEST_P(AppUpdates, Trap23_BeginThatFailsLeavesNoHandleOpen) {
  const std::uint32_t too_large = UpdateBoardForTest::kSlotBytes + 1;
  EXPECT_EQ(begin_error("ota_0", too_large), Error::kPartitionOverrun);
  EXPECT_EQ(begin_error("fixed", 0), Error::kPartitionReadOnly);
  EXPECT_EQ(begin_error("ota_0"), Error{});
}

TEST_P(AppUpdates, RoundAnAnnouncedSizeIn32Bits) {
  // 0xFFFFF001 becomes 0: nothing is erased ahead, and nothing is refused.
  begin("ota_0", 0xFFFFF001);
  EXPECT_EQ(board_.erases(), 0u);
  EXPECT_EQ(begin_error("ota_1", 0xFFFFF000), Error::kPartitionOverrun);
}

TEST_P(AppUpdates, Trap24_NoBytesAreFineForAnyHandle) {
  EXPECT_TRUE(board_.update->write(999, {}).ok());
}

TEST_P(AppUpdates, Trap26_UnknownHandlesAreNamed) {
  const std::byte byte{};
  EXPECT_EQ(error_of(board_.update->write(999, Bytes(&byte, 1))), Error::kUnknownHandle);
  EXPECT_EQ(error_of(board_.update->write_at(999, 0, Bytes(&byte, 1))), Error::kUnknownHandle);
  EXPECT_EQ(error_of(board_.update->end(999)), Error::kUnknownHandle);
  EXPECT_EQ(error_of(board_.update->abort(999)), Error::kUnknownHandle);
  EXPECT_EQ(error_of(board_.update->set_final(999, board_.partition("ota_0"), false)),
            Error::kUnknownHandle);
  EXPECT_EQ(error_of(board_.update->end(0)), Error::kUnknownHandle);
}

TEST_P(AppUpdates, Trap27_EndWantsBytesAndFreesTheHandle) {
  const std::uint32_t handle = begin("ota_0");
  EXPECT_EQ(error_of(board_.update->end(handle)), Error::kNothingWritten);
  EXPECT_EQ(error_of(board_.update->end(handle)), Error::kUnknownHandle);
}

TEST_P(AppUpdates, Trap30_WritingAtAnOffsetNeedsABulkErase) {
  const std::uint32_t handle = begin("ota_0");
  EXPECT_EQ(error_of(board_.update->write_at(handle, 0, image_)), Error::kSequentialHandle);
  EXPECT_TRUE(board_.update->abort(handle).ok());
}

TEST_P(AppUpdates, WriteAtOffsetsInAnyOrder) {
  board_.put("ota_0", std::vector<std::byte>(UpdateBoardForTest::kSlotBytes, std::byte{0x00}));
  const std::uint32_t handle = begin("ota_0", kUpdateSizeUnknown);
  for (std::size_t at = image_.size() / 1000 * 1000 + 1000; at != 0;) {
    at -= 1000;
    const std::size_t count = std::min<std::size_t>(1000, image_.size() - at);
    ASSERT_TRUE(
        board_.update
            ->write_at(handle, static_cast<std::uint32_t>(at), Bytes(image_).subspan(at, count))
            .ok());
  }
  EXPECT_TRUE(board_.update->end(handle).ok());
  EXPECT_EQ(board_.read("ota_0", static_cast<std::uint32_t>(image_.size())), image_);
}

TEST_P(AppUpdates, Trap31_TheTargetIsSetBeforeTheFirstByteOrAfterAResume) {
  const std::uint32_t handle = begin("ota_0");
  ASSERT_TRUE(board_.update->write(handle, Bytes(image_).first(400)).ok());
  EXPECT_EQ(error_of(board_.update->set_final(handle, board_.partition("storage"), false)),
            Error::kDataAlreadyWritten);
  ASSERT_TRUE(board_.update->abort(handle).ok());

  const auto resumed =
      board_.update->resume(board_.partition("ota_0"), kUpdateSequentialWrites, 4096);
  ASSERT_TRUE(resumed.ok());
  EXPECT_TRUE(board_.update->set_final(*resumed, board_.partition("storage"), false).ok());
}

TEST_P(AppUpdates, GoOnWhereAnEarlierSessionStopped) {
  const std::uint32_t first = begin("ota_0");
  ASSERT_TRUE(board_.update->write(first, Bytes(image_).first(8192)).ok());
  board_.boot("factory");
  const auto resumed =
      board_.update->resume(board_.partition("ota_0"), kUpdateSequentialWrites, 8192);
  ASSERT_TRUE(resumed.ok());
  ASSERT_TRUE(board_.update->write(*resumed, Bytes(image_).subspan(8192)).ok());
  EXPECT_TRUE(board_.update->end(*resumed).ok());
}

TEST_P(AppUpdates, OnePartitionIsNotResumedTwice) {
  // The rest was erased by the earlier session.
  const auto first = board_.update->resume(board_.partition("ota_0"), 0, 4096);
  ASSERT_TRUE(first.ok());
  EXPECT_EQ(error_of(board_.update->resume(board_.partition("ota_0"), 0, 4096)),
            Error::kUpdateInProgress);
  EXPECT_TRUE(board_.update->write_at(*first, 4096, Bytes(image_).subspan(4096)).ok());
}

TEST_P(AppUpdates, RefuseToGoOnBeyondTheEndOrInTheRunningPartition) {
  EXPECT_EQ(error_of(board_.update->resume(board_.partition("ota_0"), 0,
                                           UpdateBoardForTest::kSlotBytes + 1)),
            Error::kInvalidArgument);
  const auto full = board_.update->resume(board_.partition("ota_0"), kUpdateSequentialWrites,
                                          UpdateBoardForTest::kSlotBytes);
  ASSERT_TRUE(full.ok()) << "everything arrived before";
  EXPECT_TRUE(board_.update->abort(*full).ok());
  EXPECT_EQ(error_of(board_.update->resume(board_.partition("factory"), 0, 0)),
            Error::kNotAnOtaSlot);
  board_.put("ota_0", image_);
  board_.boot("ota_0");
  EXPECT_EQ(error_of(board_.update->resume(board_.partition("ota_0"), 0, 0)),
            Error::kPartitionIsRunning);
}

TEST_P(AppUpdates, Trap47_AnImageForAnotherChipIsNotValid) {
  const std::vector<std::byte> foreign = ImageForTest{.chip_id = 5}.build();
  const Status installed = board_.install("ota_0", foreign);
  ASSERT_FALSE(installed.ok());
  if (checked()) {  // found out before anything was erased
    EXPECT_EQ(installed.error(), Error::kImageWrongChip);
    EXPECT_EQ(board_.erases(), 0u);
  } else {
    EXPECT_EQ(installed.error(), Error::kValidationFailed);
    EXPECT_EQ(board_.update->detail(), Error::kImageWrongChip);
  }
}

TEST_P(AppUpdates, RefuseAnImageThatIsCutShortOrDamaged) {
  EXPECT_EQ(error_of(board_.install("ota_0", Bytes(image_).first(5000))), Error::kValidationFailed);
  EXPECT_EQ(error_of(board_.install("ota_0", Bytes(image_).first(200))), Error::kValidationFailed);
  std::vector<std::byte> damaged = image_;
  damaged[4000] ^= std::byte{1};
  EXPECT_EQ(error_of(board_.install("ota_0", damaged)), Error::kValidationFailed);
}

TEST_P(AppUpdates, DemandADigestWhenTheRunningImageHasOne) {
  const std::vector<std::byte> bare = ImageForTest{.has_digest = false}.build();
  EXPECT_EQ(error_of(board_.install("ota_0", bare)), Error::kValidationFailed);
  EXPECT_EQ(board_.update->detail(), Error::kImageDigestMissing);

  board_.settings.demand_digest = false;
  EXPECT_TRUE(board_.install("ota_0", bare).ok());
  board_.settings.demand_digest = true;
  board_.put("factory", bare);
  EXPECT_TRUE(board_.install("ota_0", bare).ok());
}

TEST_P(AppUpdates, Trap51_ABootloaderImageIsJudgedByOtherRules) {
  const std::vector<std::byte> bootloader = bootloader_for_test();
  const std::uint32_t handle = begin("ota_0");
  ASSERT_TRUE(board_.update->set_final(handle, board_.partition("bootloader"), false).ok());
  ASSERT_TRUE(board_.update->write(handle, bootloader).ok());
  EXPECT_TRUE(board_.update->end(handle).ok());
  // The same bytes as an app: no description.
  EXPECT_FALSE(board_.install("ota_0", bootloader).ok());
}

TEST_P(AppUpdates, Trap52_AnAbortedBootloaderUpdateLeavesNoTrace) {
  const std::uint32_t handle = begin("ota_0");
  ASSERT_TRUE(board_.update->set_final(handle, board_.partition("bootloader"), false).ok());
  ASSERT_TRUE(board_.update->abort(handle).ok());
  std::vector<std::byte> bad_digest = image_;
  bad_digest.back() ^= std::byte{1};
  EXPECT_EQ(error_of(board_.install("ota_0", bad_digest)), Error::kValidationFailed);
}

TEST_P(AppUpdates, Trap71_ProtectionComesBackWithTheLastDangerousHandle) {
  const Partition& table = board_.partition("table");
  const std::uint32_t handle = begin("table");
  EXPECT_TRUE(board_.access->may_erase(table, 0, kSectorBytes).ok());
  ASSERT_TRUE(board_.update->abort(handle).ok());
  EXPECT_EQ(error_of(board_.access->may_erase(table, 0, kSectorBytes)), Error::kFlashProtected);
}

TEST_P(AppUpdates, Trap71_AnOrdinaryHandleBesideADangerousOneKeepsItsProtectionOff) {
  const Partition& table = board_.partition("table");
  const std::uint32_t dangerous = begin("table");
  const std::uint32_t ordinary = begin("ota_0");
  EXPECT_TRUE(board_.access->may_erase(table, 0, kSectorBytes).ok());
  ASSERT_TRUE(board_.update->abort(dangerous).ok());
  EXPECT_EQ(error_of(board_.access->may_erase(table, 0, kSectorBytes)), Error::kFlashProtected);
  ASSERT_TRUE(board_.update->abort(ordinary).ok());
}

TEST_P(AppUpdates, CopyAStagedBootloaderOnlyWhenItIsValid) {
  const std::vector<std::byte> old(0x7000, std::byte{0x00});
  board_.put("bootloader", old);
  std::vector<std::byte> bootloader = bootloader_for_test();
  std::vector<std::byte> damaged = bootloader;
  damaged[5000] ^= std::byte{1};

  std::uint32_t handle = begin("ota_0");
  ASSERT_TRUE(board_.update->set_final(handle, board_.partition("bootloader"), true).ok());
  ASSERT_TRUE(board_.update->write(handle, damaged).ok());
  EXPECT_EQ(error_of(board_.update->end(handle)), Error::kValidationFailed);
  EXPECT_EQ(board_.read("bootloader", 0x7000), old);

  handle = begin("ota_0");
  ASSERT_TRUE(board_.update->set_final(handle, board_.partition("bootloader"), true).ok());
  ASSERT_TRUE(board_.update->write(handle, bootloader).ok());
  EXPECT_TRUE(board_.update->end(handle).ok());
  EXPECT_EQ(board_.read("bootloader", static_cast<std::uint32_t>(bootloader.size())), bootloader);
}

TEST_P(AppUpdates, JudgeAPartitionTableAsTheBootloaderDoes) {
  std::array<std::byte, formats::kTableBytes> table{};
  ASSERT_TRUE(formats::write_table(board_.rows, true, table).ok());
  const auto stage = [&](Bytes bytes) {
    const std::uint32_t handle = begin("storage");
    EXPECT_TRUE(board_.update->set_final(handle, board_.partition("table"), true).ok());
    EXPECT_TRUE(board_.update->write(handle, bytes).ok());
    return error_of(board_.update->end(handle));
  };
  EXPECT_EQ(stage(table), Error{});
  EXPECT_EQ(board_.read("table", 64), board_.read("storage", 64));
  std::array<std::byte, formats::kTableBytes> endless{};
  for (std::size_t at = 0; at < endless.size(); at += formats::kTableRowBytes) {
    std::copy_n(table.begin(), formats::kTableRowBytes, endless.begin() + at);
  }
  EXPECT_EQ(stage(endless), Error::kValidationFailed);
  EXPECT_EQ(board_.update->detail(), Error::kTableNoEnd);
  table[40] ^= std::byte{1};  // the second row; its MD5 is wrong now
  EXPECT_EQ(stage(table), Error::kValidationFailed);
  EXPECT_EQ(board_.update->detail(), Error::kTableMd5Mismatch);
}

TEST_P(AppUpdates, Trap87_ACopyNeedsAStagingPartitionAsLargeAsTheTarget) {
  board_.put("factory", image_);
  const std::uint32_t handle = begin("storage");  // half as large as a slot
  ASSERT_TRUE(board_.update->set_final(handle, board_.partition("ota_1"), true).ok());
  ASSERT_TRUE(board_.update->write(handle, image_).ok());
  board_.put("ota_1", Bytes(image_).first(64));
  EXPECT_EQ(error_of(board_.update->end(handle)), Error::kPartitionOverrun);
  EXPECT_FALSE(board_.is_blank("ota_1", 0, 64));
}

TEST_P(AppUpdates, RefuseToCopyOverTheRunningImage) {
  const std::uint32_t handle = begin("ota_0");
  ASSERT_TRUE(board_.update->set_final(handle, board_.partition("factory"), true).ok());
  ASSERT_TRUE(board_.update->write(handle, image_).ok());
  EXPECT_EQ(error_of(board_.update->end(handle)), Error::kFlashProtected);
  EXPECT_FALSE(board_.is_blank("factory", 0, 64));
}

TEST_P(AppUpdates, Trap22_TheRecordOfASlotThatChangesIsErased) {
  use(GetParam(), true);
  board_.put("ota_0", image_);
  board_.put_record(0, 1, OtaState::kValid);
  board_.put_record(1, 2, OtaState::kInvalid);
  board_.boot("ota_0");
  const std::uint32_t handle = begin("ota_1");
  // kChecked waits until it knows that an image arrives.
  EXPECT_EQ(board_.is_blank("otadata", kSectorBytes, 32), !checked());
  ASSERT_TRUE(board_.update->write(handle, image_).ok());
  EXPECT_TRUE(board_.is_blank("otadata", kSectorBytes, 32));
  EXPECT_FALSE(board_.is_blank("otadata", 0, 32));
}

TEST_P(AppUpdates, DataThatChangeCostNoRecord) {
  use(GetParam(), true);
  board_.put("ota_0", image_);
  board_.put_record(0, 1, OtaState::kValid);
  board_.put_record(1, 2, OtaState::kInvalid);
  board_.boot("ota_0");
  const auto before = board_.read("otadata", 0x2000);
  const std::uint32_t handle = begin("storage");
  ASSERT_TRUE(board_.update->write(handle, image_).ok());
  ASSERT_TRUE(board_.update->end(handle).ok());
  EXPECT_EQ(board_.read("otadata", 0x2000), before);
}

TEST_P(AppUpdates, Trap82_TheLastFailedVersionIsForgottenByTheNextUpdate) {
  use(GetParam(), true);
  board_.put("ota_0", image_);
  board_.put("ota_1", image_);
  board_.put_record(0, 1, OtaState::kValid);
  board_.put_record(1, 2, OtaState::kInvalid);
  board_.boot("ota_0");
  EXPECT_EQ(board_.selection->last_invalid_partition(), &board_.partition("ota_1"));
  const std::uint32_t handle = begin("ota_1");
  ASSERT_TRUE(board_.update->write(handle, image_).ok());
  EXPECT_EQ(board_.selection->last_invalid_partition(), nullptr);
}

TEST_P(AppUpdates, KeepTheRecordOfASlotThatIsResumed) {
  use(GetParam(), true);
  board_.put("ota_0", image_);
  board_.put_record(0, 1, OtaState::kValid);
  board_.put_record(1, 2, OtaState::kInvalid);
  board_.boot("ota_0");
  const auto handle =
      board_.update->resume(board_.partition("ota_1"), kUpdateSequentialWrites, 4096);
  ASSERT_TRUE(handle.ok());
  ASSERT_TRUE(board_.update->write(*handle, Bytes(image_).subspan(4096)).ok());
  EXPECT_FALSE(board_.is_blank("otadata", kSectorBytes, 32));
}

TEST_P(AppUpdates, Trap86_TheSwitchVerifiesAgain) {
  ASSERT_TRUE(board_.install("ota_0", image_).ok());
  const std::vector<std::byte> before = board_.read("otadata", 0x2000);
  const std::byte flipped = board_.read("ota_0", 1, 5000)[0] ^ std::byte{1};
  board_.put("ota_0", Bytes(&flipped, 1), 5000);
  EXPECT_EQ(error_of(board_.selection->set_boot(board_.partition("ota_0"))),
            Error::kValidationFailed);
  EXPECT_EQ(board_.read("otadata", 0x2000), before);
}

TEST_P(AppUpdates, RememberTheFirstBytesThatArrived) {
  const std::uint32_t handle = begin("ota_0");
  const std::string page = "<html><title>Login</title></html>";
  EXPECT_EQ(error_of(board_.update->write(handle, bytes_of(page))), Error::kFirstByteWrong);
  EXPECT_EQ(text_of(board_.update->first_bytes(handle)), page);
  EXPECT_EQ(board_.update->detail(), Error::kFirstByteWrong);
  EXPECT_TRUE(board_.update->first_bytes(handle + 1).empty());
  // A wrong start does not spoil the handle.
  ASSERT_TRUE(board_.update->write(handle, image_).ok());
  EXPECT_TRUE(board_.update->end(handle).ok());
}

}  // namespace
}  // namespace rota::core
