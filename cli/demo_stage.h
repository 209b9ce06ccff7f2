// Where the demo plays: one virtual board, the images that are offered, the servers, and the
// checks. The story itself is cli/demo_story.cc. Checks look at flash bytes and console, never at
// what a step wished for.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "board/chip/board_folder.h"
#include "board/supervisor/supervisor.h"
#include "cli/console.h"
#include "cli/demo_server.h"
#include "cli/flash_map.h"
#include "cli/refusal.h"
#include "crypto/sha256.h"

namespace rota::cli {

struct DemoOptions {
  bool is_slow = false;
  std::string keep_folder;  // empty: a temporary folder, removed at the end
  std::uint64_t seed = 1;
};

// The input that the example apps read during their self-test; high is good.
inline constexpr int kDiagnosticPin = 4;

struct DemoImage {
  std::string name;  // "native_ota 1.1.0"
  std::string file;  // "native_ota-1.1.0.bin"
  std::vector<std::byte> bytes;
};

class DemoStage {
 public:
  // Finds the example programs and the server beside rota, makes the folder and packs the images.
  // Refuses with "run ./dev build" when something is missing.
  static Result<std::unique_ptr<DemoStage>, Refusal> prepare(Console& console,
                                                             const DemoOptions& options);
  ~DemoStage();
  DemoStage(const DemoStage&) = delete;
  DemoStage& operator=(const DemoStage&) = delete;

  const DemoOptions& options() const { return options_; }
  Console& console() { return console_; }
  const std::string& folder() const { return folder_; }

  // An image of an example at a version, for the board's chip or another one.
  DemoImage pack(const std::string& project,
                 const std::string& version,
                 std::string_view chip = "esp32") const;
  // Puts a file where the server finds it.
  Outcome offer(const std::string& file, Bytes content);

  Outcome make_board(const DemoImage& factory);
  Outcome start_server();
  UpdateServer& server() { return *server_; }

  // The board. Lines of the console are kept since the last power_cycle().
  void power_cycle();
  void power_off();  // also when there is no board yet
  bool wait_for(std::string_view text);
  bool wait_for_stop();
  void type(const std::string& line);
  board::Supervisor& supervisor() { return *supervisor_; }
  board::BoardFolder& board() { return *board_; }
  // The line that holds the text; empty when no line does.
  std::string console_line(std::string_view text) const;
  const std::vector<std::string>& console_lines() const { return lines_; }

  // The flash as it is now.
  std::vector<std::byte> flash() const;
  Result<FlashPicture, Refusal> picture() const;
  core::FlashRange range_of(std::string_view partition) const;  // empty: no such partition
  std::vector<std::byte> bytes_of(std::string_view partition) const;
  // The OTA data record that decides; nothing when none does.
  std::optional<formats::OtaRecord> record_in_charge() const;
  crypto::Sha256Digest digest_of(std::string_view partition) const;

  // Telling. A pause only with --slow.
  void say(std::string_view text, Ink ink = Ink::kPlain);
  void show_flash_map();
  void pause(std::chrono::milliseconds time) const;

 private:
  DemoStage(Console& console, const DemoOptions& options) : console_(console), options_(options) {}
  Outcome make_folder();
  Outcome load_programs();
  void on_console(std::string_view line);
  void show_progress(unsigned percent, std::string_view text);
  void end_progress();

  Console& console_;
  DemoOptions options_;
  std::string folder_;
  bool owns_folder_ = false;
  std::string server_program_;
  std::vector<std::byte> native_ota_;
  std::vector<std::byte> simple_ota_;
  std::unique_ptr<board::BoardFolder> board_;
  std::unique_ptr<board::Supervisor> supervisor_;
  std::unique_ptr<UpdateServer> server_;
  std::vector<std::string> lines_;
  bool progress_is_shown_ = false;
};

// The checks of one step.
class StepChecks {
 public:
  explicit StepChecks(DemoStage& stage) : stage_(stage) {}

  // Prints the sentence as seen, or what is different.
  bool check(bool holds, std::string_view sentence, std::string_view difference = {});
  // A refusal of our own counts as a difference.
  bool check(const Outcome& outcome, std::string_view sentence);
  bool console_shows(std::string_view text, std::string_view sentence);

  const std::vector<std::string>& differences() const { return differences_; }

 private:
  DemoStage& stage_;
  std::vector<std::string> differences_;
};

}  // namespace rota::cli
