// A story: something that a device attempts, in one boot, over borders that may fail.
//
// What must hold for each call of each border that fails in each way:
//  1. The attempt reports an error, or it truly reached its goal: then the goal is there.
//  2. The board would boot a sound image (sim/oracle.h), now and in later boots, and takes the next
//     update.
//  3. Nothing is left open: no update, no named-value handle, no descriptor, no task, no memory.
//  4. The same attempt, again and in the same boot, succeeds, and reaches the goal.
#pragma once

#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "tests/failing_calls/calls.h"

namespace rota::failing {

// Mistakes that the self-test makes on purpose: the sweep must notice each.
enum class Seeded : std::uint8_t {
  kNothing,
  kHandleIsLeft,        // after a failure the update is not given up
  kErrorIsSwallowed,    // a failed confirmation is taken for a good one
  kSwitchesAllTheSame,  // failed writes are ignored and the image is chosen without verification
  kMemoryIsLeft,        // the device forgets to free what a failed call made
  kDescriptorIsLeft,    // ... to close
};

class Story {
 public:
  virtual ~Story() = default;

  // What the device does; true when it reports success. Everything that fails is cleaned up as a
  // careful program does it.
  virtual bool attempt() = 0;
  // What is open that should not be; "" when nothing is.
  virtual std::string leftovers() = 0;
  // What is wrong with the board; "" when it is sound. `reached`: the attempt reported success, so
  // its goal has to be there. Leaves the board as it was.
  virtual std::string judge(bool reached) = 0;
  // Ends the boot, and says what outlives it.
  virtual std::string end() { return {}; }
};

struct StoryKind {
  std::string_view name;
  std::string_view what;
  std::function<std::unique_ptr<Story>(Calls& calls, Seeded seeded)> make;
  bool has_fixed_counts = true;  // false: how many network calls there are depends on timing
};

std::span<const StoryKind> core_stories();
std::span<const StoryKind> nvs_stories();
std::span<const StoryKind> device_stories();

}  // namespace rota::failing
