// One board of a program's proof: a copy of the person's board that is made anew for each run,
// powered, told where the update lies, and looked at until the new image runs and is confirmed.
#pragma once

#include <atomic>
#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "board/chip/recording.h"
#include "board/supervisor/supervisor.h"
#include "cli/proof_program.h"

namespace rota::cli {

// Where the program finds the update.
struct UpdatePlace {
  std::string base_url;            // "https://127.0.0.1:40001"
  std::string host_and_port;       // for ROTA_CONNECT_TO
  std::vector<std::string> lines;  // for its console
};

class ProofBoard {
 public:
  enum class End : std::uint8_t {
    kUpdated,  // the new image runs and is confirmed
    kCut,      // the planned cut came
    kStopped,  // the board can not go on: why_stopped()
    kWrongImage,
    kTooLate,  // or the program waits for a reset
    kInterrupted,
  };

  // Borrows the subject. `folder` is made here; `recording` is a file.
  ProofBoard(const ProgramSubject& subject, std::string folder, std::string recording);
  ~ProofBoard();
  ProofBoard(const ProofBoard&) = delete;
  ProofBoard& operator=(const ProofBoard&) = delete;

  // A new copy, powered down. Refuses what the disk refuses.
  Outcome begin(const UpdatePlace& place, const board::CutPlan* cut);
  // Powers it (again) and waits. The cut's plan stays armed until it strikes.
  End power_and_wait(const UpdatePlace& place,
                     std::chrono::milliseconds patience,
                     const std::atomic<bool>* stop);
  // Serves the board a little longer, for what it does after its confirmation.
  void linger(std::chrono::milliseconds time);
  void power_off();

  int boots() const { return boots_; }  // since the power came on, until the end of the wait
  int boots_to_image() const { return boots_to_image_; }
  const std::string& why_stopped() const { return why_stopped_; }
  bool new_image_ran() const { return new_image_ran_; }
  const std::vector<std::string>& last_lines() const { return last_lines_; }
  const std::string& recording() const { return recording_path_; }

 private:
  enum class Image : std::uint8_t { kNone, kOld, kNew, kOther };
  void make_supervisor(const UpdatePlace& place);
  Image image_that_runs();
  bool is_confirmed() const;
  std::optional<End> look();

  const ProgramSubject& subject_;
  std::string folder_;
  std::string recording_path_;
  std::unique_ptr<board::BoardFolder> board_;
  std::optional<board::Recording> recording_;
  std::unique_ptr<board::Supervisor> supervisor_;
  std::vector<std::string> last_lines_;
  std::string place_;
  std::string why_stopped_;
  int boots_ = 0;
  int boots_to_image_ = 0;
  int judged_boot_ = 0;
  Image judged_ = Image::kNone;
  bool new_image_ran_ = false;
};

}  // namespace rota::cli
