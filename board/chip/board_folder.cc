#include "board/chip/board_folder.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <new>
#include <optional>
#include <vector>

namespace rota::board {

using Kind = BoardProblem::Kind;

namespace {

constexpr std::array<const char*, 7> kFileNames{
    "board.toml", "efuse.bin", "state.bin", "flash.bin", "console.log", "console.log.old", "lock"};
constexpr std::size_t kSettingsMaxBytes = 16384;
constexpr std::size_t kFillBytes = 65536;

// A descriptor that closes itself.
class Descriptor {
 public:
  explicit Descriptor(int number = -1) : number_(number) {}
  ~Descriptor() {
    if (number_ >= 0) ::close(number_);
  }
  Descriptor(Descriptor&& other) noexcept : number_(std::exchange(other.number_, -1)) {}
  Descriptor& operator=(Descriptor&& other) noexcept {
    std::swap(number_, other.number_);
    return *this;
  }
  int number() const { return number_; }
  bool is_open() const { return number_ >= 0; }

 private:
  int number_;
};

int write_all(int file, Bytes bytes) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(file, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return errno;
    bytes = bytes.subspan(static_cast<std::size_t>(written));
  }
  return 0;
}

// A new file of `total` bytes that begins with `content` and goes on with `fill`. The room on disk
// is taken first, so that a full disk shows here and not while the board runs.
BasicStatus<BoardProblem> make_file(const std::string& path,
                                    Bytes content,
                                    std::size_t total,
                                    std::byte fill) {
  const std::string what = path + " can not be made";
  const Descriptor file(::open(path.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0644));
  if (!file.is_open()) return system_problem(what, errno);
  if (::ftruncate(file.number(), static_cast<off_t>(total)) != 0) {
    return system_problem(what, errno);
  }
  if (const int error = ::posix_fallocate(file.number(), 0, static_cast<off_t>(total))) {
    return system_problem(what, error);
  }
  if (const int error = write_all(file.number(), content)) return system_problem(what, error);
  const std::vector<std::byte> chunk(kFillBytes, fill);
  for (std::size_t left = total - content.size(); left > 0;) {
    const std::size_t count = std::min(left, chunk.size());
    if (const int error = write_all(file.number(), Bytes(chunk).first(count))) {
      return system_problem(what, error);
    }
    left -= count;
  }
  return {};
}

template <class Record>
Bytes record_bytes(const Record& record) {
  return {reinterpret_cast<const std::byte*>(&record), sizeof record};
}

BasicStatus<BoardProblem> make_state_file(const std::string& path, std::uint32_t flash_bytes) {
  const auto state = std::make_unique<BoardState>();
  state->flash_bytes = flash_bytes;
  return make_file(path, record_bytes(*state), state_file_bytes(flash_bytes), std::byte{0});
}

BasicStatus<BoardProblem> require_empty(const std::string& path) {
  DIR* folder = ::opendir(path.c_str());
  if (folder == nullptr) return system_problem(path + " can not be read", errno);
  bool is_empty = true;
  while (const dirent* entry = ::readdir(folder)) {
    const std::string_view name = entry->d_name;
    is_empty = is_empty && (name == "." || name == "..");
  }
  ::closedir(folder);
  if (is_empty) return {};
  return BoardProblem{Kind::kExists,
                      path +
                          " is not empty; a new board needs a folder of its own: name another "
                          "one, or remove this one"};
}

BasicStatus<BoardProblem> make_files(const std::string& path, const BoardSettings& settings) {
  const std::string text = write_board_settings(settings);
  ROTA_TRY(make_file(path + "/flash.bin", {}, settings.flash_bytes, std::byte{0xFF}));
  ROTA_TRY(make_file(path + "/efuse.bin", record_bytes(EfuseRecord{}), sizeof(EfuseRecord),
                     std::byte{0}));
  ROTA_TRY(make_state_file(path + "/state.bin", settings.flash_bytes));
  return make_file(path + "/board.toml", bytes_of(text), text.size(), std::byte{0});
}

Result<BoardSettings, BoardProblem> load_settings(const std::string& folder) {
  const std::string path = folder + "/board.toml";
  const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!file.is_open()) {
    if (errno == ENOENT || errno == ENOTDIR) {
      return BoardProblem{Kind::kMissing,
                          folder +
                              " is not a virtual board: it has no board.toml; check the path, "
                              "or make one with `rota board new " +
                              folder + "`"};
    }
    return system_problem(path + " can not be opened", errno);
  }
  std::string text(kSettingsMaxBytes, '\0');
  const ssize_t count = ::read(file.number(), text.data(), text.size());
  if (count < 0) return system_problem(path + " can not be read", errno);
  text.resize(static_cast<std::size_t>(count));
  if (text.size() == kSettingsMaxBytes) {
    return BoardProblem{Kind::kSettings, path + " is too large; restore it from a copy"};
  }
  return read_board_settings(text, path);
}

