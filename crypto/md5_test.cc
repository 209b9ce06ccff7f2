#include "crypto/md5.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "crypto/digest_text_for_test.h"

namespace rota::crypto {
namespace {

TEST(Md5, MatchesTheSuiteOfRfc1321) {
  const std::pair<std::string_view, std::string_view> suite[] = {
      {"", "d41d8cd98f00b204e9800998ecf8427e"},
      {"a", "0cc175b9c0f1b6a831c399e269772661"},
      {"abc", "900150983cd24fb0d6963f7d28e17f72"},
      {"message digest", "f96b697d7cb7938d525a2f31aaf161d0"},
      {"abcdefghijklmnopqrstuvwxyz", "c3fcd3d76192e4007dfb496cca67e13b"},
      {"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789",
       "d174ab98d277d9f5a5611c2c9f419d9f"},
      {"12345678901234567890123456789012345678901234567890123456789012345678901234567890",
       "57edf4a22be3c955ac49da2e2107b67a"},
  };
  for (const auto& [message, digest] : suite) {
    EXPECT_EQ(hex(md5(bytes_of(message))), digest) << "message: " << message;
  }
}

TEST(Md5, PadsRightAroundTheEndOfABlock) {
  const std::pair<std::size_t, std::string_view> lengths[] = {
      {55, "04364420e25c512fd958a70738aa8f72"}, {56, "668a72d5ba17f08e62dabcafad6db14b"},
      {57, "693037871c4a9d3d8685018905cb530a"}, {63, "7dc2ca208106a2f703567bdff99d8981"},
      {64, "c1bb4f81d892b2d57947682aeb252456"}, {65, "1bc932052302d074bdec39795fe00cf6"},
  };
  for (const auto& [length, digest] : lengths) {
    EXPECT_EQ(hex(md5(bytes_of(std::string(length, 'x')))), digest) << "length " << length;
  }
}

TEST(Md5, EverySplitOfTwoBlocksGivesTheSame) {
  const std::string message(130, 'x');
  for (std::size_t length = 0; length <= message.size(); ++length) {
    const Bytes all = bytes_of(std::string_view(message).substr(0, length));
    const Md5Digest expected = md5(all);
    for (std::size_t split = 0; split <= length; ++split) {
      Md5 hash;
      hash.update(all.first(split));
      hash.update(all.subspan(split));
      EXPECT_EQ(hash.finish(), expected) << "length " << length << " split " << split;
    }
  }
}

}  // namespace
}  // namespace rota::crypto
