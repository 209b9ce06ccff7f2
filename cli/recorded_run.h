// The recording of a run (board/chip/recording.h), begun with a picture of the board and read again
// as a movie.
#pragma once

#include <string>

#include "board/chip/board_folder.h"
#include "board/chip/recording.h"
#include "cli/json.h"
#include "cli/proof_plan.h"
#include "cli/refusal.h"

namespace rota::cli {

// Opens the recording and writes the picture that a run begins with. Refuses what is a file of
// another kind, and what can not be written.
Result<board::Recording, Refusal> begin_recording(const std::string& path,
                                                  const board::BoardFolder& folder);

struct RecordedRun {
  Json movie;
  bool was_full = false;  // the recording ended before the run
};
// The flash operations of the recording, with the boot that they belong to. Refuses as below.
Result<std::vector<SeenOperation>, Refusal> operations_of_recording(const std::string& path);

// Refuses what is no recording, with the line that is not understood.
Result<RecordedRun, Refusal> movie_of_recording(const std::string& path);

}  // namespace rota::cli
