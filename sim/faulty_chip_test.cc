#include "sim/faulty_chip.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <vector>

namespace rota::sim {
namespace {

using core::FlashAddress;
using core::kSectorBytes;

constexpr std::uint32_t kAt = 0x2000;

class FaultyChipTest : public testing::Test {
 protected:
  FaultyChipTest() { chip.power_on(); }

  std::vector<std::byte> read(std::uint32_t at, std::size_t count) {
    std::vector<std::byte> bytes(count);
    EXPECT_TRUE(chip.read({at}, bytes).ok());
    return bytes;
  }
  static std::vector<std::byte> filled(std::size_t count, unsigned value) {
    return std::vector<std::byte>(count, static_cast<std::byte>(value));
  }
  // Programs 8 zero bytes with this fault, then has the power back.
  Status program_with(Fault fault) {
    chip.plan(chip.operation_count(), fault);
    const Status status = chip.program({kAt}, filled(8, 0));
    chip.power_on();
    return status;
  }
  Status erase_with(Fault fault) {
    chip.put(kAt, filled(kSectorBytes, 0));
    chip.plan(chip.operation_count(), fault);
    const Status status = chip.erase({{kAt}, kSectorBytes});
    chip.power_on();
    return status;
  }
  std::size_t count_of(const std::vector<std::byte>& bytes, unsigned value) {
    return static_cast<std::size_t>(
        std::count(bytes.begin(), bytes.end(), static_cast<std::byte>(value)));
  }

