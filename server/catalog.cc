#include "server/catalog.h"

#include <dirent.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <linux/openat2.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cctype>
#include <cerrno>
#include <climits>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <memory>
#include <set>

namespace rota::server {
namespace {

// Times of files advance in steps of a few milliseconds: a file that was read so soon after its
// last change may change once more without a trace.
constexpr std::int64_t kSettlingNs = 50'000'000;

constexpr std::size_t kMaxComplaints = 20;

std::int64_t nanoseconds(const timespec& time) {
  return std::int64_t{time.tv_sec} * 1'000'000'000 + time.tv_nsec;
}

bool is_settled(const FileFingerprint& fingerprint) {
  timespec now{};
  clock_gettime(CLOCK_REALTIME, &now);
  return nanoseconds(now) - std::max(fingerprint.modified_ns, fingerprint.changed_ns) > kSettlingNs;
}

std::string joined(const std::string& folder, std::string_view name) {
  return folder.empty() ? std::string(name) : folder + "/" + std::string(name);
}

std::string base_name(std::string_view path) {
  std::string name(path.substr(path.rfind('/') + 1));
  std::transform(name.begin(), name.end(), name.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return name;
}

struct CloseFolder {
  void operator()(DIR* folder) const { closedir(folder); }
};

}  // namespace

struct Catalog::Walk {
  std::map<std::string, CatalogEntry> entries;
  std::map<std::string, Seen> seen;
  std::set<std::pair<std::uint64_t, std::uint64_t>> folders_taken;  // device, inode
};

FileFingerprint fingerprint_of(const struct stat& facts) {
  return {facts.st_dev, facts.st_ino, static_cast<std::uint64_t>(facts.st_size),
          nanoseconds(facts.st_mtim), nanoseconds(facts.st_ctim)};
}

bool OpenedFile::is_unchanged() const {
  struct stat facts {};
  if (::fstat(file.get(), &facts) != 0) return false;
  FileFingerprint now = fingerprint_of(facts);
  // A rename or a new link changes this time, not the content.
  now.changed_ns = fingerprint.changed_ns;
  return now == fingerprint;
}

Catalog::Catalog(std::string folder, net::Descriptor root)
    : folder_(std::move(folder)), root_(std::move(root)) {}

Result<Catalog, Refusal> Catalog::open(const std::string& folder) {
  net::Descriptor root(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!root.is_open()) {
    const int reason = errno;
    if (reason == ENOENT) {
      return refuse(
          fmt::format("The folder {} does not exist; make it, or check the name.", folder));
    }
    if (reason == ENOTDIR) {
      return refuse(fmt::format("{} is a file; name the folder that holds it.", folder));
    }
    return refuse(fmt::format("The folder {} can not be read: {}; check its owner and mode.",
                              folder, std::strerror(reason)));
  }
  const std::unique_ptr<char, decltype(&std::free)> whole(::realpath(folder.c_str(), nullptr),
                                                          &std::free);
  Catalog catalog(whole == nullptr ? folder : whole.get(), std::move(root));
  catalog.walk();
  return catalog;
}

net::Descriptor Catalog::open_beneath(const std::string& path, int flags) const {
  open_how how{};
  how.flags = static_cast<decltype(how.flags)>(flags | O_CLOEXEC | O_NONBLOCK);
  how.resolve = RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS;
  const long opened = ::syscall(SYS_openat2, root_.get(), path.c_str(), &how, sizeof how);
  if (opened >= 0) return net::Descriptor(static_cast<int>(opened));
  if (errno != ENOSYS && errno != EPERM) return net::Descriptor();
  // Kernels before 5.6 and some containers: resolve first, then open what was resolved.
  const std::unique_ptr<char, decltype(&std::free)> whole(
      ::realpath((folder_ + "/" + path).c_str(), nullptr), &std::free);
  if (whole == nullptr) return net::Descriptor();
  const std::string_view found(whole.get());
  if (found != folder_ && !(found.starts_with(folder_) && found.substr(folder_.size())[0] == '/')) {
    errno = EXDEV;
    return net::Descriptor();
  }
  return net::Descriptor(::open(whole.get(), flags | O_CLOEXEC | O_NONBLOCK | O_NOFOLLOW));
}

void Catalog::examine(const std::string& path, int file, const FileFingerprint& fingerprint) {
  const bool settled = is_settled(fingerprint);
  CatalogEntry entry = describe_file(path, file, fingerprint.bytes);
  struct stat after {};
  if (entry.is_served && (::fstat(file, &after) != 0 || fingerprint_of(after) != fingerprint)) {
    entry = being_written(path, fingerprint.bytes);
    seen_[path] = {{}, false};
  } else {
    seen_[path] = {fingerprint, settled};
  }
  CatalogEntry& known = entries_[path];
  if (known.sha256 != entry.sha256 || known.note != entry.note || known.bytes != entry.bytes) {
    ++generation_;
  }
  known = std::move(entry);
}

void Catalog::complain(std::string sentence) {
  if (complaints_.size() < kMaxComplaints) complaints_.push_back(std::move(sentence));
}

void Catalog::take_in(const std::string& path, Walk& walk) {
  const net::Descriptor file = open_beneath(path, O_RDONLY);
  if (!file.is_open()) {
    if (errno == EACCES || errno == EPERM) {
      walk.entries[path] =
          unserved(path, 0, "Not served: no permission to read it; check its mode.");
    } else if (errno == EXDEV) {
      complain(fmt::format("{} is a link out of the folder and not served; copy the file instead.",
                           path));
    }
    return;
  }
  struct stat facts {};
  if (::fstat(file.get(), &facts) != 0 || !S_ISREG(facts.st_mode)) return;
  const FileFingerprint now = fingerprint_of(facts);
  const auto known = seen_.find(path);
  if (known == seen_.end() || !known->second.is_settled || known->second.fingerprint != now) {
    examine(path, file.get(), now);
  }
  walk.entries[path] = entries_[path];
  walk.seen[path] = seen_[path];
}

void Catalog::walk_folder(const std::string& path, unsigned depth, Walk& walk) {
  net::Descriptor folder = open_beneath(path.empty() ? "." : path, O_RDONLY | O_DIRECTORY);
  if (!folder.is_open()) {
    complain(fmt::format("The folder {} can not be read: {}.", path.empty() ? folder_ : path,
                         std::strerror(errno)));
    return;
  }
  struct stat facts {};
  if (::fstat(folder.get(), &facts) != 0) return;
  if (!walk.folders_taken.insert({facts.st_dev, facts.st_ino}).second) return;  // a loop of links
  const FileFingerprint fingerprint = fingerprint_of(facts);
  folders_.push_back({path, fingerprint, is_settled(fingerprint)});

  const std::unique_ptr<DIR, CloseFolder> listing(::fdopendir(folder.get()));
  if (listing == nullptr) return;
  static_cast<void>(folder.release());  // the listing closes it
  std::vector<std::string> names;
  while (const dirent* at = ::readdir(listing.get())) {
    if (at->d_name[0] != '.') names.emplace_back(at->d_name);
  }
  std::sort(names.begin(), names.end());
  for (const std::string& name : names) {
    const std::string child = joined(path, name);
    struct stat child_facts {};
    if (::fstatat(root_.get(), child.c_str(), &child_facts, 0) != 0) continue;
    if (S_ISDIR(child_facts.st_mode)) {
      if (depth < kMaxFolderDepth) walk_folder(child, depth + 1, walk);
    } else if (S_ISREG(child_facts.st_mode)) {
      if (walk.entries.size() >= kMaxFiles) {
        complain(fmt::format(
            "Only the first {} files are listed and served; serve a smaller folder.", kMaxFiles));
        return;
      }
      take_in(child, walk);
    }
  }
}

void Catalog::walk() {
  folders_.clear();
  complaints_.clear();
  Walk walk;
  walk_folder("", 0, walk);
  if (walk.entries.size() != entries_.size()) ++generation_;
  entries_ = std::move(walk.entries);
  seen_ = std::move(walk.seen);
}

bool Catalog::folders_changed() const {
  return std::any_of(folders_.begin(), folders_.end(), [this](const Folder& folder) {
    struct stat facts {};
    const std::string path = folder.path.empty() ? "." : folder.path;
    return !folder.is_settled || ::fstatat(root_.get(), path.c_str(), &facts, 0) != 0 ||
           fingerprint_of(facts) != folder.fingerprint;
  });
}

const std::map<std::string, CatalogEntry>& Catalog::entries() {
  walk();
  return entries_;
}

std::string Catalog::suggestion_for(const std::string& path) const {
  const std::string wanted = base_name(path);
  for (const auto& [known, entry] : entries_) {
    if (entry.is_served && base_name(known) == wanted) return known;
  }
  return {};
}

Result<OpenedFile, NoFile> Catalog::open_file(const std::string& path) {
  if (!entries_.contains(path) && folders_changed()) walk();
  if (!entries_.contains(path)) {
    const std::string near = suggestion_for(path);
    return NoFile{near.empty()
                      ? fmt::format("There is no /{} here; GET / lists what is served.", path)
                      : fmt::format("There is no /{} here; did you mean /{} ?", path, near)};
  }
  OpenedFile opened;
  opened.file = open_beneath(path, O_RDONLY);
  struct stat facts {};
  if (!opened.file.is_open() || ::fstat(opened.file.get(), &facts) != 0 ||
      !S_ISREG(facts.st_mode)) {
    return NoFile{fmt::format("/{} is listed but can not be opened any more: {}.", path,
                              opened.file.is_open() ? "it is no file" : std::strerror(errno))};
  }
  opened.fingerprint = fingerprint_of(facts);
  const Seen& seen = seen_[path];
  if (!seen.is_settled || seen.fingerprint != opened.fingerprint) {
    examine(path, opened.file.get(), opened.fingerprint);
  }
  opened.entry = entries_[path];
  if (!opened.entry.is_served) {
    return NoFile{fmt::format("/{}: {}", path, opened.entry.note), opened.entry.is_being_written};
  }
  return opened;
}

}  // namespace rota::server
