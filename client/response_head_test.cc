#include "client/response_head.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace rota::client {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using Step = ResponseHeadReader::Step;

struct Read {
  Step step = Step::kMore;
  ResponseHead head;
  std::string rest;
  bool has_no_body = false;
  Failure failure;
};

// In pieces of `piece_bytes`.
Read read(std::string_view text, std::size_t piece_bytes = SIZE_MAX, bool head_request = false) {
  ResponseHeadReader reader(head_request);
  Read result;
  while (!text.empty() && result.step == Step::kMore) {
    const std::string_view piece = text.substr(0, piece_bytes);
    Bytes input = bytes_of(piece);
    result.step = reader.take(input);
    text.remove_prefix(piece.size() - input.size());
    if (result.step == Step::kMore) {
      EXPECT_TRUE(input.empty());
    }
  }
  result.head = reader.head();
  result.rest = text;
  result.has_no_body = reader.has_no_body();
  result.failure = reader.failure();
  return result;
}

Failure refusal(const std::string& text) {
  const Read whole = read(text);
  EXPECT_EQ(whole.step, Step::kFailed) << text;
  EXPECT_EQ(read(text, 1).step, Step::kFailed) << text;
  return whole.failure;
}

TEST(ResponseHead, IsTheSameInPiecesOfAnySize) {
  const std::string text =
      "HTTP/1.1 200 OK\r\nContent-Length: 12\r\nETag: \"abc\"\r\nX-Empty:\r\nVia:\t a , b "
      "\r\n\r\nbody";
  for (std::size_t piece = 1; piece <= text.size(); ++piece) {
    const Read result = read(text, piece);
    ASSERT_EQ(result.step, Step::kDone) << piece;
    EXPECT_EQ(result.head.status, 200);
    EXPECT_EQ(result.head.reason, "OK");
    EXPECT_EQ(result.head.content_length, 12U);
    EXPECT_EQ(result.head.header("etag"), "\"abc\"");
    EXPECT_EQ(result.head.header("X-Empty"), "");
    EXPECT_EQ(result.head.header("via"), "a , b");
    EXPECT_EQ(result.head.header("absent"), "");
    EXPECT_TRUE(result.head.keep_alive);
    EXPECT_EQ(result.rest, "body");
  }
}

TEST(ResponseHead, IsLenientWhereNothingHangsOnIt) {
  EXPECT_EQ(read("HTTP/1.1 200 OK\nContent-Length: 1\n\nx").rest, "x");
  EXPECT_EQ(read("HTTP/1.1 204\r\n\r\n").head.status, 204);
  EXPECT_EQ(read("HTTP/1.1 200 \r\n\r\n").head.reason, "");
  EXPECT_EQ(read("HTTP/1.0 200 ok\r\n\r\n").head.version_minor, 0);
  EXPECT_EQ(read("HTTP/1.2 200 ok\r\n\r\n").head.version_minor, 1);
  EXPECT_EQ(read("\r\n\nHTTP/1.1 200 OK\r\n\r\n").step, Step::kDone);
  EXPECT_EQ(read("HTTP/1.1 200 OK\r\nX: a\r\n  b\r\n\tc\r\n\r\n").head.header("x"), "a b c");
  EXPECT_EQ(read("HTTP/1.1 200 OK\r\nContent-Length: 5, 5\r\nContent-Length: 5\r\n\r\n")
                .head.content_length,
            5U);
  EXPECT_EQ(
      read("HTTP/1.1 200 OK\r\nContent-Length: 9223372036854775807\r\n\r\n").head.content_length,
      9223372036854775807U);
  EXPECT_TRUE(read("HTTP/1.1 200 OK\r\nTRANSFER-ENCODING: Chunked\r\n\r\n").head.chunked);
}

