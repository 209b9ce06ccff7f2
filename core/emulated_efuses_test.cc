#include "core/emulated_efuses.h"

#include <gtest/gtest.h>

#include "board/chip/nor_chip.h"

namespace rota::core {
namespace {

class NoFuses final : public EFuses {
 public:
  std::uint32_t secure_version_bits() const override { return 0xFFFF; }
  Status burn_secure_version_bits(std::uint32_t) override { return Error::kEfuseBurnFailed; }
  std::uint8_t revoked_key_slots() const override { return 5; }
  Status revoke_key_slot(unsigned) override { return Error::kEfuseBurnFailed; }
};

TEST(EmulatedEFuses, AnErasedPartitionIsVersionZeroAndBurnsStay) {
  board::MemoryChip chip(1U << 20U);
  NoFuses real;
  EmulatedEFuses fuses(chip.chip, {{0x9000}, 0x2000}, real);
  EXPECT_EQ(fuses.secure_version_bits(), 0U);
  EXPECT_TRUE(fuses.burn_secure_version_bits(0b11).ok());
  EXPECT_TRUE(fuses.burn_secure_version_bits(0b100).ok());
  EmulatedEFuses after_reset(chip.chip, {{0x9000}, 0x2000}, real);
  EXPECT_EQ(after_reset.secure_version_bits(), 0b111U);
  EXPECT_EQ(fuses.revoked_key_slots(), 5U) << "keys are those of the chip";
}

// A cut within a burn leaves some of the bits; burning again completes it.
TEST(EmulatedEFuses, ACutBurnIsCompletedByTheNext) {
  for (std::uint32_t done = 0; done <= 4; ++done) {
    board::MemoryChip chip(1U << 20U);
    NoFuses real;
    EmulatedEFuses fuses(chip.chip, {{0x9000}, 0x2000}, real);
    chip.chip.plan_cut({.moment = board::CutMoment::kInside, .bytes_done = done});
    EXPECT_FALSE(fuses.burn_secure_version_bits(0b1111).ok());
    chip.chip.power_on();
    EXPECT_EQ(fuses.secure_version_bits() & ~0b1111U, 0U) << done;
    EXPECT_TRUE(fuses.burn_secure_version_bits(0b1111).ok());
    EXPECT_EQ(fuses.secure_version_bits(), 0b1111U);
  }
}

TEST(EmulatedEFuses, WithoutAPartitionNothingIsBurned) {
  board::MemoryChip chip(1U << 20U);
  NoFuses real;
  formats::PartitionRows rows;
  EXPECT_EQ(emulated_efuse_range(rows).size_bytes, 0U);
  EmulatedEFuses fuses(chip.chip, {}, real);
  EXPECT_EQ(fuses.secure_version_bits(), 0U);
  EXPECT_EQ(fuses.burn_secure_version_bits(1).error(), Error::kEfuseBurnFailed);
}

}  // namespace
}  // namespace rota::core
