#include "formats/signature_block.h"

#include <gtest/gtest.h>

#include <vector>

#include "crypto/crc32.h"
#include "crypto/sha256.h"

namespace rota::formats {
namespace {

class SignatureBlockBytes : public ::testing::Test {
 protected:
  std::array<std::byte, kSignatureBlockBytes> bytes_{};

  void given_block(int version, int hash_id) {
    for (std::size_t i = 4; i < 1196; ++i) bytes_[i] = static_cast<std::byte>(i * 7);
    bytes_[0] = std::byte{0xE7};
    bytes_[1] = static_cast<std::byte>(version);
    bytes_[2] = static_cast<std::byte>(hash_id);
    seal();
  }
  void seal() { store_u32(&bytes_[1196], crypto::crc32(Bytes(bytes_).first(1196))); }
};

TEST_F(SignatureBlockBytes, RsaFieldsLieWhereTheyMust) {
  given_block(2, 0);
  const SignatureBlock block = decode_signature_block(bytes_);
  EXPECT_EQ(block.form, BlockForm::kReadable);
  EXPECT_EQ(block.scheme, SignatureScheme::kRsa3072);
  EXPECT_EQ(block.image_digest.data(), &bytes_[4]);
  EXPECT_EQ(block.modulus.data(), &bytes_[36]);
  EXPECT_EQ(block.modulus.size(), 384U);
  EXPECT_EQ(block.exponent.data(), &bytes_[420]);
  EXPECT_EQ(block.signature.data(), &bytes_[812]);
  EXPECT_EQ(block.key_digest, crypto::sha256(Bytes(bytes_).subspan(36, 776)));
}

TEST_F(SignatureBlockBytes, EcdsaFieldsFollowTheDigestOfTheirHash) {
  given_block(3, 0);
  bytes_[36] = std::byte{2};
  seal();
  const SignatureBlock narrow = decode_signature_block(bytes_);
  EXPECT_EQ(narrow.scheme, SignatureScheme::kEcdsaP256);
  EXPECT_EQ(narrow.point_y.data(), &bytes_[69]);
  EXPECT_EQ(narrow.s.data(), &bytes_[133]);
  EXPECT_EQ(narrow.key_digest, crypto::sha256(Bytes(bytes_).subspan(36, 65)));

  given_block(3, 1);
  bytes_[52] = std::byte{3};
  seal();
  const SignatureBlock wide = decode_signature_block(bytes_);
  EXPECT_EQ(wide.scheme, SignatureScheme::kEcdsaP384);
  EXPECT_EQ(wide.image_digest.size(), 48U);
  EXPECT_EQ(wide.point_x.data(), &bytes_[53]);
  EXPECT_EQ(wide.r.data(), &bytes_[149]);
  EXPECT_EQ(wide.key_digest, crypto::sha256(Bytes(bytes_).subspan(52, 97)));
}

TEST_F(SignatureBlockBytes, WhatNobodyDefinedIsNotGuessed) {
  given_block(3, 0);
  bytes_[36] = std::byte{3};  // P-384 goes with hash id 1
  seal();
  EXPECT_EQ(decode_signature_block(bytes_).form, BlockForm::kUnknown);
  given_block(1, 0);
  EXPECT_EQ(decode_signature_block(bytes_).form, BlockForm::kUnknown);
}

TEST_F(SignatureBlockBytes, DamageAndAbsenceAreToldApart) {
  EXPECT_EQ(decode_signature_block(bytes_).form, BlockForm::kAbsent);
  given_block(2, 0);
  bytes_[700] ^= std::byte{1};
  EXPECT_EQ(decode_signature_block(bytes_).form, BlockForm::kDamaged);
  given_block(2, 0);
  bytes_[1210] = std::byte{1};  // behind the CRC: nobody reads it
  EXPECT_EQ(decode_signature_block(bytes_).form, BlockForm::kReadable);
}

TEST(SignatureBlockV1, IsAVersionAndTwoNumbers) {
  std::array<std::byte, kSignatureBlockV1Bytes> bytes{};
  EXPECT_EQ(decode_signature_block_v1(bytes).form, BlockForm::kAbsent) << "nothing but zeros";
  bytes[35] = std::byte{7};
  EXPECT_EQ(decode_signature_block_v1(bytes).form, BlockForm::kDamaged) << "s is 0";
  bytes[67] = std::byte{9};
  const SignatureBlockV1 block = decode_signature_block_v1(bytes);
  ASSERT_EQ(block.form, BlockForm::kReadable);
  EXPECT_EQ(block.r.size(), 32U);
  EXPECT_EQ(block.r.back(), std::byte{7});
  EXPECT_EQ(block.s.back(), std::byte{9});
  for (std::size_t i = 4; i < 36; ++i) bytes[i] = std::byte{0xFF};
  EXPECT_EQ(decode_signature_block_v1(bytes).form, BlockForm::kDamaged) << "r is beyond the order";
  bytes.fill(std::byte{0xFF});
  EXPECT_EQ(decode_signature_block_v1(bytes).form, BlockForm::kAbsent) << "erased flash";
}

}  // namespace
}  // namespace rota::formats
