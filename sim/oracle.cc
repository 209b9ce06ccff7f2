#include "sim/oracle.h"

#include <array>

namespace rota::sim {

namespace {

constexpr std::uint32_t kPending = 1;
constexpr std::uint32_t kValid = 2;
constexpr std::uint32_t kInvalid = 3;
constexpr std::uint32_t kAborted = 4;
constexpr std::uint32_t kBlank = 0xFFFFFFFF;

std::uint32_t little_endian(std::span<const std::byte> bytes, std::size_t at) {
  std::uint32_t value = 0;
  for (std::size_t i = 4; i-- > 0;)
    value = value << 8U | std::to_integer<std::uint32_t>(bytes[at + i]);
  return value;
}

// CRC-32 with the start value FFFFFFFF, which makes its register start at 0; bit by bit.
std::uint32_t check_word(std::uint32_t sequence) {
  std::uint32_t rest = sequence;
  for (int bit = 0; bit < 32; ++bit) rest = (rest >> 1U) ^ ((rest & 1U) != 0 ? 0xEDB88320U : 0U);
  return ~rest;
}

}  // namespace

std::string_view name_of(Verdict verdict) {
  constexpr std::array<std::string_view, 11> kNames{"fine",
                                                    "nothing boots",
                                                    "an unknown image runs",
                                                    "another image runs",
                                                    "an unconfirmed image runs without trial",
                                                    "factory changed",
                                                    "secure version too high",
                                                    "keeps changing",
                                                    "next update refused",
                                                    "fetched too much again",
                                                    "goal missed"};
  return kNames[static_cast<std::size_t>(verdict)];
}

bool OracleRecord::is_usable() const {
  return sequence != kBlank && state != kInvalid && state != kAborted &&
         check == check_word(sequence);
}

OracleRecord oracle_record(std::span<const std::byte> ota_data, int sector) {
  const std::size_t at = sector == 0 ? 0 : 0x1000;
  return {little_endian(ota_data, at), little_endian(ota_data, at + 24),
          little_endian(ota_data, at + 28)};
}

int oracle_record_in_charge(std::span<const std::byte> ota_data) {
  const OracleRecord first = oracle_record(ota_data, 0);
  const OracleRecord second = oracle_record(ota_data, 1);
  if (first.is_usable() && second.is_usable()) return first.sequence >= second.sequence ? 0 : 1;
  if (first.is_usable()) return 0;
  return second.is_usable() ? 1 : -1;
}

int oracle_slot_in_charge(std::span<const std::byte> ota_data,
                          std::uint32_t slot_count,
                          bool has_rollback) {
  int found = -1;
  std::uint32_t largest = 0;
  for (int sector = 0; sector < 2; ++sector) {
    const OracleRecord record = oracle_record(ota_data, sector);
    const bool is_over = has_rollback && record.state == kPending;
    if (!record.is_usable() || is_over) continue;
    if (found >= 0 && record.sequence <= largest) continue;
    largest = record.sequence;
    found = static_cast<int>((record.sequence - 1) % slot_count);
  }
  return found;
}

Verdict judge_start(const Start& start, Facts& facts) {
  if (start.image == ImageId::kNone) return Verdict::kUnknownImage;
  unsigned burned = 0;
  for (std::uint32_t bits = start.fuses; bits != 0; bits &= bits - 1) ++burned;
  if (burned > facts.confirmed_version) return Verdict::kCounterTooHigh;
  if (start.image == facts.confirmed) return Verdict::kFine;
  if (start.image != facts.candidate) return Verdict::kAnotherImage;

  const int in_charge = oracle_record_in_charge(start.ota_data);
  const OracleRecord record =
      in_charge < 0 ? OracleRecord{} : oracle_record(start.ota_data, in_charge);
  const bool names_it =
      in_charge >= 0 && start.is_slot && (record.sequence - 1) % start.slot_count == start.slot;
  if (facts.confirmation_began) {
    // Seen confirmed by everybody: from now on going back would be a loss.
    const bool is_confirmed = names_it && (record.state == kValid || record.state == kBlank);
    if (is_confirmed && start.records_are_readable) facts.confirmed = start.image;
    return Verdict::kFine;
  }
  const bool on_trial = start.has_rollback && names_it && record.state == kPending;
  return on_trial || !start.records_are_readable ? Verdict::kFine : Verdict::kNoTrial;
}

}  // namespace rota::sim
