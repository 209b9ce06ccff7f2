// Writing through handles: begin, write, resume, end, abort (spec 5.2, 5.3). What boots:
// esp_ota_ops_boot_test.cc.
#include "core/app_update.h"
#include "idf/ota_ops_for_test.h"

namespace rota::idf {
namespace {

using formats::OtaRecord;
using formats::OtaState;
using formats::PartitionType;

// ---- esp_ota_begin ---------------------------------------------------------------------------

TEST_F(OtaOps, BeginChecksInTheOrderOfTheReference) {
  config_for_test().app_rollback_enable = true;
  board.put_records(PlatformForTest::record(1, OtaState::kPendingVerify), OtaRecord::blank());
  start_with_image("ota_0");
  esp_ota_handle_t handle = 77;

  EXPECT_EQ(esp_ota_begin(nullptr, 0, &handle), ESP_ERR_INVALID_ARG);
  EXPECT_EQ(esp_ota_begin(find("ota_1"), 0, nullptr), ESP_ERR_INVALID_ARG);
  esp_partition_t unknown = *find("ota_1");
  unknown.size -= 1;
  EXPECT_EQ(esp_ota_begin(&unknown, 0, &handle), ESP_ERR_NOT_FOUND);
  EXPECT_EQ(begin("factory"), ESP_ERR_INVALID_ARG);
  EXPECT_EQ(begin("ota_0"), ESP_ERR_OTA_PARTITION_CONFLICT);
  EXPECT_EQ(begin("ota_1"), ESP_ERR_OTA_ROLLBACK_INVALID_STATE);
  EXPECT_EQ(begin("storage"), ESP_OK) << "data partitions know no trial";
  EXPECT_EQ(begin("storage"), ESP_ERR_OTA_ALREADY_IN_PROGRESS);
  EXPECT_EQ(handle, 77U) << "a refused begin hands out nothing";
}

TEST_F(OtaOps, BeginTakesACopyOfThePartition) {
  start_with_image("factory");
  const esp_partition_t copy = *find("ota_0");
  esp_ota_handle_t handle = 0;
  EXPECT_EQ(esp_ota_begin(&copy, 0, &handle), ESP_OK);
  EXPECT_EQ(begin("ota_0"), ESP_ERR_OTA_ALREADY_IN_PROGRESS);
}

TEST_F(OtaOps, HandlesCountUpFromOneAndAreNotReused) {
  start_with_image("factory");
  const esp_ota_handle_t first = begun("ota_0");
  EXPECT_EQ(first, 1U);
  EXPECT_EQ(esp_ota_abort(first), ESP_OK);
  EXPECT_EQ(begun("ota_0"), 2U);
  EXPECT_EQ(begun("ota_1"), 3U);
}

TEST_F(OtaOps, AStatedNumberOfHandlesIsOpenAtOnce) {
  auto rows = PlatformForTest::tutorial_table();
  for (std::uint32_t i = 0; i < 9; ++i) {
    static_cast<void>(rows.push_back(PlatformForTest::row(
        "data_" + std::to_string(i), PartitionType::kData, 0x40, 0x320000 + i * kSector, kSector)));
  }
  board.put_table(rows);
  start_with_image("factory");
  for (std::size_t i = 0; i < core::kMaxOpenUpdates; ++i) {
    EXPECT_EQ(begin(("data_" + std::to_string(i)).c_str()), ESP_OK);
  }
  EXPECT_EQ(begin("data_8"), ESP_ERR_NO_MEM);
  EXPECT_EQ(esp_ota_abort(1), ESP_OK);
  EXPECT_EQ(begin("data_8"), ESP_OK);
}

TEST_F(OtaOps, BeginSaysWhichPartitionIsMissing) {
  start_with_image("factory");
  esp_ota_handle_t handle = 0;
  EXPECT_EQ(esp_ota_begin(nullptr, 0, &handle), ESP_ERR_INVALID_ARG);
  EXPECT_TRUE(board.console_has(std::string(rota::describe(Error::kNullArgument).what)));
  esp_partition_t unknown{};
  unknown.address = 0x123000;
  EXPECT_EQ(esp_ota_begin(&unknown, 0, &handle), ESP_ERR_NOT_FOUND);
  EXPECT_TRUE(board.console_has(std::string(rota::describe(Error::kPartitionNotFound).what)));
}

TEST_F(OtaOps, BeginRefusesWhatDoesNotFitThePartition) {
  start_with_image("factory");
  EXPECT_EQ(begin("ota_0", 0x100001), ESP_ERR_INVALID_SIZE);
  EXPECT_EQ(begin("ota_0", std::size_t{1} << 32U), ESP_ERR_INVALID_SIZE) << "more than 32 bits";
  EXPECT_EQ(begin("ota_0", (std::size_t{1} << 32U) + 0xFFFFFFFF), ESP_ERR_INVALID_SIZE);
  EXPECT_TRUE(board.console_has("The data do not fit"));
  EXPECT_EQ(begin("ota_0", 0x100000), ESP_OK);
}

TEST_F(OtaOps, BeginRefusesAReadOnlyPartition) {
  auto rows = PlatformForTest::tutorial_table();
  rows[rows.size() - 1].readonly = true;
  board.put_table(rows);
  start_with_image("factory");
  EXPECT_EQ(begin("storage", 0), ESP_ERR_NOT_ALLOWED);
}

// Repaired: the reference leaves the handle open, and the next begin fails.
TEST_F(OtaOps, Trap23AFailedEraseLeavesNoHandleOpen) {
  config_for_test().slot_writing_reference = true;
  start_with_image("factory");
  EXPECT_EQ(begin("ota_0", 0x100001), ESP_ERR_INVALID_SIZE);
  board.next_erase_fails = Error::kFlashEraseFailed;
  EXPECT_EQ(begin("ota_0", 0), ESP_ERR_FLASH_OP_FAIL);
  EXPECT_EQ(begin("ota_0", 0), ESP_OK);
}

TEST_F(OtaOps, ReferenceBeginErasesAtOnceWhatItWasAskedTo) {
  config_for_test().slot_writing_reference = true;
  board.put(board.partition("ota_0").offset, repeated(0x100000, 0x00));
  start_with_image("factory");
  begun("ota_0", 5000);
  const Bytes slot = board.bytes_of("ota_0");
  EXPECT_EQ(slot[0x1FFF], std::byte{0xFF});
  EXPECT_EQ(slot[0x2000], std::byte{0x00});
}

TEST_F(OtaOps, SequentialBeginErasesNothing) {
  start_with_image("factory");
  board.put_image("ota_0", {.version = "old"});
  const auto old = board.make_image({.version = "old"});
  EXPECT_EQ(esp_ota_abort(begun("ota_0")), ESP_OK);
  EXPECT_TRUE(holds("ota_0", old));
}

TEST_F(OtaOps, Trap22BeginErasesTheInactiveRecordUnlessItIsTheRunningSlots) {
  config_for_test().app_rollback_enable = true;
  config_for_test().ota_data_in_place = true;
  config_for_test().slot_writing_reference = true;
  board.put_image("ota_1", {});
  board.put_records(PlatformForTest::record(1, OtaState::kValid),
                    PlatformForTest::record(2, OtaState::kValid));
  start_with_image("ota_1");
  board.put_image("ota_0", {});
  ASSERT_TRUE(esp_ota_check_rollback_is_possible());
  begun("ota_0");
  EXPECT_EQ(board.records()[0], OtaRecord::blank());
  EXPECT_EQ(board.records()[1].sequence, 2U);
  board.put_image("factory", {});
  EXPECT_TRUE(esp_ota_check_rollback_is_possible()) << "now to factory";
}

// The default does it when flash changes for the first time, not before.
TEST_F(OtaOps, Trap22TheInactiveRecordGoesWithTheContentItPromises) {
  config_for_test().app_rollback_enable = true;
  board.put_records(PlatformForTest::record(1, OtaState::kValid),
                    PlatformForTest::record(2, OtaState::kValid));
  start_with_image("ota_1");
  board.put_image("ota_0", {.version = "old"});
  const esp_ota_handle_t handle = begun("ota_0");
  EXPECT_EQ(board.records()[0].sequence, 1U);
  EXPECT_EQ(write(handle, board.make_image({.version = "new"})), ESP_OK);
  EXPECT_EQ(board.records()[0], OtaRecord::blank());
}

TEST_F(OtaOps, Trap82TheLastInvalidVersionMustBeAskedForBeforeBegin) {
  config_for_test().app_rollback_enable = true;
  config_for_test().slot_writing_reference = true;
  board.put_image("ota_1", {});
  board.put_records(PlatformForTest::record(1, OtaState::kValid),
                    PlatformForTest::record(2, OtaState::kInvalid));
  start_with_image("ota_0");
  EXPECT_EQ(esp_ota_get_last_invalid_partition(), find("ota_1"));
  begun("ota_1");
  EXPECT_EQ(esp_ota_get_last_invalid_partition(), nullptr);
}

// ---- esp_ota_write ---------------------------------------------------------------------------

TEST_F(OtaOps, Trap24NoBytesAreAlwaysWritten) {
  start_with_image("factory");
  const char byte = 0;
  EXPECT_EQ(esp_ota_write(kNoHandle, &byte, 0), ESP_OK);
  EXPECT_EQ(esp_ota_write(kNoHandle, nullptr, 0), ESP_ERR_INVALID_ARG);
}

TEST_F(OtaOps, Trap26AnUnknownHandleHasTwoCodes) {
  start_with_image("factory");
  const char byte = 0;
  EXPECT_EQ(esp_ota_write(kNoHandle, &byte, 1), ESP_ERR_INVALID_ARG);
  EXPECT_EQ(esp_ota_write_with_offset(kNoHandle, &byte, 1, 0), ESP_ERR_INVALID_ARG);
  EXPECT_EQ(esp_ota_end(kNoHandle), ESP_ERR_NOT_FOUND);
  EXPECT_EQ(esp_ota_abort(kNoHandle), ESP_ERR_NOT_FOUND);
  EXPECT_EQ(esp_ota_set_final_partition(kNoHandle, find("ota_0"), false), ESP_ERR_NOT_FOUND);
}

TEST_F(OtaOps, Trap25ReferenceWritingErasesBeforeItLooksAtTheFirstByte) {
  config_for_test().slot_writing_reference = true;
  start_with_image("factory");
  board.put_image("ota_0", {});
  const esp_ota_handle_t handle = begun("ota_0");
  EXPECT_EQ(write(handle, repeated(1, 0x00)), ESP_ERR_OTA_VALIDATE_FAILED);
  EXPECT_EQ(board.bytes_of("ota_0")[0], std::byte{0xFF});
}

TEST_F(OtaOps, Trap25TheDefaultKeepsTheOldImageWhenSomethingElseArrives) {
  start_with_image("factory");
  board.put_image("ota_0", {.version = "old"});
  const esp_ota_handle_t handle = begun("ota_0");
  const std::string_view page = "<html><head><title>Login</title></head><body></body></html>";
  EXPECT_EQ(write(handle, bytes_of(page)), ESP_ERR_OTA_VALIDATE_FAILED);
  EXPECT_TRUE(holds("ota_0", board.make_image({.version = "old"})));
  EXPECT_TRUE(board.console_has("OTA image has invalid magic byte 0x3c")) << board.console;
  EXPECT_TRUE(board.console_has("an HTML page titled 'Login'")) << board.console;
}

TEST_F(OtaOps, ARefusedWriteCanBeRepeatedWithTheRightBytes) {
  start_with_image("factory");
  const auto image = board.make_image({.version = "new"});
  const esp_ota_handle_t handle = begun("ota_0");
  EXPECT_EQ(write(handle, repeated(400, 0x00)), ESP_ERR_OTA_VALIDATE_FAILED);
  EXPECT_EQ(write_in_pieces(handle, image, 100), ESP_OK);
  EXPECT_EQ(esp_ota_end(handle), ESP_OK);
  EXPECT_TRUE(holds("ota_0", image));
}

TEST_F(OtaOps, AnImageForAnotherChipIsRefusedBeforeAnythingIsErased) {
  start_with_image("factory");
  board.put_image("ota_0", {.version = "old"});
  const auto image = board.make_image({.version = "new", .chip_id = 5});
  const esp_ota_handle_t handle = begun("ota_0");
  EXPECT_EQ(write(handle, image), ESP_ERR_OTA_VALIDATE_FAILED);
  EXPECT_TRUE(holds("ota_0", board.make_image({.version = "old"})));
  EXPECT_TRUE(board.console_has("mismatch chip ID, expected 0, found 5")) << board.console;
}

TEST_F(OtaOps, AnImageForAnotherRevisionIsRefused) {
  start_with_image("factory");
  const esp_ota_handle_t handle = begun("ota_0");
  EXPECT_EQ(write(handle, board.make_image({.min_chip_revision = 301})),
            ESP_ERR_OTA_VALIDATE_FAILED);
  EXPECT_TRUE(
      board.console_has("chip revision check failed. This chip is v3.0, the image is for "
                        "v3.1 to v655.35"))
      << board.console;
  EXPECT_EQ(write(handle, board.make_image({.max_chip_revision = 299})),
            ESP_ERR_OTA_VALIDATE_FAILED);
}

TEST_F(OtaOps, ATableIsRecognisedByItsFirstTwoBytes) {
  auto rows = PlatformForTest::tutorial_table();
  static_cast<void>(rows.push_back(
      PlatformForTest::row("table", PartitionType::kPartitionTable, 0, 0x8000, kSector)));
  board.put_table(rows);
  start_with_image("factory");
  const esp_ota_handle_t handle = begun("ota_0");
  ASSERT_EQ(esp_ota_set_final_partition(handle, find("table"), true), ESP_OK);
  EXPECT_EQ(write(handle, repeated(64, 0x55)), ESP_ERR_OTA_VALIDATE_FAILED);
  rows[6].size = 0x20000;  // storage grows
  std::array<std::byte, formats::kTableBytes> table{};
  ASSERT_TRUE(formats::write_table(rows, true, table).ok());
  EXPECT_EQ(write(handle, table), ESP_OK);
  EXPECT_EQ(esp_ota_end(handle), ESP_OK);
  EXPECT_TRUE(holds("table", table)) << "copied to where it is meant for";
}

TEST_F(OtaOps, WritingBeyondThePartitionIsRefused) {
  start_with_image("factory");
  const auto image = board.make_image({.payload_bytes = 0x100000});
  const esp_ota_handle_t handle = begun("ota_0");
  EXPECT_EQ(write_in_pieces(handle, image, 0x1000), ESP_ERR_INVALID_SIZE);
  EXPECT_EQ(esp_ota_write(handle, image.data(), std::size_t{1} << 32U), ESP_ERR_INVALID_SIZE);
}

TEST_F(OtaOps, AFlashErrorIsReportedAndTheWriteCanBeRepeated) {
  start_with_image("factory");
  const auto image = board.make_image({.version = "new"});
  const esp_ota_handle_t handle = begun("ota_0");
  board.next_program_fails = Error::kFlashProgramFailed;
  EXPECT_EQ(write(handle, image), ESP_ERR_FLASH_OP_FAIL);
  EXPECT_EQ(write(handle, image), ESP_OK);
  EXPECT_EQ(esp_ota_end(handle), ESP_OK);
}

TEST_F(OtaOps, Trap28AnEncryptedTailIsPaddedAsTheReferenceDoes) {
  config_for_test().flash_encryption = true;
  config_for_test().slot_writing_reference = true;
  start_with_image("factory");
  esp_ota_handle_t handle = begun("storage");
  ASSERT_EQ(write(handle, repeated(20, 0x11)), ESP_OK);
  ASSERT_EQ(esp_ota_end(handle), ESP_OK);
  EXPECT_EQ(board.bytes_of("storage")[20], std::byte{0x00});
  handle = begun("storage");
  ASSERT_EQ(write(handle, repeated(10, 0x11)), ESP_OK);
  ASSERT_EQ(write(handle, repeated(10, 0x11)), ESP_OK);
  ASSERT_EQ(esp_ota_end(handle), ESP_OK);
  EXPECT_EQ(board.bytes_of("storage")[20], std::byte{0xFF});
  handle = begun("storage");
  ASSERT_EQ(write(handle, repeated(15, 0x11)), ESP_OK);
  EXPECT_EQ(esp_ota_end(handle), ESP_ERR_INVALID_ARG) << "under 16 bytes count as nothing";
}

TEST_F(OtaOps, Trap28TheDefaultPadsWithErasedBytesAndLosesNone) {
  config_for_test().flash_encryption = true;
  start_with_image("factory");
  const esp_ota_handle_t handle = begun("storage");
  ASSERT_EQ(write(handle, repeated(5, 0x11)), ESP_OK);
  EXPECT_EQ(esp_ota_end(handle), ESP_OK);
  EXPECT_EQ(board.bytes_of("storage")[4], std::byte{0x11});
  EXPECT_EQ(board.bytes_of("storage")[5], std::byte{0xFF});
}

TEST_F(OtaOps, Trap29ATailAcrossASectorIsNotWrittenOverOldData) {
  config_for_test().flash_encryption = true;
  board.put(board.partition("storage").offset, repeated(0x10000, 0x00));
  start_with_image("factory");
  const esp_ota_handle_t handle = begun("storage");
  ASSERT_EQ(write(handle, repeated(4095, 0x11)), ESP_OK);
  ASSERT_EQ(write(handle, repeated(16, 0x22)), ESP_OK);
  EXPECT_EQ(esp_ota_end(handle), ESP_OK);
  const Bytes data = board.bytes_of("storage");
  EXPECT_EQ(data[4094], std::byte{0x11});
  EXPECT_EQ(data[4110], std::byte{0x22});
  EXPECT_EQ(data[4111], std::byte{0xFF});
}

// ---- esp_ota_write_with_offset ---------------------------------------------------------------

TEST_F(OtaOps, PiecesMayArriveInAnyOrder) {
  start_with_image("factory");
  const auto image = board.make_image({.version = "new"});
  const Bytes all(image);
  const esp_ota_handle_t handle = begun("ota_0", image.size());
  EXPECT_EQ(esp_ota_write_with_offset(handle, all.data() + 8192, all.size() - 8192, 8192), ESP_OK);
  EXPECT_EQ(esp_ota_write_with_offset(handle, all.data(), 8192, 0), ESP_OK);
  EXPECT_EQ(esp_ota_end(handle), ESP_OK);
  EXPECT_TRUE(holds("ota_0", image));
}

// Repaired: an assertion in the reference.
TEST_F(OtaOps, Trap30AnOffsetIsRefusedOnASequentialHandle) {
  start_with_image("factory");
  const char byte = 0;
  EXPECT_EQ(esp_ota_write_with_offset(begun("ota_0"), &byte, 1, 0), ESP_ERR_INVALID_ARG);
  EXPECT_TRUE(board.console_has("an offset was given")) << board.console;
}

TEST_F(OtaOps, WriteWithOffsetChecksItsArguments) {
  start_with_image("factory");
  const esp_ota_handle_t handle = begun("ota_0", 0);
  const auto bytes = repeated(32, 0x11);
  EXPECT_EQ(esp_ota_write_with_offset(handle, nullptr, 1, 0), ESP_ERR_INVALID_ARG);
  EXPECT_EQ(esp_ota_write_with_offset(handle, bytes.data(), 0, 0), ESP_OK);
  EXPECT_EQ(esp_ota_write_with_offset(handle, bytes.data(), 32, 0xFFFF0), ESP_ERR_INVALID_SIZE);
  EXPECT_EQ(esp_ota_write_with_offset(handle, bytes.data(), 32, 0x100001), ESP_ERR_INVALID_ARG);
  EXPECT_EQ(esp_ota_write_with_offset(handle, bytes.data(), std::size_t{1} << 32U, 0),
            ESP_ERR_INVALID_SIZE);
}

TEST_F(OtaOps, AnOffsetNeedsWholeUnitsOnEncryptedFlash) {
  config_for_test().flash_encryption = true;
  start_with_image("factory");
  const esp_ota_handle_t handle = begun("ota_0", 0);
  const auto bytes = repeated(32, 0x11);
  EXPECT_EQ(esp_ota_write_with_offset(handle, bytes.data(), 15, 0), ESP_ERR_INVALID_ARG);
  EXPECT_EQ(esp_ota_write_with_offset(handle, bytes.data(), 32, 0), ESP_OK);
}

// ---- esp_ota_resume --------------------------------------------------------------------------

TEST_F(OtaOps, ResumeChecksInTheOrderOfTheReference) {
  start_with_image("ota_0");
  esp_ota_handle_t handle = 0;
  EXPECT_EQ(esp_ota_resume(nullptr, 0, 0, &handle), ESP_ERR_INVALID_ARG);
  EXPECT_EQ(esp_ota_resume(find("ota_1"), 0, 0, nullptr), ESP_ERR_INVALID_ARG);
  esp_partition_t unknown = *find("ota_1");
  unknown.address += kSector;
  EXPECT_EQ(esp_ota_resume(&unknown, 0, 0x100001, &handle), ESP_ERR_INVALID_ARG) << "size first";
  EXPECT_EQ(esp_ota_resume(&unknown, 0, 0, &handle), ESP_ERR_NOT_FOUND);
  EXPECT_EQ(esp_ota_resume(find("factory"), 0, 0, &handle), ESP_ERR_INVALID_ARG);
  EXPECT_EQ(esp_ota_resume(find("ota_0"), 0, 0, &handle), ESP_ERR_OTA_PARTITION_CONFLICT);
  EXPECT_EQ(esp_ota_resume(find("ota_1"), 0, std::size_t{1} << 32U, &handle), ESP_ERR_INVALID_ARG);
  EXPECT_EQ(esp_ota_resume(find("ota_1"), 0, 0, &handle), ESP_OK);
  EXPECT_EQ(begin("ota_1"), ESP_ERR_OTA_ALREADY_IN_PROGRESS);
}

TEST_F(OtaOps, AResumedUpdateGoesOnWhereTheFirstEnded) {
  start_with_image("factory");
  const auto image = board.make_image({.version = "new"});
  const Bytes all(image);
  constexpr std::size_t kDone = 3 * kSector;
  ASSERT_EQ(write_in_pieces(begun("ota_0"), all.first(kDone)), ESP_OK);
  start("factory");  // the power was lost; no handle survives

  esp_ota_handle_t handle = 0;
  ASSERT_EQ(esp_ota_resume(find("ota_0"), OTA_WITH_SEQUENTIAL_WRITES, kDone, &handle), ESP_OK);
  ASSERT_EQ(write_in_pieces(handle, all.subspan(kDone)), ESP_OK);
  EXPECT_EQ(esp_ota_end(handle), ESP_OK);
  EXPECT_TRUE(holds("ota_0", image));
}

// ---- esp_ota_set_final_partition -------------------------------------------------------------

TEST_F(OtaOps, Trap31TheFinalPartitionIsSetBeforeDataArrive) {
  start_with_image("factory");
  const auto image = board.make_image({});
  esp_ota_handle_t handle = begun("ota_0");
  EXPECT_EQ(esp_ota_set_final_partition(handle, nullptr, false), ESP_ERR_INVALID_ARG);
  ASSERT_EQ(write(handle, Bytes(image).first(16)), ESP_OK);
  esp_partition_t unknown = *find("ota_1");
  unknown.size -= 1;
  EXPECT_EQ(esp_ota_set_final_partition(handle, &unknown, false), ESP_ERR_INVALID_STATE)
      << "before the partition is looked for";
  EXPECT_EQ(esp_ota_set_final_partition(handle, find("ota_1"), false), ESP_ERR_INVALID_STATE);
  ASSERT_EQ(esp_ota_abort(handle), ESP_OK);
  handle = begun("ota_0");
  EXPECT_EQ(esp_ota_set_final_partition(handle, &unknown, false), ESP_ERR_NOT_FOUND);
  EXPECT_EQ(esp_ota_set_final_partition(handle, find("ota_0"), true), ESP_OK);
  ASSERT_EQ(esp_ota_abort(handle), ESP_OK);
  ASSERT_EQ(esp_ota_resume(find("ota_0"), 0, 4096, &handle), ESP_OK);
  EXPECT_EQ(esp_ota_set_final_partition(handle, find("ota_1"), false), ESP_OK);
}

TEST_F(OtaOps, AnOpenHandleReservesItsFinalPartition) {
  start_with_image("factory");
  const esp_ota_handle_t handle = begun("ota_0");
  ASSERT_EQ(esp_ota_set_final_partition(handle, find("ota_1"), false), ESP_OK);
  EXPECT_EQ(begin("ota_1"), ESP_ERR_OTA_ALREADY_IN_PROGRESS);
}

TEST_F(OtaOps, AStagedImageIsCopiedWhenItIsValid) {
  start_with_image("factory");
  const auto image = board.make_image({.version = "new"});
  esp_ota_handle_t handle = begun("ota_0");
  ASSERT_EQ(esp_ota_set_final_partition(handle, find("ota_1"), true), ESP_OK);
  ASSERT_EQ(write_in_pieces(handle, image), ESP_OK);
  EXPECT_EQ(esp_ota_end(handle), ESP_OK);
  EXPECT_TRUE(holds("ota_1", image));

  auto broken = board.make_image({.version = "newer"});
  broken[5000] ^= std::byte{1};
  handle = begun("ota_0");
  ASSERT_EQ(esp_ota_set_final_partition(handle, find("ota_1"), true), ESP_OK);
  ASSERT_EQ(write_in_pieces(handle, broken), ESP_OK);
  EXPECT_EQ(esp_ota_end(handle), ESP_ERR_OTA_VALIDATE_FAILED);
  EXPECT_TRUE(holds("ota_1", image)) << "a broken image is not copied";
}

TEST_F(OtaOps, Trap87AStagingPartitionSmallerThanTheFinalOneIsRefused) {
  auto rows = PlatformForTest::tutorial_table();
  static_cast<void>(
      rows.push_back(PlatformForTest::row("stage", PartitionType::kData, 0x41, 0x320000, kSector)));
  static_cast<void>(rows.push_back(
      PlatformForTest::row("final", PartitionType::kData, 0x41, 0x321000, 2 * kSector)));
  board.put_table(rows);
  board.put(0x321000, repeated(0x2000, 0x77));
  start_with_image("factory");
  const esp_ota_handle_t handle = begun("stage");
  ASSERT_EQ(esp_ota_set_final_partition(handle, find("final"), true), ESP_OK);
  ASSERT_EQ(write(handle, repeated(100, 0x11)), ESP_OK);
  EXPECT_EQ(esp_ota_end(handle), ESP_ERR_INVALID_SIZE);
  EXPECT_EQ(board.bytes_of("final")[0], std::byte{0x77});
}

// ---- esp_ota_end and esp_ota_abort -----------------------------------------------------------

TEST_F(OtaOps, Trap27EndClosesTheHandleWhateverItFinds) {
  start_with_image("factory");
  const esp_ota_handle_t handle = begun("ota_0");
  EXPECT_EQ(esp_ota_end(handle), ESP_ERR_INVALID_ARG) << "nothing was written";
  EXPECT_EQ(esp_ota_end(handle), ESP_ERR_NOT_FOUND);
}

TEST_F(OtaOps, EndRefusesATruncatedImageAndSaysWhy) {
  start_with_image("factory");
  const auto image = board.make_image({.payload_bytes = 100000});
  EXPECT_EQ(install("ota_0", Bytes(image).first(64000)), ESP_ERR_OTA_VALIDATE_FAILED);
  EXPECT_TRUE(board.console_has("New image failed verification")) << board.console;
  EXPECT_EQ(install("ota_0", Bytes(image).first(180)), ESP_ERR_OTA_VALIDATE_FAILED);
}

TEST_F(OtaOps, Trap47ADamagedImageHasOneCodeAtTheEnd) {
  start_with_image("factory");
  auto image = board.make_image({.version = "new"});
  image[10000] ^= std::byte{0x40};
  EXPECT_EQ(install("ota_0", image), ESP_ERR_OTA_VALIDATE_FAILED);
  EXPECT_EQ(esp_ota_get_boot_partition(), find("factory"));
}

TEST_F(OtaOps, AnImageWithoutDigestIsRefusedWhenTheRunningOneHasOne) {
  start_with_image("factory");
  EXPECT_EQ(install("ota_0", board.make_image({.version = "new", .digest = false})),
            ESP_ERR_OTA_VALIDATE_FAILED);
}

TEST_F(OtaOps, AbortLeavesFlashAsItIsAndFreesThePartition) {
  start_with_image("factory");
  const esp_ota_handle_t handle = begun("ota_0");
  EXPECT_EQ(esp_ota_abort(handle), ESP_OK);
  EXPECT_EQ(esp_ota_abort(handle), ESP_ERR_NOT_FOUND);
  EXPECT_EQ(begin("ota_0"), ESP_OK);
}

class OtaOpsOfTheBootloader : public OtaOps {
 protected:
  OtaOpsOfTheBootloader() {
    auto rows = PlatformForTest::tutorial_table();
    static_cast<void>(rows.push_back(
        PlatformForTest::row("boot", PartitionType::kBootloader, 0, 0x1000, 0x7000)));
    board.put_table(rows);
    start_with_image("factory");
  }
  std::vector<std::byte> bootloader_with_bad_digest() const {
    formats::ImageHeader header;
    std::array<std::byte, formats::kBootloaderImageMaxBytes> image{};
    const std::size_t size = formats::write_bootloader_image(header, {}, {}, image);
    image[size - 1] ^= std::byte{1};
    return {image.begin(), image.begin() + static_cast<std::ptrdiff_t>(size)};
  }
};

TEST_F(OtaOpsOfTheBootloader, Trap51TheDigestOfABootloaderIsNotChecked) {
  const auto image = bootloader_with_bad_digest();
  EXPECT_EQ(install("boot", image), ESP_OK);
  EXPECT_TRUE(holds("boot", image));
}

TEST_F(OtaOpsOfTheBootloader, AStagedBootloaderIsJudgedAsOne) {
  const auto image = bootloader_with_bad_digest();
  const esp_ota_handle_t handle = begun("ota_0");
  ASSERT_EQ(esp_ota_set_final_partition(handle, find("boot"), true), ESP_OK);
  ASSERT_EQ(write(handle, image), ESP_OK);
  EXPECT_EQ(esp_ota_end(handle), ESP_OK);
  EXPECT_TRUE(holds("boot", image));
}

// Repaired: the reference goes on judging the slot as a bootloader.
TEST_F(OtaOpsOfTheBootloader, Trap52AbortForgetsWhatTheSlotWasMeantFor) {
  esp_ota_handle_t handle = begun("ota_0");
  ASSERT_EQ(esp_ota_set_final_partition(handle, find("boot"), false), ESP_OK);
  ASSERT_EQ(esp_ota_abort(handle), ESP_OK);
  auto app = board.make_image({.version = "new"});
  app.back() ^= std::byte{1};
  EXPECT_EQ(install("ota_0", app), ESP_ERR_OTA_VALIDATE_FAILED);
}

// Repaired: the reference leaves the protection off for the rest of the boot.
TEST_F(OtaOpsOfTheBootloader, Trap71TheProtectionComesBackWhenTheUpdateEnds) {
  const char byte = 0;
  EXPECT_NE(esp_partition_write(find("boot"), 0x6000, &byte, 1), ESP_OK);
  const esp_ota_handle_t handle = begun("boot");
  EXPECT_EQ(esp_partition_write(find("boot"), 0x6000, &byte, 1), ESP_OK);
  ASSERT_EQ(esp_ota_abort(handle), ESP_OK);
  EXPECT_NE(esp_partition_write(find("boot"), 0x6001, &byte, 1), ESP_OK);
}

TEST_F(OtaOpsOfTheBootloader, TheDescriptionOfTheBootloaderIsRead) {
  esp_bootloader_desc_t description{};
  EXPECT_EQ(esp_ota_get_bootloader_description(nullptr, nullptr), ESP_ERR_INVALID_ARG);
  EXPECT_EQ(esp_ota_get_bootloader_description(nullptr, &description), ESP_OK);
  EXPECT_EQ(description.magic_byte, 0x50);
  EXPECT_EQ(esp_ota_get_bootloader_description(find("boot"), &description), ESP_OK);
  EXPECT_EQ(esp_ota_get_bootloader_description(find("storage"), &description), ESP_ERR_NOT_FOUND);
}

}  // namespace
}  // namespace rota::idf
