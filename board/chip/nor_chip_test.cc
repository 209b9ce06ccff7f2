#include "board/chip/nor_chip.h"

#include <gtest/gtest.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <memory>
#include <vector>

namespace rota::board {
namespace {

using core::FlashAddress;
using core::FlashRange;

constexpr std::uint32_t kChipBytes = 0x40000;

std::vector<std::byte> filled(std::size_t count, unsigned value) {
  return std::vector<std::byte>(count, static_cast<std::byte>(value));
}

// The same body runs on both backings: a chip in memory and a chip in a file.
class NorChipTest : public testing::TestWithParam<bool> {
 protected:
  void SetUp() override {
    const ChipTiming& timing = *find_timing_profile("typical");
    if (!GetParam()) {
      memory_ = std::make_unique<MemoryChip>(kChipBytes, timing);
      chip_ = &memory_->chip;
      return;
    }
    file_ = ::memfd_create("chip", MFD_CLOEXEC);
    const auto blank = filled(kChipBytes, 0xFF);
    ASSERT_EQ(::pwrite(file_, blank.data(), blank.size(), 0), ssize_t{kChipBytes});
    mapped_ = ::mmap(nullptr, kChipBytes, PROT_READ, MAP_SHARED, file_, 0);
    ASSERT_NE(mapped_, MAP_FAILED);
    wear_.resize(kChipBytes / core::kSectorBytes);
    in_file_ = std::make_unique<NorChip>(Bytes(static_cast<const std::byte*>(mapped_), kChipBytes),
                                         file_, state_, wear_, timing, nullptr);
    chip_ = in_file_.get();
  }
  void TearDown() override {
    if (mapped_ != nullptr) ::munmap(mapped_, kChipBytes);
    if (file_ >= 0) ::close(file_);
  }

  std::byte at(std::uint32_t address) { return chip_->cells()[address]; }
  unsigned count_not_blank(std::uint32_t start, std::uint32_t bytes) {
    const Bytes part = chip_->cells().subspan(start, bytes);
    return static_cast<unsigned>(
        std::count_if(part.begin(), part.end(), [](std::byte b) { return b != std::byte{0xFF}; }));
  }

