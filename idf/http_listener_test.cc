#include "idf/http_listener.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>

namespace rota::idf {
namespace {

using testing::HasSubstr;

class HttpListenerTest : public testing::Test {
 protected:
  ~HttpListenerTest() override { ::unsetenv("ROTA_LISTEN"); }
  static void choose(const std::string& place) { ::setenv("ROTA_LISTEN", place.c_str(), 1); }
};

TEST_F(HttpListenerTest, TwoBoardsThatWantOnePortGetTwo) {
  const auto first = listen_for_board(0, 5);
  ASSERT_TRUE(first.ok());
  EXPECT_EQ(first->address, "127.0.0.1");
  EXPECT_EQ(first->remark, "");
  const auto second = listen_for_board(first->port, 5);
  ASSERT_TRUE(second.ok());
  EXPECT_NE(second->port, first->port);
  EXPECT_EQ(second->remark, "another program of this machine uses it");
}

TEST_F(HttpListenerTest, TheEnvironmentChoosesThePlaceForGood) {
  choose("127.0.0.2:0");
  const auto chosen = listen_for_board(80, 5);
  ASSERT_TRUE(chosen.ok());
  EXPECT_EQ(chosen->address, "127.0.0.2");
  EXPECT_NE(chosen->port, 80);
  // A port that was asked for is not exchanged for another one.
  choose("127.0.0.2:" + std::to_string(chosen->port));
  const auto again = listen_for_board(80, 5);
  ASSERT_FALSE(again.ok());
  EXPECT_THAT(again.error(), HasSubstr("can not be listened at (Address already in use)"));
}

TEST_F(HttpListenerTest, WhatIsNoPlaceIsRefusedWithAnExample) {
  for (const char* wrong : {"localhost", "127.0.0.1:", "127.0.0.1:65536", ":80", "1.2.3.4:x"}) {
    choose(wrong);
    const auto refused = listen_for_board(80, 5);
    ASSERT_FALSE(refused.ok()) << wrong;
    EXPECT_THAT(refused.error(), HasSubstr("such as 127.0.0.1:8080"));
  }
}

}  // namespace
}  // namespace rota::idf
