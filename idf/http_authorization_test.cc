#include "idf/http_authorization.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace rota::idf {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

// The example of RFC 7616, section 3.9.1.
const Credentials kMufasa{"Mufasa", "Circle of Life"};
constexpr const char* kParameters =
    "realm=\"http-auth@example.org\", qop=\"auth, auth-int\", "
    "nonce=\"7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v\", "
    "opaque=\"FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS\"";
const DigestRequest kRequest{"GET", "/dir/index.html", 1,
                             "f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ"};

std::string answer(const std::string& algorithm) {
  const auto challenge = Challenge::parse("Digest algorithm=" + algorithm + ", " + kParameters);
  return challenge ? digest_authorization(kMufasa, *challenge, kRequest) : "unknown";
}

TEST(HttpAuthorization, BasicIsNameAndPasswordInBase64) {
  EXPECT_EQ(basic_authorization({"Aladdin", "open sesame"}), "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==");
  EXPECT_EQ(basic_authorization({"a", "b"}), "Basic YTpi");
  EXPECT_EQ(basic_authorization({"a", ""}), "Basic YTo=");
}

TEST(HttpAuthorization, DigestAnswersAsTheStandardsExample) {
  EXPECT_THAT(answer("MD5"),
              AllOf(HasSubstr("response=\"8ca523f5e9506fed4657c9700eebdbec\""),
                    HasSubstr("qop=auth, nc=00000001"), HasSubstr("uri=\"/dir/index.html\"")));
  EXPECT_THAT(
      answer("SHA-256"),
      HasSubstr("response=\"753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1\""));
}

TEST(HttpAuthorization, WithoutQopTheOldFormIsUsed) {
  const auto challenge = Challenge::parse("Digest realm=\"testrealm@host.com\", nonce=\"dcd98b\"");
  ASSERT_TRUE(challenge);
  const std::string header = digest_authorization(kMufasa, *challenge, kRequest);
  EXPECT_THAT(header, AllOf(Not(HasSubstr("qop")), Not(HasSubstr("cnonce"))));
}

TEST(HttpAuthorization, WhatIsNotKnownIsNoChallenge) {
  EXPECT_FALSE(Challenge::parse("Bearer realm=\"x\""));
  EXPECT_FALSE(Challenge::parse("Digest algorithm=SHA-512-256, nonce=\"x\""));
  EXPECT_FALSE(Challenge::parse(""));
}

TEST(HttpAuthorization, BrokenChallengesAreReadAsFarAsTheyGo) {
  for (const char* header : {"Digest", "Digest nonce", "Digest nonce=", "Digest nonce=\"open",
                             "Digest ,,,= , =\"", "Digest nonce=\"a\\"}) {
    EXPECT_TRUE(Challenge::parse(header)) << header;
  }
  EXPECT_EQ(Challenge::parse("Digest realm=\"a \\\"b\\\"\", nonce=n")->realm, "a \"b\"");
  EXPECT_EQ(Challenge::parse("Digest realm=\"a\", nonce=n")->nonce, "n");
}

}  // namespace
}  // namespace rota::idf
