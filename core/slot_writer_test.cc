#include "core/slot_writer.h"

#include <gtest/gtest.h>

#include <random>
#include <string>
#include <vector>

#include "core/update_board_for_test.h"

namespace rota::core {
namespace {

using formats::PartitionType;

Error error_of(const Status& status) { return status.ok() ? Error{} : status.error(); }

std::vector<std::byte> filled(std::size_t size, unsigned value) {
  return std::vector<std::byte>(size, static_cast<std::byte>(value));
}

class CountsAnnouncements final : public SlotWriter::BeforeFirstChange {
 public:
  void about_to_change() override { ++count; }
  int count = 0;
};

// A chip of which one bit can not be cleared any more.
class WornFlash final : public Flash {
 public:
  WornFlash(Flash& flash, std::uint32_t bad) : flash_(flash), bad_(bad) {}
  Status read(FlashAddress from, MutableBytes into) override {
    ROTA_TRY(flash_.read(from, into));
    if (from.value <= bad_ && bad_ < from.value + into.size()) {
      into[bad_ - from.value] |= std::byte{0x01};
    }
    return {};
  }
  Status program(FlashAddress to, Bytes bytes) override { return flash_.program(to, bytes); }
  Status erase(FlashRange range) override { return flash_.erase(range); }
  const FlashGeometry& geometry() const override { return flash_.geometry(); }

 private:
  Flash& flash_;
  std::uint32_t bad_;
};

class SlotWriterTest : public testing::Test {
 protected:
  SlotWriter writer(SlotWriting policy) {
    SlotWriter::Plan plan;
    plan.partition = &board_.partition("ota_0");
    plan.policy = policy;
    plan.chip = board_.settings.chip;
    plan.erase_with_writes = true;
    plan.before_first_change = &announcements_;
    return SlotWriter(*board_.access, plan);
  }
  SlotWriter bulk_writer(SlotWriting policy, std::uint32_t bytes) {
    SlotWriter::Plan plan;
    plan.partition = &board_.partition("ota_0");
    plan.policy = policy;
    plan.chip = board_.settings.chip;
    plan.bulk_erase_bytes = bytes;
    return SlotWriter(*board_.access, plan);
  }
  std::vector<std::byte> slot(std::size_t bytes, std::uint32_t offset = 0) const {
    return board_.read("ota_0", static_cast<std::uint32_t>(bytes), offset);
  }
  void fill_slot(unsigned value) {
    board_.put("ota_0", filled(UpdateBoardForTest::kSlotBytes, value));
  }

