#include "sim/update_time.h"

#include <gtest/gtest.h>

namespace rota::sim {
namespace {

constexpr std::uint32_t kImageBytes = 1'000'000;

class UpdateTimeTest : public testing::TestWithParam<std::uint32_t> {
 protected:
  UpdateTime timed(Strategy strategy, const DeviceProfile& device = kTypicalDevice) {
    const UpdateTime time = time_update(device, GetParam(), kImageBytes, strategy);
    EXPECT_TRUE(time.done);
    return time;
  }
};

TEST_P(UpdateTimeTest, IsWithinFivePercentOfWhatLinkAndChipAllow) {
  const UpdateTime time = timed(Strategy::kOurs);
  EXPECT_GE(time.total_us, time.bound_us - time.bound_us / 100);
  EXPECT_LE(time.total_us, time.bound_us + time.bound_us / 20);
}

// Reading back what was erased and written costs 1 % where the chip is the bottleneck; the
// reference does not read back.
TEST_P(UpdateTimeTest, IsAtMostOnePercentSlowerThanAnyOther) {
  const std::uint64_t whole = timed(Strategy::kOurs).total_us;
  const std::uint64_t ours = whole - whole / 100;
  EXPECT_LT(ours, timed(Strategy::kReferenceBulk).total_us);
  EXPECT_LT(ours, timed(Strategy::kReferenceSequential).total_us);
  EXPECT_LT(ours, timed(Strategy::kNaive).total_us);
}

// An aged chip: 2 s for an erase of 64 KB. On a slow link the window fills meanwhile.
TEST_P(UpdateTimeTest, StaysWithinAnEighthOnAnAgedChip) {
  DeviceProfile slow = kTypicalDevice;
  slow.flash = {400'000, 1'600'000, 2'000'000, 3'000};
  const UpdateTime time = timed(Strategy::kOurs, slow);
  EXPECT_GT(time.flash_work_us, 30'000'000U);
  EXPECT_LE(time.total_us, time.bound_us + time.bound_us / 8);
}

INSTANTIATE_TEST_SUITE_P(BytesPerMillisecond, UpdateTimeTest, testing::Values(50, 500, 2000));

}  // namespace
}  // namespace rota::sim
