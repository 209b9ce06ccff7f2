// What can go wrong in one flash or fuse operation, and how it is written down in a token.
//
//   kind            program                            erase                         fuse burn
//   cut-before      nothing happened                   the same                      the same
//   cut-after       all of it, then the power went     the same                      the same
//   torn-bytes      the first `value` bytes            the first `value` bytes       -
//   torn-bits       each bit that goes to 0 may have   each 0 may have become 1      some of the
//   bits pre-program     -                                  random bits went to 0 first   -
//   unstable        the bits it names read 0 or 1, different at each read, until their sector is
//                   erased again (value mod 3: 0 all of them, 1 one or few, 2 about half)
//   lying           reported as done, nothing stored   the same                      the same
//   error           refused, nothing stored            the same                      the same
//   error-half      refused, half of it stored         the same                      -
//   worn            -                                  done, but some bits stay at 0 for ever
//
// `value` of the random kinds is a seed. After a cut the power is off; after the last four the
// program goes on.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace rota::sim {

enum class FaultKind : std::uint8_t {
  kCutBefore,
  kCutAfter,
  kTornBytes,
  kTornBits,
  kPreProgram,
  kUnstable,
  kLying,
  kError,
  kErrorHalf,
  kWorn,
};
inline constexpr std::array<std::string_view, 10> kFaultNames{
    "cut-before", "cut-after", "torn-bytes", "torn-bits",  "pre-program",
    "unstable",   "lying",     "error",      "error-half", "worn"};

constexpr bool ends_in_cut(FaultKind kind) { return kind <= FaultKind::kUnstable; }
constexpr bool is_whole_operation(FaultKind kind) { return kind <= FaultKind::kCutAfter; }

// `value` of torn-bits from here on: a bit of the state word of a record.
inline constexpr std::uint32_t kStateBit = 100;
// And of an erase: the check word is erased before the rest.
inline constexpr std::uint32_t kCheckWordOnly = 107;
constexpr bool is_state_bit(std::uint64_t value) {
  return value >= kStateBit && value < kStateBit + 8;
}

struct Fault {
  FaultKind kind = FaultKind::kCutBefore;
  std::uint32_t value = 0;
};

enum class OperationKind : std::uint8_t { kProgram, kErase, kBurn };

struct Operation {
  OperationKind kind = OperationKind::kProgram;
  std::uint32_t start = 0;  // kBurn: the bits
  std::uint32_t bytes = 0;
};

}  // namespace rota::sim
