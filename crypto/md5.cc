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

// How far each step rotates: four amounts per round of 16 steps, in turn.
constexpr std::array<std::array<int, 4>, 4> kRotations = {
    {{7, 12, 17, 22}, {5, 9, 14, 20}, {4, 11, 16, 23}, {6, 10, 15, 21}}};

struct Step {
  std::uint32_t mixed;
  std::size_t word;
};

Step step(std::size_t i, std::uint32_t b, std::uint32_t c, std::uint32_t d) {
  switch (i / 16) {
    case 0:
      return {(b & c) | (~b & d), i};
    case 1:
      return {(d & b) | (~d & c), (5 * i + 1) % 16};
    case 2:
      return {b ^ c ^ d, (3 * i + 5) % 16};
    default:
      return {c ^ (b | ~d), (7 * i) % 16};
  }
}

void fold_block(std::array<std::uint32_t, 4>& state, const std::byte* block) {
  auto [a, b, c, d] = state;
  for (std::size_t i = 0; i < 64; ++i) {
    const auto [mixed, word] = step(i, b, c, d);
    const std::uint32_t sum = a + mixed + kSines[i] + load_u32(block + 4 * word);
    a = d;
    d = c;
    c = b;
    b += std::rotl(sum, kRotations[i / 16][i % 4]);
  }
  state[0] += a;
  state[1] += b;
  state[2] += c;
  state[3] += d;
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
