// Is this image signed by a key that the device trusts? Secure Boot v2 (spec 4.9), strictly: an
// accepted block has its CRC, the scheme and curve of the device, a trusted key, the digest of
// these very bytes, and a valid signature. Uses OpenSSL, so it is linked into an executable of its
// own, not into `rota`.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "cli/refusal.h"
#include "core/flash.h"
#include "formats/signature_block.h"

namespace rota::cli {

using KeyDigest = std::array<std::byte, 32>;

struct SignaturePolicy {
  formats::SignatureScheme scheme{};
  std::vector<KeyDigest> trusted;
  unsigned blocks = formats::kSignatureBlockCount;  // how many the device looks at
};

enum class BlockVerdict : std::uint8_t {
  kAbsent,
  kDamaged,
  kOtherScheme,
  kUntrusted,
  kOtherImage,  // the digest in the block is not that of the image
  kBadSignature,
  kAccepted,
};
std::string_view name_of(BlockVerdict verdict);  // "untrusted_key": stable, for JSON
std::string_view meaning_of(BlockVerdict verdict);

struct CheckedBlock {
  BlockVerdict verdict{};
  formats::SignatureScheme scheme{};
  KeyDigest key_digest{};  // zero when the block can not be read
};

// Hashes `signed_range` and checks the blocks in the sector behind it. Refuses when the flash does.
Result<std::vector<CheckedBlock>, Refusal> check_signatures(core::Flash& flash,
                                                            core::FlashRange signed_range,
                                                            const SignaturePolicy& policy);

}  // namespace rota::cli
