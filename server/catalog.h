// What lies in the served folder, read from the files themselves: nobody has to write a version
// down. Only what is listed here is served.
//
// Flat files and subfolders; hidden names (a leading dot) and links that leave the folder are
// skipped, private keys are listed but never served. A file is read again when its identity
// (device, inode, size, times) changed; a folder is walked again when its time changed. Not
// thread-safe: it belongs to the server's one thread.
#pragma once

#include <sys/stat.h>

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "net/descriptor.h"
#include "server/catalog_entry.h"
#include "server/refusal.h"

namespace rota::server {

inline constexpr std::size_t kMaxFiles = 4096;
inline constexpr unsigned kMaxFolderDepth = 16;

// When a file is another one than before.
struct FileFingerprint {
  std::uint64_t device = 0, inode = 0, bytes = 0;
  std::int64_t modified_ns = 0, changed_ns = 0;
  bool operator==(const FileFingerprint&) const = default;
};
FileFingerprint fingerprint_of(const struct stat& facts);

// A file as it was when it was opened: a later rename does not touch it.
struct OpenedFile {
  net::Descriptor file;
  CatalogEntry entry;
  FileFingerprint fingerprint;

  // False once somebody wrote into the file: what follows would not fit what went before.
  bool is_unchanged() const;
};

// Why a name is not served. `passes`: asking again in a moment may help.
struct NoFile {
  std::string sentence;
  bool passes = false;
};

class Catalog {
 public:
  // Refuses when the folder is missing, is none, or can not be read. Reads all files.
  static Result<Catalog, Refusal> open(const std::string& folder);

  const std::string& folder() const { return folder_; }

  // Looks for changes, then all entries by path.
  const std::map<std::string, CatalogEntry>& entries();
  // Changes whenever an entry does.
  std::uint64_t generation() const { return generation_; }
  // What the walk did not take in: too many files, folders that can not be read, links outside.
  const std::vector<std::string>& complaints() const { return complaints_; }

  // The entry as it is now, opened. Refuses when nothing of that name is served, with the reason
  // and, where one is near, the name that was probably meant.
  Result<OpenedFile, NoFile> open_file(const std::string& path);

 private:
  struct Seen {
    FileFingerprint fingerprint;
    bool is_settled = false;  // not written in the moments before it was read
  };
  struct Folder {
    std::string path;
    FileFingerprint fingerprint;
    bool is_settled = false;
  };
  struct Walk;

  Catalog(std::string folder, net::Descriptor root);
  bool folders_changed() const;
  void walk();
  void walk_folder(const std::string& path, unsigned depth, Walk& walk);
  void take_in(const std::string& path, Walk& walk);
  void examine(const std::string& path, int file, const FileFingerprint& fingerprint);
  void complain(std::string sentence);
  net::Descriptor open_beneath(const std::string& path, int flags) const;
  std::string suggestion_for(const std::string& path) const;

  std::string folder_;  // canonical
  net::Descriptor root_;
  std::map<std::string, CatalogEntry> entries_;
  std::map<std::string, Seen> seen_;
  std::vector<Folder> folders_;
  std::vector<std::string> complaints_;
  std::uint64_t generation_ = 0;
};

}  // namespace rota::server
