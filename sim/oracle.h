// What may run after a fault, judged by bytes alone. Shares no code with core/: it has its own
// reading of OTA data, its own CRC and its own idea of which image is where, so that a mistake of
// the core is not repeated here.
//
// After every fault: within 3 clean boots the board runs an image that is, byte for byte, the
// confirmed one, or the new one on trial, or the new one whose confirmation had begun; from boot 3
// on it is the same one every time; an image that nobody confirmed runs on trial only; the factory
// image is untouched; the secure version is never above what is confirmed; the next update works.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "sim/board_state.h"

namespace rota::sim {

enum class Verdict : std::uint8_t {
  kFine,
  kNothingBoots,
  kUnknownImage,  // not byte for byte an image that was ever offered
  kAnotherImage,  // neither the confirmed one nor the candidate
  kNoTrial,       // an unconfirmed image runs without trial
  kFactoryChanged,
  kCounterTooHigh,
  kKeepsChanging,  // boot 3 and a later one differ
  kUpdateRefused,  // the next update does not arrive
  kFetchedAgain,   // more than a sector and a header of a download
  kGoalMissed,     // a run without faults does not do what its scenario is for
};
std::string_view name_of(Verdict verdict);

// What the oracle looks at, right after a bootloader started an image.
struct Start {
  std::span<const std::byte> ota_data;  // both sectors, as stored
  std::uint32_t fuses = 0;
  ImageId image = ImageId::kNone;  // by content
  std::uint32_t slot = 0;          // number of the slot that started, if it is one
  bool is_slot = false;
  std::uint32_t slot_count = 0;
  bool has_rollback = false;
  bool records_are_readable = true;  // false: cells of OTA data are unstable
};

// Also keeps the facts up to date: a candidate whose confirmation is on flash is the confirmed one.
Verdict judge_start(const Start& start, Facts& facts);

// The record in charge as the oracle reads it. -1: none.
struct OracleRecord {
  std::uint32_t sequence = 0;
  std::uint32_t state = 0;
  std::uint32_t check = 0;

  bool is_usable() const;
};
OracleRecord oracle_record(std::span<const std::byte> ota_data, int sector);
int oracle_record_in_charge(std::span<const std::byte> ota_data);

// The slot that the next boot must try first; -1: no record counts. With rollback a trial that was
// not confirmed is over.
int oracle_slot_in_charge(std::span<const std::byte> ota_data,
                          std::uint32_t slot_count,
                          bool has_rollback);

}  // namespace rota::sim