TEST(ResponseHead, InterimAnswersArePassedOver) {
  const Read result = read(
      "HTTP/1.1 100 Continue\r\nContent-Length: 7\r\n\r\nHTTP/1.1 103 Early\r\nConnection: "
      "close\r\n\r\n"
      "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\n",
      1);
  ASSERT_EQ(result.step, Step::kDone);
  EXPECT_EQ(result.head.status, 200);
  EXPECT_EQ(result.head.content_length, 3U);
  EXPECT_TRUE(result.head.keep_alive);
  EXPECT_EQ(result.head.headers.size(), 1U);
}

TEST(ResponseHead, ConnectionDecidesOnTheNextRequest) {
  const auto keeps = [](const std::string& version, const std::string& lines) {
    return read("HTTP/1." + version + " 200 OK\r\n" + lines + "\r\n").head.keep_alive;
  };
  EXPECT_TRUE(keeps("1", ""));
  EXPECT_FALSE(keeps("0", ""));
  EXPECT_FALSE(keeps("1", "Connection: close\r\n"));
  EXPECT_FALSE(keeps("1", "Connection: foo, Close\r\n"));
  EXPECT_TRUE(keeps("1", "Connection: closed\r\n"));
  EXPECT_TRUE(keeps("0", "Connection: Keep-Alive\r\n"));
  EXPECT_FALSE(keeps("0", "Connection: keep-alive\r\nConnection: close\r\n"));
  EXPECT_FALSE(keeps("0", "Connection: keep-alive\r\nTransfer-Encoding: chunked\r\n"));
}

TEST(ResponseHead, SomeAnswersHaveNoBody) {
  EXPECT_TRUE(read("HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\n\r\n").has_no_body);
  EXPECT_TRUE(read("HTTP/1.1 204 No Content\r\n\r\n").has_no_body);
  EXPECT_FALSE(read("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n").has_no_body);
  EXPECT_TRUE(read("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n", SIZE_MAX, true).has_no_body);
}

TEST(ResponseHead, RefusesWhatEndsInTwoPlaces) {
  const std::pair<std::string, const char*> rows[] = {
      {"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n", "Content-Length and is chunked"},
      {"Transfer-Encoding: chunked\r\nContent-Length: 5\r\n", "Content-Length and is chunked"},
      {"Content-Length: 5\r\nContent-Length: 6\r\n", "two lengths, 5 and 6"},
      {"Content-Length: 5, 6\r\n", "two lengths"},
      {"Content-Length: 5 6\r\n", "not a number"},
      {"Content-Length: 5\r\n 6\r\n", "not a number"},
      {"Content-Length: -5\r\n", "not a number"},
      {"Content-Length: +5\r\n", "not a number"},
      {"Content-Length: 0x5\r\n", "not a number"},
      {"Content-Length: 5.0\r\n", "not a number"},
      {"Content-Length: 9223372036854775808\r\n", "not a number"},
      {"Content-Length: 99999999999999999999999\r\n", "not a number"},
      {"Content-Length:\r\n", "is empty"},
      {"Content-Length: ,\r\n", "is empty"},
      {"Transfer-Encoding: gzip, chunked\r\n", "only 'chunked', once"},
      {"Transfer-Encoding: chunked, chunked\r\n", "only 'chunked', once"},
      {"Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n", "once"},
      {"Transfer-Encoding: identity\r\n", "only 'chunked'"},
      {"Transfer-Encoding: xchunked\r\n", "only 'chunked'"},
  };
  for (const auto& [lines, reason] : rows) {
    const Failure failure = refusal("HTTP/1.1 200 OK\r\n" + lines + "\r\n");
    EXPECT_EQ(failure.reason, Reason::kBadFraming) << lines;
    EXPECT_THAT(failure.sentence, HasSubstr(reason)) << lines;
  }
}

