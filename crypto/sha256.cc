#include "crypto/sha256.h"

#include <algorithm>

#include "crypto/sha256_blocks.h"

namespace rota::crypto {
namespace {

// The first 32 bits of the fractions of the square roots of the first 8 primes.
constexpr Sha256State kInitialState = {
    0x6A09E667, 0xBB67AE85, 0x3C6EF372, 0xA54FF53A, 0x510E527F, 0x9B05688C, 0x1F83D9AB, 0x5BE0CD19,
};

// The message length ends the last block: 8 bytes, big-endian, in bits.
constexpr std::size_t kLengthOffset = kSha256BlockBytes - 8;

void store_big_endian(std::byte* to, std::uint32_t value) {
  to[0] = static_cast<std::byte>(value >> 24U);
  to[1] = static_cast<std::byte>((value >> 16U) & 0xFFU);
  to[2] = static_cast<std::byte>((value >> 8U) & 0xFFU);
  to[3] = static_cast<std::byte>(value & 0xFFU);
}

void fold(bool accelerated, Sha256State& state, Bytes blocks) {
  if (accelerated) {
    sha256_blocks_accelerated(state, blocks);
  } else {
    sha256_blocks_portable(state, blocks);
  }
}

}  // namespace

Sha256::Sha256() : state_(kInitialState), accelerated_(sha256_can_accelerate()) {}

void Sha256::update(Bytes bytes) {
  const std::size_t held = total_bytes_ % kSha256BlockBytes;
  total_bytes_ += bytes.size();
  if (held != 0) {
    const std::size_t taken = std::min(kSha256BlockBytes - held, bytes.size());
    std::copy_n(bytes.begin(), taken, block_.begin() + static_cast<std::ptrdiff_t>(held));
    bytes = bytes.subspan(taken);
    if (held + taken < kSha256BlockBytes) return;
    fold(accelerated_, state_, block_);
  }
  const std::size_t whole = bytes.size() - bytes.size() % kSha256BlockBytes;
  fold(accelerated_, state_, bytes.first(whole));
  std::copy(bytes.begin() + static_cast<std::ptrdiff_t>(whole), bytes.end(), block_.begin());
}

Sha256Digest Sha256::finish() {
  const std::uint64_t total_bits = total_bytes_ * 8;
  std::size_t held = total_bytes_ % kSha256BlockBytes;
  block_[held++] = std::byte{0x80};
  if (held > kLengthOffset) {
    std::fill(block_.begin() + static_cast<std::ptrdiff_t>(held), block_.end(), std::byte{0});
    fold(accelerated_, state_, block_);
    held = 0;
  }
  std::fill(block_.begin() + static_cast<std::ptrdiff_t>(held), block_.end(), std::byte{0});
  store_big_endian(block_.data() + kLengthOffset, static_cast<std::uint32_t>(total_bits >> 32U));
  store_big_endian(block_.data() + kLengthOffset + 4,
                   static_cast<std::uint32_t>(total_bits & 0xFFFFFFFFU));
  fold(accelerated_, state_, block_);

  Sha256Digest digest;
  for (std::size_t i = 0; i < state_.size(); ++i) {
    store_big_endian(digest.data() + 4 * i, state_[i]);
  }
  return digest;
}

Sha256Digest sha256(Bytes bytes) {
  Sha256 hash;
  hash.update(bytes);
  return hash.finish();
}

}  // namespace rota::crypto
