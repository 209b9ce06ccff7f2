#include <bit>

#include "crypto/sha256_blocks.h"

namespace rota::crypto {
namespace {

std::uint32_t load_big_endian(const std::byte* from) {
  return (std::to_integer<std::uint32_t>(from[0]) << 24U) |
         (std::to_integer<std::uint32_t>(from[1]) << 16U) |
         (std::to_integer<std::uint32_t>(from[2]) << 8U) | std::to_integer<std::uint32_t>(from[3]);
}

// The message schedule: 16 words from the block, 48 derived from them.
std::array<std::uint32_t, 64> schedule(const std::byte* block) {
  std::array<std::uint32_t, 64> words;
  for (std::size_t i = 0; i < 16; ++i) words[i] = load_big_endian(block + 4 * i);
  for (std::size_t i = 16; i < 64; ++i) {
    const std::uint32_t early = words[i - 15];
    const std::uint32_t late = words[i - 2];
    const std::uint32_t sigma0 = std::rotr(early, 7) ^ std::rotr(early, 18) ^ (early >> 3U);
    const std::uint32_t sigma1 = std::rotr(late, 17) ^ std::rotr(late, 19) ^ (late >> 10U);
    words[i] = words[i - 16] + sigma0 + words[i - 7] + sigma1;
  }
  return words;
}

void fold_block(Sha256State& state, const std::byte* block) {
  const std::array<std::uint32_t, 64> words = schedule(block);
  auto [a, b, c, d, e, f, g, h] = state;
  for (std::size_t i = 0; i < 64; ++i) {
    const std::uint32_t sum1 = std::rotr(e, 6) ^ std::rotr(e, 11) ^ std::rotr(e, 25);
    const std::uint32_t choice = (e & f) ^ (~e & g);
    const std::uint32_t first = h + sum1 + choice + kSha256RoundConstants[i] + words[i];
    const std::uint32_t sum0 = std::rotr(a, 2) ^ std::rotr(a, 13) ^ std::rotr(a, 22);
    const std::uint32_t majority = (a & b) ^ (a & c) ^ (b & c);
    h = g;
    g = f;
    f = e;
    e = d + first;
    d = c;
    c = b;
    b = a;
    a = first + sum0 + majority;
  }
  const Sha256State folded = {a, b, c, d, e, f, g, h};
  for (std::size_t i = 0; i < state.size(); ++i) state[i] += folded[i];
}

}  // namespace

void sha256_blocks_portable(Sha256State& state, Bytes blocks) {
  for (std::size_t at = 0; at + kSha256BlockBytes <= blocks.size(); at += kSha256BlockBytes) {
    fold_block(state, blocks.data() + at);
  }
}

}  // namespace rota::crypto
