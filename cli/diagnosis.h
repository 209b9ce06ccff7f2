// What a person sees on a board and did not expect, explained: why the image that they flashed does
// not start, why the old one is back, what the next update overwrites, whether there is a way back.
// Each finding is one or more sentences with the cause and the next step. `rota why` prints them.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cli/flash_map.h"

namespace rota::cli {

struct Finding {
  std::string_view key;  // "never_confirmed": stable, for JSON
  std::string sentence;
};

// What else is asked about the same flash.
struct DiagnosisContext {
  std::string flash_name;                        // as the person called it, for commands
  const BootForecast* other_rollback = nullptr;  // the decision with rollback the other way round
  std::uint32_t secure_version_fuses = 0;
};

// The most important finding first. Reads flash for what lies outside the partitions.
std::vector<Finding> diagnose(core::Flash& flash,
                              const FlashPicture& picture,
                              const DiagnosisContext& context);

// The slot that the next update writes: round robin after the slot that boots (spec 5.4.5).
// nullptr: none, or the one that boots.
const SlotPicture* next_update_slot(const FlashPicture& picture);

// Whether the image that boots could go back, and to which; spec 5.4.13.
struct WayBack {
  bool is_possible = false;
  core::BootPosition position;  // of the image that would start
  std::string_view obstacle;    // why not
};
WayBack way_back(const FlashPicture& picture);

// 1 when `a` was built after `b`, -1 before, 0 when neither the build times nor the versions tell.
int compare_age(const formats::AppDescription& a, const formats::AppDescription& b);

}  // namespace rota::cli
