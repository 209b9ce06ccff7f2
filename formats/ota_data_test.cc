#include "formats/ota_data.h"

#include <gtest/gtest.h>

#include <utility>

namespace rota::formats {
namespace {

OtaRecord record_of(std::uint32_t sequence, OtaState state) {
  OtaRecord record = OtaRecord::blank();
  record.sequence = sequence;
  record.state = state;
  record.check = ota_check(sequence);
  return record;
}

TEST(OtaData, CheckWordsAreThoseOfTheReference) {
  const std::pair<std::uint32_t, std::uint32_t> golden[] = {
      {0, 0xFFFFFFFF},          {1, 0x4743989A},         {2, 0x55F63774},  {3, 0xED4A5011},
      {4, 0x709D68A8},          {5, 0xC8210FCD},         {6, 0xDA94A023},  {7, 0x6228C746},
      {8, 0x3A4BD710},          {9, 0x82F7B075},         {10, 0x90421F9B}, {11, 0x28FE78FE},
      {12, 0xB5294047},         {15, 0xA79CEFA9},        {16, 0xAFE6A860}, {17, 0x175ACF05},
      {0xFFFFFFFE, 0x99F8B879}, {0xFFFFFFFF, 0x2144DF1C}};
  for (const auto& [sequence, check] : golden) EXPECT_EQ(ota_check(sequence), check) << sequence;
}

TEST(OtaData, Trap2_TheCheckIsTheRomsCrcWithItsStartValue) {
  EXPECT_EQ(ota_check(1), 0x4743989AU);
  EXPECT_NE(ota_check(1), 0x99F8B879U) << "the usual CRC-32 of the same bytes";
}

TEST(OtaData, EncodesTheExampleOfTheSpec) {
  const auto bytes = encode(record_of(1, OtaState::kUndefined));
  std::array<std::byte, kOtaRecordBytes> expected{};
  expected.fill(std::byte{0xFF});
  store_u32(expected.data(), 1);
  store_u32(expected.data() + 28, 0x4743989A);
  EXPECT_EQ(bytes, expected);
}

TEST(OtaData, DecodingKeepsEveryByte) {
  std::array<std::byte, kOtaRecordBytes> bytes{};
  for (std::size_t i = 0; i < bytes.size(); ++i) bytes[i] = static_cast<std::byte>(i * 7 + 3);
  EXPECT_EQ(encode(decode_ota_record(bytes)), bytes);
}

TEST(OtaData, ABlankSectorIsABlankRecord) {
  std::array<std::byte, kOtaRecordBytes> erased{};
  erased.fill(std::byte{0xFF});
  EXPECT_EQ(decode_ota_record(erased), OtaRecord::blank());
  EXPECT_FALSE(OtaRecord::blank().is_selectable());
  EXPECT_TRUE(OtaRecord::blank().is_rejected());
  EXPECT_FALSE(OtaRecord::blank().is_confirmed());
}

TEST(OtaData, Trap5_SequenceZeroWithAnErasedCheckWordIsSelectable) {
  OtaRecord record = OtaRecord::blank();
  record.sequence = 0;
  EXPECT_TRUE(record.is_selectable());
  EXPECT_EQ(slot_of(0, 2), 1U);
}

TEST(OtaData, OnlyInvalidAndAbortedAreRejected) {
  EXPECT_TRUE(record_of(1, OtaState::kInvalid).is_rejected());
  EXPECT_TRUE(record_of(1, OtaState::kAborted).is_rejected());
  for (const std::uint32_t state : {0U, 1U, 2U, 5U, 0x1234U, 0xFFFFFFFFU}) {
    EXPECT_TRUE(record_of(1, static_cast<OtaState>(state)).is_selectable()) << state;
  }
  OtaRecord damaged = record_of(1, OtaState::kValid);
  damaged.check ^= 1;
  EXPECT_FALSE(damaged.is_selectable());
  EXPECT_FALSE(damaged.is_confirmed());
  EXPECT_FALSE(damaged.is_rejected());
}

TEST(OtaData, ConfirmedMeansNoTrialIsLeft) {
  EXPECT_TRUE(record_of(1, OtaState::kValid).is_confirmed());
  EXPECT_TRUE(record_of(1, OtaState::kUndefined).is_confirmed());
  EXPECT_FALSE(record_of(1, OtaState::kNew).is_confirmed());
  EXPECT_FALSE(record_of(1, OtaState::kPendingVerify).is_confirmed());
}

TEST(OtaData, TheLargerSequenceIsInChargeAndSectorZeroOnATie) {
  const OtaRecord one = record_of(1, OtaState::kValid);
  const OtaRecord two = record_of(2, OtaState::kValid);
  EXPECT_EQ(active_record({one, two}), 1);
  EXPECT_EQ(active_record({two, one}), 0);
  EXPECT_EQ(active_record({two, two}), 0);
  EXPECT_EQ(active_record({record_of(3, OtaState::kAborted), one}), 1);
  EXPECT_EQ(active_record({one, OtaRecord::blank()}), 0);
  EXPECT_EQ(active_record({OtaRecord::blank(), OtaRecord::blank()}), -1);
  // Unsigned, without wrap-around.
  EXPECT_EQ(active_record({one, record_of(0xFFFFFFFE, OtaState::kValid)}), 1);
}

TEST(OtaData, NamesOfStates) {
  EXPECT_EQ(name_of(OtaState::kPendingVerify), "PENDING_VERIFY");
  EXPECT_EQ(name_of(static_cast<OtaState>(77)), "unknown");
}

}  // namespace
}  // namespace rota::formats
