#include "cli/input_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <climits>
#include <cstdlib>
#include <cstring>
#include <utility>

#include "cli/console.h"

namespace rota::cli {
namespace {

Result<std::vector<std::byte>, Refusal> read_standard_input() {
  std::vector<std::byte> content;
  constexpr std::size_t kStep = 64 * 1024;
  for (;;) {
    const std::size_t have = content.size();
    if (have > kMaxStandardInputBytes) {
      return refuse(
          fmt::format("standard input is larger than {}; put it into a file and name that.",
                      size_text(kMaxStandardInputBytes)));
    }
    content.resize(have + kStep);
    const ssize_t got = ::read(STDIN_FILENO, content.data() + have, kStep);
    if (got < 0 && errno != EINTR) {
      return refuse(system_sentence("read", "standard input", errno));
    }
    content.resize(have + static_cast<std::size_t>(std::max<ssize_t>(got, 0)));
    if (got == 0) return content;
  }
}

constexpr std::size_t kReadAheadBytes = 64U * 1024U;

bool write_all(int descriptor, Bytes content) {
  while (!content.empty()) {
    const ssize_t done = ::write(descriptor, content.data(), content.size());
    if (done < 0 && errno == EINTR) continue;
    if (done <= 0) return false;
    content = content.subspan(static_cast<std::size_t>(done));
  }
  return true;
}

}  // namespace

bool is_folder(const std::string& path) {
  struct stat facts {};
  return stat(path.c_str(), &facts) == 0 && S_ISDIR(facts.st_mode);
}

bool path_exists(const std::string& path) { return access(path.c_str(), F_OK) == 0; }

Result<InputFile, Refusal> InputFile::open(std::string_view path_text) {
  if (path_text == "-") {
    auto content = read_standard_input();
    if (!content) return Failed{content.error()};
    return of_bytes("standard input", std::move(content).value());
  }
  std::string path(path_text);
  if (path.empty()) return refuse("the file name is empty; name a file, or - for standard input.");
  if (is_folder(path)) {
    if (!path_exists(path + "/flash.bin")) {
      return refuse(
          fmt::format("{} is a folder without flash.bin, so it is no board; name a file, or "
                      "make a board with rota board new {}.",
                      path, path));
    }
    path += "/flash.bin";
  }
  InputFile file;
  file.name_ = path;
  file.descriptor_ = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (file.descriptor_ < 0) return refuse(system_sentence("open", path, errno));
  struct stat facts {};
  if (fstat(file.descriptor_, &facts) != 0) return refuse(system_sentence("read", path, errno));
  if (!S_ISREG(facts.st_mode)) {
    return refuse(
        fmt::format("{} is not a plain file; name an image, a table or a flash dump.", path));
  }
  if (static_cast<std::uint64_t>(facts.st_size) > kMaxInputBytes) {
    return refuse(
        fmt::format("{} has {} bytes, more than any ESP32-class chip can address; name a "
                    "flash dump or an image.",
                    path, grouped(static_cast<std::uint64_t>(facts.st_size))));
  }
  file.geometry_.size_bytes = static_cast<std::uint32_t>(facts.st_size);
  return file;
}

InputFile InputFile::of_bytes(std::string name, std::vector<std::byte> bytes) {
  InputFile file;
  file.name_ = std::move(name);
  file.geometry_.size_bytes = static_cast<std::uint32_t>(bytes.size());
  file.content_ = std::move(bytes);
  return file;
}

InputFile::InputFile(InputFile&& other) noexcept
    : name_(std::move(other.name_)),
      descriptor_(std::exchange(other.descriptor_, -1)),
      content_(std::move(other.content_)),
      geometry_(other.geometry_),
      ahead_(std::move(other.ahead_)),
      ahead_start_(other.ahead_start_),
      next_(other.next_) {}

InputFile::~InputFile() {
  if (descriptor_ >= 0) close(descriptor_);
}

Status InputFile::read_from_disk(std::uint32_t from, MutableBytes into) const {
  std::size_t done = 0;
  while (done < into.size()) {
    const ssize_t got =
        pread(descriptor_, into.data() + done, into.size() - done, static_cast<off_t>(from + done));
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return Error::kFlashReadFailed;
    done += static_cast<std::size_t>(got);
  }
  return {};
}

Status InputFile::read(core::FlashAddress from, MutableBytes into) {
  if (from.value > size() || into.size() > size() - from.value) return Error::kFlashOutOfRange;
  if (into.empty()) return {};
  if (descriptor_ < 0) {
    std::copy_n(content_.data() + from.value, into.size(), into.data());
    return {};
  }
  const bool follows = from.value == next_;
  next_ = from.value + static_cast<std::uint32_t>(into.size());
  const auto is_at_hand = [&] {
    return from.value >= ahead_start_ && next_ - ahead_start_ <= ahead_.size();
  };
  if (!is_at_hand()) {
    if (!follows || into.size() >= kReadAheadBytes) return read_from_disk(from.value, into);
    ahead_.resize(std::min<std::size_t>(kReadAheadBytes, size() - from.value));
    ahead_start_ = from.value;
    const Status filled = read_from_disk(from.value, ahead_);
    if (!filled.ok()) {
      ahead_.clear();
      return filled;
    }
  }
  std::memcpy(into.data(), ahead_.data() + (from.value - ahead_start_), into.size());
  return {};
}

Result<std::vector<std::byte>, Refusal> InputFile::read_some(std::uint32_t offset,
                                                             std::size_t bytes) {
  std::vector<std::byte> piece(offset >= size() ? 0
                                                : std::min<std::size_t>(bytes, size() - offset));
  if (!read({offset}, piece).ok()) {
    return refuse(fmt::format("cannot read {} bytes at 0x{:x} of {}; check the disk.", piece.size(),
                              offset, name_));
  }
  return piece;
}

Outcome write_file(std::string_view path, Bytes content, FileContent kind) {
  if (path == "-" && kind == FileContent::kText) {
    if (write_all(STDOUT_FILENO, content)) return {};
    return refuse(system_sentence("write", "standard output", errno));
  }
  OutputFile file(path);
  ROTA_TRY(file.append(content));
  return file.finish();
}

Outcome OutputFile::open() {
  if (descriptor_ >= 0) return {};
  if (path_ == "-") {
    if (isatty(STDOUT_FILENO) == 1) {
      return wrong_use(
          "this output is binary and standard output is a terminal; name a file, or send "
          "it on with a pipe.");
    }
    descriptor_ = STDOUT_FILENO;
    return {};
  }
  struct stat facts {};
  if (stat(path_.c_str(), &facts) == 0 && !S_ISREG(facts.st_mode)) {  // a pipe, /dev/null
    descriptor_ = ::open(path_.c_str(), O_WRONLY | O_CLOEXEC);
    return descriptor_ >= 0 ? Outcome() : Outcome(refuse(system_sentence("write", path_, errno)));
  }
  std::array<char, PATH_MAX> resolved{};  // a link stays a link
  if (realpath(path_.c_str(), resolved.data()) != nullptr) path_ = resolved.data();
  descriptor_ = beside_.create_beside(path_);
  if (descriptor_ >= 0) return {};
  return refuse(system_sentence("write", path_, errno));
}

OutputFile::~OutputFile() {
  if (descriptor_ >= 0 && descriptor_ != STDOUT_FILENO) close(descriptor_);
}

Outcome OutputFile::append(Bytes content) {
  ROTA_TRY(open());
  if (write_all(descriptor_, content)) return {};
  return refuse(system_sentence("write", path_ == "-" ? "standard output" : path_, errno));
}

Outcome OutputFile::finish() {
  ROTA_TRY(open());
  if (!beside_.exists()) return {};
  const mode_t mask = umask(0);
  umask(mask);
  const bool ready = fchmod(descriptor_, 0666U & ~mask) == 0;
  const bool closed = close(std::exchange(descriptor_, -1)) == 0;
  if (!ready || !closed || !beside_.take_place_of(path_)) {
    return refuse(system_sentence("write", path_, errno));
  }
  return {};
}

}  // namespace rota::cli
