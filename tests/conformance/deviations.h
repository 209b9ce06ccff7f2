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

// Boots.
inline constexpr Deviation kDivisionByZero{
    "BOOT-1",
    "the anti-rollback bootloader divides by zero (a usable record and no OTA slot); ours resets",
    110};
inline constexpr Deviation kSixteenSlotsAndTest{
    "OTA-1",
    "the API stops with an assertion in a table with 16 slots and a test app; ours answers", 45};
inline constexpr Deviation kEndlessListSearch{
    "BOOT-2", "the search in a label list never ends; ours does", 40};

}  // namespace deviation

// All of them, for the checks that every row exists and that no ceiling is forgotten.
inline constexpr std::array kAllDeviations{
    &deviation::kUnknownReservedRam,
    &deviation::kDivisionByZero,
    &deviation::kSixteenSlotsAndTest,
    &deviation::kEndlessListSearch,
};

}  // namespace rota::conformance
