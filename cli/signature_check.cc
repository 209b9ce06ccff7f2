#include "cli/signature_check.h"

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ecdsa.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>
#include <openssl/rsa.h>

#include <algorithm>
#include <memory>

namespace rota::cli {
namespace {

using formats::SignatureBlock;
using formats::SignatureScheme;

template <auto Release>
struct Releaser {
  template <class T>
  void operator()(T* object) const {
    Release(object);
  }
};
using Number = std::unique_ptr<BIGNUM, Releaser<BN_free>>;
using BigContext = std::unique_ptr<BN_CTX, Releaser<BN_CTX_free>>;
using Key = std::unique_ptr<EVP_PKEY, Releaser<EVP_PKEY_free>>;
using KeyContext = std::unique_ptr<EVP_PKEY_CTX, Releaser<EVP_PKEY_CTX_free>>;
using HashContext = std::unique_ptr<EVP_MD_CTX, Releaser<EVP_MD_CTX_free>>;
using ParamBuilder = std::unique_ptr<OSSL_PARAM_BLD, Releaser<OSSL_PARAM_BLD_free>>;
using Params = std::unique_ptr<OSSL_PARAM, Releaser<OSSL_PARAM_free>>;
using EcdsaSignature = std::unique_ptr<ECDSA_SIG, Releaser<ECDSA_SIG_free>>;

constexpr int kRsaBits = 3072;
constexpr int kSaltBytes = 32;
constexpr std::size_t kPieceBytes = 64U * 1024U;

const unsigned char* raw(Bytes bytes) {
  return reinterpret_cast<const unsigned char*>(bytes.data());
}

Number number_of(Bytes little_endian) {
  return Number(BN_lebin2bn(raw(little_endian), static_cast<int>(little_endian.size()), nullptr));
}

std::vector<unsigned char> reversed(Bytes bytes) {
  std::vector<unsigned char> result(bytes.size());
  std::transform(bytes.rbegin(), bytes.rend(), result.begin(),
                 [](std::byte b) { return std::to_integer<unsigned char>(b); });
  return result;
}

Key key_of(const char* type, OSSL_PARAM_BLD* builder) {
  const Params params(OSSL_PARAM_BLD_to_param(builder));
  const KeyContext context(EVP_PKEY_CTX_new_from_name(nullptr, type, nullptr));
  EVP_PKEY* key = nullptr;
  if (!params || !context || EVP_PKEY_fromdata_init(context.get()) != 1 ||
      EVP_PKEY_fromdata(context.get(), &key, EVP_PKEY_PUBLIC_KEY, params.get()) != 1) {
    return nullptr;
  }
  return Key(key);
}

// The hardware multiplies with these numbers of the block: wrong ones give a wrong result there,
// although the signature fits the key.
bool montgomery_numbers_are_good(const SignatureBlock& block, const BIGNUM* modulus) {
  constexpr int kWordBits = 32;
  const BigContext context(BN_CTX_new());
  const Number wanted(BN_new());
  const Number power(BN_new());
  const Number word(BN_new());
  if (!context || !wanted || !power || !word) return false;
  BN_CTX* const scratch = context.get();
  // 2^6144 mod n
  if (BN_set_bit(power.get(), 2 * kRsaBits) != 1 ||
      BN_mod(wanted.get(), power.get(), modulus, scratch) != 1 ||
      BN_cmp(wanted.get(), number_of(block.montgomery_square).get()) != 0) {
    return false;
  }
  // n * inverse = -1 modulo 2^32
  const Number inverse = number_of(block.montgomery_inverse);
  return BN_set_bit(word.get(), kWordBits) == 1 &&
         BN_mul(wanted.get(), modulus, inverse.get(), scratch) == 1 &&
         BN_add_word(wanted.get(), 1) == 1 &&
         BN_mod(power.get(), wanted.get(), word.get(), scratch) == 1 && BN_is_zero(power.get());
}

bool rsa_signature_is_good(const SignatureBlock& block, Bytes digest) {
  const Number modulus = number_of(block.modulus);
  const Number exponent = number_of(block.exponent);
  if (!modulus || !exponent || BN_num_bits(modulus.get()) != kRsaBits) return false;
  if (!montgomery_numbers_are_good(block, modulus.get())) return false;
  const ParamBuilder builder(OSSL_PARAM_BLD_new());
  OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_N, modulus.get());
  OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_E, exponent.get());
  const Key key = key_of("RSA", builder.get());
  if (!key) return false;
  const KeyContext context(EVP_PKEY_CTX_new(key.get(), nullptr));
  const std::vector<unsigned char> signature = reversed(block.signature);
  return context && EVP_PKEY_verify_init(context.get()) == 1 &&
         EVP_PKEY_CTX_set_rsa_padding(context.get(), RSA_PKCS1_PSS_PADDING) == 1 &&
         EVP_PKEY_CTX_set_signature_md(context.get(), EVP_sha256()) == 1 &&
         EVP_PKEY_CTX_set_rsa_mgf1_md(context.get(), EVP_sha256()) == 1 &&
         EVP_PKEY_CTX_set_rsa_pss_saltlen(context.get(), kSaltBytes) == 1 &&
         EVP_PKEY_verify(context.get(), signature.data(), signature.size(), raw(digest),
                         digest.size()) == 1;
}

