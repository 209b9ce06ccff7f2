// What happens between a reset and the app: one call that the supervisor makes in its own process.
// The stage that boards run is board/bootloader; tests may put another one in its place.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "board/chip/board_settings.h"
#include "board/chip/board_state.h"
#include "core/efuses.h"
#include "core/flash.h"
#include "core/image_verifier.h"

namespace rota::board {

struct BootContext {
  core::ChipIdentity chip;
  ResetReason reason = ResetReason::kPowerOn;
  // The image that ran before deep sleep, when the board wakes from it.
  std::optional<core::FlashRange> retained_image;
  std::function<int(int pin)> pin_level;  // an undriven pin reads its pull-up
  std::function<std::uint32_t()> now_ms;  // since the reset
};

// Takes one finished line for the console, without its end.
using Console = std::function<void(std::string_view)>;

struct BootOutcome {
  enum class Kind : std::uint8_t {
    kStarts,        // `range` and `image` name what runs now
    kResets,        // the bootloader gives up and resets; `sentence` says why
    kDoesNotStart,  // the chip finds nothing to run; `sentence` says why
    kPowerLost,     // the power was cut meanwhile
  };
  Kind kind = Kind::kDoesNotStart;
  std::string sentence;
  std::string position;  // "factory", "ota_0"
  core::FlashRange range;
  core::ImageFacts image;
  std::uint32_t table_offset = 0;
  std::vector<std::string> rules;  // those that decided, as sentences, in order
};

using BootStage =
    std::function<BootOutcome(core::Flash&, core::EFuses&, const BootContext&, const Console&)>;

// The bootloader of every board: behaves by the settings that it finds in flash.
BootStage flash_bootloader();

// The chip of a board, as an image verifier wants it; a virtual board accepts native payloads.
core::ChipIdentity identity_of(const BoardSettings& settings);

}  // namespace rota::board
