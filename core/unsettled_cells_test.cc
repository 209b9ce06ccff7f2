// Cells that a power cut left between 0 and 1, and erases that were reported but did not happen:
// what the core does about them (docs/decisions/0003-unsettled-cells.md).
#include <gtest/gtest.h>

#include <vector>

#include "board/chip/nor_chip.h"
#include "core/ota_data_writer.h"
#include "core/slot_writer.h"
#include "formats/chips.h"

namespace rota::core {
namespace {

constexpr std::uint32_t kOtaDataAt = 0x9000;
constexpr std::uint32_t kSlotAt = 0x10000;
constexpr std::uint32_t kSlotBytes = 0x4000;

// A chip with one cell that reads right and wrong in turns until its sector is erased.
class UnsettledFlash final : public Flash {
 public:
  Status read(FlashAddress from, MutableBytes into) override {
    if (reads_until_failure >= 0 && reads_until_failure-- == 0) return Error::kFlashReadFailed;
    ROTA_TRY(memory.chip.read(from, into));
    const bool covers = from.value <= unsettled_at && unsettled_at < from.value + into.size();
    if (covers && reads_++ % 2 == 1) into[unsettled_at - from.value] ^= std::byte{0x04};
    return {};
  }
  Status program(FlashAddress to, Bytes bytes) override { return memory.chip.program(to, bytes); }
  Status erase(FlashRange range) override {
    if (erases_fail) return Error::kFlashEraseFailed;
    if (lying_erases > 0) {
      --lying_erases;
      return {};
    }
    if (range.start.value <= unsettled_at && unsettled_at < range.start.value + range.size_bytes) {
      unsettled_at = kNowhere;
    }
    return memory.chip.erase(range);
  }
  const FlashGeometry& geometry() const override { return memory.chip.geometry(); }

  static constexpr std::uint32_t kNowhere = 0xFFFFFFFF;
  board::MemoryChip memory{0x20000};
  std::uint32_t unsettled_at = kNowhere;
  int lying_erases = 0;
  bool erases_fail = false;
  int reads_until_failure = -1;

 private:
  unsigned reads_ = 0;
};

class UnsettledRecord : public testing::Test {
 protected:
  UnsettledRecord() {
    for (int sector = 0; sector < 2; ++sector) {
      formats::OtaRecord record = formats::OtaRecord::blank();
      record.sequence = 1 + static_cast<std::uint32_t>(sector);
      record.state = formats::OtaState::kValid;
      record.check = formats::ota_check(record.sequence);
      EXPECT_TRUE(store.write(sector, record).ok());
    }
  }
  bool is_blank(std::size_t sector) {
    return store.read()->at(sector) == formats::OtaRecord::blank();
  }

