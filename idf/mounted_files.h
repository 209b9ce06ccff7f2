// File systems of the program (SPIFFS, littlefs, FAT) as folders of the host: a path below a mount
// point leads into the board's folder "files". The calls of the C library are led there by
// idf/file_calls.cc.
//
// What is in flash is the partition's first 16 bytes alone (docs/formats/file-systems.md): they
// name the folder. Erasing the partition therefore loses its files, as on a chip; an erased
// partition must be formatted before it can be mounted. A partition that was made from a folder at
// build time carries its files behind those bytes; they are unpacked at the first mount.
//
// Power contract: none for files. What the program wrote is on the host's disk; formatting erases
// first and names the new folder last.
//
// Thread use: translate() from any thread; the rest by the task that has the baton.
#pragma once

#include <cstdint>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "esp_err.h"
#include "esp_partition.h"
#include "idf/runtime.h"

namespace rota::idf {

enum class FileSystemKind : std::uint8_t { kSpiffs, kLittlefs, kFat };

class MountedFiles {
 public:
  struct Wish {
    FileSystemKind kind = FileSystemKind::kSpiffs;
    std::string base_path;                       // "/spiffs"
    const char* label = nullptr;                 // NULL: the first partition of the kind
    const esp_partition_t* partition = nullptr;  // instead of a label
    bool format_if_needed = false;
    bool is_read_only = false;
  };

  struct Usage {
    std::uint64_t total_bytes = 0;
    std::uint64_t used_bytes = 0;
  };

  // ESP_ERR_INVALID_ARG (no absolute path), ESP_ERR_NOT_FOUND (no such partition),
  // ESP_ERR_INVALID_STATE (mounted already, or the path is taken), ESP_FAIL (not formatted),
  // ESP_ERR_NOT_SUPPORTED (this board keeps no files).
  esp_err_t mount(const Wish& wish);
  // By the label or by the path; ESP_ERR_INVALID_STATE when it is not mounted.
  esp_err_t unmount(FileSystemKind kind, std::string_view label);
  esp_err_t unmount_path(std::string_view base_path);
  // Also of a partition that is not mounted.
  esp_err_t format(FileSystemKind kind, const char* label);
  bool is_mounted(FileSystemKind kind, const char* label) const;
  Result<Usage, esp_err_t> usage(FileSystemKind kind, const char* label) const;
  Result<Usage, esp_err_t> usage_of_path(std::string_view base_path) const;

  // Where a path of the program is on the host; nullopt: the path as it is. `creates`: a file may
  // be made there; SPIFFS has names with '/' and no folders, so those on the way are made.
  struct Place {
    std::string path;
    bool is_read_only = false;
    bool is_root = false;  // the mount point itself
  };
  std::optional<Place> translate(const char* path, bool creates) const;

 private:
  struct Mount {
    FileSystemKind kind;
    std::string base_path;
    std::string label;
    std::string folder;  // of the host
    const esp_partition_t* partition;
    bool is_read_only;
  };

  const Mount* find(FileSystemKind kind, const char* label) const;
  static Usage usage_of(const Mount& mount);

  mutable std::mutex mutex_;
  std::vector<Mount> mounts_;
};

}  // namespace rota::idf
