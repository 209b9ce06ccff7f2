// Signature blocks of Secure Boot v2 (spec 4.9). The image, appended digest included, is padded to
// a sector; the next sector holds up to three blocks of 1216 bytes, each with a key and a signature
// over everything before the sector.
//
//   offset  RSA-3072                     ECDSA P-256 (P-192)        ECDSA P-384
//   0       magic E7                     E7                         E7
//   1       version 2                    3                          3
//   2       reserved                     hash id 0 (SHA-256)        hash id 1 (SHA-384)
//   4       image digest (32)            image digest (32)          image digest (48)
//   36/52   modulus n (384)              curve id 2 (1)             curve id 3
//   +1      at 36, no curve              x, y (32 each)             x, y (48 each)
//           e (4), rinv (384), mdash (4) r, s (32 each)             r, s (48 each)
//           signature (384) at 812
//   1196    CRC-32 of all before, then 16 bytes that nobody reads
//
// Numbers are little-endian. The digest of a key, which the eFuses hold, is SHA-256 over the bytes
// from 36 (52) to the end of the public key. Decoding judges the block's form; whether the key is
// trusted and the signature right is for whoever holds the key digests and the arithmetic.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "base/bytes.h"

namespace rota::formats {

inline constexpr std::size_t kSignatureSectorBytes = 4096;
inline constexpr std::size_t kSignatureBlockBytes = 1216;
inline constexpr std::size_t kSignatureBlockCount = 3;
inline constexpr std::size_t kRsaModulusBytes = 384;

enum class SignatureScheme : std::uint8_t {
  kUnknown,
  kRsa3072,
  kEcdsaP192,
  kEcdsaP256,
  kEcdsaP384
};
// "RSA-3072", "ECDSA P-256", ...
std::string_view name_of(SignatureScheme scheme);

enum class BlockForm : std::uint8_t {
  kAbsent,   // no magic byte: erased, or not a block
  kDamaged,  // the CRC does not match
  kUnknown,  // version, hash id or curve that nobody defined
  kReadable,
};

// Borrows the bytes that it was decoded from. Spans are empty unless the form is kReadable.
struct SignatureBlock {
  BlockForm form = BlockForm::kAbsent;
  std::uint8_t version = 0;
  std::uint8_t hash_id = 0;
  std::uint8_t curve_id = 0;  // 0 for RSA
  SignatureScheme scheme = SignatureScheme::kUnknown;
  Bytes image_digest;  // 32 bytes, 48 with P-384
  std::array<std::byte, 32> key_digest{};
  Bytes modulus, exponent, signature;  // RSA, little-endian
  // RSA: 2^6144 mod n and -n^-1 mod 2^32, with which the hardware computes; part of the key digest.
  Bytes montgomery_square, montgomery_inverse;
  Bytes point_x, point_y, r, s;  // ECDSA, little-endian
};

SignatureBlock decode_signature_block(std::span<const std::byte, kSignatureBlockBytes> bytes);

// Secure Boot v1 (ESP32 alone, spec 4.8): 68 bytes directly behind the image, its digest included.
//
//   offset  size  field
//   0       4     version 0
//   4       32    r, big-endian     ECDSA P-256 over SHA-256 of everything before the block
//   36      32    s, big-endian
//
// The block names no key and has no check word. Its form is kAbsent when the version is another one
// (erased flash) or all numbers are 0, kDamaged when r or s is no number that a signature can have.
inline constexpr std::size_t kSignatureBlockV1Bytes = 68;
struct SignatureBlockV1 {
  BlockForm form = BlockForm::kAbsent;
  Bytes r, s;  // borrowed; empty unless kReadable
};
SignatureBlockV1 decode_signature_block_v1(
    std::span<const std::byte, kSignatureBlockV1Bytes> bytes);

// Where the sector of a signed image starts: the image's end, padded to a sector.
constexpr std::uint32_t signature_sector_of(std::uint32_t image_bytes) {
  return align_up(image_bytes, kSignatureSectorBytes);
}

}  // namespace rota::formats
