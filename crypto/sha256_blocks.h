// The inner loop of SHA-256 (FIPS 180-4, section 6.2.2): folds whole blocks of 64 bytes into the
// eight words of the state. Sha256 picks one of the two per object; tests compare them. The spans
// hold a multiple of 64 bytes. Freestanding.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "base/bytes.h"

namespace rota::crypto {

using Sha256State = std::array<std::uint32_t, 8>;

inline constexpr std::size_t kSha256BlockBytes = 64;

// The round constants: the first 32 bits of the fractions of the cube roots of the first 64 primes.
extern const std::array<std::uint32_t, 64> kSha256RoundConstants;

void sha256_blocks_portable(Sha256State& state, Bytes blocks);

// Whether this processor can. False wherever no accelerated loop was built. Costs a call, no more.
bool sha256_can_accelerate();

// Only after sha256_can_accelerate() said yes.
void sha256_blocks_accelerated(Sha256State& state, Bytes blocks);

}  // namespace rota::crypto
