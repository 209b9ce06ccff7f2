// Mbed TLS's ciphers, keys, signatures and certificates, and PSA's digests, by OpenSSL: what
// updates use that are encrypted or signed in a way of their own.
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <memory>
#include <string>
#include <utility>

#include "esp_random.h"
#include "mbedtls/aes.h"
#include "mbedtls/gcm.h"
#include "mbedtls/pk.h"
#include "mbedtls/platform_util.h"
#include "mbedtls/x509_crt.h"
#include "net/openssl_pointer.h"
#include "psa/crypto.h"

namespace {

constexpr std::size_t kBlockBytes = 16;

using CipherContext = std::unique_ptr<EVP_CIPHER_CTX, rota::net::FreedBy<EVP_CIPHER_CTX_free>>;
using KeyContext = std::unique_ptr<EVP_PKEY_CTX, rota::net::FreedBy<EVP_PKEY_CTX_free>>;
using rota::net::BioPointer;
using rota::net::X509Pointer;

// A PEM text that counts its NUL.
BioPointer reader_of(const unsigned char* text, std::size_t length) {
  return rota::net::reader_of({reinterpret_cast<const char*>(text), length - 1});
}

const EVP_CIPHER* cipher_of(unsigned bits,
                            const EVP_CIPHER* (*of128)(),
                            const EVP_CIPHER* (*of192)(),
                            const EVP_CIPHER* (*of256)()) {
  return bits == 128 ? of128() : bits == 192 ? of192() : of256();
}

// Whole blocks, without padding.
int crypt_blocks(const EVP_CIPHER* cipher,
                 const unsigned char* key,
                 const unsigned char* iv,
                 bool encrypts,
                 const unsigned char* input,
                 std::size_t length,
                 unsigned char* output) {
  const CipherContext context(EVP_CIPHER_CTX_new());
  int written = 0;
  const bool done =
      EVP_CipherInit_ex(context.get(), cipher, nullptr, key, iv, encrypts ? 1 : 0) == 1 &&
      EVP_CIPHER_CTX_set_padding(context.get(), 0) == 1 &&
      EVP_CipherUpdate(context.get(), output, &written, input, static_cast<int>(length)) == 1;
  return done ? 0 : MBEDTLS_ERR_AES_BAD_INPUT_DATA;
}

int set_key(mbedtls_aes_context* context, const unsigned char* key, unsigned bits) {
  if (bits != 128 && bits != 192 && bits != 256) return MBEDTLS_ERR_AES_INVALID_KEY_LENGTH;
  std::memcpy(context->key, key, bits / 8);
  context->key_bits = bits;
  return 0;
}

EVP_PKEY* key_in(const mbedtls_pk_context* context) {
  return context == nullptr ? nullptr : static_cast<EVP_PKEY*>(context->key);
}

bool is_pem(const unsigned char* text, std::size_t length) {
  return length > 0 && text[length - 1] == '\0' &&
         std::strstr(reinterpret_cast<const char*>(text), "-----BEGIN ") != nullptr;
}

int keep(mbedtls_pk_context* context, EVP_PKEY* key) {
  if (key == nullptr) return MBEDTLS_ERR_PK_KEY_INVALID_FORMAT;
  mbedtls_pk_free(context);
  context->key = key;
  return 0;
}

const EVP_MD* digest_of(mbedtls_md_type_t type) {
  const mbedtls_md_info_t* info = mbedtls_md_info_from_type(type);
  return info == nullptr ? nullptr : EVP_get_digestbyname(mbedtls_md_get_name(info));
}

int verify(mbedtls_pk_context* context,
           mbedtls_md_type_t type,
           const mbedtls_pk_rsassa_pss_options* pss,
           const unsigned char* hash,
           std::size_t hash_bytes,
           const unsigned char* signature,
           std::size_t signature_bytes) {
  EVP_PKEY* key = key_in(context);
  if (key == nullptr || hash == nullptr || signature == nullptr) {
    return MBEDTLS_ERR_PK_BAD_INPUT_DATA;
  }
  const bool is_rsa = EVP_PKEY_get_base_id(key) == EVP_PKEY_RSA;
  const EVP_MD* digest = digest_of(type);
  if (digest != nullptr && hash_bytes == 0) {
    hash_bytes = static_cast<std::size_t>(EVP_MD_get_size(digest));
  }
  const KeyContext work(EVP_PKEY_CTX_new(key, nullptr));
  bool ready = EVP_PKEY_verify_init(work.get()) == 1;
  if (ready && is_rsa) {
    const int padding = pss != nullptr ? RSA_PKCS1_PSS_PADDING : RSA_PKCS1_PADDING;
    ready = EVP_PKEY_CTX_set_rsa_padding(work.get(), padding) == 1;
  }
  if (ready && digest != nullptr) {
    ready = EVP_PKEY_CTX_set_signature_md(work.get(), digest) == 1;
  }
  if (ready && pss != nullptr) {
    const EVP_MD* mask = digest_of(pss->mgf1_hash_id);
    const int salt = pss->expected_salt_len < 0 ? RSA_PSS_SALTLEN_AUTO : pss->expected_salt_len;
    ready = (mask == nullptr || EVP_PKEY_CTX_set_rsa_mgf1_md(work.get(), mask) == 1) &&
            EVP_PKEY_CTX_set_rsa_pss_saltlen(work.get(), salt) == 1;
  }
  if (!ready) return MBEDTLS_ERR_PK_BAD_INPUT_DATA;
  if (EVP_PKEY_verify(work.get(), signature, signature_bytes, hash, hash_bytes) == 1) return 0;
  return is_rsa ? MBEDTLS_ERR_RSA_VERIFY_FAILED : MBEDTLS_ERR_ECP_VERIFY_FAILED;
}

// Adds a certificate's key to the end of the chain.
bool append(mbedtls_x509_crt* chain, X509* certificate) {
  while (chain->pk.key != nullptr && chain->next != nullptr) chain = chain->next;
  if (chain->pk.key != nullptr) {
    chain->next = new mbedtls_x509_crt{};
    chain = chain->next;
  }
  chain->pk.key = X509_get_pubkey(certificate);
  return chain->pk.key != nullptr;
}

}  // namespace

