#include "core/ota_data_writer.h"

#include <gtest/gtest.h>

#include <array>
#include <string>
#include <vector>

#include "board/chip/nor_chip.h"

namespace rota::core {
namespace {

using formats::OtaRecord;
using formats::OtaRecords;
using formats::OtaState;

constexpr FlashRange kPartition{{0x1000}, 0x2000};

OtaRecord record_of(std::uint32_t sequence, OtaState state) {
  OtaRecord record = OtaRecord::blank();
  record.sequence = sequence;
  record.state = state;
  record.check = formats::ota_check(sequence);
  return record;
}

// A chip that writes down each change, and may do one of them wrong.
class WatchedFlash final : public Flash {
 public:
  enum class Fault { kNone, kLost, kRefused };

  explicit WatchedFlash(core::Flash& chip) : chip_(chip) {}

  Status read(FlashAddress from, MutableBytes into) override {
    if (reads_fail) return Error::kFlashReadFailed;
    return chip_.read(from, into);
  }
  Status program(FlashAddress to, Bytes bytes) override {
    log.push_back("program " + std::to_string(to.value - kPartition.start.value) + "+" +
                  std::to_string(bytes.size()));
    if (const Fault fault = next_fault(); fault != Fault::kNone) {
      return fault == Fault::kLost ? Status{} : Status{Error::kFlashProgramFailed};
    }
    return chip_.program(to, bytes);
  }
  Status erase(FlashRange range) override {
    log.push_back("erase " + std::to_string(range.start.value - kPartition.start.value) + "+" +
                  std::to_string(range.size_bytes));
    if (const Fault fault = next_fault(); fault != Fault::kNone) {
      return fault == Fault::kLost ? Status{} : Status{Error::kFlashEraseFailed};
    }
    return chip_.erase(range);
  }
  const FlashGeometry& geometry() const override { return chip_.geometry(); }

  // The operation with this number, from 0.
  void break_operation(std::size_t number, Fault fault) {
    broken_ = number;
    fault_ = fault;
  }

  std::vector<std::string> log;
  bool reads_fail = false;

 private:
  Fault next_fault() const { return log.size() == broken_ + 1 ? fault_ : Fault::kNone; }

  core::Flash& chip_;
  std::size_t broken_ = 0xFFFF;
  Fault fault_ = Fault::kNone;
};

class OtaDataStores : public ::testing::Test {
 protected:
  OtaDataStore store(OtaDataWriting policy, std::uint32_t bytes = 0x2000) {
    return {flash_, {kPartition.start, bytes}, policy};
  }
  void put(int sector, const OtaRecord& record) {
    const auto bytes = formats::encode(record);
    std::copy(bytes.begin(), bytes.end(), chip_.cells.begin() + 0x1000 + sector * 0x1000);
  }
  OtaRecord get(int sector) { return (*store(OtaDataWriting::kInPlace).read())[sector]; }