// r and s lie in 1 .. order - 1.
bool is_in_range(const BIGNUM* value, const BIGNUM* order) {
  return !BN_is_zero(value) && !BN_is_negative(value) && BN_cmp(value, order) < 0;
}

bool ecdsa_signature_is_good(const SignatureBlock& block, Bytes digest) {
  const char* curve = block.scheme == SignatureScheme::kEcdsaP384 ? "P-384" : "P-256";
  std::vector<unsigned char> point{POINT_CONVERSION_UNCOMPRESSED};
  for (const Bytes coordinate : {block.point_x, block.point_y}) {
    const std::vector<unsigned char> big_endian = reversed(coordinate);
    point.insert(point.end(), big_endian.begin(), big_endian.end());
  }
  const ParamBuilder builder(OSSL_PARAM_BLD_new());
  OSSL_PARAM_BLD_push_utf8_string(builder.get(), OSSL_PKEY_PARAM_GROUP_NAME, curve, 0);
  OSSL_PARAM_BLD_push_octet_string(builder.get(), OSSL_PKEY_PARAM_PUB_KEY, point.data(),
                                   point.size());
  const Key key = key_of("EC", builder.get());
  if (!key) return false;  // a point beside the curve, too
  const KeyContext context(EVP_PKEY_CTX_new(key.get(), nullptr));
  BIGNUM* order_found = nullptr;
  if (!context || EVP_PKEY_public_check(context.get()) != 1 ||
      EVP_PKEY_get_bn_param(key.get(), OSSL_PKEY_PARAM_EC_ORDER, &order_found) != 1) {
    return false;
  }
  const Number order(order_found);
  Number r = number_of(block.r);
  Number s = number_of(block.s);
  if (!r || !s || !is_in_range(r.get(), order.get()) || !is_in_range(s.get(), order.get()))
    return false;
  const EcdsaSignature signature(ECDSA_SIG_new());
  if (!signature || ECDSA_SIG_set0(signature.get(), r.get(), s.get()) != 1) return false;
  static_cast<void>(r.release());  // now the signature's
  static_cast<void>(s.release());
  unsigned char* der = nullptr;
  const int der_bytes = i2d_ECDSA_SIG(signature.get(), &der);
  const bool good = der_bytes > 0 && EVP_PKEY_verify_init(context.get()) == 1 &&
                    EVP_PKEY_verify(context.get(), der, static_cast<std::size_t>(der_bytes),
                                    raw(digest), digest.size()) == 1;
  OPENSSL_free(der);
  return good;
}

