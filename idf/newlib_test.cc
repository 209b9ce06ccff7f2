#include "rota_newlib.h"

#include <gtest/gtest.h>

#include <array>

namespace {

TEST(Newlib, CopyingStopsAtTheBuffersEnd) {
  std::array<char, 4> buffer{};
  EXPECT_EQ(strlcpy(buffer.data(), "abcdef", buffer.size()), 6U);
  EXPECT_STREQ(buffer.data(), "abc");
  EXPECT_EQ(strlcpy(buffer.data(), "a", buffer.size()), 1U);
  EXPECT_EQ(strlcat(buffer.data(), "bcd", buffer.size()), 4U);
  EXPECT_STREQ(buffer.data(), "abc");
  EXPECT_EQ(strlcpy(buffer.data(), "x", 0), 1U);
  EXPECT_STREQ(buffer.data(), "abc");
}

TEST(Newlib, NumbersBecomeDigits) {
  std::array<char, 40> buffer{};
  EXPECT_STREQ(itoa(-12, buffer.data(), 10), "-12");
  EXPECT_STREQ(itoa(-1, buffer.data(), 16), "ffffffff");
  EXPECT_STREQ(utoa(5, buffer.data(), 2), "101");
  EXPECT_STREQ(itoa(5, buffer.data(), 1), "");
}

}  // namespace