  board::MemoryChip chip_{0x10000};
  WatchedFlash flash_{chip_.chip};
};

TEST_F(OtaDataStores, InPlaceIsOneEraseAndOneWrite) {
  put(1, record_of(2, OtaState::kValid));
  ASSERT_TRUE(store(OtaDataWriting::kInPlace).write(1, record_of(4, OtaState::kNew)).ok());
  EXPECT_EQ(flash_.log, (std::vector<std::string>{"erase 4096+4096", "program 4096+32"}));
  EXPECT_EQ(get(1), record_of(4, OtaState::kNew));
}

TEST_F(OtaDataStores, CutSafeDisarmsFirstAndWritesTheCheckWordLast) {
  put(0, record_of(1, OtaState::kValid));
  ASSERT_TRUE(store(OtaDataWriting::kCutSafe).write(0, record_of(3, OtaState::kNew)).ok());
  EXPECT_EQ(flash_.log, (std::vector<std::string>{"program 28+4", "erase 0+4096", "program 4+24",
                                                  "program 0+4", "program 28+4"}));
  EXPECT_EQ(get(0), record_of(3, OtaState::kNew));
}

TEST_F(OtaDataStores, ADeadRecordNeedsNoDisarming) {
  OtaRecord dead = record_of(1, OtaState::kValid);
  dead.check ^= 1U;
  put(0, dead);
  ASSERT_TRUE(store(OtaDataWriting::kCutSafe).erase_record(0).ok());
  EXPECT_EQ(flash_.log, (std::vector<std::string>{"erase 0+4096"}));
}

TEST_F(OtaDataStores, TheLabelIsKept) {
  OtaRecord labelled = record_of(1, OtaState::kValid);
  labelled.label.fill(std::byte{0x41});
  for (const auto policy : {OtaDataWriting::kInPlace, OtaDataWriting::kCutSafe}) {
    ASSERT_TRUE(store(policy).write(0, labelled).ok());
    EXPECT_EQ(get(0).label, labelled.label);
  }
}

TEST_F(OtaDataStores, CutSafeNoticesAWriteThatWasLost) {
  for (const std::size_t operation : {0U, 2U, 3U, 4U}) {
    put(0, record_of(1, OtaState::kValid));
    flash_.log.clear();
    flash_.break_operation(operation, WatchedFlash::Fault::kLost);
    EXPECT_EQ(store(OtaDataWriting::kCutSafe).write(0, record_of(3, OtaState::kNew)).error(),
              Error::kFlashVerifyMismatch)
        << operation;
  }
}

TEST_F(OtaDataStores, ErrorsOfTheChipPassThrough) {
  flash_.break_operation(0, WatchedFlash::Fault::kRefused);
  EXPECT_EQ(store(OtaDataWriting::kInPlace).write(0, record_of(1, OtaState::kNew)).error(),
            Error::kFlashEraseFailed);
  flash_.log.clear();
  flash_.break_operation(1, WatchedFlash::Fault::kRefused);
  EXPECT_EQ(store(OtaDataWriting::kInPlace).write(0, record_of(1, OtaState::kNew)).error(),
            Error::kFlashProgramFailed);
  flash_.reads_fail = true;
  EXPECT_EQ(store(OtaDataWriting::kCutSafe).read().error(), Error::kFlashReadFailed);
}

TEST_F(OtaDataStores, EraseAllEndsWithTheRecordInCharge) {
  put(0, record_of(1, OtaState::kValid));
  put(1, record_of(2, OtaState::kValid));
  ASSERT_TRUE(store(OtaDataWriting::kCutSafe, 0x4000).erase_all().ok());
  EXPECT_EQ(flash_.log, (std::vector<std::string>{"program 28+4", "erase 0+4096", "program 4124+4",
                                                  "erase 4096+4096", "erase 8192+8192"}));
  flash_.log.clear();
  ASSERT_TRUE(store(OtaDataWriting::kInPlace, 0x4000).erase_all().ok());
  EXPECT_EQ(flash_.log, (std::vector<std::string>{"erase 0+16384"}));
}

TEST_F(OtaDataStores, SizesBelowTwoSectorsAreTooSmall) {
  EXPECT_FALSE(store(OtaDataWriting::kCutSafe, 0x1000).is_large_enough());
  EXPECT_FALSE(store(OtaDataWriting::kCutSafe, 0x1FFF).is_large_enough());
  EXPECT_TRUE(store(OtaDataWriting::kCutSafe, 0x2000).is_large_enough());
}

// ---- Placement (spec 2.5) ----

RecordPlacement placed(const OtaRecords& records,
                       std::uint32_t slot,
                       std::uint32_t slots,
                       OtaDataWriting policy = OtaDataWriting::kInPlace) {
  const auto placement = place_record(records, slot, slots, slots, policy);
  EXPECT_TRUE(placement.ok());
  return placement.ok() ? *placement : RecordPlacement{-1, 0};
}

// The records after "boot this slot next" without rollback.
OtaRecords after_set_boot(OtaRecords records, std::uint32_t slot, std::uint32_t slots) {
  const RecordPlacement at = placed(records, slot, slots);
  records[static_cast<std::size_t>(at.sector)] = record_of(at.sequence, OtaState::kUndefined);
  return records;
}

TEST(RecordPlacement, TraceA1TwoSlots) {
  OtaRecords records{OtaRecord::blank(), OtaRecord::blank()};
  records = after_set_boot(records, 0, 2);
  EXPECT_EQ(records[0].sequence, 1U);
  records = after_set_boot(records, 1, 2);
  EXPECT_EQ(records[1].sequence, 2U);
  records = after_set_boot(records, 0, 2);
  EXPECT_EQ(records[0].sequence, 3U);
  records = after_set_boot(records, 0, 2);  // trap 7: the same sector, the same number
  EXPECT_EQ(records[0].sequence, 3U);
  EXPECT_EQ(records[1].sequence, 2U);
}

TEST(RecordPlacement, TraceA6ThreeSlots) {
  OtaRecords records{record_of(1, OtaState::kValid), OtaRecord::blank()};
  records = after_set_boot(records, 2, 3);
  EXPECT_EQ(records[1].sequence, 3U);
  records = after_set_boot(records, 1, 3);
  EXPECT_EQ(records[0].sequence, 5U);
  records = after_set_boot(records, 0, 3);
  EXPECT_EQ(records[1].sequence, 7U);
  records = after_set_boot(records, 2, 3);
  EXPECT_EQ(records[0].sequence, 9U);
}

// The smallest number that is not below the current one and names the slot, for all small cases.
TEST(RecordPlacement, TheNextSequenceIsTheSmallestThatNamesTheSlot) {
  for (std::uint32_t slots = 1; slots <= 16; ++slots) {
    for (std::uint32_t current = 1; current <= 40; ++current) {
      for (std::uint32_t slot = 0; slot < slots; ++slot) {
        const OtaRecords records{record_of(current, OtaState::kValid), OtaRecord::blank()};
        const RecordPlacement at = placed(records, slot, slots);
        std::uint32_t expected = current;
        while (formats::slot_of(expected, slots) != slot) ++expected;
        EXPECT_EQ(at.sequence, expected) << slots << " slots, from " << current << " to " << slot;
        EXPECT_EQ(at.sector, expected == current ? 0 : 1);
      }
    }
  }
}

TEST(RecordPlacement, Trap83_TheNextSequenceComesFromTheRecordInChargeAlone) {
  // The INVALID record with sequence 2 was erased by begin(): 2 is used again.
  const OtaRecords records{record_of(1, OtaState::kValid), OtaRecord::blank()};
  EXPECT_EQ(placed(records, 1, 2).sequence, 2U);
  const OtaRecords aborted{record_of(1, OtaState::kValid), record_of(8, OtaState::kAborted)};
  EXPECT_EQ(placed(aborted, 1, 2).sequence, 2U) << "a larger number that is rejected plays no part";
}

TEST(RecordPlacement, Trap6_TheEndOfTheNumbersIsAnErrorNotABlankRecord) {
  const OtaRecords records{record_of(0xFFFFFFFE, OtaState::kValid), OtaRecord::blank()};
  for (const auto policy : {OtaDataWriting::kInPlace, OtaDataWriting::kCutSafe}) {
    EXPECT_EQ(place_record(records, 0, 2, 2, policy).error(), Error::kSequenceExhausted);
  }
  // The slot in charge can still be chosen in place, and still be confirmed.
  EXPECT_EQ(placed(records, 1, 2).sequence, 0xFFFFFFFEU);
  EXPECT_EQ(place_record(records, 1, 2, 2, OtaDataWriting::kCutSafe).error(),
            Error::kSequenceExhausted);
  // From sequence 0 a slot whose number would be 0 again gets the next one.
  const OtaRecords zero{record_of(0, OtaState::kValid), OtaRecord::blank()};
  EXPECT_EQ(placed(zero, 2, 3).sequence, 3U);
}

TEST(RecordPlacement, ASlotThatApplicationsDoNotCountIsRefused) {
  const OtaRecords records{OtaRecord::blank(), OtaRecord::blank()};
  EXPECT_EQ(place_record(records, 2, 2, 3, OtaDataWriting::kInPlace).error(),
            Error::kSlotNumberTooLarge);
  EXPECT_EQ(place_record(records, 0, 0, 0, OtaDataWriting::kInPlace).error(),
            Error::kSlotNumberTooLarge);
}

TEST(RecordPlacement, CutSafeKeepsTheConfirmedRecordInCharge) {
  const OtaRecords alone{record_of(1, OtaState::kValid), OtaRecord::blank()};
  const RecordPlacement moved = placed(alone, 0, 2, OtaDataWriting::kCutSafe);
  EXPECT_EQ(moved.sector, 1);
  EXPECT_EQ(moved.sequence, 3U);
  const OtaRecords twice{record_of(3, OtaState::kValid), record_of(1, OtaState::kValid)};
  EXPECT_EQ(placed(twice, 0, 2, OtaDataWriting::kCutSafe).sector, 0) << "both confirm slot 0";
}

TEST(RecordPlacement, CutSafeWritesOverATrialAndKeepsTheConfirmedRecord) {
  const OtaRecords trial{record_of(1, OtaState::kValid), record_of(2, OtaState::kPendingVerify)};
  EXPECT_EQ(placed(trial, 0, 2, OtaDataWriting::kCutSafe).sector, 1);
  EXPECT_EQ(placed(trial, 1, 2, OtaDataWriting::kCutSafe).sector, 1);
  EXPECT_EQ(placed(trial, 0, 2, OtaDataWriting::kInPlace).sector, 0);
}

TEST(RecordPlacement, CutSafeFindsANumberThatNamesTheSlotForBothCounts) {
  // ota_0, ota_1 and ota_5: applications count two slots, the bootloader three.
  const OtaRecords records{record_of(1, OtaState::kUndefined), OtaRecord::blank()};
  const auto placement = place_confirmation(records, 0, 2, 3, OtaDataWriting::kCutSafe);
  ASSERT_TRUE(placement.ok());
  EXPECT_EQ(placement->sequence, 7U);
  EXPECT_EQ(placement->sector, 1);
}

// Two records of one slot for applications may be two slots for the bootloader.
TEST(RecordPlacement, ARecordThatTheBootloaderReadsDifferentlyConfirmsNothing) {
  const OtaRecords same{record_of(1, OtaState::kUndefined), record_of(3, OtaState::kUndefined)};
  const auto placement = place_confirmation(same, 1, 2, 3, OtaDataWriting::kCutSafe);
  ASSERT_TRUE(placement.ok());
  EXPECT_EQ(placement->sector, 0) << "slot 0 of 2, but slots 0 and 2 of 3";
  EXPECT_EQ(placement->sequence, 9U) << "the next number that is slot 0 of 2 and slot 2 of 3";
  EXPECT_EQ(place_confirmation(same, 1, 2, 2, OtaDataWriting::kCutSafe)->sector, 1);
}

TEST(RecordPlacement, AConfirmationOfATrialStaysInPlace) {
  const OtaRecords trial{record_of(1, OtaState::kValid), record_of(2, OtaState::kPendingVerify)};
  for (const auto policy : {OtaDataWriting::kInPlace, OtaDataWriting::kCutSafe}) {
    const auto placement = place_confirmation(trial, 1, 2, 2, policy);
    ASSERT_TRUE(placement.ok());
    EXPECT_EQ(placement->sector, 1);
    EXPECT_EQ(placement->sequence, 2U);
  }
}

}  // namespace
}  // namespace rota::core
