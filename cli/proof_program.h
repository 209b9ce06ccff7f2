// The program's half of `rota prove`: somebody's real program on a copy of their board, updated
// over the network again and again, with the power cut at another flash operation each time.
//
// After each cut the power comes back, and again when the program waits for that, until the new
// image runs and is confirmed. A board is lost when it does not start, when what runs is neither
// the old nor the new image byte for byte, or when the update does not arrive any more. Where a
// program refuses an image whose trial the cut ended (that is its right), the next version is
// offered.
//
// The person's own board is only read. Everything else happens in a temporary folder that goes with
// this object, also after Ctrl-C.
#pragma once

#include <atomic>
#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "cli/boot_forecast.h"
#include "cli/json.h"
#include "cli/proof_image.h"
#include "cli/proof_plan.h"
#include "cli/refusal.h"

namespace rota::cli {

struct ProgramSubject {
  std::string board;  // the folder
  BootForecast forecast;
  ProofImage installed;
  ProofImage update;
  ProofImage next_update;           // when the update itself is refused after an interrupted trial
  std::vector<std::string> inputs;  // lines for the program; {server} is the server's address
  std::vector<std::string> paths;   // under which the update is served
  bool plain_http = false;
  std::string state_folder;  // of the server; empty: the person's
};

struct ProgramEffort {
  std::chrono::milliseconds budget{60'000};
  std::chrono::milliseconds patience{60'000};  // for the first run
  unsigned boards = 2;                         // at the same time
  std::uint64_t seed = 1;
  std::size_t most_cuts = ~std::size_t{0};
  const std::atomic<bool>* stop = nullptr;
};

// What came of one cut.
struct CutResult {
  PlannedCut cut;
  bool struck = false;      // false: this time the program did nothing there
  std::string lost;         // why; empty: the board came back and took the update
  int boots_to_image = 0;   // after the power came back, until an image of the two ran
  int boots_to_update = 0;  // until the new one ran and was confirmed
  int power_cycles = 0;     // that it took
  bool took_next_version = false;
  bool was_interrupted = false;  // Ctrl-C or the end of the time: not judged
};

struct ProgramProof {
  std::size_t operations = 0;  // of the run without cuts
  double seconds_without_cuts = 0;
  std::vector<CutStratum> strata;
  std::vector<CutResult> cuts;  // those that struck, in the order of the sample
  std::size_t not_reached = 0;
  std::size_t possible = 0;
  int worst_boots_to_image = 0;
  int worst_boots_to_update = 0;
  std::size_t lost = 0;
  std::size_t took_next_version = 0;
  std::optional<std::size_t> worst;  // of `cuts`
  Json movie;                        // of the worst; null: none
  double seconds = 0;
  bool was_stopped = false;

  std::size_t strata_reached() const;
};

class ProgramProver {
 public:
  // Makes the folder and starts the servers. Refuses with what is missing.
  static Result<std::unique_ptr<ProgramProver>, Refusal> prepare(const ProgramSubject& subject);
  ~ProgramProver();
  ProgramProver(const ProgramProver&) = delete;
  ProgramProver& operator=(const ProgramProver&) = delete;

  // Refuses when the program does not update itself even without a cut, with what it said last.
  Result<ProgramProof, Refusal> prove(const ProgramEffort& effort);

 private:
  struct Parts;
  explicit ProgramProver(std::unique_ptr<Parts> parts);
  std::unique_ptr<Parts> parts_;
};

}  // namespace rota::cli
