// Whole updates over a scripted server: downloads, first bytes, ends. What each answer of a server
// means: update_conversation_answers_test.cc.
#include <gtest/gtest.h>

#include <functional>

#include "core/conversation_for_test.h"

namespace rota::core {
namespace {

// ---- Plain downloads ----

TEST_F(Conversations, ADownloadIsWrittenVerifiedAndSwitchedTo) {
  Server server{image_};
  start();
  EXPECT_EQ(error(), Error::kWrongState) << "nothing has failed";
  EXPECT_EQ(run(server), Kind::kComplete);
  EXPECT_EQ(requests_, std::vector<std::string>{"request"});
  EXPECT_EQ(conversation_->image_bytes(), static_cast<std::int64_t>(image_.size()));
  EXPECT_EQ(conversation_->bytes_done(), image_.size());
  EXPECT_TRUE(conversation_->finish().ok());
  expect_installed();
}

TEST_F(Conversations, PiecesMayHaveAnySize) {
  for (const std::size_t piece : {1, 511, 4096, 100000}) {
    Server server{image_};
    server.piece = piece;
    start();
    ASSERT_EQ(run(server), Kind::kComplete);
    EXPECT_TRUE(conversation_->finish().ok());
    expect_installed();
  }
}

TEST_F(Conversations, ABulkEraseNeedsNoLength) {
  options_.bulk_erase = true;
  for (const bool sends_length : {true, false}) {
    Server server{image_};
    server.sends_length = sends_length;
    start();
    ASSERT_EQ(run(server), Kind::kComplete);
    EXPECT_TRUE(conversation_->finish().ok());
    expect_installed();
  }
}

TEST_F(Conversations, ABulkEraseOfTooMuchIsRefusedBeforeAnythingIsRead) {
  options_.bulk_erase = true;
  start();
  EXPECT_EQ(next(), "request");
  conversation_->on_response(ok(UpdateBoardForTest::kSlotBytes + 1));
  EXPECT_EQ(next(), "failed");
  EXPECT_EQ(error(), Error::kPartitionOverrun);
  EXPECT_EQ(board_.chip.state.operation_count, 0u);
}

// ---- The first bytes ----

TEST_F(Conversations, Trap55_AFileBelow1024BytesIsTooShort) {
  start();
  connect(900);
  conversation_->on_end(true);
  EXPECT_EQ(next(), "failed");
  EXPECT_EQ(error(), Error::kImageTooShort);
  EXPECT_EQ(board_.chip.state.operation_count, 0u);
}

TEST_F(Conversations, AnImageForAnotherChipIsRefusedBeforeAnythingIsErased) {
  const std::vector<std::byte> foreign = ImageForTest{.chip_id = 5}.build();
  start();
  connect(static_cast<std::int64_t>(foreign.size()));
  conversation_->on_bytes(Bytes(foreign).first(1024));
  EXPECT_EQ(next(), "failed");
  EXPECT_EQ(error(), Error::kImageWrongChip);
  EXPECT_EQ(board_.chip.state.operation_count, 0u);
}

TEST_F(Conversations, AnotherSpiModeIsRefusedWhenBothAreKnown) {
  struct Row {
    std::uint8_t mode;
    bool check;
    bool accepted;
  };
  for (const Row row :
       {Row{1, true, false}, Row{0, true, true}, Row{3, true, true}, Row{1, false, true}}) {
    SCOPED_TRACE(int{row.mode});
    const std::vector<std::byte> other = ImageForTest{.spi_flash_mode = row.mode}.build();
    options_.check_spi_mode = row.check;
    start();
    connect(static_cast<std::int64_t>(other.size()));
    conversation_->on_bytes(Bytes(other).first(1024));
    EXPECT_EQ(next(), row.accepted ? "read" : "failed");
    if (!row.accepted) {
      EXPECT_EQ(error(), Error::kImageSpiModeMismatch);
    }
    ASSERT_TRUE(conversation_->abort().ok());
  }
}

TEST_F(Conversations, AWebPageIsNamedByItsFirstBytes) {
  std::string page = "<!DOCTYPE html><html><head><title>Login</title>";
  page.resize(2000, ' ');
  start();
  connect(2000);
  conversation_->on_bytes(bytes_of(page).first(1024));
  EXPECT_EQ(next(), "failed");
  EXPECT_EQ(error(), Error::kFirstByteWrong);
  EXPECT_TRUE(rota::text_of(conversation_->first_bytes()).starts_with("<!DOCTYPE html>"));
}

TEST_F(Conversations, DataHaveNoHeader) {
  options_.staging = &board_.partition("ota_0");
  options_.final = &board_.partition("nvs");
  options_.finalize_with_copy = true;
  Server server{std::vector<std::byte>(700, std::byte{0x12})};
  start();
  EXPECT_EQ(run(server), Kind::kComplete);
  EXPECT_TRUE(conversation_->finish().ok());
  EXPECT_EQ(board_.read("nvs", 700), server.file);
  expect_nothing_switched();
}

TEST_F(Conversations, AFactoryImageIsCopiedAndNotSwitchedTo) {
  board_.put("ota_1", ImageForTest{}.build());
  board_.boot("ota_1");
  options_.final = &board_.partition("factory");
  options_.finalize_with_copy = true;
  Server server{image_};
  start();
  EXPECT_EQ(run(server), Kind::kComplete);
  EXPECT_TRUE(conversation_->finish().ok());
  EXPECT_EQ(board_.read("factory", static_cast<std::uint32_t>(image_.size())), image_);
  expect_nothing_switched();
}

// ---- Ends ----

TEST_F(Conversations, AConnectionThatEndsEarlyIsAnError) {
  Server server{image_};
  server.closes_after = 20000;
  start();
  EXPECT_EQ(run(server), Kind::kFailed);
  EXPECT_EQ(error(), Error::kHttpConnectionClosed);
  ASSERT_TRUE(conversation_->abort().ok());
  expect_nothing_switched();
}

TEST_F(Conversations, Trap64_WithoutALengthTheImageItselfTells) {
  Server server{image_};
  server.sends_length = false;
  server.closes_after = 20000;
  start();
  EXPECT_EQ(run(server), Kind::kComplete);
  EXPECT_EQ(error_of(conversation_->finish()), Error::kValidationFailed);
  expect_nothing_switched();
}

TEST_F(Conversations, Trap57_FinishBeforeTheEndSwitchesNothing) {
  start();
  EXPECT_TRUE(conversation_->finish().ok());  // nothing was begun
  expect_nothing_switched();

  start();
  connect(static_cast<std::int64_t>(image_.size()));
  conversation_->on_bytes(image_);  // all of it, but the end was not seen
  EXPECT_TRUE(conversation_->finish().ok());
  expect_nothing_switched();
}

TEST_F(Conversations, AStalledServerEndsInAnError) {
  options_.max_stalls = 3;
  start();
  connect(static_cast<std::int64_t>(image_.size()));
  conversation_->on_bytes(Bytes(image_).first(1024));
  for (int round = 0; round < 5; ++round) {
    conversation_->on_stalled();
    conversation_->on_stalled();
    EXPECT_EQ(next(), "read");
    conversation_->on_bytes(Bytes(image_).subspan(1024 + static_cast<std::size_t>(round), 1));
  }
  conversation_->on_stalled();
  conversation_->on_stalled();
  conversation_->on_stalled();
  EXPECT_EQ(next(), "failed");
  EXPECT_EQ(error(), Error::kHttpStalled);
}

TEST_F(Conversations, AnUpdateThatCanNotBeOpenedIsTriedAgain) {
  const auto other = board_.update->begin(board_.partition("ota_0"), kUpdateSequentialWrites);
  ASSERT_TRUE(other.ok());
  start();
  EXPECT_EQ(next(), "request");
  conversation_->on_response(ok(5000));
  EXPECT_EQ(next(), "failed");
  EXPECT_EQ(error(), Error::kUpdateInProgress);
  ASSERT_TRUE(board_.update->abort(*other).ok());
  EXPECT_EQ(next(), "read 1024");
}

TEST_F(Conversations, AbortInEveryPhaseFreesTheSlot) {
  const std::vector<std::function<void()>> events = {
      [] {},
      [&] { next(); },
      [&] {
        conversation_->on_response(status(302));
        next();
      },
      [&] {
        conversation_->on_redirected(true);
        next();
      },
      [&] {
        conversation_->on_response(ok(static_cast<std::int64_t>(image_.size())));
        next();
      },
      [&] {
        conversation_->on_bytes(Bytes(image_).first(1024));
        next();
      },
      [&] {
        conversation_->on_bytes(Bytes(image_).subspan(1024));
        next();
      },
      [&] {
        conversation_->on_end(true);
        next();
      },
  };
  for (std::size_t count = 1; count <= events.size(); ++count) {
    SCOPED_TRACE(count);
    start();
    for (std::size_t i = 0; i < count; ++i) events[i]();
    EXPECT_TRUE(conversation_->abort().ok());
    expect_nothing_switched();
    const auto begun = board_.update->begin(board_.partition("ota_0"), kUpdateSequentialWrites);
    ASSERT_TRUE(begun.ok());
    ASSERT_TRUE(board_.update->abort(*begun).ok());
  }
}

TEST_F(Conversations, EventsThatNobodyAskedForAreRefused) {
  const std::vector<std::function<void()>> unexpected = {
      [&] { conversation_->on_bytes(Bytes(image_).first(10)); },
      [&] { conversation_->on_end(true); },
      [&] { conversation_->on_response(ok(10)); },
  };
  for (const auto& event : unexpected) {
    start();
    event();
    EXPECT_EQ(next(), "failed");
    EXPECT_EQ(error(), Error::kSequenceOfCallsWrong);
  }
}

TEST_F(Conversations, ReadingAndConnectingMayFail) {
  start().next();
  conversation_->on_connection_failed();
  EXPECT_EQ(next(), "failed");
  EXPECT_EQ(error(), Error::kHttpReadFailed);

  start();
  connect(5000);
  conversation_->on_read_failed();
  EXPECT_EQ(next(), "failed");
  EXPECT_EQ(error(), Error::kHttpReadFailed);
}

// ---- Decryption: what is received is not what is written ----

TEST_F(Conversations, Trap73_RangesCountWhatWasReceived) {
  options_.partial_download = true;
  options_.max_request_bytes = 2008;  // no multiple of a cipher block
  options_.encrypted_header_bytes = 512;
  start().next();
  conversation_->on_response(ok(5512));
  EXPECT_EQ(conversation_->image_bytes(), 5000);
  EXPECT_EQ(next(), "request 0-2007 on a new connection");
  conversation_->on_response(part(0, 2007, 5512));
  EXPECT_EQ(next(), "read 1024");
  conversation_->on_bytes(Bytes(image_).first(512), 1024);  // the header gives nothing
  EXPECT_EQ(next(), "read");
  conversation_->on_bytes(Bytes(image_).subspan(512, 976), 984);  // 8 bytes wait for their block
  EXPECT_EQ(conversation_->bytes_done(), 1488u);
  conversation_->on_end(true);
  EXPECT_EQ(next(), "request 2008-4015");
}

TEST_F(Conversations, Trap59_ADecrypterMayHoldBytesBack) {
  start();
  connect(5000);
  conversation_->on_bytes(Bytes(image_).first(1024), 1024);
  conversation_->on_bytes({}, 700);
  EXPECT_EQ(next(), "read");
  EXPECT_EQ(conversation_->bytes_done(), 1024u);
  // Of the header it may not: nothing could be judged.
  ASSERT_TRUE(conversation_->abort().ok());
  start();
  connect(5000);
  conversation_->on_bytes({}, 1024);
  EXPECT_EQ(next(), "failed");
  EXPECT_EQ(error(), Error::kImageTooShort);
}

// What can not fit is refused before anything is erased, if its length is known and the server does
// not serve it encrypted.
TEST_F(Conversations, WhatCanNotFitIsRefusedBeforeAnythingIsErased) {
  start();
  EXPECT_EQ(next(), "request");
  conversation_->on_response(ok(UpdateBoardForTest::kSlotBytes + 1));
  EXPECT_EQ(next(), "failed");
  EXPECT_EQ(error(), Error::kPartitionOverrun);
  EXPECT_FALSE(conversation_->has_begun());
  EXPECT_EQ(board_.chip.state.operation_count, 0U);

  start();
  connect(UpdateBoardForTest::kSlotBytes);
  EXPECT_TRUE(conversation_->abort().ok());
  options_.caller_decrypts = true;
  start();
  connect(UpdateBoardForTest::kSlotBytes + 1);
  EXPECT_TRUE(conversation_->abort().ok());
  options_.caller_decrypts = false;
  start();
  connect(-1);
  EXPECT_TRUE(conversation_->abort().ok());

  board_.settings.slot_writing = SlotWriting::kReference;  // it finds out when it writes
  board_.boot("factory");
  start();
  connect(UpdateBoardForTest::kSlotBytes + 1);
}

TEST_F(Conversations, ABootloaderIsJudgedByItsOwnHeader) {
  const std::vector<std::byte> bootloader = bootloader_for_test();
  options_.final = &board_.partition("bootloader");
  options_.finalize_with_copy = true;
  Server server{bootloader};
  start();
  EXPECT_EQ(run(server), Kind::kComplete);
  EXPECT_TRUE(conversation_->finish().ok());
  EXPECT_EQ(board_.read("bootloader", static_cast<std::uint32_t>(bootloader.size())), bootloader);
  expect_nothing_switched();

  std::vector<std::byte> foreign = bootloader;
  foreign[12] = std::byte{5};  // chip id
  Server wrong{foreign};
  start();
  EXPECT_EQ(run(wrong), Kind::kFailed);
  EXPECT_EQ(error(), Error::kImageWrongChip);
}

// The first bytes have to hold the description, whose size depends on what arrives.
TEST_F(Conversations, TheFirstBytesHoldTheWholeDescription) {
  constexpr std::size_t kApp = formats::kImagePreambleBytes;
  constexpr std::size_t kBootloader =
      formats::kDescriptionOffset + formats::kBootloaderDescriptionBytes;
  for (const bool is_app : {true, false}) {
    options_.final = &board_.partition(is_app ? "ota_0" : "bootloader");
    const std::size_t needed = is_app ? kApp : kBootloader;
    start();
    connect(5000);
    conversation_->on_bytes(Bytes(image_).first(needed - 1));
    EXPECT_EQ(next(), "failed");
    EXPECT_EQ(error(), Error::kImageTooShort);
    ASSERT_TRUE(conversation_->abort().ok());
    start();
    connect(5000);
    conversation_->on_bytes(Bytes(image_).first(needed));
    EXPECT_EQ(next(), "read");
    ASSERT_TRUE(conversation_->abort().ok());
  }
}

// The largest chip revision of a bootloader is not looked at (spec 4.3).
TEST_F(Conversations, OnlyAnAppMayBeForAnOlderChip) {
  std::vector<std::byte> image = image_;
  formats::ImageHeader header =
      formats::decode_image_header(Bytes(image).first<formats::kImageHeaderBytes>());
  header.max_chip_revision = 200;  // the chip's is 300
  const auto bytes = formats::encode(header);
  std::copy(bytes.begin(), bytes.end(), image.begin());
  for (const bool is_app : {true, false}) {
    options_.final = &board_.partition(is_app ? "ota_0" : "bootloader");
    start();
    connect(5000);
    conversation_->on_bytes(Bytes(image).first(1024));
    EXPECT_EQ(next(), is_app ? "failed" : "read");
    EXPECT_TRUE(!is_app || error() == Error::kImageChipTooNew);
    ASSERT_TRUE(conversation_->abort().ok());
  }
}

// The image is verified at its end and again before the switch; either may find flash failing.
TEST_F(Conversations, AVerificationThatFlashDoesNotAllowSaysSo) {
  int failures = 0;
  for (int call = 1;; ++call) {
    Server server{image_};
    start();
    ASSERT_EQ(run(server), Kind::kComplete);
    board_.flash.fail_call(call);
    const Error error = error_of(conversation_->finish());
    if (!board_.flash.has_failed()) break;
    if (error == Error::kValidationFailed) {
      ++failures;
      EXPECT_EQ(conversation_->detail(), Error::kFlashReadFailed) << call;
    }
    EXPECT_EQ(conversation_->switched(), error == Error{}) << call;
    board_.flash.fail_call(0);
    ASSERT_TRUE(board_.access->erase(board_.partition("otadata"), 0, 0x2000).ok());
  }
  EXPECT_GT(failures, 10);
}

TEST_F(Conversations, WithoutADescriptionThereIsNoSpiModeToCompare) {
  const std::vector<std::byte> bare = ImageForTest{.has_description = false}.build();
  start();
  connect(static_cast<std::int64_t>(bare.size()));
  conversation_->on_bytes(Bytes(bare).first(1024));
  EXPECT_EQ(next(), "read") << "whoever verifies the image refuses it";
  ASSERT_TRUE(conversation_->abort().ok());

  for (const ImageForTest& running :
       {ImageForTest{.has_description = false}, ImageForTest{.spi_flash_mode = 0}}) {
    board_.put("factory", running.build());
    start();
    connect(static_cast<std::int64_t>(image_.size()));
    conversation_->on_bytes(Bytes(image_).first(1024));
    EXPECT_EQ(next(), "read");
    ASSERT_TRUE(conversation_->abort().ok());
  }
}

TEST_F(Conversations, BytesThatWereNotReceivedAreNone) {
  start();
  connect(5000);
  conversation_->on_bytes({}, 0);
  EXPECT_EQ(next(), "read 1024") << "nothing happened";
}

TEST_F(Conversations, AllDataArrivedIsSaidByHttpOrByTheParts) {
  start();
  connect(5000);
  EXPECT_FALSE(conversation_->all_data_arrived(false));
  EXPECT_TRUE(conversation_->all_data_arrived(true));
  ASSERT_TRUE(conversation_->abort().ok());

  options_.partial_download = true;
  Server server{image_};
  start();
  EXPECT_FALSE(conversation_->all_data_arrived(true)) << "a part is not the whole";
  EXPECT_EQ(run(server), Kind::kComplete);
  EXPECT_TRUE(conversation_->all_data_arrived(false));
}

}  // namespace
}  // namespace rota::core
