// Ciphers, signatures and certificates by Mbed TLS's names: known answers, and keys made here.
#include <gtest/gtest.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>

#include <array>
#include <cstring>
#include <string>
#include <vector>

#include "mbedtls/aes.h"
#include "mbedtls/gcm.h"
#include "mbedtls/pk.h"
#include "mbedtls/sha256.h"
#include "psa/crypto.h"

namespace rota::idf {
namespace {

using Octets = std::vector<unsigned char>;

Octets hex(const std::string& text) {
  Octets bytes;
  for (std::size_t i = 0; i < text.size(); i += 2) {
    bytes.push_back(static_cast<unsigned char>(std::stoi(text.substr(i, 2), nullptr, 16)));
  }
  return bytes;
}

const Octets kKey = hex("2b7e151628aed2a6abf7158809cf4f3c");  // NIST SP 800-38A
const Octets kPlain = hex("6bc1bee22e409f96e93d7e117393172aae2d8a571e03ac9c9eb76fac45af8e51");

TEST(MbedtlsAes, GivesTheAnswersOfTheStandard) {
  mbedtls_aes_context aes;
  mbedtls_aes_init(&aes);
  ASSERT_EQ(mbedtls_aes_setkey_enc(&aes, kKey.data(), 128), 0);
  Octets iv = hex("000102030405060708090a0b0c0d0e0f");
  Octets output(32);
  EXPECT_EQ(
      mbedtls_aes_crypt_cbc(&aes, MBEDTLS_AES_ENCRYPT, 32, iv.data(), kPlain.data(), output.data()),
      0);
  EXPECT_EQ(output, hex("7649abac8119b246cee98e9b12e9197d5086cb9b507219ee95db113a917678b2"));
  EXPECT_TRUE(std::equal(iv.begin(), iv.end(), output.begin() + 16)) << "the vector goes on";

  iv = hex("000102030405060708090a0b0c0d0e0f");
  for (const std::size_t at : {0U, 16U}) {
    EXPECT_EQ(mbedtls_aes_crypt_cbc(&aes, MBEDTLS_AES_DECRYPT, 16, iv.data(), output.data() + at,
                                    output.data() + at),
              0);
  }
  EXPECT_EQ(output, kPlain);
  EXPECT_EQ(
      mbedtls_aes_crypt_cbc(&aes, MBEDTLS_AES_DECRYPT, 15, iv.data(), output.data(), output.data()),
      MBEDTLS_ERR_AES_INVALID_INPUT_LENGTH);

  Octets counter = hex("f0f1f2f3f4f5f6f7f8f9fafbfcfdfeff");
  std::array<unsigned char, 16> block{};
  std::size_t offset = 0;
  for (const auto& [at, count] : {std::pair{0U, 5U}, {5U, 27U}}) {
    EXPECT_EQ(mbedtls_aes_crypt_ctr(&aes, count, &offset, counter.data(), block.data(),
                                    kPlain.data() + at, output.data() + at),
              0);
  }
  EXPECT_EQ(output, hex("874d6191b620e3261bef6864990db6ce9806f66b7970fdff8617187bb9fffdff"));
  EXPECT_EQ(mbedtls_aes_setkey_enc(&aes, kKey.data(), 100), MBEDTLS_ERR_AES_INVALID_KEY_LENGTH);
  mbedtls_aes_free(&aes);
}

TEST(MbedtlsGcm, OpensOnlyWhatWasNotChanged) {
  mbedtls_gcm_context gcm;
  mbedtls_gcm_init(&gcm);
  ASSERT_EQ(mbedtls_gcm_setkey(&gcm, MBEDTLS_CIPHER_ID_AES, kKey.data(), 128), 0);
  const Octets iv(12, 1);
  Octets secret(32), tag(16), opened(32);
  ASSERT_EQ(mbedtls_gcm_crypt_and_tag(&gcm, MBEDTLS_GCM_ENCRYPT, 32, iv.data(), iv.size(), nullptr,
                                      0, kPlain.data(), secret.data(), tag.size(), tag.data()),
            0);
  EXPECT_EQ(mbedtls_gcm_auth_decrypt(&gcm, 32, iv.data(), iv.size(), nullptr, 0, tag.data(), 16,
                                     secret.data(), opened.data()),
            0);
  EXPECT_EQ(opened, kPlain);
  secret[3] ^= 1;
  EXPECT_EQ(mbedtls_gcm_auth_decrypt(&gcm, 32, iv.data(), iv.size(), nullptr, 0, tag.data(), 16,
                                     secret.data(), opened.data()),
            MBEDTLS_ERR_GCM_AUTH_FAILED);
  EXPECT_EQ(opened, Octets(32, 0));
  mbedtls_gcm_free(&gcm);
}

struct SignedHash {
  std::string public_pem;
  std::array<unsigned char, 32> hash{};
  Octets signature;
};

SignedHash signed_with(EVP_PKEY* key, int padding) {
  SignedHash made;
  mbedtls_sha256(kPlain.data(), kPlain.size(), made.hash.data(), 0);
  EVP_PKEY_CTX* work = EVP_PKEY_CTX_new(key, nullptr);
  EXPECT_EQ(EVP_PKEY_sign_init(work), 1);
  if (padding != 0) {
    EXPECT_EQ(EVP_PKEY_CTX_set_rsa_padding(work, padding), 1);
  }
  EXPECT_EQ(EVP_PKEY_CTX_set_signature_md(work, EVP_sha256()), 1);
  std::size_t bytes = 0;
  EVP_PKEY_sign(work, nullptr, &bytes, made.hash.data(), made.hash.size());
  made.signature.resize(bytes);
  EXPECT_EQ(EVP_PKEY_sign(work, made.signature.data(), &bytes, made.hash.data(), made.hash.size()),
            1);
  made.signature.resize(bytes);
  EVP_PKEY_CTX_free(work);
  BIO* memory = BIO_new(BIO_s_mem());
  PEM_write_bio_PUBKEY(memory, key);
  char* text = nullptr;
  const long length = BIO_get_mem_data(memory, &text);
  made.public_pem.assign(text, static_cast<std::size_t>(length));
  BIO_free(memory);
  return made;
}

class MbedtlsPk : public testing::Test {
 protected:
  MbedtlsPk() { mbedtls_pk_init(&pk); }
  ~MbedtlsPk() override { mbedtls_pk_free(&pk); }
  int parse(const std::string& pem) {
    return mbedtls_pk_parse_public_key(&pk, reinterpret_cast<const unsigned char*>(pem.c_str()),
                                       pem.size() + 1);
  }
  mbedtls_pk_context pk;
};

TEST_F(MbedtlsPk, VerifiesEcdsa) {
  EVP_PKEY* key = EVP_PKEY_Q_keygen(nullptr, nullptr, "EC", "P-256");
  SignedHash made = signed_with(key, 0);
  EVP_PKEY_free(key);
  ASSERT_EQ(parse(made.public_pem), 0);
  EXPECT_EQ(mbedtls_pk_get_type(&pk), MBEDTLS_PK_ECKEY);
  EXPECT_EQ(mbedtls_pk_can_do(&pk, MBEDTLS_PK_ECDSA), 1);
  EXPECT_EQ(mbedtls_pk_get_bitlen(&pk), 256U);
  const auto verify = [&] {
    return mbedtls_pk_verify(&pk, MBEDTLS_MD_SHA256, made.hash.data(), made.hash.size(),
                             made.signature.data(), made.signature.size());
  };
  EXPECT_EQ(verify(), 0);
  made.hash[0] ^= 1;
  EXPECT_EQ(verify(), MBEDTLS_ERR_ECP_VERIFY_FAILED);
}

TEST_F(MbedtlsPk, VerifiesRsaInBothWays) {
  EVP_PKEY* key = EVP_PKEY_Q_keygen(nullptr, nullptr, "RSA", std::size_t{2048});
  SignedHash plain = signed_with(key, RSA_PKCS1_PADDING);
  const SignedHash pss = signed_with(key, RSA_PKCS1_PSS_PADDING);
  EVP_PKEY_free(key);
  ASSERT_EQ(parse(plain.public_pem), 0);
  EXPECT_EQ(mbedtls_pk_get_len(&pk), 256U);
  EXPECT_EQ(mbedtls_pk_verify(&pk, MBEDTLS_MD_SHA256, plain.hash.data(), 32, plain.signature.data(),
                              plain.signature.size()),
            0);
  const mbedtls_pk_rsassa_pss_options options{MBEDTLS_MD_SHA256, -1};
  EXPECT_EQ(mbedtls_pk_verify_ext(MBEDTLS_PK_RSASSA_PSS, &options, &pk, MBEDTLS_MD_SHA256,
                                  pss.hash.data(), 32, pss.signature.data(), pss.signature.size()),
            0);
  EXPECT_EQ(mbedtls_pk_verify(&pk, MBEDTLS_MD_SHA256, pss.hash.data(), 32, pss.signature.data(),
                              pss.signature.size()),
            MBEDTLS_ERR_RSA_VERIFY_FAILED);
  EXPECT_EQ(mbedtls_pk_verify_ext(MBEDTLS_PK_ECDSA, nullptr, &pk, MBEDTLS_MD_SHA256,
                                  pss.hash.data(), 32, pss.signature.data(), pss.signature.size()),
            MBEDTLS_ERR_PK_TYPE_MISMATCH);
}

TEST_F(MbedtlsPk, WhatIsNoKeyIsRefused) {
  EXPECT_EQ(parse("-----BEGIN PUBLIC KEY-----\nnonsense\n-----END PUBLIC KEY-----\n"),
            MBEDTLS_ERR_PK_KEY_INVALID_FORMAT);
  EXPECT_EQ(mbedtls_pk_get_type(&pk), MBEDTLS_PK_NONE);
  EXPECT_EQ(mbedtls_pk_verify(&pk, MBEDTLS_MD_SHA256, kPlain.data(), 32, kPlain.data(), 32),
            MBEDTLS_ERR_PK_BAD_INPUT_DATA);
}

TEST(PsaHash, IsTheSameInOneGoAndInPieces) {
  std::array<unsigned char, 32> expected{}, whole{}, pieces{};
  mbedtls_sha256(kPlain.data(), kPlain.size(), expected.data(), 0);
  std::size_t bytes = 0;
  ASSERT_EQ(psa_crypto_init(), PSA_SUCCESS);
  EXPECT_EQ(psa_hash_compute(PSA_ALG_SHA_256, kPlain.data(), 32, whole.data(), 32, &bytes),
            PSA_SUCCESS);
  psa_hash_operation_t operation = PSA_HASH_OPERATION_INIT;
  EXPECT_EQ(psa_hash_update(&operation, kPlain.data(), 1), PSA_ERROR_BAD_STATE);
  ASSERT_EQ(psa_hash_setup(&operation, PSA_ALG_SHA_256), PSA_SUCCESS);
  EXPECT_EQ(psa_hash_update(&operation, kPlain.data(), 10), PSA_SUCCESS);
  EXPECT_EQ(psa_hash_update(&operation, kPlain.data() + 10, 22), PSA_SUCCESS);
  EXPECT_EQ(psa_hash_finish(&operation, pieces.data(), 32, &bytes), PSA_SUCCESS);
  EXPECT_EQ(whole, expected);
  EXPECT_EQ(pieces, expected);
  EXPECT_EQ(psa_hash_compare(PSA_ALG_SHA_256, kPlain.data(), 32, expected.data(), 32), PSA_SUCCESS);
  EXPECT_EQ(psa_hash_compare(PSA_ALG_SHA_256, kPlain.data(), 31, expected.data(), 32),
            PSA_ERROR_INVALID_SIGNATURE);
  EXPECT_EQ(psa_hash_compute(0x06000000, kPlain.data(), 32, whole.data(), 32, &bytes),
            PSA_ERROR_NOT_SUPPORTED);
}

}  // namespace
}  // namespace rota::idf