  std::unique_ptr<MemoryChip> memory_;
  int file_ = -1;
  void* mapped_ = nullptr;
  NorState state_;
  std::vector<std::uint32_t> wear_;
  std::unique_ptr<NorChip> in_file_;
  NorChip* chip_ = nullptr;
};
INSTANTIATE_TEST_SUITE_P(Backings, NorChipTest, testing::Bool(), [](const auto& backing) {
  return backing.param ? "File" : "Memory";
});

TEST_P(NorChipTest, ProgrammingClearsBitsAndNeverSetsThem) {
  ASSERT_TRUE(chip_->program({0x1001}, filled(3, 0xF0)).ok());
  ASSERT_TRUE(chip_->program({0x1001}, filled(3, 0x3C)).ok());
  std::array<std::byte, 5> read{};
  ASSERT_TRUE(chip_->read({0x1000}, read).ok());
  EXPECT_EQ(read[0], std::byte{0xFF});
  EXPECT_EQ(read[1], std::byte{0x30});
  EXPECT_EQ(read[3], std::byte{0x30});
  EXPECT_EQ(read[4], std::byte{0xFF});
}

TEST_P(NorChipTest, LongProgramsCrossEveryInternalChunk) {
  std::vector<std::byte> pattern(3 * 4096 + 17);
  for (std::size_t i = 0; i < pattern.size(); ++i) pattern[i] = static_cast<std::byte>(i * 7);
  ASSERT_TRUE(chip_->program({0x0FFD}, pattern).ok());
  EXPECT_TRUE(std::equal(pattern.begin(), pattern.end(), chip_->cells().begin() + 0x0FFD));
}

TEST_P(NorChipTest, EraseSetsExactlyTheRangeAndCountsWear) {
  ASSERT_TRUE(chip_->program({0}, filled(kChipBytes, 0)).ok());
  ASSERT_TRUE(chip_->erase({{0x2000}, 0x3000}).ok());
  EXPECT_EQ(at(0x1FFF), std::byte{0});
  EXPECT_EQ(at(0x2000), std::byte{0xFF});
  EXPECT_EQ(at(0x4FFF), std::byte{0xFF});
  EXPECT_EQ(at(0x5000), std::byte{0});
  EXPECT_EQ(chip_->wear()[1], 0U);
  EXPECT_EQ(chip_->wear()[2], 1U);
  EXPECT_EQ(chip_->wear()[4], 1U);
  EXPECT_EQ(chip_->wear()[5], 0U);
}

TEST_P(NorChipTest, OneEraseCallUsesTheLargestUnitsAndIsOneOperation) {
  // 4 KiB up to 0x8000, then 32 KiB, then 64 KiB, then 4 KiB.
  ASSERT_TRUE(chip_->erase({{0x7000}, 0x1000 + 0x8000 + 0x10000 + 0x1000}).ok());
  EXPECT_EQ(chip_->state().busy_us, 45'000U + 120'000U + 150'000U + 45'000U);
  EXPECT_EQ(chip_->state().operation_count, 1U);
  EXPECT_EQ(chip_->state().erase_count, 1U);
}

TEST_P(NorChipTest, ProgramTimeCountsThePagesThatAreTouched) {
  ASSERT_TRUE(chip_->program({0x10FF}, filled(2, 0)).ok());
  EXPECT_EQ(chip_->state().busy_us, 800U);
  ASSERT_TRUE(chip_->program({0x2000}, filled(256, 0)).ok());
  EXPECT_EQ(chip_->state().busy_us, 1200U);
}

TEST_P(NorChipTest, RefusesWhatLiesOutsideOrIsNotAligned) {
  std::array<std::byte, 2> two{};
  EXPECT_EQ(chip_->read({kChipBytes - 1}, two).error(), Error::kFlashOutOfRange);
  EXPECT_EQ(chip_->program({0xFFFFFFFF}, two).error(), Error::kFlashOutOfRange);
  EXPECT_EQ(chip_->erase({{kChipBytes}, 0x1000}).error(), Error::kFlashOutOfRange);
  EXPECT_EQ(chip_->erase({{0x1000}, 0xFFFFF000}).error(), Error::kFlashOutOfRange);
  EXPECT_EQ(chip_->erase({{0x0800}, 0x1000}).error(), Error::kFlashUnaligned);
  EXPECT_EQ(chip_->erase({{0x1000}, 0x0800}).error(), Error::kFlashUnaligned);
  EXPECT_TRUE(chip_->read({kChipBytes}, {}).ok());
  EXPECT_EQ(chip_->state().operation_count, 0U);
}

TEST_P(NorChipTest, CutInsideAProgramLeavesExactlyTheTornBytes) {
  for (const std::uint32_t done : {0U, 1U, 99U, 100U}) {
    SCOPED_TRACE(done);
    chip_->power_on();
    ASSERT_TRUE(chip_->erase({{0x3000}, 0x1000}).ok());
    CutPlan plan;
    plan.moment = CutMoment::kInside;
    plan.bytes_done = done;
    chip_->plan_cut(plan);
    EXPECT_EQ(chip_->program({0x3010}, filled(100, 0x55)).error(), Error::kFlashReadFailed);
    EXPECT_EQ(count_not_blank(0x3000, 0x1000), done);
    EXPECT_EQ(count_not_blank(0x3010, done), done);
    EXPECT_FALSE(chip_->is_on());
    EXPECT_EQ(chip_->state().last_cut.bytes_done, done);
    EXPECT_EQ(chip_->state().last_cut.address, 0x3010U);
  }
}

TEST_P(NorChipTest, CutBeforeAndAfterAnOperation) {
  CutPlan plan;
  plan.moment = CutMoment::kBefore;
  chip_->plan_cut(plan);
  EXPECT_FALSE(chip_->program({0}, filled(8, 0)).ok());
  EXPECT_EQ(count_not_blank(0, 64), 0U);

  chip_->power_on();
  plan.moment = CutMoment::kAfter;
  chip_->plan_cut(plan);
  EXPECT_FALSE(chip_->program({0}, filled(8, 0)).ok());
  EXPECT_EQ(count_not_blank(0, 64), 8U);
}

TEST_P(NorChipTest, CutInsideAnEraseLeavesTheRestAsItWas) {
  ASSERT_TRUE(chip_->program({0x4000}, filled(0x2000, 0)).ok());
  CutPlan plan;
  plan.moment = CutMoment::kInside;
  chip_->plan_cut(plan);
  EXPECT_FALSE(chip_->erase({{0x4000}, 0x2000}).ok());
  EXPECT_EQ(count_not_blank(0x4000, 0x1000), 0U);
  EXPECT_EQ(count_not_blank(0x5000, 0x1000), 0x1000U);
  EXPECT_EQ(chip_->wear()[4], 1U);
  EXPECT_EQ(chip_->wear()[5], 0U);
}

TEST_P(NorChipTest, APlanNamesThePlaceTheKindAndTheNthTime) {
  CutPlan plan;
  plan.moment = CutMoment::kBefore;
  plan.kind = ChipOperation::kErase;
  plan.range_start = 0x8010;
  plan.range_bytes = 1;
  plan.nth = 2;
  chip_->plan_cut(plan);
  EXPECT_TRUE(chip_->program({0x8000}, filled(64, 0)).ok());  // another kind
  EXPECT_TRUE(chip_->erase({{0x7000}, 0x1000}).ok());         // another place
  EXPECT_TRUE(chip_->erase({{0x8000}, 0x1000}).ok());         // the first time
  EXPECT_TRUE(chip_->erase({{0x9000}, 0x1000}).ok());         // another place
  EXPECT_FALSE(chip_->erase({{0x6000}, 0x4000}).ok());        // the second time
  EXPECT_EQ(chip_->state().last_cut.operation, 5U);
  EXPECT_FALSE(chip_->state().cut.is_armed());
}

TEST_P(NorChipTest, NothingAnswersAfterACutUntilThePowerIsBack) {
  CutPlan plan;
  plan.moment = CutMoment::kAfter;
  chip_->plan_cut(plan);
  EXPECT_FALSE(chip_->program({0}, filled(1, 0)).ok());
  std::array<std::byte, 1> one{};
  EXPECT_EQ(chip_->read({0}, one).error(), Error::kFlashReadFailed);
  EXPECT_EQ(chip_->program({8}, filled(1, 0)).error(), Error::kFlashReadFailed);
  EXPECT_EQ(chip_->erase({{0}, 0x1000}).error(), Error::kFlashReadFailed);
  EXPECT_EQ(at(8), std::byte{0xFF});
  chip_->power_on();
  EXPECT_TRUE(chip_->read({0}, one).ok());
  EXPECT_EQ(one[0], std::byte{0});
  EXPECT_TRUE(chip_->program({8}, filled(1, 0)).ok());
}

TEST(NorChipTiming, ProfilesHaveNames) {
  EXPECT_EQ(find_timing_profile("typical")->erase_4k_us, 45'000U);
  EXPECT_EQ(find_timing_profile("off")->erase_64k_us, 0U);
  EXPECT_EQ(find_timing_profile("warp"), nullptr);
}

TEST(MemoryChipTest, HoldsTheBytesOfADump) {
  const auto dump = filled(5, 0x12);
  MemoryChip memory(0x2000, dump);
  EXPECT_EQ(memory.chip.cells()[4], std::byte{0x12});
  EXPECT_EQ(memory.chip.cells()[5], std::byte{0xFF});
  EXPECT_EQ(memory.chip.geometry().size_bytes, 0x2000U);
}

}  // namespace
}  // namespace rota::board
