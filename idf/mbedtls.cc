// What OTA programs use of Mbed TLS: digests, HMAC, Base64 and random bytes (surface 2.15), by
// OpenSSL, which is there for TLS anyway.
#include <openssl/evp.h>

#include <array>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <string_view>

#include "esp_random.h"
#include "mbedtls/base64.h"
#include "mbedtls/ctr_drbg.h"
#include "mbedtls/entropy.h"
#include "mbedtls/error.h"
#include "mbedtls/md.h"
#include "mbedtls/md5.h"
#include "mbedtls/sha1.h"
#include "mbedtls/sha256.h"
#include "mbedtls/sha512.h"

struct mbedtls_md_info_t {
  mbedtls_md_type_t type;
  const char* name;
  unsigned char bytes;
  const EVP_MD* (*algorithm)();
};

namespace {

constexpr int kFailed = MBEDTLS_ERR_MD_BAD_INPUT_DATA;

constexpr std::array<mbedtls_md_info_t, 6> kDigests = {{
    {MBEDTLS_MD_MD5, "MD5", 16, EVP_md5},
    {MBEDTLS_MD_SHA1, "SHA1", 20, EVP_sha1},
    {MBEDTLS_MD_SHA224, "SHA224", 28, EVP_sha224},
    {MBEDTLS_MD_SHA256, "SHA256", 32, EVP_sha256},
    {MBEDTLS_MD_SHA384, "SHA384", 48, EVP_sha384},
    {MBEDTLS_MD_SHA512, "SHA512", 64, EVP_sha512},
}};

int code_of(int openssl_result) { return openssl_result == 1 ? 0 : kFailed; }

EVP_MD_CTX* digest_in(void* field) { return static_cast<EVP_MD_CTX*>(field); }

int start(void*& field, const EVP_MD* algorithm) {
  if (field == nullptr) field = EVP_MD_CTX_new();
  if (field == nullptr) return MBEDTLS_ERR_MD_ALLOC_FAILED;
  return code_of(EVP_DigestInit_ex(digest_in(field), algorithm, nullptr));
}

int update(void* field, const unsigned char* input, std::size_t size) {
  return field == nullptr ? kFailed : code_of(EVP_DigestUpdate(digest_in(field), input, size));
}

int finish(void* field, unsigned char* output) {
  return field == nullptr ? kFailed
                          : code_of(EVP_DigestFinal_ex(digest_in(field), output, nullptr));
}

void release(void*& field) {
  EVP_MD_CTX_free(digest_in(field));
  field = nullptr;
}

void copy(void*& into, void* from) {
  release(into);
  if (from == nullptr) return;
  into = EVP_MD_CTX_new();
  if (into != nullptr) EVP_MD_CTX_copy_ex(digest_in(into), digest_in(from));
}

int digest_of(const EVP_MD* algorithm,
              const unsigned char* input,
              std::size_t size,
              unsigned char* output) {
  return code_of(EVP_Digest(input, size, output, nullptr, algorithm, nullptr));
}

int value_of(char character) {
  constexpr std::string_view kAlphabet =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  const std::size_t found = kAlphabet.find(character);
  return found == std::string_view::npos ? -1 : static_cast<int>(found);
}

}  // namespace

