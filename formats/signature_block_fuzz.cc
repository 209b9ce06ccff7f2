// Any bytes as signature blocks of both schemes, and as settings of a bootloader. Invariants:
// - what is readable has its check word, and parts whose sizes are those of its scheme; what is not
//   readable has no parts;
// - the parts lie inside the block, so a change behind its check word changes nothing;
// - a Secure Boot v1 block is readable only if it names version 0 and is not all zero;
// - settings that decode encode to settings that decode to the same.
#include <algorithm>
#include <array>

#include "base/assert.h"
#include "crypto/crc32.h"
#include "formats/bootloader_settings.h"
#include "formats/signature_block.h"

namespace {

using namespace rota::formats;
using rota::Bytes;

constexpr std::size_t kCheckAt = 1196;

// The bytes of one coordinate. P-192 numbers stand in fields of 32 bytes, too.
std::size_t number_bytes(SignatureScheme scheme) {
  return scheme == SignatureScheme::kEcdsaP384 ? 48 : 32;
}

bool lies_in(Bytes part, Bytes whole) {
  return part.data() >= whole.data() && part.data() + part.size() <= whole.data() + whole.size();
}

void check_parts(const SignatureBlock& block, Bytes whole) {
  const bool is_rsa = block.scheme == SignatureScheme::kRsa3072;
  const std::size_t number = number_bytes(block.scheme);
  ROTA_ASSERT(block.scheme != SignatureScheme::kUnknown);
  ROTA_ASSERT(block.image_digest.size() ==
              (block.scheme == SignatureScheme::kEcdsaP384 ? std::size_t{48} : std::size_t{32}));
  ROTA_ASSERT(block.modulus.size() == (is_rsa ? kRsaModulusBytes : 0));
  ROTA_ASSERT(block.signature.size() == (is_rsa ? kRsaModulusBytes : 0));
  for (const Bytes part : {block.point_x, block.point_y, block.r, block.s}) {
    ROTA_ASSERT(part.size() == (is_rsa ? 0 : number));
    ROTA_ASSERT(part.empty() || lies_in(part, whole));
  }
  for (const Bytes part : {block.image_digest, block.modulus, block.exponent, block.signature}) {
    ROTA_ASSERT(part.empty() || lies_in(part, whole));
  }
}

void check_block(std::array<std::byte, kSignatureBlockBytes> bytes, bool repair) {
  const Bytes checked = Bytes(bytes).first(kCheckAt);
  if (repair) rota::store_u32(&bytes[kCheckAt], rota::crypto::crc32(checked));
  const SignatureBlock block = decode_signature_block(bytes);
  if (block.form == BlockForm::kReadable) {
    ROTA_ASSERT(rota::load_u32(&bytes[kCheckAt]) == rota::crypto::crc32(checked));
    check_parts(block, checked);
  } else {
    ROTA_ASSERT(block.image_digest.empty() && block.modulus.empty() && block.r.empty());
  }
  ROTA_ASSERT(!name_of(block.scheme).empty());
  auto other = bytes;
  other.back() ^= std::byte{0x55};
  ROTA_ASSERT(decode_signature_block(other).form == block.form);
}

void check_block_v1(std::span<const std::byte, kSignatureBlockV1Bytes> bytes) {
  const SignatureBlockV1 block = decode_signature_block_v1(bytes);
  const bool is_zero = std::all_of(bytes.begin() + 4, bytes.end(),
                                   [](std::byte value) { return value == std::byte{0}; });
  if (block.form != BlockForm::kReadable) {
    ROTA_ASSERT(block.r.empty() && block.s.empty());
    return;
  }
  ROTA_ASSERT(rota::load_u32(bytes.data()) == 0 && !is_zero);
  ROTA_ASSERT(block.r.size() == 32 && block.s.size() == 32);
}

// The segment as it is, and with what every segment begins and ends with.
void check_settings(Bytes input) {
  std::array<std::byte, kBootloaderSettingsBytes> segment = encode(BootloaderSettings{});
  constexpr std::size_t kFixedBytes = 6;  // magic and layout version
  const auto count =
      std::min(input.size(), kBootloaderSettingsBytes - kFixedBytes - sizeof(std::uint32_t));
  std::copy_n(input.begin(), count, segment.begin() + kFixedBytes);
  rota::store_u32(&segment[kBootloaderSettingsBytes - 4],
                  rota::crypto::crc32(Bytes(segment).first(kBootloaderSettingsBytes - 4)));
  for (const Bytes bytes : {input, Bytes(segment)}) {
    const auto settings = decode_bootloader_settings(bytes);
    if (!settings.ok()) continue;
    const auto again = decode_bootloader_settings(encode(*settings));
    ROTA_ASSERT(again.ok() && *again == *settings);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const Bytes input = std::as_bytes(std::span(data, size));
  if (input.size() >= kSignatureBlockV1Bytes) check_block_v1(input.first<kSignatureBlockV1Bytes>());

  std::array<std::byte, kSignatureBlockBytes> block{};
  std::copy_n(input.begin(), std::min(input.size(), block.size()), block.begin());
  check_block(block, false);
  check_block(block, true);

  check_settings(input);
  return 0;
}
