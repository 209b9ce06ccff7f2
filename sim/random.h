// Numbers that look random and are the same on every machine and compiler.
#pragma once

#include <cstdint>

namespace rota::sim {

// One step of SplitMix64: spreads every bit of the input over the output.
constexpr std::uint64_t mix(std::uint64_t value) {
  value += 0x9E3779B97F4A7C15ULL;
  value = (value ^ (value >> 30U)) * 0xBF58476D1CE4E5B9ULL;
  value = (value ^ (value >> 27U)) * 0x94D049BB133111EBULL;
  return value ^ (value >> 31U);
}
constexpr std::uint64_t mix(std::uint64_t first, std::uint64_t second) {
  return mix(mix(first) ^ second);
}

}  // namespace rota::sim