extern "C" {

// ---- Digests by name ----

void mbedtls_sha256_init(mbedtls_sha256_context* ctx) { ctx->digest = nullptr; }
void mbedtls_sha256_free(mbedtls_sha256_context* ctx) {
  if (ctx != nullptr) release(ctx->digest);
}
void mbedtls_sha256_clone(mbedtls_sha256_context* dst, const mbedtls_sha256_context* src) {
  copy(dst->digest, src->digest);
}
int mbedtls_sha256_starts(mbedtls_sha256_context* ctx, int is224) {
  return start(ctx->digest, is224 != 0 ? EVP_sha224() : EVP_sha256());
}
int mbedtls_sha256_update(mbedtls_sha256_context* ctx, const unsigned char* input, size_t ilen) {
  return update(ctx->digest, input, ilen);
}
int mbedtls_sha256_finish(mbedtls_sha256_context* ctx, unsigned char* output) {
  return finish(ctx->digest, output);
}
int mbedtls_sha256(const unsigned char* input, size_t ilen, unsigned char* output, int is224) {
  return digest_of(is224 != 0 ? EVP_sha224() : EVP_sha256(), input, ilen, output);
}

void mbedtls_sha512_init(mbedtls_sha512_context* ctx) { ctx->digest = nullptr; }
void mbedtls_sha512_free(mbedtls_sha512_context* ctx) {
  if (ctx != nullptr) release(ctx->digest);
}
void mbedtls_sha512_clone(mbedtls_sha512_context* dst, const mbedtls_sha512_context* src) {
  copy(dst->digest, src->digest);
}
int mbedtls_sha512_starts(mbedtls_sha512_context* ctx, int is384) {
  return start(ctx->digest, is384 != 0 ? EVP_sha384() : EVP_sha512());
}
int mbedtls_sha512_update(mbedtls_sha512_context* ctx, const unsigned char* input, size_t ilen) {
  return update(ctx->digest, input, ilen);
}
int mbedtls_sha512_finish(mbedtls_sha512_context* ctx, unsigned char* output) {
  return finish(ctx->digest, output);
}
int mbedtls_sha512(const unsigned char* input, size_t ilen, unsigned char* output, int is384) {
  return digest_of(is384 != 0 ? EVP_sha384() : EVP_sha512(), input, ilen, output);
}

void mbedtls_sha1_init(mbedtls_sha1_context* ctx) { ctx->digest = nullptr; }
void mbedtls_sha1_free(mbedtls_sha1_context* ctx) {
  if (ctx != nullptr) release(ctx->digest);
}
void mbedtls_sha1_clone(mbedtls_sha1_context* dst, const mbedtls_sha1_context* src) {
  copy(dst->digest, src->digest);
}
int mbedtls_sha1_starts(mbedtls_sha1_context* ctx) { return start(ctx->digest, EVP_sha1()); }
int mbedtls_sha1_update(mbedtls_sha1_context* ctx, const unsigned char* input, size_t ilen) {
  return update(ctx->digest, input, ilen);
}
int mbedtls_sha1_finish(mbedtls_sha1_context* ctx, unsigned char* output) {
  return finish(ctx->digest, output);
}
int mbedtls_sha1(const unsigned char* input, size_t ilen, unsigned char* output) {
  return digest_of(EVP_sha1(), input, ilen, output);
}

void mbedtls_md5_init(mbedtls_md5_context* ctx) { ctx->digest = nullptr; }
void mbedtls_md5_free(mbedtls_md5_context* ctx) {
  if (ctx != nullptr) release(ctx->digest);
}
void mbedtls_md5_clone(mbedtls_md5_context* dst, const mbedtls_md5_context* src) {
  copy(dst->digest, src->digest);
}
int mbedtls_md5_starts(mbedtls_md5_context* ctx) { return start(ctx->digest, EVP_md5()); }
int mbedtls_md5_update(mbedtls_md5_context* ctx, const unsigned char* input, size_t ilen) {
  return update(ctx->digest, input, ilen);
}
int mbedtls_md5_finish(mbedtls_md5_context* ctx, unsigned char* output) {
  return finish(ctx->digest, output);
}
int mbedtls_md5(const unsigned char* input, size_t ilen, unsigned char* output) {
  return digest_of(EVP_md5(), input, ilen, output);
}

// ---- Digests and HMAC by type ----

const mbedtls_md_info_t* mbedtls_md_info_from_type(mbedtls_md_type_t md_type) {
  for (const mbedtls_md_info_t& each : kDigests) {
    if (each.type == md_type) return &each;
  }
  return nullptr;
}

const mbedtls_md_info_t* mbedtls_md_info_from_string(const char* md_name) {
  for (const mbedtls_md_info_t& each : kDigests) {
    if (md_name != nullptr && std::strcmp(each.name, md_name) == 0) return &each;
  }
  return nullptr;
}

unsigned char mbedtls_md_get_size(const mbedtls_md_info_t* md_info) {
  return md_info == nullptr ? 0 : md_info->bytes;
}

mbedtls_md_type_t mbedtls_md_get_type(const mbedtls_md_info_t* md_info) {
  return md_info == nullptr ? MBEDTLS_MD_NONE : md_info->type;
}

const char* mbedtls_md_get_name(const mbedtls_md_info_t* md_info) {
  return md_info == nullptr ? nullptr : md_info->name;
}

void mbedtls_md_init(mbedtls_md_context_t* ctx) { *ctx = {}; }

void mbedtls_md_free(mbedtls_md_context_t* ctx) {
  if (ctx == nullptr) return;
  release(ctx->digest);
  EVP_PKEY_free(static_cast<EVP_PKEY*>(ctx->hmac));
  *ctx = {};
}

int mbedtls_md_setup(mbedtls_md_context_t* ctx, const mbedtls_md_info_t* md_info, int) {
  if (ctx == nullptr || md_info == nullptr) return MBEDTLS_ERR_MD_BAD_INPUT_DATA;
  ctx->md_info = md_info;
  return 0;
}

int mbedtls_md_starts(mbedtls_md_context_t* ctx) {
  if (ctx == nullptr || ctx->md_info == nullptr) return MBEDTLS_ERR_MD_BAD_INPUT_DATA;
  return start(ctx->digest, ctx->md_info->algorithm());
}

int mbedtls_md_update(mbedtls_md_context_t* ctx, const unsigned char* input, size_t ilen) {
  return ctx == nullptr ? MBEDTLS_ERR_MD_BAD_INPUT_DATA : update(ctx->digest, input, ilen);
}

int mbedtls_md_finish(mbedtls_md_context_t* ctx, unsigned char* output) {
  return ctx == nullptr ? MBEDTLS_ERR_MD_BAD_INPUT_DATA : finish(ctx->digest, output);
}

int mbedtls_md(const mbedtls_md_info_t* md_info,
               const unsigned char* input,
               size_t ilen,
               unsigned char* output) {
  if (md_info == nullptr) return MBEDTLS_ERR_MD_BAD_INPUT_DATA;
  return digest_of(md_info->algorithm(), input, ilen, output);
}

int mbedtls_md_hmac_starts(mbedtls_md_context_t* ctx, const unsigned char* key, size_t keylen) {
  if (ctx == nullptr || ctx->md_info == nullptr) return MBEDTLS_ERR_MD_BAD_INPUT_DATA;
  EVP_PKEY_free(static_cast<EVP_PKEY*>(ctx->hmac));
  ctx->hmac = EVP_PKEY_new_raw_private_key(EVP_PKEY_HMAC, nullptr, key, keylen);
  return mbedtls_md_hmac_reset(ctx);
}

int mbedtls_md_hmac_reset(mbedtls_md_context_t* ctx) {
  if (ctx == nullptr || ctx->hmac == nullptr) return MBEDTLS_ERR_MD_BAD_INPUT_DATA;
  release(ctx->digest);
  ctx->digest = EVP_MD_CTX_new();
  if (ctx->digest == nullptr) return MBEDTLS_ERR_MD_ALLOC_FAILED;
  return code_of(EVP_DigestSignInit(digest_in(ctx->digest), nullptr, ctx->md_info->algorithm(),
                                    nullptr, static_cast<EVP_PKEY*>(ctx->hmac)));
}

int mbedtls_md_hmac_update(mbedtls_md_context_t* ctx, const unsigned char* input, size_t ilen) {
  if (ctx == nullptr || ctx->hmac == nullptr) return MBEDTLS_ERR_MD_BAD_INPUT_DATA;
  return code_of(EVP_DigestSignUpdate(digest_in(ctx->digest), input, ilen));
}

int mbedtls_md_hmac_finish(mbedtls_md_context_t* ctx, unsigned char* output) {
  if (ctx == nullptr || ctx->hmac == nullptr) return MBEDTLS_ERR_MD_BAD_INPUT_DATA;
  size_t bytes = ctx->md_info->bytes;
  return code_of(EVP_DigestSignFinal(digest_in(ctx->digest), output, &bytes));
}

int mbedtls_md_hmac(const mbedtls_md_info_t* md_info,
                    const unsigned char* key,
                    size_t keylen,
                    const unsigned char* input,
                    size_t ilen,
                    unsigned char* output) {
  mbedtls_md_context_t context{};
  int result = mbedtls_md_setup(&context, md_info, 1);
  if (result == 0) result = mbedtls_md_hmac_starts(&context, key, keylen);
  if (result == 0) result = mbedtls_md_hmac_update(&context, input, ilen);
  if (result == 0) result = mbedtls_md_hmac_finish(&context, output);
  mbedtls_md_free(&context);
  return result;
}

// ---- Base64 ----

int mbedtls_base64_encode(
    unsigned char* dst, size_t dlen, size_t* olen, const unsigned char* src, size_t slen) {
  const std::size_t characters = (slen + 2) / 3 * 4;
  *olen = slen == 0 ? 0 : characters + 1;
  if (slen == 0) return 0;
  if (dst == nullptr || dlen < characters + 1) return MBEDTLS_ERR_BASE64_BUFFER_TOO_SMALL;
  *olen = static_cast<std::size_t>(EVP_EncodeBlock(dst, src, static_cast<int>(slen)));
  return 0;
}

int mbedtls_base64_decode(
    unsigned char* dst, size_t dlen, size_t* olen, const unsigned char* src, size_t slen) {
  // Twice: whether it is good and how long it gets is known before a byte is written.
  for (const bool writes : {false, true}) {
    std::size_t count = 0;
    std::size_t written = 0;
    unsigned padding = 0;
    std::uint32_t bits = 0;
    for (std::size_t i = 0; i < slen; ++i) {
      const char character = static_cast<char>(src[i]);
      if (character == '\r' || character == '\n') continue;
      const int value = character == '=' ? 0 : value_of(character);
      padding += character == '=' ? 1U : 0U;
      if (value < 0 || padding > 2 || (padding > 0 && character != '=')) {
        return MBEDTLS_ERR_BASE64_INVALID_CHARACTER;
      }
      bits = bits << 6U | static_cast<std::uint32_t>(value);
      if (++count % 4 != 0) continue;
      for (unsigned byte = 0; byte < 3 - padding; ++byte, ++written) {
        if (writes) dst[written] = static_cast<unsigned char>(bits >> (16 - 8 * byte));
      }
    }
    if (count % 4 != 0) return MBEDTLS_ERR_BASE64_INVALID_CHARACTER;
    *olen = written;
    if (!writes && (dlen < written || (dst == nullptr && written > 0))) {
      return MBEDTLS_ERR_BASE64_BUFFER_TOO_SMALL;
    }
  }
  return 0;
}

// ---- Random bytes and errors ----

void mbedtls_entropy_init(mbedtls_entropy_context*) {}
void mbedtls_entropy_free(mbedtls_entropy_context*) {}
int mbedtls_entropy_func(void*, unsigned char* output, size_t len) {
  esp_fill_random(output, len);
  return 0;
}

void mbedtls_ctr_drbg_init(mbedtls_ctr_drbg_context*) {}
void mbedtls_ctr_drbg_free(mbedtls_ctr_drbg_context*) {}
int mbedtls_ctr_drbg_seed(mbedtls_ctr_drbg_context*,
                          int (*)(void*, unsigned char*, size_t),
                          void*,
                          const unsigned char*,
                          size_t) {
  return 0;
}
int mbedtls_ctr_drbg_random(void*, unsigned char* output, size_t output_len) {
  esp_fill_random(output, output_len);
  return 0;
}

void mbedtls_strerror(int errnum, char* buffer, size_t buflen) {
  if (buflen == 0) return;
  std::snprintf(buffer, buflen, "Mbed TLS error %s0x%04x", errnum < 0 ? "-" : "",
                static_cast<unsigned>(errnum < 0 ? -errnum : errnum));
}

}  // extern "C"
