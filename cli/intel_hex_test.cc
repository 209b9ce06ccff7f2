#include "cli/intel_hex.h"

#include <gtest/gtest.h>

namespace rota::cli {
namespace {

std::vector<std::byte> counting(std::size_t bytes) {
  std::vector<std::byte> result(bytes);
  for (std::size_t i = 0; i < bytes; ++i) result[i] = static_cast<std::byte>(i);
  return result;
}

TEST(IntelHex, RecordsNeverCrossTheUpperHalfOfTheAddress) {
  HexWriter writer;
  const std::string text = writer.records(0xFFF8, counting(16)) + HexWriter::end();
  EXPECT_EQ(text,
            ":08FFF8000001020304050607E5\n"
            ":020000040001F9\n"
            ":0800000008090A0B0C0D0E0F9C\n"
            ":00000001FF\n");
}

TEST(IntelHex, WhatIsWrittenIsReadBackInOnePiece) {
  HexWriter writer;
  std::string text = writer.records(0x2FFF0, counting(100));
  text += writer.records(0x2FFF0 + 100, counting(7)) + HexWriter::end();
  const auto pieces = read_intel_hex("x.hex", bytes_of(text));
  ASSERT_TRUE(pieces.ok());
  ASSERT_EQ(pieces->size(), 1U);
  EXPECT_EQ(pieces->front().address, 0x2FFF0U);
  EXPECT_EQ(pieces->front().bytes.size(), 107U);
  EXPECT_EQ(pieces->front().bytes[99], std::byte{99});
}

TEST(IntelHex, EachMistakeNamesItsLine) {
  const std::pair<const char*, const char*> mistakes[] = {
      {":0800000008090A0B0C0D0E0F9D\n:00000001FF\n",
       "line 1: not an Intel HEX record: its checksum is wrong"},
      {":00000001FF", ""},
      {":0100000000FF\n\n:0G000000FF\n", "line 3"},
      {":0100000000FF\n", "ends without its end record"},
      {":020000040001F8\n", "its checksum is wrong"},
      {":0300000400010\n", "impossible length"},
      {"0100000000FF\n", "does not start with ':'"},
      {":0100000900F6\n", "its type 9 is not known"},
  };
  for (const auto& [text, sentence] : mistakes) {
    const auto pieces = read_intel_hex("x.hex", bytes_of(text));
    if (*sentence == '\0') {
      EXPECT_TRUE(pieces.ok()) << text;
      continue;
    }
    ASSERT_FALSE(pieces.ok()) << text;
    EXPECT_NE(pieces.error().sentence.find(sentence), std::string::npos) << pieces.error().sentence;
  }
}

}  // namespace
}  // namespace rota::cli
