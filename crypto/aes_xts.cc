#include "crypto/aes_xts.h"

#include "base/assert.h"

namespace rota::crypto {
namespace {

// Multiplication by x in GF(2^8), modulo x^8 + x^4 + x^3 + x + 1.
constexpr std::uint8_t doubled(std::uint8_t value) {
  return static_cast<std::uint8_t>((value & 0x7FU) << 1U ^ ((value & 0x80U) != 0 ? 0x1BU : 0U));
}

constexpr std::uint8_t product(std::uint8_t a, std::uint8_t b) {
  std::uint8_t sum = 0;
  for (; b != 0; b = static_cast<std::uint8_t>(b >> 1U)) {
    if ((b & 1U) != 0) sum ^= a;
    a = doubled(a);
  }
  return sum;
}

constexpr std::uint8_t rotated_left(std::uint8_t value, unsigned bits) {
  return static_cast<std::uint8_t>((value << bits) | (value >> (8U - bits)));
}

using Table = std::array<std::uint8_t, 256>;

// FIPS 197, 5.1.1: the inverse, then an affine map. 3 generates the group, so powers of 3 and of
// its inverse walk over all pairs.
constexpr Table make_substitution() {
  Table table{};
  std::uint8_t power = 1;
  std::uint8_t inverse = 1;
  do {
    power = product(power, 0x03);
    inverse = product(inverse, 0xF6);  // 1/3
    table[power] =
        static_cast<std::uint8_t>(inverse ^ rotated_left(inverse, 1) ^ rotated_left(inverse, 2) ^
                                  rotated_left(inverse, 3) ^ rotated_left(inverse, 4) ^ 0x63U);
  } while (power != 1);
  table[0] = 0x63;
  return table;
}

constexpr Table inverted(const Table& table) {
  Table inverse{};
  for (std::size_t i = 0; i < table.size(); ++i) inverse[table[i]] = static_cast<std::uint8_t>(i);
  return inverse;
}

constexpr Table times(std::uint8_t factor) {
  Table table{};
  for (std::size_t i = 0; i < table.size(); ++i) {
    table[i] = product(static_cast<std::uint8_t>(i), factor);
  }
  return table;
}

constexpr Table kSubstitution = make_substitution();
constexpr Table kInverseSubstitution = inverted(kSubstitution);
constexpr Table kTimes9 = times(9);
constexpr Table kTimes11 = times(11);
constexpr Table kTimes13 = times(13);
constexpr Table kTimes14 = times(14);

using State = std::array<std::uint8_t, Aes256::kBlockBytes>;

State loaded(std::span<const std::byte, Aes256::kBlockBytes> block) {
  State state{};
  for (std::size_t i = 0; i < state.size(); ++i) state[i] = std::to_integer<std::uint8_t>(block[i]);
  return state;
}

void store(const State& state, std::span<std::byte, Aes256::kBlockBytes> block) {
  for (std::size_t i = 0; i < state.size(); ++i) block[i] = std::byte{state[i]};
}

void add(State& state, const State& key) {
  for (std::size_t i = 0; i < state.size(); ++i) state[i] ^= key[i];
}

// Byte i is row i % 4 of column i / 4; row r moves r columns to the left.
void substitute_and_shift(State& state) {
  State from = state;
  for (std::size_t i = 0; i < state.size(); ++i) {
    state[i] = kSubstitution[from[(i + 4 * (i % 4)) % state.size()]];
  }
}

void shift_back_and_substitute(State& state) {
  State from = state;
  for (std::size_t i = 0; i < state.size(); ++i) {
    state[(i + 4 * (i % 4)) % state.size()] = kInverseSubstitution[from[i]];
  }
}

void mix_columns(State& state) {
  for (std::size_t at = 0; at < state.size(); at += 4) {
    const std::array<std::uint8_t, 4> column = {state[at], state[at + 1], state[at + 2],
                                                state[at + 3]};
    for (std::size_t row = 0; row < 4; ++row) {
      const std::uint8_t own = column[row];
      const std::uint8_t next = column[(row + 1) % 4];
      state[at + row] =
          static_cast<std::uint8_t>(doubled(static_cast<std::uint8_t>(own ^ next)) ^ next ^
                                    column[(row + 2) % 4] ^ column[(row + 3) % 4]);
    }
  }
}

void mix_columns_back(State& state) {
  for (std::size_t at = 0; at < state.size(); at += 4) {
    const std::array<std::uint8_t, 4> column = {state[at], state[at + 1], state[at + 2],
                                                state[at + 3]};
    for (std::size_t row = 0; row < 4; ++row) {
      state[at + row] = static_cast<std::uint8_t>(
          kTimes14[column[row]] ^ kTimes11[column[(row + 1) % 4]] ^
          kTimes13[column[(row + 2) % 4]] ^ kTimes9[column[(row + 3) % 4]]);
    }
  }
}

}  // namespace

Aes256::Aes256(std::span<const std::byte, kKeyBytes> key) {
  // FIPS 197, 5.2: words of four bytes, each from the one before and the one eight before.
  constexpr std::size_t kKeyWords = kKeyBytes / 4;
  constexpr std::size_t kWords = (kRounds + 1) * 4;
  std::array<std::array<std::uint8_t, 4>, kWords> words{};
  for (std::size_t i = 0; i < kKeyBytes; ++i) {
    words[i / 4][i % 4] = std::to_integer<std::uint8_t>(key[i]);
  }
  std::uint8_t round_constant = 1;
  for (std::size_t i = kKeyWords; i < kWords; ++i) {
    std::array<std::uint8_t, 4> word = words[i - 1];
    if (i % kKeyWords == 0) {
      word = {static_cast<std::uint8_t>(kSubstitution[word[1]] ^ round_constant),
              kSubstitution[word[2]], kSubstitution[word[3]], kSubstitution[word[0]]};
      round_constant = doubled(round_constant);
    } else if (i % kKeyWords == 4) {
      for (std::uint8_t& byte : word) byte = kSubstitution[byte];
    }
    for (std::size_t j = 0; j < 4; ++j) {
      words[i][j] = static_cast<std::uint8_t>(words[i - kKeyWords][j] ^ word[j]);
    }
  }
  for (std::size_t i = 0; i < kWords; ++i) {
    for (std::size_t j = 0; j < 4; ++j) round_keys_[i / 4][i % 4 * 4 + j] = words[i][j];
  }
}

void Aes256::encrypt(std::span<std::byte, kBlockBytes> block) const {
  State state = loaded(block);
  add(state, round_keys_[0]);
  for (std::size_t round = 1; round < kRounds; ++round) {
    substitute_and_shift(state);
    mix_columns(state);
    add(state, round_keys_[round]);
  }
  substitute_and_shift(state);
  add(state, round_keys_[kRounds]);
  store(state, block);
}

void Aes256::decrypt(std::span<std::byte, kBlockBytes> block) const {
  State state = loaded(block);
  add(state, round_keys_[kRounds]);
  for (std::size_t round = kRounds - 1; round > 0; --round) {
    shift_back_and_substitute(state);
    add(state, round_keys_[round]);
    mix_columns_back(state);
  }
  shift_back_and_substitute(state);
  add(state, round_keys_[0]);
  store(state, block);
}

namespace {

using TweakBlock = std::array<std::byte, Aes256::kBlockBytes>;

void add(std::span<std::byte, Aes256::kBlockBytes> block, const TweakBlock& tweak) {
  for (std::size_t i = 0; i < tweak.size(); ++i) block[i] ^= tweak[i];
}

// Multiplication by x in GF(2^128), modulo x^128 + x^7 + x^2 + x + 1; byte 0 is the lowest.
void advance(TweakBlock& tweak) {
  unsigned carry = 0;
  for (std::byte& byte : tweak) {
    const unsigned shifted = std::to_integer<unsigned>(byte) << 1U | carry;
    carry = shifted >> 8U;
    byte = static_cast<std::byte>(shifted & 0xFFU);
  }
  if (carry != 0) tweak[0] ^= std::byte{0x87};
}

}  // namespace

XtsAes256::Block XtsAes256::first_tweak(std::uint64_t unit_number) const {
  Block tweak{};
  for (std::size_t i = 0; i < 8; ++i) {
    tweak[i] = static_cast<std::byte>(unit_number >> (8U * i) & 0xFFU);
  }
  tweak_.encrypt(tweak);
  return tweak;
}

void XtsAes256::encrypt(MutableBytes unit, std::uint64_t unit_number) const {
  ROTA_ASSERT(unit.size() % Aes256::kBlockBytes == 0);
  Block tweak = first_tweak(unit_number);
  for (std::size_t at = 0; at < unit.size(); at += Aes256::kBlockBytes) {
    const auto block = unit.subspan(at).first<Aes256::kBlockBytes>();
    add(block, tweak);
    data_.encrypt(block);
    add(block, tweak);
    advance(tweak);
  }
}

void XtsAes256::decrypt(MutableBytes unit, std::uint64_t unit_number) const {
  ROTA_ASSERT(unit.size() % Aes256::kBlockBytes == 0);
  Block tweak = first_tweak(unit_number);
  for (std::size_t at = 0; at < unit.size(); at += Aes256::kBlockBytes) {
    const auto block = unit.subspan(at).first<Aes256::kBlockBytes>();
    add(block, tweak);
    data_.decrypt(block);
    add(block, tweak);
    advance(tweak);
  }
}

}  // namespace rota::crypto