  FaultyChip chip{0x4000, 4};
};

TEST_F(FaultyChipTest, WithoutAFaultItIsTheChip) {
  ASSERT_TRUE(chip.program({kAt}, filled(8, 0x5A)).ok());
  EXPECT_EQ(read(kAt, 8), filled(8, 0x5A));
  ASSERT_TRUE(chip.erase({{kAt}, kSectorBytes}).ok());
  EXPECT_EQ(read(kAt, 8), filled(8, 0xFF));
  EXPECT_EQ(chip.operation_count(), 2U);
}

TEST_F(FaultyChipTest, AProgramIsCutWhereTheFaultSays) {
  EXPECT_FALSE(program_with({FaultKind::kCutBefore, 0}).ok());
  EXPECT_EQ(read(kAt, 8), filled(8, 0xFF));
  EXPECT_FALSE(program_with({FaultKind::kTornBytes, 3}).ok());
  EXPECT_EQ(count_of(read(kAt, 8), 0), 3U);
  EXPECT_FALSE(program_with({FaultKind::kCutAfter, 0}).ok());
  EXPECT_EQ(read(kAt, 8), filled(8, 0));
}

TEST_F(FaultyChipTest, AfterACutNothingAnswersUntilThePowerIsBack) {
  chip.plan(0, {FaultKind::kCutAfter, 0});
  EXPECT_FALSE(chip.program({kAt}, filled(8, 0)).ok());
  std::array<std::byte, 1> byte{};
  EXPECT_FALSE(chip.read({kAt}, byte).ok());
  EXPECT_FALSE(chip.erase({{kAt}, kSectorBytes}).ok());
  EXPECT_FALSE(chip.burn_secure_version_bits(1).ok());
  chip.power_on();
  EXPECT_TRUE(chip.read({kAt}, byte).ok());
}

TEST_F(FaultyChipTest, TornBitsAreAllButOneOrOneOrSome) {
  const auto bits_left = [this] {
    int bits = 0;
    for (const std::byte byte : read(kAt, 8))
      bits += __builtin_popcount(std::to_integer<unsigned>(byte));
    return bits;
  };
  EXPECT_FALSE(program_with({FaultKind::kTornBits, 1}).ok());
  EXPECT_EQ(bits_left(), 63);
  EXPECT_FALSE(program_with({FaultKind::kTornBits, 2}).ok());
  EXPECT_GT(bits_left(), 10);
  EXPECT_LT(bits_left(), 54);
  EXPECT_FALSE(program_with({FaultKind::kTornBits, 0}).ok());
  EXPECT_EQ(bits_left(), 1);
}

TEST_F(FaultyChipTest, AnEraseIsCutInEachPhase) {
  EXPECT_FALSE(erase_with({FaultKind::kTornBytes, 16}).ok());
  EXPECT_EQ(count_of(read(kAt, kSectorBytes), 0xFF), 16U);
  EXPECT_FALSE(erase_with({FaultKind::kTornBits, 0}).ok());
  EXPECT_GT(count_of(read(kAt, kSectorBytes), 0xFF), 0U);
  EXPECT_LT(count_of(read(kAt, kSectorBytes), 0xFF), 200U);
  chip.put(kAt, filled(kSectorBytes, 0xFF));
  chip.plan(chip.operation_count(), {FaultKind::kPreProgram, 1});
  EXPECT_FALSE(chip.erase({{kAt}, kSectorBytes}).ok());
  chip.power_on();
  EXPECT_LT(count_of(read(kAt, kSectorBytes), 0xFF), 200U);
}

TEST_F(FaultyChipTest, UnstableCellsReadDifferentlyUntilTheirSectorIsErased) {
  EXPECT_FALSE(program_with({FaultKind::kUnstable, 0}).ok());
  EXPECT_TRUE(chip.has_unstable_cells());
  const auto first = read(kAt, 8);
  EXPECT_NE(read(kAt, 8), first);
  ASSERT_TRUE(chip.program({kAt}, filled(8, 0)).ok());
  EXPECT_NE(read(kAt, 8), read(kAt, 8)) << "programming does not settle them";
  ASSERT_TRUE(chip.erase({{kAt}, kSectorBytes}).ok());
  EXPECT_EQ(read(kAt, 8), filled(8, 0xFF));
  EXPECT_FALSE(chip.has_unstable_cells());
}

TEST_F(FaultyChipTest, UnstableCellsReadTheSameInARunThatIsRepeated) {
  EXPECT_FALSE(program_with({FaultKind::kUnstable, 0}).ok());
  const BoardState state = chip.capture();
  chip.power_on();
  const auto first = read(kAt, 8);
  const auto second = read(kAt, 8);
  chip.restore(state);
  chip.power_on();
  EXPECT_EQ(read(kAt, 8), first);
  EXPECT_EQ(read(kAt, 8), second);
  chip.power_on();
  EXPECT_NE(read(kAt, 8), first) << "but not at the next start";
}

TEST_F(FaultyChipTest, ALieIsReportedAsDone) {
  EXPECT_TRUE(program_with({FaultKind::kLying, 0}).ok());
  EXPECT_EQ(read(kAt, 8), filled(8, 0xFF));
  EXPECT_TRUE(erase_with({FaultKind::kLying, 0}).ok());
  EXPECT_EQ(read(kAt, 8), filled(8, 0));
}

TEST_F(FaultyChipTest, AnErrorSaysSoAndThePowerStays) {
  chip.plan(0, {FaultKind::kError, 0});
  const Status status = chip.program({kAt}, filled(8, 0));
  ASSERT_FALSE(status.ok());
  EXPECT_EQ(status.error(), Error::kFlashProgramFailed);
  EXPECT_TRUE(chip.is_on());
  EXPECT_EQ(read(kAt, 8), filled(8, 0xFF));
}

TEST_F(FaultyChipTest, WornCellsStayAtZeroForEver) {
  EXPECT_TRUE(erase_with({FaultKind::kWorn, 0}).ok());
  const auto after = read(kAt, 32);
  EXPECT_NE(after, filled(32, 0xFF));
  ASSERT_TRUE(chip.erase({{kAt}, kSectorBytes}).ok());
  EXPECT_EQ(read(kAt, 32), after);
}

TEST_F(FaultyChipTest, ABurnIsAnOperationLikeTheOthers) {
  ASSERT_TRUE(chip.burn_secure_version_bits(1).ok());
  EXPECT_FALSE(chip.burn_secure_version_bits(0x10).ok()) << "outside a field of 4 bits";
  chip.plan(chip.operation_count(), {FaultKind::kCutBefore, 0});
  EXPECT_FALSE(chip.burn_secure_version_bits(2).ok());
  chip.power_on();
  EXPECT_EQ(chip.secure_version_bits(), 1U);
}

TEST_F(FaultyChipTest, AStateComesBackWholeAndEqualStatesHaveEqualKeys) {
  const std::uint64_t blank = chip.key();
  const BoardState state = chip.capture();
  ASSERT_TRUE(chip.program({kAt}, filled(8, 0)).ok());
  ASSERT_TRUE(chip.burn_secure_version_bits(1).ok());
  chip.facts().bytes_kept = 7;
  EXPECT_NE(chip.key(), blank);
  chip.restore(state);
  EXPECT_EQ(chip.key(), blank);
  EXPECT_EQ(read(kAt, 8), filled(8, 0xFF));
  EXPECT_EQ(chip.secure_version_bits(), 0U);
  EXPECT_EQ(chip.facts().bytes_kept, 0U);
}

TEST_F(FaultyChipTest, ARecordedOperationIsRepeatedWithACutOnTheStateBeforeIt) {
  std::vector<RecordedOperation> log;
  chip.record_into(&log);
  ASSERT_TRUE(chip.program({kAt}, filled(8, 0x0F)).ok());
  ASSERT_TRUE(chip.program({kAt}, filled(8, 0)).ok());
  chip.record_into(nullptr);
  ASSERT_EQ(log.size(), 2U);
  chip.repeat_with_cut(log[1], {FaultKind::kTornBytes, 4});
  chip.power_on();
  const auto bytes = read(kAt, 8);
  EXPECT_EQ(count_of(bytes, 0), 4U);
  EXPECT_EQ(count_of(bytes, 0x0F), 4U);
}

}  // namespace
}  // namespace rota::sim