Result<Descriptor, BoardProblem> take_lock(const std::string& folder) {
  const std::string path = folder + "/lock";
  Descriptor file(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644));
  if (!file.is_open()) return system_problem(path + " can not be opened", errno);
  if (::flock(file.number(), LOCK_EX | LOCK_NB) != 0) {
    if (errno != EWOULDBLOCK) return system_problem(path + " can not be locked", errno);
    std::array<char, 16> text{};
    const ssize_t count = ::pread(file.number(), text.data(), text.size(), 0);
    std::string owner(text.data(), count > 0 ? static_cast<std::size_t>(count) : 0);
    owner = owner.substr(0, owner.find_first_not_of("0123456789"));
    const std::string who = owner.empty() ? "as another process" : "as process " + owner;
    return BoardProblem{Kind::kInUse, "this board is already running " + who +
                                          "; stop it or use another folder (" + folder + ")"};
  }
  const std::string owner = std::to_string(::getpid()) + "\n";
  if (::ftruncate(file.number(), 0) != 0 || write_all(file.number(), bytes_of(owner)) != 0) {
    return system_problem(path + " can not be written", errno);
  }
  return file;
}

}  // namespace

struct BoardFolder::Parts {
  std::string path;
  BoardSettings settings;
  Access access = Access::kRead;
  Descriptor lock;
  MappedFile flash;
  MappedFile efuse;
  MappedFile state_file;
  Descriptor console;
  std::size_t console_bytes = 0;
  std::optional<NorChip> chip;
  std::optional<EfuseFile> efuses;

  BoardState& state() { return *reinterpret_cast<BoardState*>(state_file.data()); }
  EfuseRecord& fuses() { return *reinterpret_cast<EfuseRecord*>(efuse.data()); }
  std::span<std::uint32_t> wear() {
    return {reinterpret_cast<std::uint32_t*>(state_file.data() + sizeof(BoardState)),
            settings.flash_bytes / core::kSectorBytes};
  }
  BasicStatus<BoardProblem> load();
  BasicStatus<BoardProblem> load_state();
  void open_console();
};

BasicStatus<BoardProblem> BoardFolder::Parts::load_state() {
  const std::string file = path + "/state.bin";
  if (access == Access::kReadWrite && ::access(file.c_str(), F_OK) != 0 && errno == ENOENT) {
    ROTA_TRY(make_state_file(file, settings.flash_bytes));
  }
  auto opened = MappedFile::open(file, access, true);
  ROTA_TRY(opened.status());
  state_file = std::move(opened).value();
  const bool is_sound = state_file.size() == state_file_bytes(settings.flash_bytes) &&
                        state().magic == BoardState::kMagic &&
                        state().version == BoardState::kVersion &&
                        state().flash_bytes == settings.flash_bytes;
  if (is_sound) return {};
  return BoardProblem{Kind::kDamaged,
                      file +
                          " is damaged or was made by another version; remove it: the board "
                          "then starts with a new one (wear counts and pins are forgotten, "
                          "flash and fuses stay)"};
}

BasicStatus<BoardProblem> BoardFolder::Parts::load() {
  auto flash_file = MappedFile::open(path + "/flash.bin", access, false);
  ROTA_TRY(flash_file.status());
  flash = std::move(flash_file).value();
  if (flash.size() != settings.flash_bytes) {
    return BoardProblem{Kind::kDamaged,
                        path + "/flash.bin has " + std::to_string(flash.size()) +
                            " bytes, but board.toml says " + std::to_string(settings.flash_bytes) +
                            "; restore the file from a copy, or correct flash_size"};
  }
  auto efuse_file = MappedFile::open(path + "/efuse.bin", access, true);
  ROTA_TRY(efuse_file.status());
  efuse = std::move(efuse_file).value();
  if (efuse.size() != sizeof(EfuseRecord) || !fuses().is_sound()) {
    return BoardProblem{Kind::kDamaged,
                        path +
                            "/efuse.bin is damaged; restore it from a copy, or make a new board "
                            "(fuses can not be guessed)"};
  }
  ROTA_TRY(load_state());
  if (access == Access::kRead) return {};

  const ChipTiming& timing = *find_timing_profile(settings.timing);
  chip.emplace(flash.bytes(), flash.descriptor(), state().flash, wear(), timing, nullptr);
  efuses.emplace(fuses(), settings.chip->secure_version_width);
  open_console();
  return {};
}

void BoardFolder::Parts::open_console() {
  const std::string file = path + "/console.log";
  console = Descriptor(::open(file.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0644));
  struct stat facts {};
  if (console.is_open() && ::fstat(console.number(), &facts) == 0) {
    console_bytes = static_cast<std::size_t>(facts.st_size);
  }
}

