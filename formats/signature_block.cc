#include "formats/signature_block.h"

#include <algorithm>

#include "crypto/crc32.h"
#include "crypto/sha256.h"

namespace rota::formats {
namespace {

constexpr std::byte kMagic{0xE7};
constexpr std::uint8_t kRsaVersion = 2;
constexpr std::uint8_t kEcdsaVersion = 3;
constexpr std::size_t kDigestAt = 4;
constexpr std::size_t kCheckedBytes = 1196;
constexpr std::size_t kSha256Bytes = 32;
constexpr std::size_t kSha384Bytes = 48;

void decode_rsa(Bytes bytes, SignatureBlock& block) {
  constexpr std::size_t kModulusAt = 36;
  constexpr std::size_t kExponentAt = 420;
  constexpr std::size_t kMontgomerySquareAt = 424;
  constexpr std::size_t kMontgomeryInverseAt = 808;
  constexpr std::size_t kSignatureAt = 812;
  block.scheme = SignatureScheme::kRsa3072;
  block.form = BlockForm::kReadable;
  block.image_digest = bytes.subspan(kDigestAt, kSha256Bytes);
  block.modulus = bytes.subspan(kModulusAt, kRsaModulusBytes);
  block.exponent = bytes.subspan(kExponentAt, 4);
  block.montgomery_square = bytes.subspan(kMontgomerySquareAt, kRsaModulusBytes);
  block.montgomery_inverse = bytes.subspan(kMontgomeryInverseAt, 4);
  block.signature = bytes.subspan(kSignatureAt, kRsaModulusBytes);
  block.key_digest = crypto::sha256(bytes.subspan(kModulusAt, kSignatureAt - kModulusAt));
}

void decode_ecdsa(Bytes bytes, SignatureBlock& block) {
  const bool is_wide = block.hash_id == 1;
  const std::size_t digest_bytes = is_wide ? kSha384Bytes : kSha256Bytes;
  const std::size_t curve_at = kDigestAt + digest_bytes;
  const std::size_t field_bytes = digest_bytes;  // P-192 leaves the rest of its 32 bytes at zero
  block.curve_id = std::to_integer<std::uint8_t>(bytes[curve_at]);
  if (block.hash_id == 0 && block.curve_id == 1) block.scheme = SignatureScheme::kEcdsaP192;
  if (block.hash_id == 0 && block.curve_id == 2) block.scheme = SignatureScheme::kEcdsaP256;
  if (block.hash_id == 1 && block.curve_id == 3) block.scheme = SignatureScheme::kEcdsaP384;
  if (block.scheme == SignatureScheme::kUnknown) return;
  block.form = BlockForm::kReadable;
  block.image_digest = bytes.subspan(kDigestAt, digest_bytes);
  block.point_x = bytes.subspan(curve_at + 1, field_bytes);
  block.point_y = bytes.subspan(curve_at + 1 + field_bytes, field_bytes);
  block.r = bytes.subspan(curve_at + 1 + 2 * field_bytes, field_bytes);
  block.s = bytes.subspan(curve_at + 1 + 3 * field_bytes, field_bytes);
  block.key_digest = crypto::sha256(bytes.subspan(curve_at, 1 + 2 * field_bytes));
}

}  // namespace

std::string_view name_of(SignatureScheme scheme) {
  switch (scheme) {
    case SignatureScheme::kUnknown:
      return "unknown";
    case SignatureScheme::kRsa3072:
      return "RSA-3072";
    case SignatureScheme::kEcdsaP192:
      return "ECDSA P-192";
    case SignatureScheme::kEcdsaP256:
      return "ECDSA P-256";
    case SignatureScheme::kEcdsaP384:
      return "ECDSA P-384";
  }
  return "unknown";
}

SignatureBlock decode_signature_block(std::span<const std::byte, kSignatureBlockBytes> bytes) {
  SignatureBlock block;
  if (bytes[0] != kMagic) return block;
  block.version = std::to_integer<std::uint8_t>(bytes[1]);
  block.hash_id = std::to_integer<std::uint8_t>(bytes[2]);
  block.form = BlockForm::kDamaged;
  if (crypto::crc32(bytes.first(kCheckedBytes), 0) != load_u32(&bytes[kCheckedBytes])) return block;
  block.form = BlockForm::kUnknown;
  if (block.version == kRsaVersion) decode_rsa(bytes, block);
  if (block.version == kEcdsaVersion) decode_ecdsa(bytes, block);
  return block;
}

namespace {

// The number of points of P-256, big-endian.
constexpr std::array<std::uint8_t, 32> kP256Order = {
    0xFF, 0xFF, 0xFF, 0xFF, 0x00, 0x00, 0x00, 0x00, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF,
    0xBC, 0xE6, 0xFA, 0xAD, 0xA7, 0x17, 0x9E, 0x84, 0xF3, 0xB9, 0xCA, 0xC2, 0xFC, 0x63, 0x25, 0x51};

bool is_zero(Bytes number) {
  return std::all_of(number.begin(), number.end(), [](std::byte b) { return b == std::byte{0}; });
}
bool is_below_order(Bytes number) {
  return std::lexicographical_compare(
      number.begin(), number.end(), kP256Order.begin(), kP256Order.end(),
      [](auto a, auto b) { return static_cast<unsigned>(a) < static_cast<unsigned>(b); });
}

}  // namespace

SignatureBlockV1 decode_signature_block_v1(
    std::span<const std::byte, kSignatureBlockV1Bytes> bytes) {
  SignatureBlockV1 block;
  const Bytes r = bytes.subspan(4, 32);
  const Bytes s = bytes.subspan(36, 32);
  if (load_u32(bytes.data()) != 0 || (is_zero(r) && is_zero(s))) return block;
  block.form = BlockForm::kDamaged;
  if (is_zero(r) || is_zero(s) || !is_below_order(r) || !is_below_order(s)) return block;
  block.form = BlockForm::kReadable;
  block.r = r;
  block.s = s;
  return block;
}

}  // namespace rota::formats