  UpdateBoardForTest board_;
  CountsAnnouncements announcements_;
  const std::vector<std::byte> image_ = ImageForTest{.payload_bytes = 40000}.build();
};

// ---- kChecked ----

class CheckedWriting : public SlotWriterTest {
 protected:
  // Offers a wrong start in pieces of every size; the old content must survive.
  void expect_refused(const std::vector<std::byte>& wrong, Error expected) {
    fill_slot(0x42);
    const auto operations = board_.chip.state.operation_count;
    for (const std::size_t piece : {1, 7, 100, 287, 288, 4096}) {
      SCOPED_TRACE(piece);
      SlotWriter writer = this->writer(SlotWriting::kChecked);
      Status status;
      for (std::size_t at = 0; at < wrong.size() && status.ok(); at += piece) {
        status = writer.write(Bytes(wrong).subspan(at, std::min(piece, wrong.size() - at)));
      }
      EXPECT_EQ(error_of(status), expected);
      EXPECT_EQ(writer.bytes_written(), 0u);
    }
    EXPECT_EQ(board_.chip.state.operation_count, operations);
    EXPECT_EQ(slot(UpdateBoardForTest::kSlotBytes), filled(UpdateBoardForTest::kSlotBytes, 0x42));
    EXPECT_EQ(announcements_.count, 0);
  }
};

TEST_F(CheckedWriting, AWrongFileCostsNothing) {
  expect_refused(std::vector<std::byte>(500, std::byte{'<'}), Error::kFirstByteWrong);
}

TEST_F(CheckedWriting, AnImageForAnotherChipCostsNothing) {
  expect_refused(ImageForTest{.chip_id = 5}.build(), Error::kImageWrongChip);
}

TEST_F(CheckedWriting, AnImageForANewerChipCostsNothing) {
  expect_refused(ImageForTest{.min_chip_revision = 301}.build(), Error::kImageChipTooOld);
}

TEST_F(CheckedWriting, AnImpossibleSegmentCountCostsNothing) {
  expect_refused(ImageForTest{.segment_count = 17}.build(), Error::kImageTooManySegments);
}

TEST_F(CheckedWriting, SixteenSegmentsAreNotTooMany) {
  SlotWriter writer = this->writer(SlotWriting::kChecked);
  EXPECT_TRUE(writer.write(ImageForTest{.segment_count = 16}.build()).ok());
}

// A bootloader's largest chip revision is not looked at (spec 4.3).
TEST_F(CheckedWriting, OnlyAnAppMayBeForAnOlderChip) {
  std::vector<std::byte> image = ImageForTest{}.build();
  formats::ImageHeader header =
      formats::decode_image_header(Bytes(image).first<formats::kImageHeaderBytes>());
  header.max_chip_revision = 200;  // the chip's is 300
  const auto bytes = formats::encode(header);
  std::copy(bytes.begin(), bytes.end(), image.begin());
  expect_refused(image, Error::kImageChipTooNew);
  SlotWriter writer = this->writer(SlotWriting::kChecked);
  writer.set_content(PartitionType::kBootloader);
  EXPECT_TRUE(writer.write(image).ok());
}

TEST_F(CheckedWriting, NothingIsErasedBeforeTheStartIsJudged) {
  fill_slot(0x42);
  SlotWriter writer = this->writer(SlotWriting::kChecked);
  ASSERT_TRUE(writer.write(Bytes(image_).first(287)).ok());
  EXPECT_EQ(board_.chip.state.operation_count, 0u);
  EXPECT_EQ(writer.bytes_written(), 0u);
  EXPECT_EQ(writer.bytes_accepted(), 287u);
  ASSERT_TRUE(writer.write(Bytes(image_).subspan(287, 1)).ok());
  EXPECT_EQ(writer.bytes_written(), 288u);
  EXPECT_EQ(announcements_.count, 1);
}

TEST_F(CheckedWriting, WhatIsWrittenIsInFlashWhenTheCallReturns) {
  fill_slot(0x00);
  std::mt19937 random(1);
  SlotWriter writer = this->writer(SlotWriting::kChecked);
  for (std::size_t at = 0; at < image_.size();) {
    const std::size_t count = std::min<std::size_t>(1 + random() % 6000, image_.size() - at);
    ASSERT_TRUE(writer.write(Bytes(image_).subspan(at, count)).ok());
    at += count;
    if (at < formats::kImagePreambleBytes) continue;
    ASSERT_EQ(writer.bytes_written(), at);
    ASSERT_TRUE(std::equal(image_.begin(), image_.begin() + static_cast<std::ptrdiff_t>(at),
                           slot(at).begin()))
        << "after " << at << " bytes";
  }
  EXPECT_TRUE(writer.flush().ok());
  EXPECT_EQ(announcements_.count, 1);
}

TEST_F(CheckedWriting, EqualSectorsAreLeftAlone) {
  board_.put("ota_0", image_);
  SlotWriter writer = this->writer(SlotWriting::kChecked);
  const std::size_t whole = image_.size() / kSectorBytes * kSectorBytes;
  ASSERT_TRUE(writer.write(Bytes(image_).first(whole)).ok());
  EXPECT_EQ(board_.chip.state.operation_count, 0u);
  EXPECT_EQ(announcements_.count, 0);
  EXPECT_EQ(writer.bytes_written(), whole);
}

TEST_F(CheckedWriting, OnlyTheSectorThatDiffersIsWritten) {
  board_.put("ota_0", image_);
  const std::byte other = image_[5000] ^ std::byte{0xFF};
  board_.put("ota_0", Bytes(&other, 1), 5000);
  SlotWriter writer = this->writer(SlotWriting::kChecked);
  const std::size_t whole = image_.size() / kSectorBytes * kSectorBytes;
  ASSERT_TRUE(writer.write(Bytes(image_).first(whole)).ok());
  EXPECT_EQ(slot(whole), std::vector<std::byte>(
                             image_.begin(), image_.begin() + static_cast<std::ptrdiff_t>(whole)));
  EXPECT_EQ(board_.chip.wear[board_.partition("ota_0").offset / kSectorBytes], 0u);
  EXPECT_EQ(board_.chip.wear[board_.partition("ota_0").offset / kSectorBytes + 1], 1u);
}

TEST_F(CheckedWriting, ErasesTheLargestUnitThatFits) {
  fill_slot(0x00);
  SlotWriter writer = this->writer(SlotWriting::kChecked);
  for (std::size_t at = 0; at < image_.size(); at += 1000) {
    ASSERT_TRUE(
        writer.write(Bytes(image_).subspan(at, std::min<std::size_t>(1000, image_.size() - at)))
            .ok());
  }
  EXPECT_EQ(board_.erases(), 1u);  // 64 KiB at once; the slot is aligned to them
}

TEST_F(CheckedWriting, AnAnnouncedSizeIsNotErasedBeyond) {
  fill_slot(0x00);
  SlotWriter writer = bulk_writer(SlotWriting::kChecked, 0xA000);
  ASSERT_TRUE(writer.write(image_).ok());
  EXPECT_EQ(slot(image_.size()), image_);
  EXPECT_EQ(slot(16, 0xB000), filled(16, 0x00));
}

TEST_F(CheckedWriting, AWornCellShowsAtOnce) {
  WornFlash worn(board_.chip.chip, board_.partition("ota_0").offset + 300);
  PartitionAccess access(worn, board_.rows, false);
  SlotWriter::Plan plan;
  plan.partition = &board_.partition("ota_0");
  plan.chip = board_.settings.chip;
  plan.erase_with_writes = true;
  SlotWriter writer(access, plan);
  std::vector<std::byte> even = image_;
  even[300] = std::byte{0x10};
  EXPECT_EQ(error_of(writer.write(even)), Error::kFlashVerifyMismatch);
  EXPECT_EQ(writer.bytes_written(), 0u);
}

TEST_F(CheckedWriting, ARefusedStartCanBeWrittenAgain) {
  SlotWriter writer = this->writer(SlotWriting::kChecked);
  const std::vector<std::byte> foreign = ImageForTest{.chip_id = 5}.build();
  EXPECT_EQ(error_of(writer.write(foreign)), Error::kImageWrongChip);
  EXPECT_TRUE(writer.write(image_).ok());
  EXPECT_EQ(slot(image_.size()), image_);
}

TEST_F(CheckedWriting, DataBeyondTheEndAreRefused) {
  const std::vector<std::byte> large = ImageForTest{.payload_bytes = 0x1FE00}.build();
  SlotWriter writer = this->writer(SlotWriting::kChecked);
  ASSERT_TRUE(writer.write(large).ok());
  const std::size_t room = UpdateBoardForTest::kSlotBytes - large.size();
  EXPECT_EQ(error_of(writer.write(filled(room + 1, 0))), Error::kPartitionOverrun);
  EXPECT_TRUE(writer.write(filled(room, 0)).ok());
  EXPECT_EQ(error_of(writer.write(filled(1, 0))), Error::kPartitionOverrun);
  EXPECT_EQ(board_.read("ota_1", 16), filled(16, 0xFF));
}

TEST_F(CheckedWriting, AnImageThatEndsInItsHeaderIsTooShort) {
  fill_slot(0x42);
  SlotWriter writer = this->writer(SlotWriting::kChecked);
  ASSERT_TRUE(writer.write(Bytes(image_).first(200)).ok());
  EXPECT_EQ(error_of(writer.flush()), Error::kImageTooShort);
  EXPECT_EQ(board_.chip.state.operation_count, 0u);
}

TEST_F(CheckedWriting, DataPartitionsHoldNothingBack) {
  SlotWriter::Plan plan;
  plan.partition = &board_.partition("storage");
  plan.content = PartitionType::kData;
  plan.erase_with_writes = true;
  SlotWriter writer(*board_.access, plan);
  ASSERT_TRUE(writer.write(filled(3, 0x12)).ok());
  EXPECT_EQ(board_.read("storage", 3), filled(3, 0x12));
}

TEST_F(CheckedWriting, ATableIsJudgedByItsFirstRow) {
  std::vector<std::byte> table(formats::kTableBytes, std::byte{0xFF});
  ASSERT_TRUE(
      formats::write_table(board_.rows, true, std::span(table).first<formats::kTableBytes>()).ok());
  std::vector<std::byte> wrong = table;
  wrong[1] = std::byte{0x51};
  for (const std::size_t piece : {1, 2, 32, 4096}) {
    SCOPED_TRACE(piece);
    SlotWriter writer = this->writer(SlotWriting::kChecked);
    writer.set_content(PartitionType::kPartitionTable);
    const std::size_t first = std::min(piece, wrong.size());
    // One byte alone tells nothing.
    EXPECT_EQ(error_of(writer.write(Bytes(wrong).first(first))),
              first == 1 ? Error{} : Error::kFirstByteWrong);
  }
  SlotWriter writer = this->writer(SlotWriting::kChecked);
  writer.set_content(PartitionType::kPartitionTable);
  EXPECT_TRUE(writer.write(table).ok());
  EXPECT_EQ(slot(table.size()), table);
}

TEST_F(CheckedWriting, NoBytesChangeNothing) {
  SlotWriter writer = this->writer(SlotWriting::kChecked);
  EXPECT_TRUE(writer.write({}).ok());
  EXPECT_TRUE(bulk_writer(SlotWriting::kChecked, 4096).write_at(0, {}).ok());
  EXPECT_EQ(board_.chip.state.operation_count, 0U);
}

TEST_F(CheckedWriting, AtAnOffsetNothingIsWrittenBeyondTheEnd) {
  SlotWriter writer = bulk_writer(SlotWriting::kChecked, 4096);
  constexpr std::uint32_t kEnd = UpdateBoardForTest::kSlotBytes;
  EXPECT_EQ(error_of(writer.write_at(kEnd + 1, Bytes(image_).first(16))),
            Error::kPartitionOffsetBeyondEnd);
  EXPECT_EQ(error_of(writer.write_at(kEnd, Bytes(image_).first(16))), Error::kPartitionOverrun);
  EXPECT_EQ(error_of(writer.write_at(kEnd - 8, Bytes(image_).first(16))), Error::kPartitionOverrun);
  EXPECT_EQ(board_.chip.state.operation_count, 0U);
  EXPECT_TRUE(writer.write_at(kEnd - 16, Bytes(image_).first(16)).ok());
}

TEST_F(CheckedWriting, ErasesInTheUnitsThatTheChipHas) {
  struct Row {
    bool has_32k, has_64k;
    std::uint32_t bytes;
    std::uint64_t erases;
  };
  for (const Row row :
       {Row{true, true, 0x18000, 2}, Row{true, false, 0x18000, 3}, Row{false, true, 0x18000, 9},
        Row{false, false, 0x18000, 24}, Row{true, true, 0x10000, 1}, Row{true, true, 0x8000, 1}}) {
    SCOPED_TRACE(row.erases);
    UpdateBoardForTest board;
    FlashGeometry geometry = board.chip.chip.geometry();
    geometry.has_32k_erase = row.has_32k;
    geometry.has_64k_erase = row.has_64k;
    board.flash.own_geometry = geometry;
    SlotWriter::Plan plan;
    plan.partition = &board.partition("ota_0");  // begins at 0x30000
    plan.content = PartitionType::kData;
    plan.bulk_erase_bytes = row.bytes;
    SlotWriter writer(*board.access, plan);
    EXPECT_TRUE(writer.write(filled(row.bytes, 0x11)).ok());
    EXPECT_EQ(board.erases(), row.erases);
  }
}

TEST_F(CheckedWriting, AReadOnlyPartitionIsRefusedBeforeAnybodyIsTold) {
  SlotWriter::Plan plan;
  plan.partition = &board_.partition("fixed");
  plan.content = PartitionType::kData;
  plan.erase_with_writes = true;
  plan.before_first_change = &announcements_;
  SlotWriter writer(*board_.access, plan);
  EXPECT_EQ(error_of(writer.write(filled(100, 0))), Error::kPartitionReadOnly);
  EXPECT_EQ(announcements_.count, 0);
}

TEST_F(CheckedWriting, Trap63_AResumeTrustsTheSectorItStartsIn) {
  fill_slot(0x00);
  board_.put("ota_0", filled(kSectorBytes, 0xFF), kSectorBytes);
  SlotWriter::Plan plan;
  plan.partition = &board_.partition("ota_0");
  plan.chip = board_.settings.chip;
  plan.erase_with_writes = true;
  plan.start = 5000;
  SlotWriter writer(*board_.access, plan);
  ASSERT_TRUE(writer.write(Bytes(image_).subspan(5000, 8000)).ok());
  EXPECT_EQ(slot(8000, 5000),
            std::vector<std::byte>(image_.begin() + 5000, image_.begin() + 13000));
  EXPECT_EQ(slot(16), filled(16, 0x00));  // what lies before is left alone
  EXPECT_EQ(board_.chip.wear[(board_.partition("ota_0").offset + 5000) / kSectorBytes], 0u);
}

// ---- kReference ----

class ReferenceWriting : public SlotWriterTest {};

TEST_F(ReferenceWriting, Trap25_TheFirstSectorIsErasedBeforeTheFirstByteIsJudged) {
  fill_slot(0x00);
  SlotWriter writer = this->writer(SlotWriting::kReference);
  EXPECT_EQ(error_of(writer.write(filled(1, 0x00))), Error::kFirstByteWrong);
  EXPECT_EQ(slot(kSectorBytes), filled(kSectorBytes, 0xFF));
  EXPECT_EQ(slot(16, kSectorBytes), filled(16, 0x00));
}

TEST_F(ReferenceWriting, SectorsAreErasedWhenTheFirstByteArrivesInThem) {
  fill_slot(0x00);
  SlotWriter writer = this->writer(SlotWriting::kReference);
  ASSERT_TRUE(writer.write(Bytes(image_).first(4096)).ok());
  EXPECT_EQ(slot(1, 4096), filled(1, 0x00));
  ASSERT_TRUE(writer.write(Bytes(image_).subspan(4096, 1)).ok());
  EXPECT_EQ(slot(100, 4097), filled(100, 0xFF));
  EXPECT_EQ(slot(1, 8192), filled(1, 0x00));
}

TEST_F(ReferenceWriting, PiecesOfAnySizeReplaceOldContent) {
  for (const std::size_t piece : {900, 3000, 4096, 5000, 10000}) {
    SCOPED_TRACE(piece);
    fill_slot(0x42);
    SlotWriter writer = this->writer(SlotWriting::kReference);
    for (std::size_t at = 0; at < image_.size(); at += piece) {
      const std::size_t count = std::min(piece, image_.size() - at);
      ASSERT_TRUE(writer.write(Bytes(image_).subspan(at, count)).ok());
      const std::uint32_t reached = align_up(static_cast<std::uint32_t>(at + count), kSectorBytes);
      EXPECT_EQ(slot(16, reached), filled(16, 0x42)) << "the sector behind is not touched yet";
    }
    EXPECT_EQ(slot(image_.size()), image_);
  }
}

TEST_F(ReferenceWriting, WithoutAnEraseOldBitsStay) {
  fill_slot(0xF0);
  SlotWriter writer = bulk_writer(SlotWriting::kReference, 0);
  ASSERT_TRUE(writer.write(image_).ok());
  EXPECT_EQ(slot(1)[0], image_[0] & std::byte{0xF0});
}

// ---- Encrypted flash: units of 16 bytes ----

class EncryptedWriting : public testing::Test {
 protected:
  // Writes `total` bytes in pieces of these sizes, then flushes; returns what stands in the slot.
  std::vector<std::byte> written(SlotWriting policy,
                                 std::vector<std::size_t> pieces,
                                 std::size_t read_bytes) {
    board_.put("ota_0", std::vector<std::byte>(UpdateBoardForTest::kSlotBytes, std::byte{0x42}));
    SlotWriter::Plan plan;
    plan.partition = &board_.partition("ota_0");
    plan.content = PartitionType::kData;  // only the units matter here
    plan.policy = policy;
    plan.erase_with_writes = true;
    SlotWriter writer(*board_.access, plan);
    std::size_t at = 0;
    for (const std::size_t piece : pieces) {
      EXPECT_TRUE(writer.write(Bytes(image_).subspan(at, piece)).ok());
      at += piece;
      EXPECT_EQ(writer.bytes_written(), at / 16 * 16);
    }
    EXPECT_TRUE(writer.flush().ok());
    return board_.read("ota_0", static_cast<std::uint32_t>(read_bytes));
  }
  std::vector<std::byte> expected(std::size_t bytes, std::size_t padded, unsigned pad) const {
    std::vector<std::byte> all(image_.begin(), image_.begin() + static_cast<std::ptrdiff_t>(bytes));
    all.resize(padded, static_cast<std::byte>(pad));
    return all;
  }