extern "C" {

// ---- AES ----

void mbedtls_aes_init(mbedtls_aes_context* ctx) { *ctx = {}; }
void mbedtls_aes_free(mbedtls_aes_context* ctx) {
  if (ctx != nullptr) mbedtls_platform_zeroize(ctx, sizeof(*ctx));
}
int mbedtls_aes_setkey_enc(mbedtls_aes_context* ctx,
                           const unsigned char* key,
                           unsigned int keybits) {
  return set_key(ctx, key, keybits);
}
int mbedtls_aes_setkey_dec(mbedtls_aes_context* ctx,
                           const unsigned char* key,
                           unsigned int keybits) {
  return set_key(ctx, key, keybits);
}

int mbedtls_aes_crypt_ecb(mbedtls_aes_context* ctx,
                          int mode,
                          const unsigned char input[16],
                          unsigned char output[16]) {
  const EVP_CIPHER* cipher =
      cipher_of(ctx->key_bits, EVP_aes_128_ecb, EVP_aes_192_ecb, EVP_aes_256_ecb);
  return crypt_blocks(cipher, ctx->key, nullptr, mode == MBEDTLS_AES_ENCRYPT, input, kBlockBytes,
                      output);
}

int mbedtls_aes_crypt_cbc(mbedtls_aes_context* ctx,
                          int mode,
                          size_t length,
                          unsigned char iv[16],
                          const unsigned char* input,
                          unsigned char* output) {
  if (length % kBlockBytes != 0) return MBEDTLS_ERR_AES_INVALID_INPUT_LENGTH;
  if (length == 0) return 0;
  const bool encrypts = mode == MBEDTLS_AES_ENCRYPT;
  std::array<unsigned char, kBlockBytes> last_input;
  std::memcpy(last_input.data(), input + length - kBlockBytes, kBlockBytes);
  const EVP_CIPHER* cipher =
      cipher_of(ctx->key_bits, EVP_aes_128_cbc, EVP_aes_192_cbc, EVP_aes_256_cbc);
  const int done = crypt_blocks(cipher, ctx->key, iv, encrypts, input, length, output);
  std::memcpy(iv, encrypts ? output + length - kBlockBytes : last_input.data(), kBlockBytes);
  return done;
}

int mbedtls_aes_crypt_ctr(mbedtls_aes_context* ctx,
                          size_t length,
                          size_t* nc_off,
                          unsigned char nonce_counter[16],
                          unsigned char stream_block[16],
                          const unsigned char* input,
                          unsigned char* output) {
  for (std::size_t i = 0; i < length; ++i) {
    if (*nc_off == 0) {
      const int done = mbedtls_aes_crypt_ecb(ctx, MBEDTLS_AES_ENCRYPT, nonce_counter, stream_block);
      if (done != 0) return done;
      for (int at = 15; at >= 0 && ++nonce_counter[at] == 0; --at) {
      }
    }
    output[i] = input[i] ^ stream_block[*nc_off];
    *nc_off = (*nc_off + 1) % kBlockBytes;
  }
  return 0;
}

// ---- GCM ----

void mbedtls_gcm_init(mbedtls_gcm_context* ctx) { *ctx = {}; }
void mbedtls_gcm_free(mbedtls_gcm_context* ctx) {
  if (ctx != nullptr) mbedtls_platform_zeroize(ctx, sizeof(*ctx));
}
int mbedtls_gcm_setkey(mbedtls_gcm_context* ctx,
                       mbedtls_cipher_id_t cipher,
                       const unsigned char* key,
                       unsigned int keybits) {
  if (cipher != MBEDTLS_CIPHER_ID_AES || (keybits != 128 && keybits != 192 && keybits != 256)) {
    return MBEDTLS_ERR_GCM_BAD_INPUT;
  }
  std::memcpy(ctx->key, key, keybits / 8);
  ctx->key_bits = keybits;
  return 0;
}

int mbedtls_gcm_crypt_and_tag(mbedtls_gcm_context* ctx,
                              int mode,
                              size_t length,
                              const unsigned char* iv,
                              size_t iv_len,
                              const unsigned char* add,
                              size_t add_len,
                              const unsigned char* input,
                              unsigned char* output,
                              size_t tag_len,
                              unsigned char* tag) {
  if (mode != MBEDTLS_GCM_ENCRYPT || tag_len < 4 || tag_len > 16) return MBEDTLS_ERR_GCM_BAD_INPUT;
  const CipherContext work(EVP_CIPHER_CTX_new());
  int written = 0;
  const EVP_CIPHER* cipher =
      cipher_of(ctx->key_bits, EVP_aes_128_gcm, EVP_aes_192_gcm, EVP_aes_256_gcm);
  const bool done =
      EVP_EncryptInit_ex(work.get(), cipher, nullptr, nullptr, nullptr) == 1 &&
      EVP_CIPHER_CTX_ctrl(work.get(), EVP_CTRL_GCM_SET_IVLEN, static_cast<int>(iv_len), nullptr) ==
          1 &&
      EVP_EncryptInit_ex(work.get(), nullptr, nullptr, ctx->key, iv) == 1 &&
      (add_len == 0 ||
       EVP_EncryptUpdate(work.get(), nullptr, &written, add, static_cast<int>(add_len)) == 1) &&
      (length == 0 ||
       EVP_EncryptUpdate(work.get(), output, &written, input, static_cast<int>(length)) == 1) &&
      EVP_EncryptFinal_ex(work.get(), output, &written) == 1 &&
      EVP_CIPHER_CTX_ctrl(work.get(), EVP_CTRL_GCM_GET_TAG, static_cast<int>(tag_len), tag) == 1;
  return done ? 0 : MBEDTLS_ERR_GCM_BAD_INPUT;
}

int mbedtls_gcm_auth_decrypt(mbedtls_gcm_context* ctx,
                             size_t length,
                             const unsigned char* iv,
                             size_t iv_len,
                             const unsigned char* add,
                             size_t add_len,
                             const unsigned char* tag,
                             size_t tag_len,
                             const unsigned char* input,
                             unsigned char* output) {
  if (tag_len < 4 || tag_len > 16) return MBEDTLS_ERR_GCM_BAD_INPUT;
  const CipherContext work(EVP_CIPHER_CTX_new());
  int written = 0;
  std::array<unsigned char, 16> expected{};
  std::memcpy(expected.data(), tag, tag_len);
  const EVP_CIPHER* cipher =
      cipher_of(ctx->key_bits, EVP_aes_128_gcm, EVP_aes_192_gcm, EVP_aes_256_gcm);
  const bool done =
      EVP_DecryptInit_ex(work.get(), cipher, nullptr, nullptr, nullptr) == 1 &&
      EVP_CIPHER_CTX_ctrl(work.get(), EVP_CTRL_GCM_SET_IVLEN, static_cast<int>(iv_len), nullptr) ==
          1 &&
      EVP_DecryptInit_ex(work.get(), nullptr, nullptr, ctx->key, iv) == 1 &&
      (add_len == 0 ||
       EVP_DecryptUpdate(work.get(), nullptr, &written, add, static_cast<int>(add_len)) == 1) &&
      (length == 0 ||
       EVP_DecryptUpdate(work.get(), output, &written, input, static_cast<int>(length)) == 1) &&
      EVP_CIPHER_CTX_ctrl(work.get(), EVP_CTRL_GCM_SET_TAG, static_cast<int>(tag_len),
                          expected.data()) == 1;
  if (!done) return MBEDTLS_ERR_GCM_BAD_INPUT;
  std::array<unsigned char, kBlockBytes> rest;
  if (EVP_DecryptFinal_ex(work.get(), rest.data(), &written) == 1) return 0;
  mbedtls_platform_zeroize(output, length);
  return MBEDTLS_ERR_GCM_AUTH_FAILED;
}

// ---- Keys ----

void mbedtls_pk_init(mbedtls_pk_context* ctx) { ctx->key = nullptr; }
void mbedtls_pk_free(mbedtls_pk_context* ctx) {
  if (ctx == nullptr) return;
  EVP_PKEY_free(key_in(ctx));
  ctx->key = nullptr;
}

int mbedtls_pk_parse_public_key(mbedtls_pk_context* ctx, const unsigned char* key, size_t keylen) {
  if (key == nullptr || keylen == 0) return MBEDTLS_ERR_PK_BAD_INPUT_DATA;
  if (!is_pem(key, keylen)) return keep(ctx, d2i_PUBKEY(nullptr, &key, static_cast<long>(keylen)));
  const BioPointer memory = reader_of(key, keylen);
  return keep(ctx, PEM_read_bio_PUBKEY(memory.get(), nullptr, nullptr, nullptr));
}

int mbedtls_pk_parse_key(mbedtls_pk_context* ctx,
                         const unsigned char* key,
                         size_t keylen,
                         const unsigned char* pwd,
                         size_t pwdlen,
                         int (*)(void*, unsigned char*, size_t),
                         void*) {
  if (key == nullptr || keylen == 0) return MBEDTLS_ERR_PK_BAD_INPUT_DATA;
  if (!is_pem(key, keylen)) {
    return keep(ctx, d2i_AutoPrivateKey(nullptr, &key, static_cast<long>(keylen)));
  }
  std::string password(reinterpret_cast<const char*>(pwd), pwd == nullptr ? 0 : pwdlen);
  const BioPointer memory = reader_of(key, keylen);
  return keep(ctx, PEM_read_bio_PrivateKey(memory.get(), nullptr, nullptr, password.data()));
}

mbedtls_pk_type_t mbedtls_pk_get_type(const mbedtls_pk_context* ctx) {
  EVP_PKEY* key = key_in(ctx);
  if (key == nullptr) return MBEDTLS_PK_NONE;
  switch (EVP_PKEY_get_base_id(key)) {
    case EVP_PKEY_RSA:
      return MBEDTLS_PK_RSA;
    case EVP_PKEY_EC:
      return MBEDTLS_PK_ECKEY;
    default:
      return MBEDTLS_PK_NONE;
  }
}

int mbedtls_pk_can_do(const mbedtls_pk_context* ctx, mbedtls_pk_type_t type) {
  const mbedtls_pk_type_t own = mbedtls_pk_get_type(ctx);
  if (own == MBEDTLS_PK_RSA) return type == MBEDTLS_PK_RSA || type == MBEDTLS_PK_RSASSA_PSS;
  return own == MBEDTLS_PK_ECKEY && (type == MBEDTLS_PK_ECKEY || type == MBEDTLS_PK_ECDSA);
}

size_t mbedtls_pk_get_bitlen(const mbedtls_pk_context* ctx) {
  EVP_PKEY* key = key_in(ctx);
  return key == nullptr ? 0 : static_cast<std::size_t>(EVP_PKEY_get_bits(key));
}

size_t mbedtls_pk_get_len(const mbedtls_pk_context* ctx) {
  return (mbedtls_pk_get_bitlen(ctx) + 7) / 8;
}

int mbedtls_pk_verify(mbedtls_pk_context* ctx,
                      mbedtls_md_type_t md_alg,
                      const unsigned char* hash,
                      size_t hash_len,
                      const unsigned char* sig,
                      size_t sig_len) {
  return verify(ctx, md_alg, nullptr, hash, hash_len, sig, sig_len);
}

int mbedtls_pk_verify_ext(mbedtls_pk_type_t type,
                          const void* options,
                          mbedtls_pk_context* ctx,
                          mbedtls_md_type_t md_alg,
                          const unsigned char* hash,
                          size_t hash_len,
                          const unsigned char* sig,
                          size_t sig_len) {
  if (!mbedtls_pk_can_do(ctx, type)) return MBEDTLS_ERR_PK_TYPE_MISMATCH;
  const bool is_pss = type == MBEDTLS_PK_RSASSA_PSS;
  if (is_pss != (options != nullptr)) return MBEDTLS_ERR_PK_BAD_INPUT_DATA;
  return verify(ctx, md_alg, static_cast<const mbedtls_pk_rsassa_pss_options*>(options), hash,
                hash_len, sig, sig_len);
}

// ---- Certificates ----

void mbedtls_x509_crt_init(mbedtls_x509_crt* crt) { *crt = {}; }

void mbedtls_x509_crt_free(mbedtls_x509_crt* crt) {
  if (crt == nullptr) return;
  mbedtls_pk_free(&crt->pk);
  for (mbedtls_x509_crt* next = crt->next; next != nullptr;) {
    mbedtls_x509_crt* gone = std::exchange(next, next->next);
    mbedtls_pk_free(&gone->pk);
    delete gone;
  }
  crt->next = nullptr;
}

int mbedtls_x509_crt_parse_der(mbedtls_x509_crt* chain, const unsigned char* buf, size_t buflen) {
  if (chain == nullptr || buf == nullptr) return MBEDTLS_ERR_X509_INVALID_FORMAT;
  const X509Pointer certificate(d2i_X509(nullptr, &buf, static_cast<long>(buflen)));
  return certificate && append(chain, certificate.get()) ? 0 : MBEDTLS_ERR_X509_INVALID_FORMAT;
}

int mbedtls_x509_crt_parse(mbedtls_x509_crt* chain, const unsigned char* buf, size_t buflen) {
  if (chain == nullptr || buf == nullptr) return MBEDTLS_ERR_X509_INVALID_FORMAT;
  if (!is_pem(buf, buflen)) return mbedtls_x509_crt_parse_der(chain, buf, buflen);
  const BioPointer memory = reader_of(buf, buflen);
  int parsed = 0;
  while (
      const X509Pointer certificate{PEM_read_bio_X509(memory.get(), nullptr, nullptr, nullptr)}) {
    if (!append(chain, certificate.get())) return MBEDTLS_ERR_X509_INVALID_FORMAT;
    ++parsed;
  }
  return parsed > 0 ? 0 : MBEDTLS_ERR_X509_INVALID_FORMAT;
}

// ---- PSA ----

const mbedtls_md_info_t* rota_md_of_psa(psa_algorithm_t alg) {
  // The low byte of a digest's number is Mbed TLS's own.
  if ((alg & 0xFFFFFF00U) != 0x02000000U) return nullptr;
  return mbedtls_md_info_from_type(static_cast<mbedtls_md_type_t>(alg & 0xFFU));
}

psa_status_t psa_crypto_init(void) { return PSA_SUCCESS; }

psa_status_t psa_generate_random(uint8_t* output, size_t output_size) {
  esp_fill_random(output, output_size);
  return PSA_SUCCESS;
}

psa_status_t psa_hash_setup(psa_hash_operation_t* operation, psa_algorithm_t alg) {
  const mbedtls_md_info_t* info = rota_md_of_psa(alg);
  if (info == nullptr) return PSA_ERROR_NOT_SUPPORTED;
  if (operation->is_active != 0) return PSA_ERROR_BAD_STATE;
  mbedtls_md_init(&operation->context);
  operation->is_active = 1;
  const bool ready = mbedtls_md_setup(&operation->context, info, 0) == 0 &&
                     mbedtls_md_starts(&operation->context) == 0;
  return ready ? PSA_SUCCESS : PSA_ERROR_GENERIC_ERROR;
}

psa_status_t psa_hash_update(psa_hash_operation_t* operation,
                             const uint8_t* input,
                             size_t input_length) {
  if (operation->is_active == 0) return PSA_ERROR_BAD_STATE;
  return mbedtls_md_update(&operation->context, input, input_length) == 0 ? PSA_SUCCESS
                                                                          : PSA_ERROR_GENERIC_ERROR;
}

psa_status_t psa_hash_finish(psa_hash_operation_t* operation,
                             uint8_t* hash,
                             size_t hash_size,
                             size_t* hash_length) {
  if (operation->is_active == 0) return PSA_ERROR_BAD_STATE;
  const std::size_t bytes = mbedtls_md_get_size(operation->context.md_info);
  psa_status_t status = PSA_ERROR_BUFFER_TOO_SMALL;
  if (bytes <= hash_size) {
    status =
        mbedtls_md_finish(&operation->context, hash) == 0 ? PSA_SUCCESS : PSA_ERROR_GENERIC_ERROR;
    *hash_length = bytes;
  }
  psa_hash_abort(operation);
  return status;
}

psa_status_t psa_hash_abort(psa_hash_operation_t* operation) {
  if (operation->is_active != 0) mbedtls_md_free(&operation->context);
  operation->is_active = 0;
  return PSA_SUCCESS;
}

psa_status_t psa_hash_compute(psa_algorithm_t alg,
                              const uint8_t* input,
                              size_t input_length,
                              uint8_t* hash,
                              size_t hash_size,
                              size_t* hash_length) {
  psa_hash_operation_t operation = PSA_HASH_OPERATION_INIT;
  psa_status_t status = psa_hash_setup(&operation, alg);
  if (status == PSA_SUCCESS) status = psa_hash_update(&operation, input, input_length);
  if (status == PSA_SUCCESS) return psa_hash_finish(&operation, hash, hash_size, hash_length);
  psa_hash_abort(&operation);
  return status;
}

psa_status_t psa_hash_compare(psa_algorithm_t alg,
                              const uint8_t* input,
                              size_t input_length,
                              const uint8_t* hash,
                              size_t hash_length) {
  std::array<std::uint8_t, PSA_HASH_MAX_SIZE> own{};
  std::size_t bytes = 0;
  const psa_status_t status =
      psa_hash_compute(alg, input, input_length, own.data(), own.size(), &bytes);
  if (status != PSA_SUCCESS) return status;
  const bool is_same =
      bytes == hash_length &&
      std::equal(own.begin(), own.begin() + static_cast<std::ptrdiff_t>(bytes), hash);
  return is_same ? PSA_SUCCESS : PSA_ERROR_INVALID_SIGNATURE;
}

}  // extern "C"
