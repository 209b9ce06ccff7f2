// Known answers for what programs use of Mbed TLS.
#include <gtest/gtest.h>

#include <array>
#include <string>
#include <vector>

#include "mbedtls/base64.h"
#include "mbedtls/error.h"
#include "mbedtls/md.h"
#include "mbedtls/md5.h"
#include "mbedtls/sha1.h"
#include "mbedtls/sha256.h"
#include "mbedtls/sha512.h"

namespace {

const unsigned char* bytes_of(const char* text) {
  return reinterpret_cast<const unsigned char*>(text);
}

std::string hex(const unsigned char* bytes, std::size_t count) {
  std::string text;
  for (std::size_t i = 0; i < count; ++i) {
    char digits[3];
    std::snprintf(digits, sizeof(digits), "%02x", bytes[i]);
    text += digits;
  }
  return text;
}

// The vectors of FIPS 180 and RFC 1321 for "abc".
TEST(MbedtlsTest, DigestsOfAbc) {
  std::array<unsigned char, 64> digest{};
  EXPECT_EQ(mbedtls_sha256(bytes_of("abc"), 3, digest.data(), 0), 0);
  EXPECT_EQ(hex(digest.data(), 32),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(mbedtls_sha1(bytes_of("abc"), 3, digest.data()), 0);
  EXPECT_EQ(hex(digest.data(), 20), "a9993e364706816aba3e25717850c26c9cd0d89d");
  EXPECT_EQ(mbedtls_md5(bytes_of("abc"), 3, digest.data()), 0);
  EXPECT_EQ(hex(digest.data(), 16), "900150983cd24fb0d6963f7d28e17f72");
  EXPECT_EQ(mbedtls_sha512(bytes_of("abc"), 3, digest.data(), 0), 0);
  EXPECT_EQ(hex(digest.data(), 8), "ddaf35a193617aba");
}

TEST(MbedtlsTest, ADigestInPiecesAndItsCopyAreTheSame) {
  mbedtls_sha256_context first;
  mbedtls_sha256_context second;
  mbedtls_sha256_init(&first);
  mbedtls_sha256_init(&second);
  std::array<unsigned char, 32> a{};
  std::array<unsigned char, 32> b{};
  EXPECT_EQ(mbedtls_sha256_starts(&first, 0), 0);
  EXPECT_EQ(mbedtls_sha256_update(&first, bytes_of("a"), 1), 0);
  mbedtls_sha256_clone(&second, &first);
  EXPECT_EQ(mbedtls_sha256_update(&first, bytes_of("bc"), 2), 0);
  EXPECT_EQ(mbedtls_sha256_update(&second, bytes_of("bc"), 2), 0);
  EXPECT_EQ(mbedtls_sha256_finish(&first, a.data()), 0);
  EXPECT_EQ(mbedtls_sha256_finish(&second, b.data()), 0);
  EXPECT_EQ(a, b);
  EXPECT_EQ(a[0], 0xBA);
  mbedtls_sha256_free(&first);
  mbedtls_sha256_free(&second);
}

// RFC 4231, test case 2.
TEST(MbedtlsTest, HmacOfAKnownText) {
  const mbedtls_md_info_t* sha256 = mbedtls_md_info_from_type(MBEDTLS_MD_SHA256);
  ASSERT_EQ(mbedtls_md_get_size(sha256), 32);
  std::array<unsigned char, 32> mac{};
  EXPECT_EQ(mbedtls_md_hmac(sha256, bytes_of("Jefe"), 4, bytes_of("what do ya want for nothing?"),
                            28, mac.data()),
            0);
  EXPECT_EQ(hex(mac.data(), 32),
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
  EXPECT_EQ(mbedtls_md_info_from_type(MBEDTLS_MD_RIPEMD160), nullptr);
  EXPECT_NE(mbedtls_md(nullptr, bytes_of(""), 0, mac.data()), 0);
}

TEST(MbedtlsTest, Base64GoesThereAndBack) {
  std::array<unsigned char, 16> text{};
  std::size_t length = 0;
  for (const auto& [plain, coded] : std::vector<std::pair<std::string, std::string>>{
           {"f", "Zg=="}, {"fo", "Zm8="}, {"foo", "Zm9v"}, {"foob", "Zm9vYg=="}}) {
    EXPECT_EQ(mbedtls_base64_encode(text.data(), text.size(), &length, bytes_of(plain.c_str()),
                                    plain.size()),
              0);
    EXPECT_EQ(std::string(text.begin(), text.begin() + static_cast<long>(length)), coded);
    EXPECT_EQ(mbedtls_base64_decode(text.data(), text.size(), &length, bytes_of(coded.c_str()),
                                    coded.size()),
              0);
    EXPECT_EQ(std::string(text.begin(), text.begin() + static_cast<long>(length)), plain);
  }
  EXPECT_EQ(mbedtls_base64_encode(nullptr, 0, &length, bytes_of("foo"), 3),
            MBEDTLS_ERR_BASE64_BUFFER_TOO_SMALL);
  EXPECT_EQ(length, 5U);
  EXPECT_EQ(mbedtls_base64_decode(text.data(), 2, &length, bytes_of("Zm9v"), 4),
            MBEDTLS_ERR_BASE64_BUFFER_TOO_SMALL);
  EXPECT_EQ(length, 3U);
  for (const char* wrong : {"Zg=", "Zg=a", "Z", "Zm9v!", "====", "=m9v"}) {
    EXPECT_EQ(mbedtls_base64_decode(text.data(), text.size(), &length, bytes_of(wrong),
                                    std::string(wrong).size()),
              MBEDTLS_ERR_BASE64_INVALID_CHARACTER)
        << wrong;
  }
}

TEST(MbedtlsTest, AnErrorHasAText) {
  char text[32];
  mbedtls_strerror(-0x2700, text, sizeof(text));
  EXPECT_STREQ(text, "Mbed TLS error -0x2700");
}

}  // namespace
