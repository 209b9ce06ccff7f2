#include "cli/proof_board.h"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <system_error>

#include "cli/board_access.h"
#include "cli/recorded_run.h"

namespace rota::cli {
namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

// How often the board is looked at besides its console.
constexpr milliseconds kLook{50};
constexpr std::size_t kLastLines = 12;

// The files of the program's file systems, with their owner: the program runs as another user.
void copy_files_folder(const std::string& from, const std::string& to, std::error_code& error) {
  if (!std::filesystem::is_directory(from)) return;
  std::filesystem::copy(from, to, std::filesystem::copy_options::recursive, error);
  const auto give = [&](const std::string& path, const std::string& like) {
    struct stat facts {};
    if (::lstat(like.c_str(), &facts) != 0) return;
    [[maybe_unused]] const int given = ::lchown(path.c_str(), facts.st_uid, facts.st_gid);
  };
  give(to, from);
  for (const auto& entry : std::filesystem::recursive_directory_iterator(to, error)) {
    const std::string path = entry.path().string();
    give(path, from + path.substr(to.size()));
  }
}

}  // namespace

ProofBoard::ProofBoard(const ProgramSubject& subject, std::string folder, std::string recording)
    : subject_(subject), folder_(std::move(folder)), recording_path_(std::move(recording)) {}

ProofBoard::~ProofBoard() {
  supervisor_.reset();
  board_.reset();
  std::error_code ignored;
  std::filesystem::remove_all(folder_, ignored);
}

Outcome ProofBoard::begin(const UpdatePlace& place, const board::CutPlan* cut) {
  supervisor_.reset();
  recording_.reset();
  board_.reset();
  std::error_code error;
  std::filesystem::remove_all(folder_, error);
  std::filesystem::remove(recording_path_, error);
  std::filesystem::create_directories(folder_, error);
  for (const char* name : {"board.toml", "efuse.bin", "state.bin", "flash.bin"}) {
    if (error) break;
    std::filesystem::copy_file(subject_.board + "/" + name, folder_ + "/" + name, error);
  }
  if (!error) copy_files_folder(subject_.board + "/files", folder_ + "/files", error);
  if (error) return refuse(system_sentence("copy the board to", folder_, error.value()));
  auto opened = open_board(folder_, board::Access::kReadWrite);
  if (!opened) return Failed{opened.error()};
  board_ = std::make_unique<board::BoardFolder>(std::move(opened).value());
  board_->state().flash.cut = cut != nullptr ? *cut : board::CutPlan{};
  auto begun = begin_recording(recording_path_, *board_);
  if (!begun) return Failed{begun.error()};
  recording_.emplace(std::move(begun).value());
  make_supervisor(place);
  new_image_ran_ = false;
  last_lines_.clear();
  return {};
}

void ProofBoard::make_supervisor(const UpdatePlace& place) {
  supervisor_.reset();
  place_ = place.host_and_port;
  board::SupervisorOptions options;
  options.environment = {"ROTA_CONNECT_TO=" + place.host_and_port};
  options.recording = &*recording_;
  options.console = [this](const board::ConsoleLine& line) {
    if (line.source == board::ConsoleLine::Source::kBootloader) return;
    if (last_lines_.size() == kLastLines) last_lines_.erase(last_lines_.begin());
    last_lines_.push_back(printable(line.text));
  };
  supervisor_ = std::make_unique<board::Supervisor>(*board_, options);
}

ProofBoard::Image ProofBoard::image_that_runs() {
  const board::RunningImage* running = supervisor_->running();
  if (running == nullptr) return Image::kNone;
  // Bytes are compared once a boot: nothing may write the image that runs.
  if (supervisor_->boots() == judged_boot_) return judged_;
  judged_boot_ = supervisor_->boots();
  const auto holds = [&](const ProofImage& image) {
    const Bytes flash = board_->flash_bytes();
    const std::size_t start = running->range.start.value;
    return start + image.bytes.size() <= flash.size() &&
           std::equal(image.bytes.begin(), image.bytes.end(),
                      flash.begin() + static_cast<std::ptrdiff_t>(start));
  };
  judged_ = holds(subject_.installed)                               ? Image::kOld
            : holds(subject_.update) || holds(subject_.next_update) ? Image::kNew
                                                                    : Image::kOther;
  return judged_;
}

bool ProofBoard::is_confirmed() const {
  const core::FlashRange place = subject_.forecast.table.ota_data;
  const std::uint32_t slots = subject_.forecast.table.slot_count;
  if (place.size_bytes < 2 * core::kSectorBytes || slots == 0) return false;
  formats::OtaRecords records;
  for (std::size_t i = 0; i < records.size(); ++i) {
    records[i] = formats::decode_ota_record(board_->flash_bytes()
                                                .subspan(place.start.value + i * core::kSectorBytes)
                                                .first<formats::kOtaRecordBytes>());
  }
  const int active = formats::active_record(records);
  if (active < 0) return false;
  const formats::OtaRecord& record = records[static_cast<std::size_t>(active)];
  const core::FlashRange slot =
      subject_.forecast.table.slots[formats::slot_of(record.sequence, slots)];
  const board::RunningImage* running = supervisor_->running();
  // A bootloader without rollback takes every record for good.
  const bool is_kept = record.is_confirmed() || !subject_.forecast.settings.rollback;
  return is_kept && running != nullptr && running->range.start == slot.start;
}

// nullopt: the board goes on.
std::optional<ProofBoard::End> ProofBoard::look() {
  if (!supervisor_->is_on()) {
    why_stopped_ = supervisor_->why_stopped();
    return supervisor_->stop_reason() == board::StopReason::kPowerCut ? End::kCut : End::kStopped;
  }
  const Image image = image_that_runs();
  if (image == Image::kOther) {
    why_stopped_ = fmt::format("{} runs, and holds neither the old nor the new image",
                               supervisor_->running()->position);
    return End::kWrongImage;
  }
  if (image != Image::kNone && boots_to_image_ == 0) boots_to_image_ = supervisor_->boots();
  if (image != Image::kNew) return std::nullopt;
  new_image_ran_ = true;
  if (!is_confirmed()) return std::nullopt;
  return End::kUpdated;
}

ProofBoard::End ProofBoard::power_and_wait(const UpdatePlace& place,
                                           milliseconds patience,
                                           const std::atomic<bool>* stop) {
  if (place.host_and_port != place_) make_supervisor(place);
  judged_boot_ = 0;
  boots_to_image_ = 0;
  supervisor_->power_on();
  int typed_boot = 0;
  const auto until = Clock::now() + patience;
  End end = End::kTooLate;
  while (Clock::now() < until) {
    if (stop != nullptr && stop->load()) {
      end = End::kInterrupted;
      break;
    }
    if (const auto seen = look()) {
      end = *seen;
      break;
    }
    // At each start anew: a program may ask for its update to see that it still reaches the server.
    if (supervisor_->running() != nullptr && supervisor_->boots() != typed_boot) {
      typed_boot = supervisor_->boots();
      for (const std::string& line : place.lines) supervisor_->send_input(line + "\n");
    }
    supervisor_->run_until({}, kLook);
  }
  boots_ = supervisor_->boots();
  return end;
}

void ProofBoard::linger(milliseconds time) { supervisor_->run_until({}, time); }

void ProofBoard::power_off() {
  if (supervisor_) supervisor_->power_off();
}

}  // namespace rota::cli
