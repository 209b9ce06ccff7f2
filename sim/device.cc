#include "sim/device.h"

#include <algorithm>

#include "board/bootloader/bootloader.h"
#include "core/app_update.h"
#include "core/boot_selection.h"
#include "core/update_conversation.h"
#include "sim/progress_journal.h"

namespace rota::sim {

using core::kSectorBytes;
using formats::OtaState;

namespace {

constexpr std::uint32_t kNativeChunkBytes = kSectorBytes;
constexpr std::uint32_t kStreamChunkBytes = 1460;   // of one TCP segment
constexpr std::uint32_t kDefaultChunkBytes = 1024;  // of esp_https_ota's buffer
constexpr std::uint32_t kRangeBytes = 5000;
constexpr std::uint32_t kBreaksAt = 6000;  // of a connection that is lost

// The server's side of a download: one response at a time.
struct Link {
  Bytes image;
  std::uint32_t position = 0;
  std::uint32_t end = 0;
  std::uint32_t breaks_at = 0xFFFFFFFF;  // the connection is lost there

  core::HttpAnswer answer(const core::Wish& wish) {
    core::HttpAnswer answer;
    const auto total = static_cast<std::uint32_t>(image.size());
    position = 0;
    end = total;
    answer.status = 200;
    if (wish.range && wish.range->first < total) {
      position = wish.range->first;
      if (wish.range->last) end = std::min(end, *wish.range->last + 1);
      answer.status = 206;
      answer.range_first = position;
      answer.range_total = total;
    }
    answer.content_length = end - position;
    return answer;
  }
  Bytes take(std::uint32_t most) {
    const std::uint32_t stop = std::min(end, breaks_at);
    const std::uint32_t count = std::min(most, stop > position ? stop - position : 0);
    const Bytes bytes = image.subspan(position, count);
    position += count;
    return bytes;
  }
};

// The application while it runs. All of it is gone at the next reset.
class Application {
 public:
  Application(const TestBoard& board,
              FaultyChip& chip,
              core::Flash& flash,
              core::EFuses& fuses,
              SurvivingMemory& memory,
              const Scenario& scenario,
              const Defect& defect,
              const core::Partition& running,
              PowerOn& seen,
              const std::function<void(std::string_view)>& log)
      : board_(board),
        chip_(chip),
        flash_(flash),
        fuses_(fuses),
        memory_(memory),
        scenario_(scenario),
        defect_(defect.kind),
        running_(running),
        seen_(seen),
        log_(log),
        access_(flash, board.rows(), false),
        selection_(access_, fuses, running, board.settings()),
        update_(access_, selection_, running, board.settings()),
        journal_(access_, board.nvs()) {
    access_.protection().running = core::range_of(running);
    access_.protection().protected_below = board.table_offset() + kSectorBytes - 1;
  }

  void run(Program program, ImageId next_update);

 private:
  bool has(DefectKind defect) const { return defect_ == defect; }
  bool is_on_trial() const;
  void act_defectively_on_trial();
  void burn_version_of(ImageId image);
  void overwrite_running_slot();
  void stand_trial();
  void confirm();
  void follow(const Scenario& scenario);
  void update_to(ImageId offered, Method method);
  Status download_native(const core::Partition& target, bool bulk);
  void download_stream(const core::Partition& target, Method method);
  Status converse(core::UpdateConversation& conversation,
                  Link& link,
                  const core::Partition& target);
  void choose(const core::Partition& target);
  void announce_choice(const core::Partition& target);
  void note_choice(const Status& chosen);
  std::uint32_t resume_position();
  // A journal with unsettled cells tells one thing now and another later: the download can not be
  // held to it.
  bool journal_is_settled() const {
    return !chip_.has_unstable_cells_in(core::range_of(board_.nvs()));
  }
  void select_same_slot();
  void log(const char* what, const Status& status = {}) const;
  void restart() { seen_.end = PowerOn::End::kRestarts; }
  Facts& facts() { return chip_.facts(); }
  const core::Partition& next_slot() const { return *selection_.next_update_partition(running_); }