BoardFolder::BoardFolder(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}
BoardFolder::~BoardFolder() = default;
BoardFolder::BoardFolder(BoardFolder&&) noexcept = default;
BoardFolder& BoardFolder::operator=(BoardFolder&&) noexcept = default;

BasicStatus<BoardProblem> BoardFolder::create(const std::string& path,
                                              const BoardSettings& settings) {
  if (const std::string problem = problem_of(settings); !problem.empty()) {
    return BoardProblem{Kind::kSettings, problem};
  }
  const bool made_folder = ::mkdir(path.c_str(), 0755) == 0;
  if (!made_folder && errno == ENOENT) {
    return BoardProblem{Kind::kMissing, path +
                                            " can not be made: the folder above it does not "
                                            "exist; make that one first"};
  }
  if (!made_folder && errno != EEXIST) return system_problem(path + " can not be made", errno);
  if (!made_folder) ROTA_TRY(require_empty(path));

  const auto made = make_files(path, settings);
  if (made.ok()) return {};
  for (const char* name : kFileNames) ::unlink((path + "/" + name).c_str());
  if (made_folder) ::rmdir(path.c_str());
  return made;
}

Result<BoardFolder, BoardProblem> BoardFolder::open(const std::string& path, Access access) {
  auto parts = std::make_unique<Parts>();
  parts->path = path;
  parts->access = access;
  auto settings = load_settings(path);
  ROTA_TRY(settings.status());
  parts->settings = std::move(settings).value();
  if (access == Access::kReadWrite) {
    auto lock = take_lock(path);
    ROTA_TRY(lock.status());
    parts->lock = std::move(lock).value();
  }
  ROTA_TRY(parts->load());
  return BoardFolder(std::move(parts));
}

const std::string& BoardFolder::path() const { return parts_->path; }
const BoardSettings& BoardFolder::settings() const { return parts_->settings; }
const BoardState& BoardFolder::state() const { return parts_->state(); }

BoardState& BoardFolder::state() {
  ROTA_ASSERT(parts_->access == Access::kReadWrite);
  return parts_->state();
}

NorChip& BoardFolder::chip() {
  ROTA_ASSERT(parts_->chip.has_value());
  return *parts_->chip;
}

EfuseFile& BoardFolder::efuses() {
  ROTA_ASSERT(parts_->efuses.has_value());
  return *parts_->efuses;
}

const EfuseRecord& BoardFolder::efuse_record() const { return parts_->fuses(); }
Bytes BoardFolder::flash_bytes() const { return parts_->flash.bytes(); }
std::span<const std::uint32_t> BoardFolder::wear() const { return parts_->wear(); }
int BoardFolder::flash_descriptor() const { return parts_->flash.descriptor(); }
int BoardFolder::efuse_descriptor() const { return parts_->efuse.descriptor(); }
int BoardFolder::state_descriptor() const { return parts_->state_file.descriptor(); }

Status BoardFolder::flash_with_tool(core::FlashAddress to, Bytes bytes) {
  const std::size_t size = flash_bytes().size();
  if (to.value > size || bytes.size() > size - to.value) return Error::kFlashOutOfRange;
  if (bytes.empty()) return {};
  const auto end = to.value + static_cast<std::uint32_t>(bytes.size());
  const std::uint32_t first = to.value / core::kSectorBytes * core::kSectorBytes;
  const std::uint32_t last = align_up(end, core::kSectorBytes);
  const Bytes before = flash_bytes().subspan(first, last - first);
  std::vector<std::byte> sectors(before.begin(), before.end());
  std::copy(bytes.begin(), bytes.end(), sectors.begin() + (to.value - first));
  ROTA_TRY(erase_with_tool({{first}, last - first}));
  const CutPlan planned = state().flash.cut;
  state().flash.cut = {};
  const Status programmed = chip().program({first}, sectors);
  state().flash.cut = planned;
  return programmed;
}

Status BoardFolder::erase_with_tool(core::FlashRange range) {
  chip().power_on();
  const CutPlan planned = state().flash.cut;
  state().flash.cut = {};
  const Status erased = chip().erase(range);
  state().flash.cut = planned;
  return erased;
}

bool BoardFolder::append_console(std::string_view text) {
  if (!parts_->console.is_open()) return false;
  if (parts_->console_bytes + text.size() > kConsoleLogMaxBytes) {
    const std::string file = parts_->path + "/console.log";
    if (::rename(file.c_str(), (file + ".old").c_str()) != 0) return false;
    parts_->open_console();
    if (!parts_->console.is_open()) return false;
  }
  parts_->console_bytes += text.size();
  return write_all(parts_->console.number(), bytes_of(text)) == 0;
}

}  // namespace rota::board
