// Is this product's update sound? A list of checks on a flash, each finding with its weight, the
// remedy, and how sure it is. `rota doctor` prints them.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cli/flash_map.h"
#include "core/flash.h"

namespace rota::cli {

enum class Severity : std::uint8_t { kOk, kNote, kWarning, kError };
enum class Certainty : std::uint8_t {
  kSure,    // read from the flash
  kLikely,  // follows from what was read, unless something unusual is going on
  kUnknown  // can not be read from the flash
};
std::string_view name_of(Severity severity);    // "ok", "note", "warning", "error"
std::string_view name_of(Certainty certainty);  // "sure", "likely", "unknown"

struct DoctorFinding {
  std::string_view key;  // "rollback": stable, for JSON
  Severity severity{};
  Certainty certainty = Certainty::kSure;
  std::string finding;
  std::string remedy;  // empty: nothing to do
};

struct DoctorQuestion {
  BootQuestion boot;
  bool has_ota_data = true;                  // false: single files, no device's flash
  std::string flash_name;                    // as the person called it, for commands
  std::string today;                         // "2026-01-31"
  std::optional<std::uint8_t> burned_fuses;  // of a board: how many bits of the secure version
};

// Refuses when there is no partition table.
Result<std::vector<DoctorFinding>, Refusal> examine(core::Flash& flash,
                                                    const std::string& name,
                                                    const DoctorQuestion& question);

}  // namespace rota::cli
