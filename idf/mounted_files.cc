#include "idf/mounted_files.h"

#include <algorithm>
#include <array>
#include <cinttypes>
#include <cstring>
#include <filesystem>
#include <fstream>

#include "crypto/crc32.h"
#include "esp_log.h"
#include "esp_random.h"
#include "idf/update_service.h"

namespace rota::idf {

namespace {

namespace fs = std::filesystem;

// The first bytes of a partition (docs/formats/file-systems.md).
constexpr std::array<char, 8> kMagic = {'R', 'o', 't', 'a', 'F', 'S', '1', '\0'};
constexpr std::size_t kHeadBytes = 16;
constexpr std::size_t kIdAt = 8;
constexpr std::size_t kArchiveBytesAt = 12;
// Of an entry of the archive: the lengths of its name and of its content.
constexpr std::size_t kEntryHeadBytes = 8;
constexpr std::uint32_t kMaxNameBytes = 255;

struct KindFacts {
  const char* tag;
  const char* name;
  esp_partition_subtype_t subtype;
  std::uint64_t block_bytes;  // what a file's size is rounded up to
};

const KindFacts& facts_of(FileSystemKind kind) {
  static constexpr std::array<KindFacts, 3> kFacts = {{
      {"SPIFFS", "SPIFFS", ESP_PARTITION_SUBTYPE_DATA_SPIFFS, 256},
      {"esp_littlefs", "littlefs", ESP_PARTITION_SUBTYPE_DATA_LITTLEFS, 4096},
      {"vfs_fat", "FAT", ESP_PARTITION_SUBTYPE_DATA_FAT, 4096},
  }};
  return kFacts[static_cast<std::size_t>(kind)];
}

const esp_partition_t* partition_of(FileSystemKind kind, const char* label) {
  // littlefs is at home in partitions of type spiffs, too.
  const esp_partition_t* found =
      label != nullptr
          ? esp_partition_find_first(ESP_PARTITION_TYPE_DATA, ESP_PARTITION_SUBTYPE_ANY, label)
          : esp_partition_find_first(ESP_PARTITION_TYPE_DATA, facts_of(kind).subtype, nullptr);
  return found;
}

struct Head {
  std::uint32_t id = 0;
  std::uint32_t archive_bytes = 0;
};

std::optional<Head> read_head(const esp_partition_t& partition) {
  std::array<std::byte, kHeadBytes> bytes{};
  if (esp_partition_read(&partition, 0, bytes.data(), bytes.size()) != ESP_OK) return std::nullopt;
  if (std::memcmp(bytes.data(), kMagic.data(), kMagic.size()) != 0) return std::nullopt;
  return Head{load_u32(&bytes[kIdAt]), load_u32(&bytes[kArchiveBytesAt])};
}

std::string folder_of(const esp_partition_t& partition, const Head& head) {
  std::array<char, 16> id{};
  std::snprintf(id.data(), id.size(), "-%08" PRIx32, head.id);
  return runtime().platform().files_folder() + "/" + partition.label + id.data();
}

// The folders of earlier formats: LABEL-ID.
void remove_folders_of(const esp_partition_t& partition) {
  const std::string begin = std::string(partition.label) + "-";
  std::error_code failed;
  for (auto it = fs::directory_iterator(runtime().platform().files_folder(), failed);
       !failed && it != fs::directory_iterator(); it.increment(failed)) {
    const std::string name = it->path().filename();
    std::error_code ignored;
    if (name.starts_with(begin) && name.size() == begin.size() + 8) {
      fs::remove_all(it->path(), ignored);
    }
  }
}

// Erases the partition and names a new folder.
bool write_format(const esp_partition_t& partition) {
  remove_folders_of(partition);
  if (esp_partition_erase_range(&partition, 0, partition.size) != ESP_OK) return false;
  std::array<std::byte, kHeadBytes> bytes{};
  std::memcpy(bytes.data(), kMagic.data(), kMagic.size());
  store_u32(&bytes[kIdAt], esp_random());
  return esp_partition_write(&partition, 0, bytes.data(), bytes.size()) == ESP_OK;
}

// A name of the archive: relative, and without a way out.
bool is_good_name(std::string_view name) {
  if (name.empty() || name.front() == '/' || name.find('\0') != name.npos) return false;
  const fs::path path(name);
  return std::none_of(path.begin(), path.end(), [](const fs::path& part) { return part == ".."; });
}

// Writes the files of a partition that was made at build time. False: its archive is damaged.
bool unpack(const esp_partition_t& partition, const Head& head, const std::string& folder) {
  std::error_code failed;
  const std::string unfinished = folder + ".new";
  fs::remove_all(unfinished, failed);
  if (!fs::create_directories(unfinished, failed)) return false;
  const std::uint32_t end = static_cast<std::uint32_t>(kHeadBytes) + head.archive_bytes;
  if (head.archive_bytes > partition.size - kHeadBytes) return false;
  std::uint32_t at = kHeadBytes;
  std::vector<char> content;
  while (at + kEntryHeadBytes <= end) {
    std::array<std::byte, kEntryHeadBytes> entry{};
    if (esp_partition_read(&partition, at, entry.data(), entry.size()) != ESP_OK) return false;
    const std::uint32_t name_bytes = load_u32(entry.data());
    const std::uint32_t bytes = load_u32(entry.data() + 4);
    at += kEntryHeadBytes;
    if (name_bytes > kMaxNameBytes || name_bytes > end - at || bytes > end - at - name_bytes) {
      return false;
    }
    content.resize(std::size_t{name_bytes} + bytes);
    if (esp_partition_read(&partition, at, content.data(), content.size()) != ESP_OK) return false;
    at += name_bytes + bytes;
    const std::string_view name(content.data(), name_bytes);
    if (!is_good_name(name)) return false;
    const fs::path path = fs::path(unfinished) / name;
    fs::create_directories(path.parent_path(), failed);
    std::ofstream file(path, std::ios::binary);
    file.write(content.data() + name_bytes, bytes);
    if (!file.good()) return false;
  }
  fs::rename(unfinished, folder, failed);
  return !failed;
}

// "/a/./b/../c" below a mount point: "a/c"; nullopt when it leads above it.
std::optional<std::string> relative_of(std::string_view path) {
  std::vector<std::string_view> parts;
  while (!path.empty()) {
    const std::size_t end = std::min(path.find('/'), path.size());
    const std::string_view part = path.substr(0, end);
    path.remove_prefix(std::min(end + 1, path.size()));
    if (part.empty() || part == ".") continue;
    if (part == "..") {
      if (parts.empty()) return std::nullopt;
      parts.pop_back();
    } else {
      parts.push_back(part);
    }
  }
  std::string joined;
  for (const std::string_view part : parts) joined.append(joined.empty() ? "" : "/").append(part);
  return joined;
}

}  // namespace

// ---- Mounting ----

esp_err_t MountedFiles::mount(const Wish& wish) {
  const KindFacts& facts = facts_of(wish.kind);
  std::string base = wish.base_path;
  while (base.ends_with('/')) base.pop_back();
  if (base.empty() || base.front() != '/') return ESP_ERR_INVALID_ARG;
  const esp_partition_t* partition =
      wish.partition != nullptr ? wish.partition : partition_of(wish.kind, wish.label);
  if (partition == nullptr) {
    ESP_LOGE(facts.tag, "%s partition could not be found; add one to the partition table%s%s.",
             facts.name, wish.label == nullptr ? "" : " with the label ",
             wish.label == nullptr ? "" : wish.label);
    return ESP_ERR_NOT_FOUND;
  }
  const auto clashes = [&](const Mount& mount) {
    return mount.partition == partition || mount.base_path == base;
  };
  if (std::any_of(mounts_.begin(), mounts_.end(), clashes)) return ESP_ERR_INVALID_STATE;
  if (runtime().platform().files_folder().empty()) {
    ESP_LOGE(facts.tag, "This board has no folder for files; `rota board run` gives it one.");
    return ESP_ERR_NOT_SUPPORTED;
  }
  auto head = read_head(*partition);
  if (!head && wish.format_if_needed && !wish.is_read_only) {
    ESP_LOGW(facts.tag, "The partition '%s' holds no file system; formatting it.",
             partition->label);
    if (write_format(*partition)) head = read_head(*partition);
  }
  if (!head) {
    ESP_LOGE(facts.tag,
             "mount failed: the partition '%s' holds no file system of this board. Set "
             "format_if_mount_failed, or make the partition from a folder when building.",
             partition->label);
    return ESP_FAIL;
  }
  const std::string folder = folder_of(*partition, *head);
  std::error_code failed;
  if (!fs::is_directory(folder, failed) && !unpack(*partition, *head, folder)) {
    ESP_LOGE(facts.tag, "mount failed: the files of the partition '%s' can not be laid out in %s.",
             partition->label, folder.c_str());
    return ESP_FAIL;
  }
  const std::lock_guard<std::mutex> lock(mutex_);
  mounts_.push_back({wish.kind, base, partition->label, folder, partition, wish.is_read_only});
  return ESP_OK;
}

esp_err_t MountedFiles::unmount(FileSystemKind kind, std::string_view label) {
  const std::lock_guard<std::mutex> lock(mutex_);
  const auto found = std::find_if(mounts_.begin(), mounts_.end(), [&](const Mount& mount) {
    return mount.kind == kind && (label.empty() || mount.label == label);
  });
  if (found == mounts_.end()) return ESP_ERR_INVALID_STATE;
  mounts_.erase(found);
  return ESP_OK;
}

esp_err_t MountedFiles::unmount_path(std::string_view base_path) {
  const std::lock_guard<std::mutex> lock(mutex_);
  const bool was_mounted =
      std::erase_if(mounts_, [&](const Mount& it) { return it.base_path == base_path; }) > 0;
  return was_mounted ? ESP_OK : ESP_ERR_INVALID_STATE;
}

esp_err_t MountedFiles::format(FileSystemKind kind, const char* label) {
  const Mount* mounted = find(kind, label);
  const esp_partition_t* partition =
      mounted != nullptr ? mounted->partition : partition_of(kind, label);
  if (partition == nullptr) return ESP_ERR_NOT_FOUND;
  if (!write_format(*partition)) return ESP_FAIL;
  const auto head = read_head(*partition);
  if (!head || !unpack(*partition, *head, folder_of(*partition, *head))) return ESP_FAIL;
  const std::lock_guard<std::mutex> lock(mutex_);
  for (Mount& mount : mounts_) {
    if (mount.partition == partition) mount.folder = folder_of(*partition, *head);
  }
  return ESP_OK;
}

// ---- Asking ----

const MountedFiles::Mount* MountedFiles::find(FileSystemKind kind, const char* label) const {
  const auto found = std::find_if(mounts_.begin(), mounts_.end(), [&](const Mount& mount) {
    return mount.kind == kind && (label == nullptr || mount.label == label);
  });
  return found == mounts_.end() ? nullptr : &*found;
}

bool MountedFiles::is_mounted(FileSystemKind kind, const char* label) const {
  return find(kind, label) != nullptr;
}

MountedFiles::Usage MountedFiles::usage_of(const Mount& mount) {
  Usage usage{mount.partition->size, 0};
  const std::uint64_t block = facts_of(mount.kind).block_bytes;
  std::error_code failed;
  for (auto it = fs::recursive_directory_iterator(mount.folder, failed);
       !failed && it != fs::recursive_directory_iterator(); it.increment(failed)) {
    if (!it->is_regular_file(failed)) continue;
    usage.used_bytes += (it->file_size(failed) + block - 1) / block * block;
  }
  usage.used_bytes = std::min(usage.used_bytes, usage.total_bytes);
  return usage;
}

Result<MountedFiles::Usage, esp_err_t> MountedFiles::usage(FileSystemKind kind,
                                                           const char* label) const {
  const Mount* mount = find(kind, label);
  if (mount == nullptr) return Failed<esp_err_t>{ESP_ERR_INVALID_STATE};
  return usage_of(*mount);
}

Result<MountedFiles::Usage, esp_err_t> MountedFiles::usage_of_path(
    std::string_view base_path) const {
  const auto found = std::find_if(mounts_.begin(), mounts_.end(),
                                  [&](const Mount& mount) { return mount.base_path == base_path; });
  if (found == mounts_.end()) return Failed<esp_err_t>{ESP_ERR_INVALID_STATE};
  return usage_of(*found);
}

std::optional<MountedFiles::Place> MountedFiles::translate(const char* path, bool creates) const {
  if (path == nullptr || path[0] != '/') return std::nullopt;
  const std::lock_guard<std::mutex> lock(mutex_);
  const Mount* best = nullptr;
  const std::string_view text(path);
  for (const Mount& mount : mounts_) {
    const std::string& base = mount.base_path;
    if (!text.starts_with(base) || (text.size() > base.size() && text[base.size()] != '/')) {
      continue;
    }
    if (best == nullptr || base.size() > best->base_path.size()) best = &mount;
  }
  if (best == nullptr) return std::nullopt;
  const auto relative = relative_of(text.substr(best->base_path.size()));
  if (!relative) return Place{best->folder + "/..no such place/x", best->is_read_only, false};
  Place place{best->folder, best->is_read_only, relative->empty()};
  if (!relative->empty()) place.path += "/" + *relative;
  if (creates && best->kind == FileSystemKind::kSpiffs && !place.is_root && !place.is_read_only) {
    std::error_code ignored;
    fs::create_directories(fs::path(place.path).parent_path(), ignored);
  }
  return place;
}

}  // namespace rota::idf
