#include "crypto/aes_xts.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "crypto/digest_text_for_test.h"

namespace rota::crypto {
namespace {

std::vector<std::byte> counting_bytes(std::size_t count, unsigned first = 0) {
  std::vector<std::byte> bytes(count);
  for (std::size_t i = 0; i < count; ++i) bytes[i] = static_cast<std::byte>(first + i);
  return bytes;
}

std::vector<std::byte> bytes_of_hex(std::string_view text) {
  std::vector<std::byte> bytes;
  for (std::size_t i = 0; i + 1 < text.size(); i += 2) {
    bytes.push_back(static_cast<std::byte>(std::stoi(std::string(text.substr(i, 2)), nullptr, 16)));
  }
  return bytes;
}

// The example of FIPS 197, appendix C.3.
TEST(Aes256, AgreesWithTheStandardsExample) {
  const auto key = counting_bytes(32);
  const Aes256 aes(Bytes(key).first<32>());
  auto block = bytes_of_hex("00112233445566778899aabbccddeeff");
  aes.encrypt(MutableBytes(block).first<16>());
  EXPECT_EQ(hex(block), "8ea2b7ca516745bfeafc49904b496089");
  aes.decrypt(MutableBytes(block).first<16>());
  EXPECT_EQ(hex(block), "00112233445566778899aabbccddeeff");
}

// IEEE 1619, vector 10: the first two blocks of its data unit.
TEST(XtsAes256, AgreesWithTheStandardsVector) {
  const auto data_key =
      bytes_of_hex("2718281828459045235360287471352662497757247093699959574966967627");
  const auto tweak_key =
      bytes_of_hex("3141592653589793238462643383279502884197169399375105820974944592");
  const XtsAes256 xts(Bytes(data_key).first<32>(), Bytes(tweak_key).first<32>());
  auto unit = counting_bytes(32);
  xts.encrypt(unit, 0xFF);
  EXPECT_EQ(hex(unit), "1c3b3a102f770386e4836c99e370cf9bea00803f5e482357a4ae12d414a3e63b");
}

// The check of the NVS format: an entry at byte 96 of its partition.
TEST(XtsAes256, EnciphersAnEntryAsEspIdfDoes) {
  const auto keys = counting_bytes(64);
  const XtsAes256 xts(Bytes(keys).first<32>(), Bytes(keys).subspan<32, 32>());
  const std::string plain = "010101ffcc7a5c1861" + std::string(30, '0') + "05ffffffffffffff";
  auto unit = bytes_of_hex(plain);
  xts.encrypt(unit, 96);
  EXPECT_EQ(hex(unit), "14fc9e6985f8342495095107d36739c081d0e30f2fc7357da2a0b5579c0b6cc8");
  xts.decrypt(unit, 96);
  EXPECT_EQ(hex(unit), plain);
}

TEST(XtsAes256, GivesEachUnitAndBlockItsOwnCipherText) {
  const auto keys = counting_bytes(64);
  const XtsAes256 xts(Bytes(keys).first<32>(), Bytes(keys).subspan<32, 32>());
  std::vector<std::byte> first(64);
  std::vector<std::byte> second(64);
  xts.encrypt(first, 1);
  xts.encrypt(second, 2);
  EXPECT_NE(hex(first), hex(second));
  EXPECT_NE(hex(Bytes(first).first(16)), hex(Bytes(first).subspan(16, 16)));
  xts.decrypt(first, 1);
  xts.decrypt(second, 2);
  EXPECT_EQ(first, std::vector<std::byte>(64));
  EXPECT_EQ(second, std::vector<std::byte>(64));
}

}  // namespace
}  // namespace rota::crypto
