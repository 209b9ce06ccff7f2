#include "cli/flash_target.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <climits>
#include <cstdlib>
#include <utility>

#include "cli/board_access.h"
#include "cli/console.h"
#include "crypto/sha256.h"

namespace rota::cli {
namespace {

constexpr std::size_t kPieceBytes = 256U * 1024U;

bool copy_all(int from, int to, std::uint64_t bytes) {
  std::vector<std::byte> buffer;
  while (bytes != 0) {
    ssize_t done = buffer.empty() ? copy_file_range(from, nullptr, to, nullptr, bytes, 0) : -1;
    if (done < 0) {  // another file system, or an old kernel
      buffer.resize(kPieceBytes);
      done = ::read(from, buffer.data(), std::min<std::uint64_t>(bytes, buffer.size()));
      if (done > 0) done = ::write(to, buffer.data(), static_cast<std::size_t>(done));
    }
    if (done <= 0) return false;
    bytes -= static_cast<std::uint64_t>(done);
  }
  return true;
}

// Opens a dump that nobody else changes until the descriptor is closed. A command that changes it
// already is waited for: it replaces the file, and this one must not work on what was there before.
// -1 with errno. Where files can not be locked (some network file systems) nothing is waited for.
int open_alone(const std::string& path, const std::string& name) {
  bool has_told = false;
  while (true) {
    const int descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    if (descriptor < 0) return -1;
    if (flock(descriptor, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK) {
      if (!std::exchange(has_told, true)) {
        fmt::print(stderr, "Waiting for another command that changes {} ...\n", printable(name));
      }
      while (flock(descriptor, LOCK_EX) != 0 && errno == EINTR) {
      }
    }
    struct stat locked {};
    struct stat current {};
    if (fstat(descriptor, &locked) == 0 && stat(path.c_str(), &current) == 0 &&
        locked.st_dev == current.st_dev && locked.st_ino == current.st_ino) {
      return descriptor;
    }
    const int error = errno;
    close(descriptor);
    if (access(path.c_str(), F_OK) != 0) {
      errno = error == 0 ? ENOENT : error;
      return -1;
    }
  }
}

bool write_at(int descriptor, std::uint32_t offset, Bytes bytes) {
  while (!bytes.empty()) {
    const ssize_t done = pwrite(descriptor, bytes.data(), bytes.size(), static_cast<off_t>(offset));
    if (done < 0 && errno == EINTR) continue;
    if (done <= 0) return false;
    bytes = bytes.subspan(static_cast<std::size_t>(done));
    offset += static_cast<std::uint32_t>(done);
  }
  return true;
}

}  // namespace

Result<FlashTarget, Refusal> FlashTarget::open(std::string_view path_text) {
  if (path_text == "-") {
    return wrong_use("standard input can not be changed; name a dump or a board.");
  }
  FlashTarget target;
  target.name_ = std::string(path_text);
  if (is_folder(target.name_)) {
    auto board = open_board(path_text, board::Access::kReadWrite);
    if (!board) return Failed{board.error()};
    target.board_ = std::move(board).value();
    target.question_ = question_of(*target.board_);
    target.geometry_ = target.board_->chip().geometry();
    return target;
  }
  if (const auto file = InputFile::open(path_text); !file) {  // for its refusals
    return Failed{file.error()};
  }
  std::array<char, PATH_MAX> resolved{};
  if (realpath(target.name_.c_str(), resolved.data()) == nullptr) {
    return refuse(system_sentence("open", target.name_, errno));
  }
  target.path_ = resolved.data();
  target.original_ = open_alone(target.path_, target.name_);
  if (target.original_ < 0) return refuse(system_sentence("open", target.name_, errno));
  struct stat facts {};
  if (fstat(target.original_, &facts) != 0) {
    return refuse(system_sentence("read", target.name_, errno));
  }
  target.geometry_.size_bytes = static_cast<std::uint32_t>(facts.st_size);
  return target;
}

FlashTarget::FlashTarget(FlashTarget&& other) noexcept
    : name_(std::move(other.name_)),
      path_(std::move(other.path_)),
      copy_file_(std::move(other.copy_file_)),
      original_(std::exchange(other.original_, -1)),
      copy_(std::exchange(other.copy_, -1)),
      board_(std::move(other.board_)),
      question_(other.question_),
      geometry_(other.geometry_) {}

FlashTarget::~FlashTarget() {
  if (original_ >= 0) close(original_);
  if (copy_ >= 0) close(copy_);
}

Outcome FlashTarget::make_copy() {
  if (copy_ >= 0) return {};
  struct stat facts {};
  copy_ = copy_file_.create_beside(path_);
  if (copy_ < 0) return refuse(system_sentence("write beside", name_, errno));
  if (fstat(original_, &facts) != 0 || fchmod(copy_, facts.st_mode & 07777U) != 0 ||
      !copy_all(original_, copy_, geometry_.size_bytes)) {
    return refuse(system_sentence("copy", name_, errno));
  }
  return {};
}

Outcome FlashTarget::write(std::uint32_t offset, Bytes bytes) {
  if (offset > geometry_.size_bytes || bytes.size() > geometry_.size_bytes - offset) {
    return refuse(name_, Error::kFlashOutOfRange);
  }
  if (board_) {
    const Status written = board_->flash_with_tool({offset}, bytes);
    return written.ok() ? Outcome() : Outcome(refuse(name_, written.error()));
  }
  ROTA_TRY(make_copy());
  if (!write_at(copy_, offset, bytes)) return refuse(system_sentence("write", name_, errno));
  return {};
}

Outcome FlashTarget::write(std::uint32_t offset, InputFile& content) {
  std::uint32_t done = 0;
  while (done < content.size()) {
    const auto piece = content.read_some(done, kPieceBytes);
    if (!piece) return Failed{piece.error()};
    ROTA_TRY(write(offset + done, *piece));
    done += static_cast<std::uint32_t>(piece->size());
  }
  return {};
}

Outcome FlashTarget::fill_with_ff(core::FlashRange range) {
  if (range.start.value > geometry_.size_bytes ||
      range.size_bytes > geometry_.size_bytes - range.start.value) {
    return refuse(name_, Error::kFlashOutOfRange);
  }
  if (board_) {
    const Status erased = board_->erase_with_tool(range);
    return erased.ok() ? Outcome() : Outcome(refuse(name_, erased.error()));
  }
  const std::vector<std::byte> blank(std::min<std::size_t>(range.size_bytes, kPieceBytes),
                                     std::byte{0xFF});
  for (std::uint32_t done = 0; done < range.size_bytes;) {
    const auto count = std::min<std::size_t>(blank.size(), range.size_bytes - done);
    ROTA_TRY(write(range.start.value + done, Bytes(blank).first(count)));
    done += static_cast<std::uint32_t>(count);
  }
  return {};
}

Outcome FlashTarget::finish() {
  if (copy_ < 0) return {};
  if (fsync(copy_) != 0 || !copy_file_.take_place_of(path_)) {
    return refuse(system_sentence("replace", name_, errno));
  }
  return {};
}

Status FlashTarget::read(core::FlashAddress from, MutableBytes into) {
  if (from.value > geometry_.size_bytes || into.size() > geometry_.size_bytes - from.value) {
    return Error::kFlashOutOfRange;
  }
  if (board_) {
    const Bytes cells = board_->flash_bytes();
    std::copy_n(cells.begin() + from.value, into.size(), into.begin());
    return {};
  }
  std::size_t done = 0;
  while (done < into.size()) {
    const ssize_t got = pread(copy_ >= 0 ? copy_ : original_, into.data() + done,
                              into.size() - done, static_cast<off_t>(from.value + done));
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return Error::kFlashReadFailed;
    done += static_cast<std::size_t>(got);
  }
  return {};
}

Outcome copy_range(InputFile& from, std::uint32_t start, std::uint32_t bytes, OutputFile& to) {
  for (std::uint32_t done = 0; done < bytes;) {
    const auto piece =
        from.read_some(start + done, std::min<std::size_t>(kPieceBytes, bytes - done));
    if (!piece) return Failed{piece.error()};
    if (piece->empty())
      return refuse(fmt::format("{} ended early; it was changed meanwhile.", from.name()));
    ROTA_TRY(to.append(*piece));
    done += static_cast<std::uint32_t>(piece->size());
  }
  return {};
}

Result<std::array<std::byte, 32>, Refusal> sha256_of(InputFile& file) {
  crypto::Sha256 digest;
  for (std::uint32_t done = 0; done < file.size();) {
    const auto piece = file.read_some(done, kPieceBytes);
    if (!piece) return Failed{piece.error()};
    digest.update(*piece);
    done += static_cast<std::uint32_t>(piece->size());
  }
  return digest.finish();
}

Outcome may_create(std::string_view path, bool force) {
  if (path == "-" || force || !path_exists(std::string(path))) return {};
  return refuse(fmt::format("{} is there already; name another file, or overwrite it with --force.",
                            printable(path)));
}

}  // namespace rota::cli