  UnsettledFlash flash;
  OtaDataStore store{flash, {{kOtaDataAt}, 0x2000}, OtaDataWriting::kCutSafe};
};

TEST_F(UnsettledRecord, SettledRecordsAreLeftAlone) {
  const std::uint64_t erases = flash.memory.state.erase_count;
  EXPECT_EQ(*store.erase_unstable_records(), 0U);
  EXPECT_EQ(flash.memory.state.erase_count, erases);
}

TEST_F(UnsettledRecord, WhatLiesBehindOtaDataIsNobodysRecord) {
  flash.unsettled_at = kOtaDataAt + 2 * kSectorBytes;
  EXPECT_EQ(*store.erase_unstable_records(), 0U);
  EXPECT_NE(flash.unsettled_at, UnsettledFlash::kNowhere);
}

TEST_F(UnsettledRecord, ASectorThatDoesNotSettleIsErasedThreeTimesNotForEver) {
  flash.unsettled_at = kOtaDataAt + 28;
  flash.lying_erases = 100;
  EXPECT_TRUE(store.erase_unstable_records().ok());
  EXPECT_EQ(flash.lying_erases, 97);
}

TEST_F(UnsettledRecord, AReadThatFailsIsReported) {
  for (const int good : {0, 1, 5, 20}) {
    flash.reads_until_failure = good;
    const auto erased = store.erase_unstable_records();
    ASSERT_FALSE(erased.ok()) << good;
    EXPECT_EQ(erased.error(), Error::kFlashReadFailed) << good;
  }
}

TEST_F(UnsettledRecord, AnEraseThatFailsIsReported) {
  flash.unsettled_at = kOtaDataAt + 28;
  flash.erases_fail = true;
  const auto erased = store.erase_unstable_records();
  ASSERT_FALSE(erased.ok());
  EXPECT_EQ(erased.error(), Error::kFlashEraseFailed);
}

TEST_F(UnsettledRecord, ARecordThatReadsDifferentlyEachTimeIsErased) {
  flash.unsettled_at = kOtaDataAt + 0x1000 + 28;  // in the check word of the newer record
  EXPECT_EQ(*store.erase_unstable_records(), 1U);
  EXPECT_TRUE(is_blank(1));
  EXPECT_FALSE(is_blank(0));
}

TEST_F(UnsettledRecord, AnEraseThatDidNotHappenIsTriedAgain) {
  flash.unsettled_at = kOtaDataAt + 28;
  flash.lying_erases = 1;
  EXPECT_EQ(*store.erase_unstable_records(), 1U);
  EXPECT_TRUE(is_blank(0));
}

TEST_F(UnsettledRecord, OneThatNeverSettlesDoesNotHoldUpTheBoot) {
  flash.unsettled_at = kOtaDataAt + 28;
  flash.lying_erases = 1000;
  EXPECT_EQ(*store.erase_unstable_records(), 1U);
}

// Sequence 2 over what is left of 0x00100005 is 0, and 0 with an erased check word is selectable.
TEST_F(UnsettledRecord, ANewRecordIsNotWrittenOnTheRestOfAnOldOne) {
  formats::OtaRecord torn = formats::OtaRecord::blank();
  torn.sequence = 0x00100005;
  ASSERT_TRUE(flash.erase({{kOtaDataAt}, kSectorBytes}).ok());
  ASSERT_TRUE(flash.program({kOtaDataAt}, formats::encode(torn)).ok());
  flash.lying_erases = 1;

  formats::OtaRecord next = formats::OtaRecord::blank();
  next.sequence = 2;
  next.check = formats::ota_check(2);
  const Status written = store.write(0, next);

  ASSERT_FALSE(written.ok());
  EXPECT_EQ(written.error(), Error::kFlashEraseFailed);
  EXPECT_EQ((*store.read())[0].sequence, torn.sequence);
}

class UnsettledSlot : public testing::Test {
 protected:
  UnsettledSlot() : content(2 * kSectorBytes, std::byte{0x5A}) {
    slot.type = formats::PartitionType::kData;  // whose start is not judged
    slot.offset = kSlotAt;
    slot.size = kSlotBytes;
    plan.partition = &slot;
    plan.content = slot.type;
    plan.erase_with_writes = true;
  }
  Status write_again() {
    SlotWriter writer(access, plan);
    return writer.write(content);
  }

  UnsettledFlash flash;
  formats::PartitionRows rows;
  PartitionAccess access{flash, rows, false};
  Partition slot;
  SlotWriter::Plan plan;
  std::vector<std::byte> content;
};

TEST_F(UnsettledSlot, ASectorThatReadsRightOnlySometimesIsWrittenAnew) {
  ASSERT_TRUE(write_again().ok());
  flash.unsettled_at = kSlotAt + 77;
  ASSERT_TRUE(write_again().ok());
  EXPECT_EQ(flash.unsettled_at, UnsettledFlash::kNowhere);
}

TEST_F(UnsettledSlot, AnEraseThatDidNotHappenIsAnError) {
  ASSERT_TRUE(write_again().ok());
  flash.unsettled_at = kSlotAt + 77;
  flash.lying_erases = 1;
  const Status written = write_again();
  ASSERT_FALSE(written.ok());
  EXPECT_EQ(written.error(), Error::kFlashEraseFailed);
}

}  // namespace
}  // namespace rota::core
