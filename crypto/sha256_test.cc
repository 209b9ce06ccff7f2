#include "crypto/sha256.h"

#include <gtest/gtest.h>

#include <random>
#include <string>
#include <vector>

#include "crypto/digest_text_for_test.h"
#include "crypto/sha256_blocks.h"

namespace rota::crypto {
namespace {

std::vector<std::byte> random_bytes(std::size_t count, std::uint32_t seed) {
  std::mt19937 random(seed);
  std::vector<std::byte> bytes(count);
  for (std::byte& byte : bytes) byte = static_cast<std::byte>(random() & 0xFFU);
  return bytes;
}

TEST(Sha256, MatchesTheExamplesOfFips180) {
  EXPECT_EQ(hex(sha256({})), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(hex(sha256(bytes_of("abc"))),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(hex(sha256(bytes_of("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq"))),
            "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
  EXPECT_EQ(hex(sha256(bytes_of("abcdefghbcdefghicdefghijdefghijkefghijklfghijklmghijklmn"
                                "hijklmnoijklmnopjklmnopqklmnopqrlmnopqrsmnopqrstnopqrstu"))),
            "cf5b16a778af8380036ce59e7b0492370b249b11e8f07a51afac45037afee9d1");
}

TEST(Sha256, MatchesTheMillionTimesA) {
  const std::string piece(1000, 'a');
  Sha256 hash;
  for (int i = 0; i < 1000; ++i) hash.update(bytes_of(piece));
  EXPECT_EQ(hex(hash.finish()), "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

TEST(Sha256, PadsRightAroundTheEndOfABlock) {
  const std::pair<std::size_t, std::string_view> lengths[] = {
      {55, "d5e285683cd4efc02d021a5c62014694958901005d6f71e89e0989fac77e4072"},
      {56, "04c26261370ee7541549d16dee320c723e3fd14671e66a099afe0a377c16888e"},
      {57, "ae14a2563ccf969d99aca69ce6bb74981f734bbf9f655f73b8f06db68cab5217"},
      {63, "75220b47218278e656f2013bb8f0c455a25eaf01e86c64924e9d48d89776d6f2"},
      {64, "7ce100971f64e7001e8fe5a51973ecdfe1ced42befe7ee8d5fd6219506b5393c"},
      {65, "9537c5fdf120482f7d58d25e9ed583f52c02b4e304ea814db1633ad565aed7e9"},
  };
  for (const auto& [length, digest] : lengths) {
    EXPECT_EQ(hex(sha256(bytes_of(std::string(length, 'x')))), digest) << "length " << length;
  }
}

TEST(Sha256, EverySplitOfTwoBlocksGivesTheSame) {
  const std::vector<std::byte> message = random_bytes(131, 1);
  for (std::size_t length = 0; length <= message.size(); ++length) {
    const Bytes all = Bytes(message).first(length);
    const Sha256Digest expected = sha256(all);
    for (std::size_t split = 0; split <= length; ++split) {
      Sha256 hash;
      hash.update(all.first(split));
      hash.update(all.subspan(split));
      EXPECT_EQ(hash.finish(), expected) << "length " << length << " split " << split;
    }
  }
}

TEST(Sha256, ByteByByteGivesTheSame) {
  const std::vector<std::byte> message = random_bytes(1000, 2);
  Sha256 hash;
  for (const std::byte& byte : message) hash.update({&byte, 1});
  EXPECT_EQ(hash.finish(), sha256(message));
}

TEST(Sha256, CopyGoesItsOwnWay) {
  Sha256 hash;
  hash.update(bytes_of("ab"));
  Sha256 copy = hash;
  hash.update(bytes_of("c"));
  copy.update(bytes_of("d"));
  EXPECT_EQ(hash.finish(), sha256(bytes_of("abc")));
  EXPECT_EQ(copy.finish(), sha256(bytes_of("abd")));
}

TEST(Sha256, UsesWhatTheProcessorHas) {
  EXPECT_EQ(Sha256().is_accelerated(), sha256_can_accelerate());
}

TEST(Sha256Blocks, PortableFoldsTheExampleOfFips180) {
  std::array<std::byte, kSha256BlockBytes> block{};
  block[0] = std::byte{'a'};
  block[1] = std::byte{'b'};
  block[2] = std::byte{'c'};
  block[3] = std::byte{0x80};
  block[63] = std::byte{24};
  Sha256State state = {0x6A09E667, 0xBB67AE85, 0x3C6EF372, 0xA54FF53A,
                       0x510E527F, 0x9B05688C, 0x1F83D9AB, 0x5BE0CD19};
  sha256_blocks_portable(state, block);
  const Sha256State expected = {0xBA7816BF, 0x8F01CFEA, 0x414140DE, 0x5DAE2223,
                                0xB00361A3, 0x96177A9C, 0xB410FF61, 0xF20015AD};
  EXPECT_EQ(state, expected);
}

TEST(Sha256Blocks, PortableAndAcceleratedAgreeOnRandomStatesAndBlocks) {
  if (!sha256_can_accelerate()) return;  // One loop only: nothing to compare.
  std::mt19937 random(3);
  for (std::uint32_t round = 0; round < 500; ++round) {
    const std::vector<std::byte> blocks = random_bytes(kSha256BlockBytes * (round % 9), round);
    Sha256State portable;
    for (std::uint32_t& word : portable) word = random();
    Sha256State accelerated = portable;
    sha256_blocks_portable(portable, blocks);
    sha256_blocks_accelerated(accelerated, blocks);
    ASSERT_EQ(portable, accelerated) << "seed " << round;
  }
}

TEST(Sha256Blocks, AcceleratedTakesUnalignedBytes) {
  if (!sha256_can_accelerate()) return;
  const std::vector<std::byte> bytes = random_bytes(kSha256BlockBytes + 16, 4);
  for (std::size_t offset = 0; offset < 16; ++offset) {
    Sha256State portable{};
    Sha256State accelerated{};
    sha256_blocks_portable(portable, Bytes(bytes).subspan(offset, kSha256BlockBytes));
    sha256_blocks_accelerated(accelerated, Bytes(bytes).subspan(offset, kSha256BlockBytes));
    EXPECT_EQ(portable, accelerated) << "offset " << offset;
  }
}

}  // namespace
}  // namespace rota::crypto