TEST(ResponseHead, RefusesWhatIsNoHead) {
  const std::pair<std::string, const char*> rows[] = {
      {"HTTP/1.1 200 OK\r\nContent-Length : 5\r\n\r\n", "no header name"},
      {"HTTP/1.1 200 OK\r\n: 5\r\n\r\n", "no header name"},
      {"HTTP/1.1 200 OK\r\nno colon\r\n\r\n", "no header name"},
      {"HTTP/1.1 200 OK\r\n folded\r\n\r\n", "folded line without a beginning"},
      {"HTTP/1.1 200 OK\r\nX: a\rb\r\n\r\n", "carriage return"},
      {std::string("HTTP/1.1 200 OK\r\nX: a\0b\r\n\r\n", 28), "a NUL"},
      {"HTTP/1.1 20 OK\r\n\r\n", "no status code"},
      {"HTTP/1.1 2000 OK\r\n\r\n", "no status code"},
      {"HTTP/1.1 020 OK\r\n\r\n", "no status code"},
      {"HTTP/1.1 abc OK\r\n\r\n", "no status code"},
      {"HTTP/2 200\r\n\r\n", "another HTTP"},
      {"HTTP/1.1200 OK\r\n\r\n", "another HTTP"},
      {"HTTP/1.1 101 Switching\r\n\r\n", "another protocol"},
      {"<html><title>Login</title>\r\n", "begins with '<html><title>Login</title>'"},
      {"220 mail.example ESMTP\r\n", "check the port"},
      {std::string("\x15\x03\x01\x00\x02\x02\x28", 7), "This port speaks TLS"},
      {"\x7F"
       "ELF binary without any line end",
       "not an HTTP answer; it begins with '.ELF"},
  };
  for (const auto& [text, reason] : rows) {
    const Failure failure = refusal(text);
    EXPECT_EQ(failure.reason, Reason::kBadHead) << text;
    EXPECT_THAT(failure.sentence, HasSubstr(reason)) << text;
  }
}

TEST(ResponseHead, LongLinesAreFine) {
  const std::string policy(3600, 'p');  // as GitHub's Content-Security-Policy
  const Read result = read("HTTP/1.1 302 Found\r\nContent-Security-Policy: " + policy +
                           "\r\nLocation: https://h/" + std::string(2000, 'q') + "\r\n\r\n");
  ASSERT_EQ(result.step, Step::kDone);
  EXPECT_EQ(result.head.header("content-security-policy"), policy);
  EXPECT_EQ(result.head.header("location").size(), 2010U);
}

TEST(ResponseHead, IsBoundedInLinesAndInWhole) {
  const std::string begin = "HTTP/1.1 200 OK\r\n";
  std::string line = "X: " + std::string(kMaxHeaderBytes - 3, 'x') + "\r\n";
  EXPECT_EQ(read(begin + line + "\r\n").step, Step::kDone);
  Failure failure = refusal(begin + "X" + line + "\r\n");
  EXPECT_EQ(failure.reason, Reason::kHeadTooLarge);
  EXPECT_THAT(failure.sentence, AllOf(HasSubstr("longer than 16384 bytes"), HasSubstr("XX: xxx")));

  std::string endless = begin;
  while (endless.size() < 10'000'000) endless += "X-Line: something\r\n";
  failure = refusal(endless);
  EXPECT_EQ(failure.reason, Reason::kHeadTooLarge);
  EXPECT_THAT(failure.sentence, HasSubstr("larger than 65536 bytes"));

  std::string interim;
  for (int i = 0; i < 5000; ++i) interim += "HTTP/1.1 100 Continue\r\n\r\n";
  EXPECT_EQ(refusal(interim).reason, Reason::kHeadTooLarge);
  std::string folded = begin + "X: a\r\n";
  for (int i = 0; i < 2000; ++i) folded += " 0123456789\r\n";
  EXPECT_EQ(refusal(folded).reason, Reason::kHeadTooLarge);
}

TEST(ResponseHead, ForgetsHeadersBeyondTheKeptOnesButHeedsThem) {
  std::string text = "HTTP/1.1 200 OK\r\n";
  for (std::size_t i = 0; i < kMaxKeptHeaders + 50; ++i) text += "X: y\r\n";
  const Read result = read(text + "Content-Length: 7\r\n\r\n");
  ASSERT_EQ(result.step, Step::kDone);
  EXPECT_EQ(result.head.headers.size(), kMaxKeptHeaders);
  EXPECT_EQ(result.head.content_length, 7U);
}

}  // namespace
}  // namespace rota::client
