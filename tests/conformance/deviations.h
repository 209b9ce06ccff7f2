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

// Calls of the update API.
inline constexpr Deviation kNoHandleOnFailure{
    "API-1",
    "begin() fails while it erases: no handle stays open; the reference keeps one that blocks the "
    "partition",
    180};
inline constexpr Deviation kNoAssertion{
    "API-2", "write_with_offset on a sequential handle: an error instead of an assertion", 30};
inline constexpr Deviation kAppIsNoSlot{
    "API-3", "set_boot of an app partition that is no slot: refused instead of selecting slot 0",
    50};
inline constexpr Deviation kForbiddenWrite{
    "API-4",
    "a write to the running image, the table or the bootloader: an error instead of abort()", 30};
inline constexpr Deviation kNoDescription{
    "API-5",
    "anti-rollback, and an image without description is judged: an error or no secure version "
    "instead of an assertion",
    40};
inline constexpr Deviation kVersionFitsNoFuse{"API-20",
                                              "anti-rollback, and set_boot of an image whose "
                                              "secure version has more bits than the fuse field: "
                                              "refused instead of chosen",
                                              80};
inline constexpr Deviation kSequenceRange{
    "API-6", "the next sequence number would be 0 or at least 2^32-1: an error, or the next one",
    400};
inline constexpr Deviation kProtectionComesBack{
    "API-7", "after the update of a bootloader or a table, other writes are protected again", 20};
inline constexpr Deviation kKindOfImage{
    "API-8",
    "an image is judged as what its handle is meant for; the reference keeps one bootloader offset "
    "for all, set by the last handle",
    20};
// NVS.
inline constexpr Deviation kNvsChunkIndex{
    "NVS-1",
    "the reference's check of the last item on a page takes an earlier chunk of a blob for a "
    "duplicate and erases it (on a read-only partition: its mount fails); ours compares chunk "
    "indices",
    70};

}  // namespace deviation

// All of them, for the checks that every row exists and that no ceiling is forgotten.
inline constexpr std::array kAllDeviations{
    &deviation::kUnknownReservedRam,  &deviation::kDivisionByZero,
    &deviation::kSixteenSlotsAndTest, &deviation::kEndlessListSearch,
    &deviation::kNoHandleOnFailure,   &deviation::kNoAssertion,
    &deviation::kAppIsNoSlot,         &deviation::kForbiddenWrite,
    &deviation::kNoDescription,       &deviation::kSequenceRange,
    &deviation::kProtectionComesBack, &deviation::kKindOfImage,
    &deviation::kNvsChunkIndex,
};

}  // namespace rota::conformance
