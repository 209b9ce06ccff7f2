#include "crypto/md5.h"

#include <algorithm>
#include <bit>

namespace rota::crypto {
namespace {

constexpr std::size_t kBlockBytes = 64;
constexpr std::size_t kLengthOffset = kBlockBytes - 8;  // the length in bits, little-endian

// floor(2^32 * |sin(i + 1)|)
constexpr std::array<std::uint32_t, 64> kSines = {
    0xD76AA478, 0xE8C7B756, 0x242070DB, 0xC1BDCEEE, 0xF57C0FAF, 0x4787C62A, 0xA8304613, 0xFD469501,
    0x698098D8, 0x8B44F7AF, 0xFFFF5BB1, 0x895CD7BE, 0x6B901122, 0xFD987193, 0xA679438E, 0x49B40821,
    0xF61E2562, 0xC040B340, 0x265E5A51, 0xE9B6C7AA, 0xD62F105D, 0x02441453, 0xD8A1E681, 0xE7D3FBC8,
    0x21E1CDE6, 0xC33707D6, 0xF4D50D87, 0x455A14ED, 0xA9E3E905, 0xFCEFA3F8, 0x676F02D9, 0x8D2A4C8A,
    0xFFFA3942, 0x8771F681, 0x6D9D6122, 0xFDE5380C, 0xA4BEEA44, 0x4BDECFA9, 0xF6BB4B60, 0xBEBFBC70,
    0x289B7EC6, 0xEAA127FA, 0xD4EF3085, 0x04881D05, 0xD9D4D039, 0xE6DB99E5, 0x1FA27CF8, 0xC4AC5665,
    0xF4292244, 0x432AFF97, 0xAB9423A7, 0xFC93A039, 0x655B59C3, 0x8F0CCC92, 0xFFEFF47D, 0x85845DD1,
    0x6FA87E4F, 0xFE2CE6E0, 0xA3014314, 0x4E0811A1, 0xF7537E82, 0xBD3AF235, 0x2AD7D2BB, 0xEB86D391,
};

using State = std::array<std::uint32_t, 4>;
using Words = std::array<std::uint32_t, 16>;

// What differs between the four rounds of 16 steps: how three words are mixed, which word of the
// block comes in at step i (first + stride * i), and how far four steps in turn rotate.
struct Round {
  std::size_t first_word;
  std::size_t stride;
  std::array<int, 4> rotations;
};

template <std::size_t kNumber, Round kRound, class Mix>
void fold_round(State& state, const Words& words, Mix mix) {
  auto [a, b, c, d] = state;
  const auto step = [&](std::size_t i, std::uint32_t& into, std::uint32_t x, std::uint32_t y,
                        std::uint32_t z) {
    const std::uint32_t word = words[(kRound.first_word + kRound.stride * i) % 16];
    into = x + std::rotl(into + mix(x, y, z) + kSines[16 * kNumber + i] + word,
                         kRound.rotations[i % 4]);
  };
  for (std::size_t i = 0; i < 16; i += 4) {
    step(i, a, b, c, d);
    step(i + 1, d, a, b, c);
    step(i + 2, c, d, a, b);
    step(i + 3, b, c, d, a);
  }
  state = {a, b, c, d};
}

void fold_block(State& state, const std::byte* block) {
  Words words;
  for (std::size_t i = 0; i < words.size(); ++i) words[i] = load_u32(block + 4 * i);
  State folded = state;
  using Word = std::uint32_t;
  fold_round<0, Round{0, 1, {7, 12, 17, 22}}>(
      folded, words, [](Word b, Word c, Word d) { return (b & c) | (~b & d); });
  fold_round<1, Round{1, 5, {5, 9, 14, 20}}>(
      folded, words, [](Word b, Word c, Word d) { return (d & b) | (~d & c); });
  fold_round<2, Round{5, 3, {4, 11, 16, 23}}>(folded, words,
                                              [](Word b, Word c, Word d) { return b ^ c ^ d; });
  fold_round<3, Round{0, 7, {6, 10, 15, 21}}>(folded, words,
                                              [](Word b, Word c, Word d) { return c ^ (b | ~d); });
  for (std::size_t i = 0; i < state.size(); ++i) state[i] += folded[i];
}

}  // namespace

Md5::Md5() : state_{0x67452301, 0xEFCDAB89, 0x98BADCFE, 0x10325476} {}

void Md5::update(Bytes bytes) {
  std::size_t held = total_bytes_ % kBlockBytes;
  total_bytes_ += bytes.size();
  while (!bytes.empty()) {
    const std::size_t taken = std::min(kBlockBytes - held, bytes.size());
    std::copy_n(bytes.begin(), taken, block_.begin() + static_cast<std::ptrdiff_t>(held));
    bytes = bytes.subspan(taken);
    held += taken;
    if (held < kBlockBytes) return;
    fold_block(state_, block_.data());
    held = 0;
  }
}

Md5Digest Md5::finish() {
  const std::uint64_t total_bits = total_bytes_ * 8;
  std::size_t held = total_bytes_ % kBlockBytes;
  block_[held++] = std::byte{0x80};
  if (held > kLengthOffset) {
    std::fill(block_.begin() + static_cast<std::ptrdiff_t>(held), block_.end(), std::byte{0});
    fold_block(state_, block_.data());
    held = 0;
  }
  std::fill(block_.begin() + static_cast<std::ptrdiff_t>(held), block_.end(), std::byte{0});
  store_u32(block_.data() + kLengthOffset, static_cast<std::uint32_t>(total_bits & 0xFFFFFFFFU));
  store_u32(block_.data() + kLengthOffset + 4, static_cast<std::uint32_t>(total_bits >> 32U));
  fold_block(state_, block_.data());

  Md5Digest digest;
  for (std::size_t i = 0; i < state_.size(); ++i) store_u32(digest.data() + 4 * i, state_[i]);
  return digest;
}

Md5Digest md5(Bytes bytes) {
  Md5 hash;
  hash.update(bytes);
  return hash.finish();
}

}  // namespace rota::crypto
