// The story of `rota demo`: eight steps on one virtual board, from a factory image to an update
// that survives a power cut and files that are no firmware. Each step says what it expects, plays,
// looks at flash and console, and gives its verdict; a table of the steps ends it.
#pragma once

#include "cli/demo_stage.h"
#include "cli/refusal.h"

namespace rota::cli {

// Refuses (exit status 1) when the stage can not be set or a step differs from what it expects.
Outcome tell_story(DemoStage& stage);

}  // namespace rota::cli
