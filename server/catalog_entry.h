// What one served file is, read from its bytes.
#pragma once

#include <cstdint>
#include <string>

#include "formats/identify.h"

namespace rota::server {

// The largest flash that the image format knows is 128 MB; beyond this it is not firmware.
inline constexpr std::uint64_t kMaxFileBytes = 256ULL * 1024 * 1024;

struct CatalogEntry {
  std::string path;  // relative to the folder, with '/'
  formats::ContentKind kind = formats::ContentKind::kUnknown;
  bool is_damaged = false;
  bool is_served = true;
  bool is_being_written = false;  // not served yet: ask again
  std::uint64_t bytes = 0;
  std::string version, project, chip;  // of images, where they tell
  std::string sha256;                  // of the whole file, lower-case hex; empty when not served
  std::string note;                    // a sentence; empty for a whole app image of a chip

  bool is_app() const {
    return kind == formats::ContentKind::kAppImage || kind == formats::ContentKind::kNativeImage;
  }
  std::string etag() const { return '"' + sha256.substr(0, 32) + '"'; }
};

// Reads an open file of `bytes` bytes: its kind, its digest, and for app images whether they are
// whole. Takes some milliseconds per megabyte. An entry that can not be read or must not be served
// says so in its note.
CatalogEntry describe_file(std::string path, int file, std::uint64_t bytes);

// An entry that is listed but not served, and why.
CatalogEntry unserved(std::string path, std::uint64_t bytes, std::string why);
CatalogEntry being_written(std::string path, std::uint64_t bytes);

}  // namespace rota::server
