// The keys of an encrypted NVS partition, as they lie in a partition of type data/nvs_keys
// (spec/nvs 9), itself protected by flash encryption:
//
//   offset  size  field
//   0       32    key that enciphers entries
//   32      32    key that enciphers their places (tweaks)
//   64      4     CRC of both (nvs_crc)
//   68      12    FF
#pragma once

#include <array>

#include "base/bytes.h"
#include "base/result.h"

namespace rota::formats {

inline constexpr std::uint8_t kDataNvsKeys = 0x04;  // subtype
inline constexpr std::size_t kNvsKeyBytes = 32;
inline constexpr std::size_t kNvsKeyCrcOffset = 2 * kNvsKeyBytes;
inline constexpr std::size_t kNvsKeyCrcBlockBytes = 16;
inline constexpr std::size_t kNvsKeyAreaBytes = kNvsKeyCrcOffset + kNvsKeyCrcBlockBytes;

struct NvsKeys {
  std::array<std::byte, kNvsKeyBytes> entries{};
  std::array<std::byte, kNvsKeyBytes> tweaks{};
};

// Errors: kNvsKeysMissing (everything is FF), kNvsKeysDamaged.
Result<NvsKeys> decode_nvs_keys(std::span<const std::byte, kNvsKeyAreaBytes> area);

// The block with the CRC, to be written behind the keys.
std::array<std::byte, kNvsKeyCrcBlockBytes> nvs_key_crc_block(const NvsKeys& keys);

// What is written, unencrypted, where keys are made: read back through flash decryption it is the
// keys. Without flash encryption the pattern itself is the key, which then protects nothing.
std::array<std::byte, kNvsKeyCrcOffset> nvs_key_seed();

}  // namespace rota::formats
