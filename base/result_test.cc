#include "base/result.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "base/bytes.h"

namespace rota {
namespace {

Result<int> half_of(int number) {
  if (number % 2 != 0) return Error::kInvalidArgument;
  return number / 2;
}

Status check_twice_even(int number) {
  ROTA_TRY(half_of(number));
  ROTA_TRY(half_of(half_of(number).value()));
  return {};
}

TEST(Result, HoldsTheValueOrTheReason) {
  ASSERT_TRUE(half_of(4).ok());
  EXPECT_EQ(*half_of(4), 2);
  ASSERT_FALSE(half_of(3).ok());
  EXPECT_EQ(half_of(3).error(), Error::kInvalidArgument);
  EXPECT_EQ(half_of(3).value_or(7), 7);
  EXPECT_EQ(half_of(3).status().error(), Error::kInvalidArgument);
}

TEST(Result, LeavesTheFunctionWithTheFirstReason) {
  EXPECT_TRUE(check_twice_even(8).ok());
  EXPECT_FALSE(check_twice_even(6).ok());
  EXPECT_FALSE(check_twice_even(5).ok());
}

Status look_at(const Result<std::unique_ptr<int>>& made) {
  ROTA_TRY(made);
  return {};
}

TEST(Result, IsLookedAtWithoutACopy) {
  EXPECT_TRUE(look_at(std::make_unique<int>(5)).ok());  // Compiles only where nothing is copied.
  EXPECT_EQ(look_at(Error::kWrongState).error(), Error::kWrongState);
}

TEST(Result, CopiesAndAssignsAcrossValueAndReason) {
  Result<std::string> text = std::string("a text long enough to live on the heap, not inside");
  Result<std::string> failed = Error::kWrongState;
  Result<std::string> copy = text;
  EXPECT_EQ(*copy, *text);
  copy = failed;
  EXPECT_EQ(copy.error(), Error::kWrongState);
  copy = text;
  EXPECT_EQ(*copy, *text);
}

TEST(Result, MovesWhatCanNotBeCopied) {
  Result<std::unique_ptr<int>> made = std::make_unique<int>(5);
  std::unique_ptr<int> taken = *std::move(made);
  EXPECT_EQ(*taken, 5);
}

TEST(ResultDeathTest, ReadingTheValueOfAFailureStops) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  const Result<int> failed = Error::kWrongState;
  EXPECT_DEATH(static_cast<void>(failed.value()), "");
}

TEST(Bytes, AreLittleEndian) {
  std::byte field[4];
  store_u32(field, 0x12345678);
  EXPECT_EQ(field[0], std::byte{0x78});
  EXPECT_EQ(load_u32(field), 0x12345678U);
  EXPECT_EQ(load_u16(field + 2), 0x1234U);
  store_u16(field, 0xABCD);
  EXPECT_EQ(load_u32(field), 0x1234ABCDU);
}

TEST(Bytes, TextFieldEndsAtTheFirstNulOrWithTheField) {
  EXPECT_EQ(text_field(bytes_of(std::string_view("ab\0c", 4))), "ab");
  EXPECT_EQ(text_field(bytes_of("abcd")), "abcd");
}

TEST(Bytes, AlignUpKeepsMultiples) {
  EXPECT_EQ(align_up(0, 16), 0U);
  EXPECT_EQ(align_up(1, 16), 16U);
  EXPECT_EQ(align_up(16, 16), 16U);
}

}  // namespace
}  // namespace rota
