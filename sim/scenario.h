// The stories that a sweep tells. A scenario is a start state and what the application does each
// time it runs; the application looks at flash and fuses only, so a run can go on from any state.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "sim/test_board.h"

namespace rota::sim {

enum class StartState : std::uint8_t {
  kBlank,         // OTA data blank: factory runs, or version 1 in slot 0
  kOneConfirmed,  // version 1 in slot 0
  kTwoConfirmed,  // version 2 in slot 1 runs, version 1 in slot 0
  kOnTrial,       // like kTwoConfirmed, and `offered` selected for its first start
};

enum class Act : std::uint8_t {
  kNothing,
  kUpdate,    // to `offered`, then to `then_offered`
  kConfirm,   // confirm at every start
  kSameSlot,  // begin an update, give it up, select the running slot again
  kReturnToFactory,
  kEraseInactive,  // give up the previous image and its record
};

enum class Method : std::uint8_t {
  kNativeSequential,
  kNativeBulk,
  kStreamSequential,
  kStreamBulk,
  kRanges,
  kResume,      // remembers in NVS how far it came
  kLostStream,  // as kResume; and the first connection breaks in the middle
  kStagedCopy,  // into one slot, then copied to another
};

struct Scenario {
  std::string_view name;
  std::string_view what;
  StartState start = StartState::kTwoConfirmed;
  Act act = Act::kNothing;
  Method method = Method::kNativeSequential;
  ImageId offered = ImageId::kNone;
  ImageId then_offered = ImageId::kNone;
  bool writes_nvs = false;        // between all steps
  bool corrupts_image = false;    // the server sends one wrong byte
  ImageId goal = ImageId::kNone;  // runs and is confirmed at the end of a run without faults
};

std::span<const Scenario> all_scenarios();
const Scenario* find_scenario(std::string_view name);
// Whether it makes sense on such a board.
bool applies(const Scenario& scenario, const Configuration& configuration);
// Puts the start state on a blank chip.
void prepare(const Scenario& scenario, const TestBoard& board, FaultyChip& chip);

}  // namespace rota::sim
