#include "crypto/crc32.h"

#include <gtest/gtest.h>

#include <random>
#include <vector>

namespace rota::crypto {
namespace {

// The definition, one bit at a time.
std::uint32_t slow_crc32(Bytes bytes) {
  std::uint32_t remainder = 0xFFFFFFFF;
  for (const std::byte byte : bytes) {
    remainder ^= std::to_integer<std::uint32_t>(byte);
    for (int bit = 0; bit < 8; ++bit) {
      remainder = (remainder >> 1U) ^ ((remainder & 1U) != 0 ? 0xEDB88320U : 0U);
    }
  }
  return ~remainder;
}

TEST(Crc32, MatchesTheCheckValueOfThePolynomial) {
  EXPECT_EQ(crc32(bytes_of("123456789")), 0xCBF43926U);
  EXPECT_EQ(crc32({}), 0U);
}

TEST(Crc32, MatchesTheCheckWordOfTheFirstOtaDataRecord) {
  // Sequence 1, as the ROM's crc32_le(0xFFFFFFFF, ...) computes it (spec 2.2).
  EXPECT_EQ(crc32(bytes_of(std::string_view("\x01\0\0\0", 4)), 0xFFFFFFFF), 0x4743989AU);
}

TEST(Crc32, EveryLengthAndEverySplitGiveTheSame) {
  std::mt19937 random(20240607);
  std::vector<std::byte> data(70);
  for (std::byte& byte : data) byte = static_cast<std::byte>(random() & 0xFFU);
  for (std::size_t length = 0; length <= data.size(); ++length) {
    const Bytes all = Bytes(data).first(length);
    const std::uint32_t expected = slow_crc32(all);
    for (std::size_t split = 0; split <= length; ++split) {
      EXPECT_EQ(crc32(all.subspan(split), crc32(all.first(split))), expected)
          << "length " << length << " split " << split;
    }
  }
}

}  // namespace
}  // namespace rota::crypto
