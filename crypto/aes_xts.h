// XTS-AES-256 (IEEE 1619, FIPS 197) as NVS encryption and flash encryption use it: two AES-256
// keys, data units of whole 16-byte blocks, the unit's number as a 16-byte little-endian tweak.
// Portable code of our own, table look-ups: not for places where an attacker times each block.
// Freestanding.
#pragma once

#include <array>
#include <cstdint>

#include "base/bytes.h"

namespace rota::crypto {

// One key schedule, for both directions.
class Aes256 {
 public:
  static constexpr std::size_t kBlockBytes = 16;
  static constexpr std::size_t kKeyBytes = 32;

  explicit Aes256(std::span<const std::byte, kKeyBytes> key);
  void encrypt(std::span<std::byte, kBlockBytes> block) const;
  void decrypt(std::span<std::byte, kBlockBytes> block) const;

 private:
  static constexpr std::size_t kRounds = 14;
  using Block = std::array<std::uint8_t, kBlockBytes>;
  std::array<Block, kRounds + 1> round_keys_;
};

class XtsAes256 {
 public:
  XtsAes256(std::span<const std::byte, Aes256::kKeyBytes> data_key,
            std::span<const std::byte, Aes256::kKeyBytes> tweak_key)
      : data_(data_key), tweak_(tweak_key) {}

  // In place; `unit` is a multiple of 16 bytes (no ciphertext stealing).
  void encrypt(MutableBytes unit, std::uint64_t unit_number) const;
  void decrypt(MutableBytes unit, std::uint64_t unit_number) const;

 private:
  using Block = std::array<std::byte, Aes256::kBlockBytes>;
  Block first_tweak(std::uint64_t unit_number) const;

  Aes256 data_;
  Aes256 tweak_;
};

}  // namespace rota::crypto
