#include "idf/http_request_head.h"

#include <gtest/gtest.h>

namespace rota::idf {
namespace {

using Step = RequestHeadReader::Step;

Step read(RequestHeadReader& reader, std::string_view text) {
  Bytes input = std::as_bytes(std::span(text));
  return reader.take(input);
}

// What a head is refused with; HTTPD_ERR_CODE_MAX when it is not.
httpd_err_code_t refusal_of(std::string_view text) {
  RequestHeadReader reader({32, 64});
  return read(reader, text) == Step::kFailed ? reader.error() : HTTPD_ERR_CODE_MAX;
}

TEST(RequestHeadTest, IsTheSameHoweverTheBytesArrive) {
  const std::string text =
      "\r\nPUT /update?slot=1&x#top HTTP/1.1\r\nHost: board\r\nContent-Length: 7\r\n"
      "Expect: 100-Continue\r\nConnection: x, Close\r\n\r\nbody...";
  for (std::size_t piece = 1; piece <= text.size(); ++piece) {
    RequestHeadReader reader({64, 256});
    Step step = Step::kMore;
    std::size_t at = 0;
    while (step == Step::kMore && at < text.size()) {
      const std::string_view part = std::string_view(text).substr(at, piece);
      Bytes input = std::as_bytes(std::span(part));
      step = reader.take(input);
      at += part.size() - input.size();
    }
    ASSERT_EQ(step, Step::kDone);
    EXPECT_EQ(text.substr(at), "body...");
    const RequestHead& head = reader.head();
    EXPECT_EQ(head.method, HTTP_PUT);
    EXPECT_EQ(head.target, "/update?slot=1&x#top");
    EXPECT_EQ(head.path(), "/update");
    EXPECT_EQ(head.query(), "slot=1&x");
    EXPECT_EQ(head.content_length, 7U);
    EXPECT_TRUE(head.expects_continue);
    EXPECT_FALSE(head.keeps_alive);
    EXPECT_EQ(*head.header("hOST"), "board");
  }
}

TEST(RequestHeadTest, OldClientsCloseUnlessTheySayOtherwise) {
  RequestHeadReader old({64, 64});
  ASSERT_EQ(read(old, "GET / HTTP/1.0\n\n"), Step::kDone);
  EXPECT_FALSE(old.head().keeps_alive);
  RequestHeadReader stays({64, 64});
  ASSERT_EQ(read(stays, "GET http://board/x HTTP/1.0\r\nConnection: keep-alive\r\n\r\n"),
            Step::kDone);
  EXPECT_TRUE(stays.head().keeps_alive);
  EXPECT_EQ(stays.head().target, "/x");
}

TEST(RequestHeadTest, WhatCanBeReadInTwoWaysIsRefused) {
  const std::string get = "GET / HTTP/1.1\r\n";
  EXPECT_EQ(refusal_of(get + "\r\n"), HTTPD_ERR_CODE_MAX);
  EXPECT_EQ(refusal_of(get + "Content-Length: 1\r\nContent-Length: 1\r\n\r\n"), HTTPD_ERR_CODE_MAX);
  for (const char* wrong :
       {"Content-Length: 1\r\nContent-Length: 2\r\n", "Content-Length: +1\r\n",
        "Content-Length: 1, 1\r\n", "Content-Length: -1\r\n", "Content-Length:\r\n",
        "Content-Length: 0x10\r\n", "Content-Length: 99999999999999999999\r\n",
        "Content-Length: 1\r\nTransfer-Encoding: chunked\r\n", "Content-Length : 1\r\n",
        "A: b\r\n folded\r\n", "no colon\r\n", ": x\r\n", "A: b\rc\r\n"}) {
    EXPECT_EQ(refusal_of(get + wrong + "\r\n"), HTTPD_400_BAD_REQUEST) << wrong;
  }
  EXPECT_EQ(refusal_of(get + "Transfer-Encoding: chunked\r\n\r\n"), HTTPD_411_LENGTH_REQUIRED);
  EXPECT_EQ(refusal_of(get + "Content-Length: 4294967296\r\n\r\n"), HTTPD_413_CONTENT_TOO_LARGE);
}

TEST(RequestHeadTest, TheFirstLineIsAMethodAUriAndAVersion) {
  for (const char* wrong :
       {"GET /\r\n", "GET\r\n", "GET / HTTP/1.1 \r\n", "GET / http/1.1\r\n", "GET  / HTTP/1.1\r\n",
        "G(T / HTTP/1.1\r\n", "GET x HTTP/1.1\r\n", "GET /a b HTTP/1.1\r\n",
        "GET /\x01 HTTP/1.1\r\n", "\x16\x03\x01\r\n"}) {
    EXPECT_EQ(refusal_of(std::string(wrong) + "\r\n"), HTTPD_400_BAD_REQUEST) << wrong;
  }
  EXPECT_EQ(refusal_of("BREW / HTTP/1.1\r\n\r\n"), HTTPD_501_METHOD_NOT_IMPLEMENTED);
  EXPECT_EQ(refusal_of("GET / HTTP/2.0\r\n\r\n"), HTTPD_505_VERSION_NOT_SUPPORTED);
  EXPECT_EQ(refusal_of("GET / HTTP/1.2\r\n\r\n"), HTTPD_505_VERSION_NOT_SUPPORTED);
}

TEST(RequestHeadTest, LimitsHoldBeforeTheLineEnds) {
  EXPECT_EQ(refusal_of("GET /" + std::string(31, 'a') + " HTTP/1.1\r\n\r\n"), HTTPD_ERR_CODE_MAX);
  EXPECT_EQ(refusal_of("GET /" + std::string(32, 'a') + " HTTP/1.1\r\n\r\n"),
            HTTPD_414_URI_TOO_LONG);
  EXPECT_EQ(refusal_of("GET /" + std::string(1000, 'a')), HTTPD_414_URI_TOO_LONG);
  EXPECT_EQ(refusal_of("GET / HTTP/1.1\r\nA: " + std::string(61, 'a')), HTTPD_ERR_CODE_MAX);
  EXPECT_EQ(refusal_of("GET / HTTP/1.1\r\nA: " + std::string(62, 'a')),
            HTTPD_431_REQ_HDR_FIELDS_TOO_LARGE);
}

}  // namespace
}  // namespace rota::idf
