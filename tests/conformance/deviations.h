// Where a comparison may differ from the recording, and how often. A deviation is declared by rule:
// `when` says in words which inputs and results it covers (the code that compares a kind of vectors
// holds the condition), `row` is the row of docs/compatibility.md with the reason and the test. No
// rule names a vector or a layout.
//
// `ceiling_per_thousand` is the share of a file's vectors above which the run fails, so that a rule
// can not quietly swallow more than it was made for.
#pragma once

#include <array>
#include <string_view>

namespace rota::conformance {

struct Deviation {
  std::string_view row;
  std::string_view when;
  double ceiling_per_thousand = 0;
};

namespace deviation {

inline constexpr Deviation kUnknownReservedRam{
    "IMG-1",
    "the bootloader refuses an image that the update API accepts, for RAM that this build of the "
    "bootloader occupies beyond what the recording lists",
    3};

}  // namespace deviation

// All of them, for the checks that every row exists and that no ceiling is forgotten.
inline constexpr std::array kAllDeviations{
    &deviation::kUnknownReservedRam,
};

}  // namespace rota::conformance
