#include "cli/bootloader_code.h"

#include <gtest/gtest.h>

#include <vector>

#include "cli/known_keys.h"

namespace rota::cli {
namespace {

std::vector<std::byte> code_of(std::initializer_list<unsigned> bytes) {
  std::vector<std::byte> code;
  for (const unsigned byte : bytes) code.push_back(static_cast<std::byte>(byte));
  return code;
}

constexpr std::uint32_t kLoadedAt = 0x40380000;

// li a5,4; sw a5,24(sp); sw a5,56(sp)
TEST(RollbackCode, OfRiscVIsTheSameConstantInBothRecords) {
  const auto code = code_of({0x91, 0x47, 0x3E, 0xCC, 0x3E, 0xDC});
  EXPECT_EQ(rollback_code_address(code, kLoadedAt, Processor::kRiscV), kLoadedAt + 2);
  // The same with the long instructions: addi x15,x0,4; sw x15,24(x8); sw x15,56(x8)
  const auto long_code =
      code_of({0x93, 0x07, 0x40, 0x00, 0x23, 0x2C, 0xF4, 0x00, 0x23, 0x2C, 0xF4, 0x02});
  EXPECT_EQ(rollback_code_address(long_code, kLoadedAt, Processor::kRiscV), kLoadedAt + 4);
}

TEST(RollbackCode, OfRiscVIsNothingElse) {
  // Another number: li a5,2.
  EXPECT_FALSE(rollback_code_address(code_of({0x89, 0x47, 0x3E, 0xCC, 0x3E, 0xDC}), kLoadedAt,
                                     Processor::kRiscV));
  // One record alone.
  EXPECT_FALSE(
      rollback_code_address(code_of({0x91, 0x47, 0x3E, 0xCC}), kLoadedAt, Processor::kRiscV));
  // The register was given another number in between: li a5,2 between the stores.
  EXPECT_FALSE(rollback_code_address(code_of({0x91, 0x47, 0x3E, 0xCC, 0x89, 0x47, 0x3E, 0xDC}),
                                     kLoadedAt, Processor::kRiscV));
}

// movi.n a10,4; s32i.n a10,a1,24; s32i.n a10,a1,56; and the last one as the long s32i.
TEST(RollbackCode, OfXtensaIsTheSameConstantInBothRecords) {
  EXPECT_EQ(rollback_code_address(code_of({0x0C, 0x4A, 0xA9, 0x61, 0xA9, 0xE1, 0x00}), kLoadedAt,
                                  Processor::kXtensa),
            kLoadedAt + 2);
  EXPECT_EQ(rollback_code_address(code_of({0x0C, 0x4A, 0xA9, 0x61, 0xA2, 0x61, 0x0E}), kLoadedAt,
                                  Processor::kXtensa),
            kLoadedAt + 2);
  EXPECT_FALSE(rollback_code_address(code_of({0x0C, 0x2A, 0xA9, 0x61, 0xA9, 0xE1, 0x00}), kLoadedAt,
                                     Processor::kXtensa));
}

TEST(RollbackCode, AnyBytesAreRead) {
  std::vector<std::byte> noise(4096);
  std::uint32_t state = 1;
  for (std::byte& byte : noise) {
    state = state * 1664525 + 1013904223;
    byte = static_cast<std::byte>(state >> 24U);
  }
  for (std::size_t length = 0; length < 64; ++length) {
    static_cast<void>(rollback_code_address(Bytes(noise).first(length), 0, Processor::kRiscV));
    static_cast<void>(rollback_code_address(Bytes(noise).first(length), 0, Processor::kXtensa));
  }
}

TEST(PublishedKeys, AreKnownByTheirDigest) {
  std::array<std::byte, 32> digest{};
  EXPECT_FALSE(published_key_of(digest));
  constexpr std::array kTestKey = {0x35, 0x79, 0x55, 0x11, 0xe7, 0xca, 0x80, 0xb8, 0xb2, 0x35, 0x35,
                                   0x96, 0xa7, 0xca, 0x21, 0x4c, 0x7a, 0xa3, 0x52, 0x83, 0xcc, 0x61,
                                   0xfc, 0xc3, 0x87, 0xd1, 0x6c, 0x1a, 0x9d, 0xaa, 0xff, 0x89};
  for (std::size_t i = 0; i < digest.size(); ++i) digest[i] = static_cast<std::byte>(kTestKey[i]);
  EXPECT_EQ(published_key_of(digest), "ESP-IDF's test key secure_boot/test_rsa_3072_key.pem");
}

}  // namespace
}  // namespace rota::cli
