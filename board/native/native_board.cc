#include "board/native/native_board.h"

#include <sys/stat.h>
#include <unistd.h>
#include <ctime>

#include <cerrno>
#include <cstdio>
#include <cstdlib>

namespace rota::board {
namespace {

constexpr const char* kStartedByHand =
    "this program is an app for a virtual board: flash its image with `rota board flash` and run "
    "it "
    "with `rota board run`";
constexpr const char* kOtherVersion =
    "the supervisor of this board is of another version of Rota than the app; build both anew";

static_assert(static_cast<int>(ResetReason::kSoftware) ==
              static_cast<int>(idf::ResetReason::kSoftware));
static_assert(static_cast<int>(ResetReason::kDeepSleep) ==
              static_cast<int>(idf::ResetReason::kDeepSleep));
static_assert(static_cast<int>(ResetReason::kBrownout) ==
              static_cast<int>(idf::ResetReason::kBrownout));

std::span<std::uint32_t> wear_of(MappedFile& state) {
  return {reinterpret_cast<std::uint32_t*>(state.data() + sizeof(BoardState)),
          (state.size() - sizeof(BoardState)) / sizeof(std::uint32_t)};
}

}  // namespace

Result<std::unique_ptr<NativeBoard>, std::string> NativeBoard::attach() {
  if (std::getenv(kAppMarker) == nullptr) return std::string(kStartedByHand);
  Files files;
  const bool is_mapped = files.control.adopt(kControlFile, true) &&
                         files.flash.adopt(kFlashFile, false) &&
                         files.efuse.adopt(kEfuseFile, true) && files.state.adopt(kStateFile, true);
  if (!is_mapped) return std::string(kStartedByHand);
  if (files.control.size() < sizeof(ControlBlock)) return std::string(kOtherVersion);
  const auto& control = *reinterpret_cast<const ControlBlock*>(files.control.data());
  const bool fits = control.is_sound() && files.flash.size() == control.flash_bytes &&
                    files.efuse.size() == sizeof(EfuseRecord) &&
                    files.state.size() == state_file_bytes(control.flash_bytes);
  const formats::ChipFacts* chip = formats::find_chip(control.chip_id);
  if (!fits || chip == nullptr) return std::string(kOtherVersion);
  return std::unique_ptr<NativeBoard>(new NativeBoard(std::move(files), *chip));
}

NativeBoard::NativeBoard(Files files, const formats::ChipFacts& chip)
    : files_(std::move(files)),
      power_(control()),
      chip_(files_.flash.bytes(),
            files_.flash.descriptor(),
            state().flash,
            wear_of(files_.state),
            control().timing,
            &power_),
      efuses_(*reinterpret_cast<EfuseRecord*>(files_.efuse.data()),
              chip.secure_version_width,
              &power_) {
  identity_.facts = &chip;
  identity_.revision = control().chip_revision;
  identity_.efuse_block_revision = control().efuse_block_revision;
  identity_.accepts_native_payload = true;
  if (is_recorded()) chip_.show_operations_to(&recording_);
}

idf::ResetReason NativeBoard::reset_reason() const {
  return static_cast<idf::ResetReason>(control().reset_reason);
}

int NativeBoard::pin_level(int pin, bool pull_up) {
  const int pulled = pull_up ? 1 : 0;
  if (pin < 0 || static_cast<std::size_t>(pin) >= kPinCount) return pulled;
  const int driven = static_cast<int>(state().driven[static_cast<std::size_t>(pin)].load());
  return driven == kPinFree ? pulled : driven;
}

void NativeBoard::drive_pin(int pin, int level) {
  if (pin < 0 || static_cast<std::size_t>(pin) >= kPinCount) return;
  state().output[static_cast<std::size_t>(pin)] = level != 0 ? 1 : 0;
}

void NativeBoard::write_console(std::string_view text) {
  if (is_recorded()) recording_.console("app", text);
  while (!text.empty()) {
    const ssize_t written = ::write(STDOUT_FILENO, text.data(), text.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return;  // Nobody listens any more; the app ends with its supervisor.
    text.remove_prefix(static_cast<std::size_t>(written));
  }
}

// Through the descriptor: the folders above may be closed to the app's user.
std::string NativeBoard::files_folder() {
  struct stat facts {};
  if (::fstat(kFilesFolder, &facts) != 0 || !S_ISDIR(facts.st_mode)) return "";
  return "/proc/self/fd/" + std::to_string(kFilesFolder);
}

std::uint64_t NativeBoard::time_us() {
  timespec now{};
  ::clock_gettime(CLOCK_MONOTONIC, &now);
  const std::int64_t now_ns = now.tv_sec * 1'000'000'000LL + now.tv_nsec;
  return static_cast<std::uint64_t>(now_ns - control().boot_began_ns) / 1'000U;
}

void NativeBoard::restart(idf::ResetReason reason, std::uint64_t sleep_us) {
  power_.is_on();
  control().asked_sleep_us.store(sleep_us);
  control().asked_reason.store(static_cast<std::int32_t>(reason));
  ::_exit(kExitAskedForReset);
}

}  // namespace rota::board
