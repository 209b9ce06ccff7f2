#include "formats/signature_block.h"

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
  constexpr std::size_t kSignatureAt = 812;
  block.scheme = SignatureScheme::kRsa3072;
  block.form = BlockForm::kReadable;
  block.image_digest = bytes.subspan(kDigestAt, kSha256Bytes);
  block.modulus = bytes.subspan(kModulusAt, kRsaModulusBytes);
  block.exponent = bytes.subspan(kExponentAt, 4);
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

}  // namespace rota::formats
