// The second-stage bootloader of a virtual board: finds its own settings in flash, carries out a
// core::BootPlan on the chip, and logs as a chip's bootloader does (spec section 3).
//
// It behaves by what it reads at the chip's bootloader offset (formats/bootloader_settings.h).
// Blank flash there means that the board does not start, and says so. A genuine bootloader of
// another maker has no settings of ours: it is taken for a stock one without rollback, and a line
// says so.
//
// Power contract: that of the plan: a cut anywhere is followed by a new plan from flash.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/boot_plan.h"
#include "core/efuses.h"
#include "core/flash.h"
#include "core/image_verifier.h"
#include "formats/bootloader_settings.h"
#include "formats/partition_table.h"

namespace rota::board {

// What the bootloader may ask about the moment of the reset.
struct BootCircumstances {
  core::ChipIdentity chip;
  bool is_power_on_reset = true;
  bool woke_from_deep_sleep = false;
  std::optional<core::FlashRange> retained_image;
  // 0 or 1; an undriven pin reads its pull-up. Absent: every pin reads 1.
  std::function<int(int pin)> pin_level;
  // One finished line for the console, without its end. Absent: silent.
  std::function<void(std::string_view)> log;
  // Milliseconds since the reset, for the log's time stamps. Absent: 0.
  std::function<std::uint32_t()> now_ms;
};

struct BootReport {
  enum class Result : std::uint8_t {
    kStarts,        // `position`, `range` and `image` name what runs now
    kResets,        // a reset that repeats for ever while flash stays as it is
    kDoesNotStart,  // no bootloader: the chip's ROM finds nothing
    kPowerLost,     // flash stopped answering: the power is off
  };
  Result result = Result::kDoesNotStart;
  std::string sentence;  // why, when nothing starts
  core::BootPosition position;
  core::FlashRange range;
  std::optional<core::ImageFacts> image;
  formats::BootloaderSettings settings;
  bool settings_are_assumed = false;
  std::uint32_t flash_bytes = 0;  // as the bootloader's header says
  formats::PartitionRows table;
  std::vector<core::AppliedRule> rules;
};

// What stands at the chip's bootloader offset.
struct BootloaderFound {
  formats::BootloaderSettings settings;
  bool settings_are_assumed = false;
  std::uint32_t flash_bytes = 0;
};
// Errors: kBootloaderMissing (blank or no image), kBootloaderSettings, read errors.
Result<BootloaderFound> find_bootloader(core::Flash& flash, const core::ChipIdentity& chip);

// One boot, up to the moment where the image would take over.
BootReport boot(core::Flash& flash, core::EFuses& efuses, const BootCircumstances& circumstances);

// "factory", "ota_3", "test".
std::string name_of(core::BootPosition position);

// A rule as a sentence: the text of core::describe with its place holders filled in.
std::string sentence_of(const core::AppliedRule& rule);

}  // namespace rota::board
