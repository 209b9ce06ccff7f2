#include "client/body_framing.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace rota::client {
namespace {

using testing::HasSubstr;

struct Read {
  std::string body;
  std::string rest;
  bool is_complete = false;
  std::optional<Failure> failure;
};

// In pieces of `piece_bytes`; `ends`: the connection closes after the text.
Read read(BodyFraming framing, std::string_view text, std::size_t piece_bytes, bool ends = true) {
  Read result;
  while (!text.empty() && !framing.is_complete()) {
    std::string_view piece = text.substr(0, piece_bytes);
    text.remove_prefix(piece.size());
    while (!piece.empty() && !framing.is_complete()) {
      if (const auto next = framing.body_bytes_next(); next > 0) {
        const auto count = static_cast<std::size_t>(std::min<std::uint64_t>(next, piece.size()));
        result.body += piece.substr(0, count);
        piece.remove_prefix(count);
        framing.took(count);
        continue;
      }
      Bytes input = bytes_of(piece);
      const Done taken = framing.take(input);
      piece.remove_prefix(piece.size() - input.size());
      if (!taken.ok()) {
        result.failure = taken.error();
        return result;
      }
    }
    result.rest = piece;
  }
  result.rest += text;
  if (ends) {
    if (const Done ended = framing.end(); !ended.ok()) result.failure = ended.error();
  }
  result.is_complete = framing.is_complete();
  return result;
}

TEST(BodyFraming, ALengthEndsTheBody) {
  for (const std::size_t piece : {1U, 2U, 3U, 100U}) {
    const Read result = read(BodyFraming::of_length(5), "helloHTTP/1.1", piece);
    EXPECT_TRUE(result.is_complete);
    EXPECT_EQ(result.body, "hello");
    EXPECT_EQ(result.rest, "HTTP/1.1");
  }
  EXPECT_TRUE(BodyFraming::of_length(0).is_complete());
  EXPECT_TRUE(BodyFraming::none().is_complete());
}

TEST(BodyFraming, AnEarlyEndIsTold) {
  const Read result = read(BodyFraming::of_length(500), "hello", 100);
  ASSERT_TRUE(result.failure);
  EXPECT_EQ(result.failure->reason, Reason::kClosed);
  EXPECT_THAT(result.failure->sentence, HasSubstr("closed the connection after 5 of 500 bytes"));
}

TEST(BodyFraming, WithoutALengthTheConnectionsEndEndsTheBody) {
  const Read result = read(BodyFraming::until_close(), "hello", 2);
  EXPECT_TRUE(result.is_complete);
  EXPECT_EQ(result.body, "hello");
}

TEST(BodyFraming, ChunksAreJoinedWhereverTheyAreSplit) {
  const std::string text =
      "5\r\nhello\r\n1;name=\"value\"\r\n \r\n00A \t\r\nworld, it \r\n0003;x\r\nis!\r\n"
      "000\r\nDigest: abc\r\nX: y\r\n\r\nrest";
  for (std::size_t piece = 1; piece <= text.size(); ++piece) {
    const Read result = read(BodyFraming::chunked(), text, piece);
    EXPECT_FALSE(result.failure) << piece << result.failure->sentence;
    EXPECT_EQ(result.body, "hello world, it is!") << piece;
    EXPECT_EQ(result.rest, "rest") << piece;
  }
}

TEST(BodyFraming, EachCutInChunksIsSeen) {
  const std::string text = "5\r\nhello\r\n0\r\nX: y\r\n\r\n";
  for (std::size_t cut = 0; cut < text.size(); ++cut) {
    const Read result = read(BodyFraming::chunked(), std::string_view(text).substr(0, cut), 3);
    ASSERT_TRUE(result.failure) << cut;
    EXPECT_EQ(result.failure->reason, Reason::kClosed) << cut;
    EXPECT_FALSE(result.is_complete) << cut;
  }
}

TEST(BodyFraming, RefusesBrokenChunks) {
  const std::pair<std::string, const char*> rows[] = {
      {"\r\nhello", "a chunk size was expected"},
      {"x\r\n", "'x' came"},
      {"-5\r\nhello", "'-' came"},
      {"+5\r\nhello", "'+' came"},
      {"0x5\r\nhello", "a line end after the chunk size"},
      {" 5\r\nhello", "a chunk size was expected"},
      {"5\nhello\r\n", "byte 10 came"},
      {"5\rhello", "a line feed was expected"},
      {"5;ext\nhello", "the end of the chunk size"},
      {"5\r\nhello5\r\n", "after 5 bytes: a line end after a chunk"},
      {"5\r\nhello\n5\r\n", "a line end after a chunk"},
      {"5\r\nhello\r5\r\n", "a line feed after a chunk"},
      {"10000000000000000\r\n", "at most 16 digits"},
      {"00000000000000005\r\nhello", "at most 16 digits"},
      {"5;" + std::string(5000, 'x') + "\r\nhello", "the end of the chunk size"},
      {"0\r\nX: y\n\r\n", "the end of the trailers"},
      {"0\r\nX: y\rz", "a line feed after a trailer"},
      {"0\r\n\rx", "the end of the body"},
      {"0\r\n" + std::string(70'000, 'x'), "the end of the trailers"},
  };
  for (const auto& [text, reason] : rows) {
    for (const std::size_t piece : {1U, 1000'000U}) {
      const Read result = read(BodyFraming::chunked(), text, piece, false);
      ASSERT_TRUE(result.failure) << text.substr(0, 50);
      EXPECT_EQ(result.failure->reason, Reason::kBadFraming) << text.substr(0, 50);
      EXPECT_THAT(result.failure->sentence, HasSubstr(reason)) << text.substr(0, 50);
    }
  }
}

TEST(BodyFraming, AChunkMayBeHuge) {
  BodyFraming framing = BodyFraming::chunked();
  Bytes input = bytes_of("FFFFFFFFFFFFFFFF\r\n");
  EXPECT_TRUE(framing.take(input).ok());
  EXPECT_EQ(framing.body_bytes_next(), UINT64_MAX);
}

}  // namespace
}  // namespace rota::client