  UpdateBoardForTest board_{true};
  const std::vector<std::byte> image_ = ImageForTest{}.build();
};

TEST_F(EncryptedWriting, Trap28_TheReferencePadsByHowTheBytesWereSplit) {
  EXPECT_EQ(written(SlotWriting::kReference, {20}, 32), expected(20, 32, 0x00));
  EXPECT_EQ(written(SlotWriting::kReference, {16, 4}, 32), expected(20, 32, 0x00));
  EXPECT_EQ(written(SlotWriting::kReference, {10, 10}, 32), expected(20, 32, 0xFF));
}

TEST_F(EncryptedWriting, Trap28_OursPadsWithErasedBytes) {
  for (const auto& pieces : {std::vector<std::size_t>{20}, {16, 4}, {10, 10}, {1, 1, 18}}) {
    EXPECT_EQ(written(SlotWriting::kChecked, pieces, 32), expected(20, 32, 0xFF));
  }
}

TEST_F(EncryptedWriting, Trap29_TheReferenceForgetsToEraseBelowATail) {
  const auto garbled = written(SlotWriting::kReference, {4095, 16}, 4112);
  EXPECT_EQ(garbled[4097], image_[4097] & std::byte{0x42});
}

TEST_F(EncryptedWriting, Trap29_OursErasesWhatATailReaches) {
  EXPECT_EQ(written(SlotWriting::kChecked, {4095, 16}, 4112), expected(4111, 4112, 0xFF));
}

TEST_F(EncryptedWriting, ATailThatTheFlashRefusesIsReported) {
  for (const SlotWriting policy : {SlotWriting::kReference, SlotWriting::kChecked}) {
    SlotWriter::Plan plan;
    plan.partition = &board_.partition("ota_0");
    plan.content = PartitionType::kData;
    plan.policy = policy;
    plan.erase_with_writes = true;
    SlotWriter writer(*board_.access, plan);
    ASSERT_TRUE(writer.write(Bytes(image_).first(20)).ok());
    board_.chip.chip.plan_cut({.moment = board::CutMoment::kBefore, .nth = 1});
    EXPECT_EQ(error_of(writer.flush()), Error::kTailNotWritten);
    board_.chip.chip.plan_cut({});
    board_.chip.chip.power_on();
  }
}

TEST_F(EncryptedWriting, DataBeyondTheEndLeaveTheTailAsItIs) {
  const std::vector<std::byte> large = ImageForTest{.payload_bytes = 0x1F800}.build();
  SlotWriter::Plan plan;
  plan.partition = &board_.partition("ota_0");
  plan.content = PartitionType::kData;
  plan.erase_with_writes = true;
  SlotWriter writer(*board_.access, plan);
  ASSERT_TRUE(writer.write(Bytes(large).first(1003)).ok());
  EXPECT_EQ(error_of(writer.write(filled(UpdateBoardForTest::kSlotBytes, 0))),
            Error::kPartitionOverrun);
  EXPECT_TRUE(writer.write(Bytes(large).subspan(1003)).ok());
  EXPECT_TRUE(writer.flush().ok());
  EXPECT_EQ(board_.read("ota_0", static_cast<std::uint32_t>(large.size())), large);
}

TEST_F(EncryptedWriting, BothWritePiecesOfAnySize) {
  std::mt19937 random(2);
  for (const SlotWriting policy : {SlotWriting::kReference, SlotWriting::kChecked}) {
    for (int round = 0; round < 20; ++round) {
      std::vector<std::size_t> pieces;
      std::size_t total = 0;
      // Multiples of 16 below a sector's end, so that trap 29 plays no part.
      while (total < 4000) {
        pieces.push_back(std::min<std::size_t>(1 + random() % 60, 4000 - total));
        total += pieces.back();
      }
      EXPECT_EQ(written(policy, pieces, 4000), expected(4000, 4000, 0));
    }
  }
}

TEST_F(EncryptedWriting, AtAnOffsetOnlyWholeUnits) {
  SlotWriter::Plan plan;
  plan.partition = &board_.partition("ota_0");
  plan.bulk_erase_bytes = UpdateBoardForTest::kSlotBytes;
  for (const SlotWriting policy : {SlotWriting::kReference, SlotWriting::kChecked}) {
    plan.policy = policy;
    SlotWriter writer(*board_.access, plan);
    EXPECT_EQ(error_of(writer.write_at(0, Bytes(image_).first(20))), Error::kInvalidArgument);
    EXPECT_EQ(error_of(writer.write_at(8, Bytes(image_).first(16))),
              Error::kPartitionUnalignedOffset);
    EXPECT_TRUE(writer.write_at(32, Bytes(image_).first(16)).ok());
  }
}

}  // namespace
}  // namespace rota::core