  const TestBoard& board_;
  FaultyChip& chip_;
  core::Flash& flash_;
  core::EFuses& fuses_;
  SurvivingMemory& memory_;
  const Scenario& scenario_;
  DefectKind defect_;
  const core::Partition& running_;
  PowerOn& seen_;
  const std::function<void(std::string_view)>& log_;
  core::PartitionAccess access_;
  core::BootSelection selection_;
  core::AppUpdate update_;
  ProgressJournal journal_;
  std::vector<std::byte> image_;
  ImageId offered_ = ImageId::kNone;
  ImageId chosen_ = ImageId::kNone;
  bool remembers_progress_ = false;
};

void Application::log(const char* what, const Status& status) const {
  if (!log_) return;
  std::string line = std::string("app ") + std::string(name_of(seen_.image)) + ": " + what;
  if (!status.ok()) line += ": " + std::string(describe(status.error()).what);
  log_(line);
}

bool Application::is_on_trial() const {
  const auto state = selection_.state_of(running_);
  return state.ok() && *state == OtaState::kPendingVerify;
}

void Application::confirm() {
  const bool was_on_trial = is_on_trial();
  facts().confirmation_began = true;
  facts().confirmed_version =
      std::max(facts().confirmed_version,
               static_cast<std::uint8_t>(TestBoard::secure_version_of(seen_.image)));
  const Status confirmed = selection_.confirm();
  log("confirms itself", confirmed);
  if (!confirmed.ok()) {
    seen_.error = confirmed.error();
    // An image that is neither confirmed nor on trial any more must not go on as if it were.
    if (was_on_trial && !has(DefectKind::kUpdatesAfterFailedConfirm)) restart();
    return;
  }
  if (facts().candidate == seen_.image) facts().confirmed = seen_.image;
}

// What a device with a defect does before its self-test.
void Application::act_defectively_on_trial() {
  const core::Partition& ota_data = board_.ota_data();
  if (has(DefectKind::kForgetsOthersOnTrial)) {
    const int own = oracle_record_in_charge(chip_.cells().subspan(ota_data.offset, ota_data.size));
    const std::uint32_t other = own == 0 ? kSectorBytes : 0;
    static_cast<void>(flash_.erase({{ota_data.offset + other}, kSectorBytes}));
  }
  if (has(DefectKind::kBurnsOnTrial)) burn_version_of(seen_.image);
  if (has(DefectKind::kConfirmsFirst)) confirm();
}

void Application::burn_version_of(ImageId image) {
  if (!board_.settings().anti_rollback) return;
  static_cast<void>(
      fuses_.burn_secure_version_bits((1U << TestBoard::secure_version_of(image)) - 1U));
}

void Application::stand_trial() {
  act_defectively_on_trial();
  switch (seen_.image) {
    case ImageId::kPanics:
      log("panics");
      return restart();
    case ImageId::kHangs:
      log("hangs");
      static_cast<void>(journal_.store({ImageId::kHangs, 0}));
      return restart();
    case ImageId::kFailsSelfTest:
      if (has(DefectKind::kRejectsByErasing)) {
        static_cast<void>(flash_.erase(core::range_of(board_.ota_data())));
      } else {
        log("rejects itself", selection_.reject());
      }
      return restart();
    default:
      if (!has(DefectKind::kNeverConfirms)) confirm();
      return;
  }
}

void Application::run(Program program, ImageId next_update) {
  seen_.end = PowerOn::End::kIdle;
  if (is_on_trial()) {
    stand_trial();
    if (seen_.end == PowerOn::End::kRestarts || !chip_.is_on()) return;
  }
  if (program == Program::kScenario) follow(scenario_);
  if (program == Program::kNextUpdate && seen_.image != next_update) {
    update_to(next_update, Method::kNativeSequential);
  }
}

void Application::follow(const Scenario& scenario) {
  switch (scenario.act) {
    case Act::kNothing:
      return;
    case Act::kUpdate: {
      const bool first_done =
          seen_.image == scenario.offered || seen_.image == scenario.then_offered;
      const ImageId offered = first_done ? scenario.then_offered : scenario.offered;
      if (offered == ImageId::kNone || offered == seen_.image) return;
      const core::Partition* given_up = selection_.last_invalid_partition();
      if (given_up != nullptr && board_.image_in(chip_, *given_up) == offered) return;
      return update_to(offered, scenario.method);
    }
    case Act::kConfirm:
      return confirm();
    case Act::kSameSlot:
      return select_same_slot();
    case Act::kReturnToFactory:
      if (seen_.image != ImageId::kFactory) choose(*board_.factory());
      return;
    case Act::kEraseInactive:
      return log("gives up the other image", selection_.erase_inactive_record(true));
  }
}

// Done once: afterwards the record of the running slot has a new sequence or the slot's neighbour
// holds the start of another image.
void Application::select_same_slot() {
  const core::Partition& other = next_slot();
  if (!running_.is_ota_slot() || board_.image_in(chip_, other) == ImageId::kNone) return;
  const auto handle = update_.begin(other, core::kUpdateSizeUnknown);
  if (!handle) return;
  static_cast<void>(
      update_.write(*handle, Bytes(board_.image(ImageId::kVersion3)).first(kSectorBytes)));
  static_cast<void>(update_.abort(*handle));
  choose(running_);
}

// From here on the image in `target` may run, too.
void Application::announce_choice(const core::Partition& target) {
  chosen_ = board_.image_in(chip_, target);
  if (chosen_ == facts().confirmed) return;
  facts().candidate = chosen_;
  facts().confirmation_began =
      !board_.settings().rollback || target.subtype == formats::kAppFactory;
}

void Application::note_choice(const Status& chosen) {
  log(chosen.ok() ? "chose the new image" : "could not update", chosen);
  if (!chosen.ok()) {
    seen_.update_failed = true;
    seen_.error = chosen.error();
    return;
  }
  if (facts().candidate == chosen_ && facts().confirmation_began) facts().confirmed = chosen_;
  facts().bytes_kept = 0;
  restart();
}

void Application::choose(const core::Partition& target) {
  const bool is_next = has(DefectKind::kBootsNextSlot);
  const core::Partition& chosen = is_next ? *selection_.next_update_partition(target) : target;
  announce_choice(target);
  note_choice(selection_.set_boot(chosen, has(DefectKind::kNeverVerifies)));
  if (has(DefectKind::kBurnsAtSwitch)) burn_version_of(chosen_);
}

void Application::update_to(ImageId offered, Method method) {
  offered_ = offered;
  image_ = board_.image(offered);
  if (scenario_.corrupts_image && offered == scenario_.offered)
    image_[image_.size() / 2] ^= std::byte{0x10};
  log("begins an update");
  if (has(DefectKind::kErasesFactory) && board_.factory() != nullptr) {
    static_cast<void>(flash_.erase(core::range_of(*board_.factory())));
  }
  if (has(DefectKind::kWritesRunningSlot)) return overwrite_running_slot();
  const core::Partition& target = next_slot();
  if (method > Method::kNativeBulk && method != Method::kStagedCopy)
    return download_stream(target, method);
  const Status done = download_native(target, method != Method::kNativeSequential);
  if (!done.ok()) return note_choice(done);
  choose(method == Method::kStagedCopy ? *selection_.next_update_partition(target) : target);
}

void Application::overwrite_running_slot() {
  static_cast<void>(flash_.erase(core::range_of(running_)));
  static_cast<void>(flash_.program({running_.offset}, image_));
  restart();
}

Status Application::download_native(const core::Partition& target, bool bulk) {
  const auto handle = update_.begin(
      target, bulk ? static_cast<std::uint32_t>(image_.size()) : core::kUpdateSequentialWrites);
  ROTA_TRY(handle);
  if (scenario_.method == Method::kStagedCopy && offered_ == scenario_.offered) {
    const core::Partition& final = *selection_.next_update_partition(target);
    ROTA_TRY(update_.set_final(*handle, final, true));
  }
  for (std::size_t at = 0; at < image_.size(); at += kNativeChunkBytes) {
    const Bytes rest = Bytes(image_).subspan(at);
    const Status written =
        update_.write(*handle, rest.first(std::min<std::size_t>(kNativeChunkBytes, rest.size())));
    if (written.ok()) continue;
    static_cast<void>(update_.abort(*handle));
    return written;
  }
  if (has(DefectKind::kSwitchesBeforeVerify)) {
    announce_choice(target);
    ROTA_TRY(selection_.set_boot(target, true));
  }
  return has(DefectKind::kNeverVerifies) ? update_.abort(*handle) : update_.end(*handle);
}

void Application::download_stream(const core::Partition& target, Method method) {
  core::UpdateConversation::Options options;
  options.staging = &target;
  options.final = &target;
  options.bulk_erase = method == Method::kStreamBulk;
  options.partial_download = method == Method::kRanges;
  options.max_request_bytes = kRangeBytes;
  remembers_progress_ = method == Method::kResume || method == Method::kLostStream;
  Link link{image_};
  for (int connections = 0; connections < 2; ++connections) {
    if (remembers_progress_) {
      options.resumption = true;
      options.resume_at = resume_position();
      link.breaks_at =
          method == Method::kLostStream && options.resume_at == 0 ? kBreaksAt : 0xFFFFFFFF;
    }
    core::UpdateConversation conversation(update_, selection_, access_, running_, board_.settings(),
                                          options);
    const Status done = converse(conversation, link, target);
    if (done.ok() || !chip_.is_on()) return note_choice(done);
    static_cast<void>(conversation.abort());
    if (done.error() != Error::kHttpConnectionClosed) return note_choice(done);
  }
}

// How far the application says that it came. What it fetches again is at most what it had of one
// sector, and the header.
std::uint32_t Application::resume_position() {
  const bool survives = has(DefectKind::kProgressSurvivesReset);
  const Progress progress = survives ? memory_.progress : journal_.latest();
  std::uint32_t position = progress.image == offered_ ? progress.bytes : 0;
  if (has(DefectKind::kProgressRoundedUp)) position = align_up(position, kSectorBytes);
  const std::uint32_t from = position / kSectorBytes * kSectorBytes;
  const std::uint32_t kept = facts().bytes_kept;
  if (journal_is_settled() && kept > from && kept - from > kSectorBytes + core::kFirstReadBytes) {
    seen_.verdict = Verdict::kFetchedAgain;
  }
  return position;
}

// Until the update is written, verified and chosen, or until something fails.
Status Application::converse(core::UpdateConversation& conversation,
                             Link& link,
                             const core::Partition& target) {
  const std::uint32_t chunk_bytes = remembers_progress_ ? kDefaultChunkBytes : kStreamChunkBytes;
  while (chip_.is_on()) {
    const core::Wish wish = conversation.next();
    switch (wish.kind) {
      case core::Wish::Kind::kRequest:
        conversation.on_response(link.answer(wish));
        break;
      case core::Wish::Kind::kRead: {
        const Bytes bytes = link.take(wish.read_exactly != 0 ? wish.read_exactly : chunk_bytes);
        if (bytes.empty()) {
          conversation.on_end(link.position == link.end);
          break;
        }
        if (has(DefectKind::kProgressFirst)) {
          static_cast<void>(journal_.store(
              {offered_, conversation.bytes_done() + static_cast<std::uint32_t>(bytes.size())}));
        }
        conversation.on_bytes(bytes);
        if (!chip_.is_on() || !conversation.is_connected()) break;
        facts().bytes_kept = conversation.bytes_done();
        if (remembers_progress_) {
          memory_.progress = {offered_, conversation.bytes_done()};
          static_cast<void>(journal_.store(memory_.progress));
        }
        if (scenario_.writes_nvs)
          static_cast<void>(journal_.store({ImageId::kNone, link.position}));
        break;
      }
      case core::Wish::Kind::kComplete: {
        announce_choice(target);
        const Status finished = conversation.finish();
        // Also after a failure: what lies there is not worth going on with.
        if (chip_.is_on()) facts().bytes_kept = 0;
        if (remembers_progress_) static_cast<void>(journal_.store({offered_, 0}));
        // What was fetched before the interruption was not worth keeping.
        if (!finished.ok() && finished.error() == Error::kValidationFailed &&
            conversation.resumed_at() > 0 && journal_is_settled()) {
          seen_.verdict = Verdict::kFetchedAgain;
        }
        return finished;
      }
      default:
        return conversation.error();
    }
  }
  return Error::kFlashReadFailed;
}

}  // namespace

// False: the oracle stops the run.
bool Device::judge(PowerOn& seen) {
  const core::Partition& ota_data = board_.ota_data();
  Start start;
  for (std::uint32_t at = 0; at < 2 * kSectorBytes; at += kSectorBytes) {
    chip_.sector_hash((ota_data.offset + at) / kSectorBytes);  // looked at, for footprints
  }
  start.ota_data = chip_.cells().subspan(ota_data.offset, ota_data.size);
  start.fuses = chip_.secure_version_bits();
  start.image = seen.image;
  start.slot_count = board_.configuration().slots;
  start.has_rollback = board_.settings().rollback;
  start.records_are_readable = !chip_.has_unstable_cells();
  for (unsigned number = 0; number < start.slot_count; ++number) {
    if (board_.slot(number).offset != seen.address) continue;
    start.slot = number;
    start.is_slot = true;
  }
  seen.verdict = judge_start(start, chip_.facts());
  if (seen.verdict == Verdict::kFine && board_.factory() != nullptr &&
      board_.image_in(chip_, *board_.factory()) != ImageId::kFactory) {
    seen.verdict = Verdict::kFactoryChanged;
  }
  return seen.verdict == Verdict::kFine;
}

PowerOn Device::start(Program program) {
  if (defect_.kind == DefectKind::kNone) return start_on(chip_, chip_, program, nullptr);
  DefectiveChip defective(chip_, board_, defect_.kind, memory_);
  return start_on(defective, defective, program, &defective);
}

PowerOn Device::start_on(core::Flash& flash,
                         core::EFuses& fuses,
                         Program program,
                         DefectiveChip* defective) {
  PowerOn seen;
  board::BootCircumstances circumstances;
  circumstances.chip = board_.chip();
  circumstances.log = log_;
  const board::BootReport report = board::boot(flash, fuses, circumstances);
  if (!chip_.is_on() || report.result == board::BootReport::Result::kPowerLost) {
    seen.end = PowerOn::End::kPowerLost;
    return seen;
  }
  if (report.result != board::BootReport::Result::kStarts) {
    seen.verdict = Verdict::kNothingBoots;
    return seen;
  }
  seen.address = report.range.start.value;
  seen.image = board_.image_at(chip_, seen.address);
  if (!judge(seen)) return seen;
  const core::Partition* running = nullptr;
  for (const core::Partition& row : board_.rows()) {
    if (row.is_app() && row.offset == seen.address) running = &row;
  }
  ROTA_ASSERT(running != nullptr);
  if (defective != nullptr) defective->enter_application();
  Application application(board_, chip_, flash, fuses, memory_, scenario_, defect_, *running, seen,
                          log_);
  application.run(program, next_update_);
  if (!chip_.is_on()) seen.end = PowerOn::End::kPowerLost;
  return seen;
}

}  // namespace rota::sim