Result<std::vector<std::byte>, Refusal> digest_of(core::Flash& flash,
                                                  core::FlashRange range,
                                                  SignatureScheme scheme) {
  const EVP_MD* hash = scheme == SignatureScheme::kEcdsaP384 ? EVP_sha384() : EVP_sha256();
  const HashContext context(EVP_MD_CTX_new());
  std::vector<std::byte> buffer(kPieceBytes);
  bool good = context && EVP_DigestInit_ex(context.get(), hash, nullptr) == 1;
  for (std::uint32_t done = 0; good && done < range.size_bytes;) {
    const auto piece =
        MutableBytes(buffer).first(std::min<std::size_t>(buffer.size(), range.size_bytes - done));
    const Status read = flash.read(range.start + done, piece);
    if (!read.ok()) return refuse("the signed bytes", read.error());
    good = EVP_DigestUpdate(context.get(), piece.data(), piece.size()) == 1;
    done += static_cast<std::uint32_t>(piece.size());
  }
  std::vector<std::byte> digest(static_cast<std::size_t>(EVP_MD_get_size(hash)));
  good = good && EVP_DigestFinal_ex(context.get(), reinterpret_cast<unsigned char*>(digest.data()),
                                    nullptr) == 1;
  if (!good) return refuse("OpenSSL could not hash the image; check its installation.");
  return digest;
}

CheckedBlock check_block(const SignatureBlock& block, Bytes digest, const SignaturePolicy& policy) {
  CheckedBlock result{BlockVerdict::kAbsent, block.scheme, {}};
  if (block.form == formats::BlockForm::kAbsent) return result;
  result.verdict = BlockVerdict::kDamaged;
  if (block.form == formats::BlockForm::kDamaged) return result;
  result.verdict = BlockVerdict::kOtherScheme;
  result.key_digest = block.key_digest;
  if (block.form != formats::BlockForm::kReadable || block.scheme != policy.scheme) return result;
  result.verdict = BlockVerdict::kUntrusted;
  if (std::find(policy.trusted.begin(), policy.trusted.end(), block.key_digest) ==
      policy.trusted.end()) {
    return result;
  }
  result.verdict = BlockVerdict::kOtherImage;
  if (!std::equal(digest.begin(), digest.end(), block.image_digest.begin(),
                  block.image_digest.end())) {
    return result;
  }
  const bool good = block.scheme == SignatureScheme::kRsa3072
                        ? rsa_signature_is_good(block, digest)
                        : ecdsa_signature_is_good(block, digest);
  ERR_clear_error();
  result.verdict = good ? BlockVerdict::kAccepted : BlockVerdict::kBadSignature;
  return result;
}

}  // namespace

std::string_view name_of(BlockVerdict verdict) {
  switch (verdict) {
    case BlockVerdict::kAbsent:
      return "absent";
    case BlockVerdict::kDamaged:
      return "damaged";
    case BlockVerdict::kOtherScheme:
      return "other_scheme";
    case BlockVerdict::kUntrusted:
      return "untrusted_key";
    case BlockVerdict::kOtherImage:
      return "other_image";
    case BlockVerdict::kBadSignature:
      return "bad_signature";
    case BlockVerdict::kAccepted:
      return "accepted";
  }
  return "absent";
}

std::string_view meaning_of(BlockVerdict verdict) {
  switch (verdict) {
    case BlockVerdict::kAbsent:
      return "no block";
    case BlockVerdict::kDamaged:
      return "damaged: its CRC does not match";
    case BlockVerdict::kOtherScheme:
      return "another scheme or curve than the device's";
    case BlockVerdict::kUntrusted:
      return "the key is not among those given with --key-digest";
    case BlockVerdict::kOtherImage:
      return "made for other bytes: the image was changed or exchanged";
    case BlockVerdict::kBadSignature:
      return "the signature is wrong";
    case BlockVerdict::kAccepted:
      return "accepted: trusted key, right image, valid signature";
  }
  return "";
}

Result<std::vector<CheckedBlock>, Refusal> check_signatures(core::Flash& flash,
                                                            core::FlashRange signed_range,
                                                            const SignaturePolicy& policy) {
  const auto digest = digest_of(flash, signed_range, policy.scheme);
  if (!digest) return Failed{digest.error()};
  std::vector<CheckedBlock> blocks;
  for (unsigned i = 0; i < policy.blocks; ++i) {
    std::array<std::byte, formats::kSignatureBlockBytes> bytes{};
    const core::FlashAddress at = signed_range.start + signed_range.size_bytes +
                                  i * static_cast<std::uint32_t>(formats::kSignatureBlockBytes);
    const Status read = flash.read(at, bytes);
    if (!read.ok()) return refuse("the signature sector", read.error());
    blocks.push_back(check_block(formats::decode_signature_block(bytes), *digest, policy));
  }
  return blocks;
}

}  // namespace rota::cli
