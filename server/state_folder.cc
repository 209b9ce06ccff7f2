#include "server/state_folder.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <system_error>
#include <thread>

namespace rota::server {
namespace {

constexpr std::size_t kMaxStateFileBytes = 256 * 1024;
constexpr std::chrono::milliseconds kLockRetry{10};

std::string next_step(int error_number, std::string_view path) {
  switch (error_number) {
    case EACCES:
    case EPERM:
      return fmt::format("check owner and mode of {}, or choose another folder with --state DIR",
                         path);
    case ENOSPC:
    case EDQUOT:
      return "the disk is full: free some space and start again; nothing was damaged";
    case EFBIG:
      return "a limit on file sizes is set for this process: raise it with ulimit -f";
    case EROFS:
      return "the file system is read-only: choose another folder with --state DIR";
    case ENOTDIR:
    case EEXIST:
      return "a file is in the way: move it, or choose another folder with --state DIR";
    default:
      return "choose another folder with --state DIR if this can not be repaired";
  }
}

Failed<Refusal> refuse_file(std::string_view verb, const std::string& path, int error_number) {
  return refuse(fmt::format("Can not {} {}: {}; {}.", verb, path, std::strerror(error_number),
                            next_step(error_number, path)));
}

bool lies_inside(const std::filesystem::path& inner, const std::filesystem::path& outer) {
  auto at = inner.begin();
  for (const auto& part : outer) {
    if (part.empty()) continue;  // a trailing slash
    if (at == inner.end() || *at != part) return false;
    ++at;
  }
  return true;
}

// Makes missing parents with the process's usual mode and the last folder private.
std::error_code make_private_folder(const std::string& path) {
  std::error_code error;
  const std::filesystem::path parent = std::filesystem::path(path).parent_path();
  if (!parent.empty()) std::filesystem::create_directories(parent, error);
  if (error) return error;
  if (::mkdir(path.c_str(), 0700) != 0 && errno != EEXIST) {
    return {errno, std::generic_category()};
  }
  return {};
}

Outcome write_all(int file, std::string_view content, const std::string& path) {
  while (!content.empty()) {
    const ssize_t written = ::write(file, content.data(), content.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return refuse_file("write", path, errno);
    content.remove_prefix(static_cast<std::size_t>(written));
  }
  return {};
}

}  // namespace

Result<std::string, Refusal> default_state_folder() {
  // Only read before the server's thread starts; nothing here changes the environment.
  const auto value_of = [](const char* name) -> std::string {
    const char* value = std::getenv(name);
    return value == nullptr ? std::string() : std::string(value);
  };
  if (std::string own = value_of("ROTA_STATE_DIR"); !own.empty()) return own;
  // The XDG rules: a relative path is to be ignored.
  if (const std::string xdg = value_of("XDG_STATE_HOME"); xdg.starts_with('/')) {
    return xdg + "/rota";
  }
  if (const std::string home = value_of("HOME"); home.starts_with('/')) {
    return home + "/.local/state/rota";
  }
  return refuse(
      "There is no place for the server's keys: HOME is not set. Name a folder with --state DIR, "
      "or set ROTA_STATE_DIR.");
}

Result<StateFolder, Refusal> StateFolder::open(const std::string& path,
                                               const std::string& served_root) {
  if (path.empty()) return refuse("The state folder has no name; give one after --state.");
  std::error_code error;
  const std::filesystem::path whole = std::filesystem::weakly_canonical(path, error);
  if (error) return refuse_file("find the state folder", path, error.value());
  if (!served_root.empty()) {
    const auto root = std::filesystem::weakly_canonical(served_root, error);
    if (!error && lies_inside(whole, root)) {
      return refuse(fmt::format(
          "The state folder {} lies inside {}, the folder that is served; private keys must not "
          "lie there. Choose another with --state DIR, or serve a subfolder.",
          whole.string(), root.string()));
    }
  }
  std::string name = whole.string();
  while (name.size() > 1 && name.ends_with('/')) name.pop_back();
  error = make_private_folder(name);
  if (error) return refuse_file("make the state folder", name, error.value());
  struct stat facts {};
  if (::stat(name.c_str(), &facts) != 0) return refuse_file("read", name, errno);
  if (!S_ISDIR(facts.st_mode)) return refuse_file("use the state folder", name, ENOTDIR);
  return StateFolder(std::move(name));
}

Result<net::Descriptor, Refusal> StateFolder::lock(std::chrono::milliseconds patience) const {
  const std::string path = path_of("lock");
  net::Descriptor file(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600));
  if (!file.is_open()) return refuse_file("write", path, errno);
  const auto until = std::chrono::steady_clock::now() + patience;
  while (::flock(file.get(), LOCK_EX | LOCK_NB) != 0) {
    if (errno != EWOULDBLOCK && errno != EINTR) return refuse_file("lock", path, errno);
    if (std::chrono::steady_clock::now() >= until) {
      std::array<char, 24> holder{};
      const ssize_t bytes = ::pread(file.get(), holder.data(), holder.size() - 1, 0);
      const std::string pid(holder.data(), bytes > 0 ? static_cast<std::size_t>(bytes) : 0);
      return refuse(fmt::format(
          "Another process{} holds {} and does not let go. Wait for it or end it, or choose "
          "another folder with --state DIR.",
          pid.empty() ? std::string() : fmt::format(" (pid {})", pid), path));
    }
    std::this_thread::sleep_for(kLockRetry);
  }
  const std::string own = std::to_string(::getpid());
  // Who holds the lock is only told for the error above: without it the lock works all the same.
  if (::ftruncate(file.get(), 0) == 0) {
    [[maybe_unused]] const ssize_t told = ::pwrite(file.get(), own.data(), own.size(), 0);
  }
  return file;
}

Result<std::optional<std::string>, Refusal> StateFolder::read(std::string_view file,
                                                              bool is_secret) const {
  const std::string path = path_of(file);
  const net::Descriptor opened(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (!opened.is_open()) {
    if (errno == ENOENT) return std::optional<std::string>();
    return refuse_file("read", path, errno);
  }
  struct stat facts {};
  if (::fstat(opened.get(), &facts) != 0) return refuse_file("read", path, errno);
  if (!S_ISREG(facts.st_mode)) {
    return refuse(fmt::format("{} is not a file; move it away and start again.", path));
  }
  if (is_secret && (facts.st_mode & 077U) != 0 && ::fchmod(opened.get(), 0600) != 0) {
    return refuse(
        fmt::format("The private key {} can be read by others and its mode can not be "
                    "changed: {}; run chmod 600 on it as its owner.",
                    path, std::strerror(errno)));
  }
  std::string content;
  std::array<char, 4096> piece{};
  while (content.size() < kMaxStateFileBytes) {
    const ssize_t bytes = ::read(opened.get(), piece.data(), piece.size());
    if (bytes < 0 && errno == EINTR) continue;
    if (bytes < 0) return refuse_file("read", path, errno);
    if (bytes == 0) break;
    content.append(piece.data(), static_cast<std::size_t>(bytes));
  }
  return std::optional<std::string>(std::move(content));
}

Outcome StateFolder::write(std::string_view file, std::string_view content, bool is_secret) const {
  const std::string path = path_of(file);
  std::string name = path + ".new-XXXXXX";
  const net::Descriptor made(::mkostemp(name.data(), O_CLOEXEC));  // mode 0600
  if (!made.is_open()) return refuse_file("write", path, errno);
  const auto give_up = [&](Failed<Refusal> why) {
    ::unlink(name.c_str());
    return why;
  };
  if (const Outcome written = write_all(made.get(), content, path); !written.ok()) {
    return give_up(Failed{written.error()});
  }
  if (!is_secret && ::fchmod(made.get(), 0644) != 0) {
    return give_up(refuse_file("write", path, errno));
  }
  if (::fsync(made.get()) != 0) return give_up(refuse_file("write", path, errno));
  if (::rename(name.c_str(), path.c_str()) != 0) return give_up(refuse_file("write", path, errno));
  const net::Descriptor folder(::open(path_.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  // The new name survives a power cut sooner; without it the old file is still whole.
  if (folder.is_open()) ::fsync(folder.get());
  return {};
}

}  // namespace rota::server
