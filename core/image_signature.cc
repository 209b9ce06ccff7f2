#include "core/image_signature.h"

#include <algorithm>
#include <array>

#include "crypto/crc32.h"
#include "crypto/sha256.h"
#include "formats/signature_block.h"

namespace rota::core {

namespace {

constexpr std::uint32_t kPieceBytes = 256;
constexpr std::uint32_t kCheckedBytes = 1196;  // of a block; its CRC-32 follows
constexpr std::uint32_t kDigestAt = 4;

// Hands `bytes` bytes from `start` on to `take`, piece by piece.
template <class Take>
Status for_each_piece(Flash& flash, FlashAddress start, std::uint32_t bytes, Take take) {
  std::array<std::byte, kPieceBytes> buffer{};
  for (std::uint32_t done = 0; done < bytes;) {
    const MutableBytes piece = MutableBytes(buffer).first(std::min(bytes - done, kPieceBytes));
    ROTA_TRY(flash.read(start + done, piece));
    take(Bytes(piece));
    done += static_cast<std::uint32_t>(piece.size());
  }
  return {};
}

// These two are not inlined: their buffers would lie on the stack of everything that is called
// after.
[[gnu::noinline]] Result<crypto::Sha256Digest> digest_of(Flash& flash,
                                                         FlashAddress start,
                                                         std::uint32_t bytes) {
  crypto::Sha256 hash;
  ROTA_TRY(for_each_piece(flash, start, bytes, [&](Bytes piece) { hash.update(piece); }));
  return hash.finish();
}

[[gnu::noinline]] Result<bool> is_over(Flash& flash,
                                       FlashAddress block,
                                       const crypto::Sha256Digest& digest,
                                       SignatureScheme scheme) {
  std::array<std::byte, kDigestAt + 32> head{};
  ROTA_TRY(flash.read(block, head));
  const bool is_ecdsa = scheme == SignatureScheme::kEcdsa;
  const std::byte version = is_ecdsa ? std::byte{3} : std::byte{2};
  if (head[0] != std::byte{0xE7} || head[1] != version) return false;

  std::uint32_t check = 0;
  ROTA_TRY(for_each_piece(flash, block, kCheckedBytes,
                          [&](Bytes piece) { check = crypto::crc32(piece, check); }));
  std::array<std::byte, 4> stored{};
  ROTA_TRY(flash.read(block + kCheckedBytes, stored));
  if (load_u32(stored.data()) != check) return false;
  // With P-384 the digest is SHA-384, which is not computed here.
  if (is_ecdsa && head[2] == std::byte{1}) return true;
  return std::equal(digest.begin(), digest.end(), head.begin() + kDigestAt);
}

// Secure Boot v1: the block stands directly behind the image.
[[gnu::noinline]] Status check_is_signed_v1(Flash& flash,
                                            FlashRange range,
                                            std::uint32_t image_bytes) {
  std::array<std::byte, formats::kSignatureBlockV1Bytes> block{};
  if (image_bytes > range.size_bytes || range.size_bytes - image_bytes < block.size()) {
    return Error::kImageSignatureInvalid;
  }
  ROTA_TRY(flash.read(range.start + image_bytes, block));
  if (formats::decode_signature_block_v1(block).form != formats::BlockForm::kReadable) {
    return Error::kImageSignatureInvalid;
  }
  return {};
}

}  // namespace

Status check_is_signed(Flash& flash,
                       const ChipIdentity& chip,
                       FlashRange range,
                       const SignatureDemand& demand) {
  const auto image_bytes = read_image_length(flash, chip, range);
  ROTA_TRY(image_bytes);
  if (demand.scheme == SignatureScheme::kEcdsaV1) {
    return check_is_signed_v1(flash, range, *image_bytes);
  }
  const std::uint32_t signed_bytes = formats::signature_sector_of(*image_bytes);
  if (signed_bytes > range.size_bytes ||
      range.size_bytes - signed_bytes < formats::kSignatureSectorBytes) {
    return Error::kImageSignatureInvalid;
  }
  const auto digest = digest_of(flash, range.start, signed_bytes);
  ROTA_TRY(digest);
  const std::uint32_t blocks = demand.only_first_block ? 1 : formats::kSignatureBlockCount;
  for (std::uint32_t i = 0; i < blocks; ++i) {
    const auto at = signed_bytes + i * static_cast<std::uint32_t>(formats::kSignatureBlockBytes);
    const auto matches = is_over(flash, range.start + at, *digest, demand.scheme);
    ROTA_TRY(matches);
    if (*matches) return {};
  }
  return Error::kImageSignatureInvalid;
}

}  // namespace rota::core
