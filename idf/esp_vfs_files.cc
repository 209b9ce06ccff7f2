// esp_spiffs.h, esp_littlefs.h and esp_vfs_fat.h over MountedFiles.
#include "esp_littlefs.h"
#include "esp_spiffs.h"
#include "esp_vfs_fat.h"
#include "idf/mounted_files.h"

using rota::idf::FileSystemKind;
using rota::idf::MountedFiles;
using rota::idf::runtime;

namespace {

MountedFiles& files() { return runtime().files(); }

template <class Size>
esp_err_t tell(const rota::Result<MountedFiles::Usage, esp_err_t>& usage, Size* total, Size* used) {
  if (!usage.ok()) return usage.error();
  if (total != nullptr) *total = static_cast<Size>(usage->total_bytes);
  if (used != nullptr) *used = static_cast<Size>(usage->used_bytes);
  return ESP_OK;
}

esp_err_t mount_fat(const char* base_path,
                    const char* label,
                    const esp_vfs_fat_mount_config_t* config,
                    bool is_read_only) {
  if (base_path == nullptr || config == nullptr) return ESP_ERR_INVALID_ARG;
  return files().mount({.kind = FileSystemKind::kFat,
                        .base_path = base_path,
                        .label = label,
                        .format_if_needed = config->format_if_mount_failed,
                        .is_read_only = is_read_only});
}

}  // namespace

extern "C" {

// ---- SPIFFS ----

esp_err_t esp_vfs_spiffs_register(const esp_vfs_spiffs_conf_t* conf) {
  if (conf == nullptr || conf->base_path == nullptr) return ESP_ERR_INVALID_ARG;
  return files().mount({.kind = FileSystemKind::kSpiffs,
                        .base_path = conf->base_path,
                        .label = conf->partition_label,
                        .format_if_needed = conf->format_if_mount_failed});
}

esp_err_t esp_vfs_spiffs_unregister(const char* partition_label) {
  return files().unmount(FileSystemKind::kSpiffs,
                         partition_label == nullptr ? "" : partition_label);
}

bool esp_spiffs_mounted(const char* partition_label) {
  return files().is_mounted(FileSystemKind::kSpiffs, partition_label);
}

esp_err_t esp_spiffs_format(const char* partition_label) {
  return files().format(FileSystemKind::kSpiffs, partition_label);
}

esp_err_t esp_spiffs_info(const char* partition_label, size_t* total_bytes, size_t* used_bytes) {
  return tell(files().usage(FileSystemKind::kSpiffs, partition_label), total_bytes, used_bytes);
}

esp_err_t esp_spiffs_check(const char* partition_label) {
  return esp_spiffs_mounted(partition_label) ? ESP_OK : ESP_ERR_INVALID_STATE;
}

esp_err_t esp_spiffs_gc(const char* partition_label, size_t) {
  return esp_spiffs_mounted(partition_label) ? ESP_OK : ESP_ERR_INVALID_STATE;
}

// ---- littlefs ----

esp_err_t esp_vfs_littlefs_register(const esp_vfs_littlefs_conf_t* conf) {
  if (conf == nullptr || conf->base_path == nullptr) return ESP_ERR_INVALID_ARG;
  if (conf->dont_mount) return ESP_OK;
  return files().mount({.kind = FileSystemKind::kLittlefs,
                        .base_path = conf->base_path,
                        .label = conf->partition_label,
                        .partition = static_cast<const esp_partition_t*>(conf->partition),
                        .format_if_needed = conf->format_if_mount_failed != 0,
                        .is_read_only = conf->read_only != 0});
}

esp_err_t esp_vfs_littlefs_unregister(const char* partition_label) {
  return files().unmount(FileSystemKind::kLittlefs,
                         partition_label == nullptr ? "" : partition_label);
}

bool esp_littlefs_mounted(const char* partition_label) {
  return files().is_mounted(FileSystemKind::kLittlefs, partition_label);
}

esp_err_t esp_littlefs_format(const char* partition_label) {
  return files().format(FileSystemKind::kLittlefs, partition_label);
}

esp_err_t esp_littlefs_info(const char* partition_label, size_t* total_bytes, size_t* used_bytes) {
  return tell(files().usage(FileSystemKind::kLittlefs, partition_label), total_bytes, used_bytes);
}

// ---- FAT ----

esp_err_t esp_vfs_fat_spiflash_mount_rw_wl(const char* base_path,
                                           const char* partition_label,
                                           const esp_vfs_fat_mount_config_t* mount_config,
                                           wl_handle_t* wl_handle) {
  if (wl_handle == nullptr) return ESP_ERR_INVALID_ARG;
  const esp_err_t mounted = mount_fat(base_path, partition_label, mount_config, false);
  *wl_handle = mounted == ESP_OK ? 0 : WL_INVALID_HANDLE;
  return mounted;
}

esp_err_t esp_vfs_fat_spiflash_unmount_rw_wl(const char* base_path, wl_handle_t) {
  if (base_path == nullptr) return ESP_ERR_INVALID_ARG;
  return files().unmount_path(base_path);
}

esp_err_t esp_vfs_fat_spiflash_mount_ro(const char* base_path,
                                        const char* partition_label,
                                        const esp_vfs_fat_mount_config_t* mount_config) {
  return mount_fat(base_path, partition_label, mount_config, true);
}

esp_err_t esp_vfs_fat_spiflash_unmount_ro(const char* base_path, const char*) {
  if (base_path == nullptr) return ESP_ERR_INVALID_ARG;
  return files().unmount_path(base_path);
}

esp_err_t esp_vfs_fat_spiflash_format_rw_wl(const char*, const char* partition_label) {
  return files().format(FileSystemKind::kFat, partition_label);
}

esp_err_t esp_vfs_fat_info(const char* base_path,
                           uint64_t* out_total_bytes,
                           uint64_t* out_free_bytes) {
  if (base_path == nullptr || out_total_bytes == nullptr || out_free_bytes == nullptr) {
    return ESP_ERR_INVALID_ARG;
  }
  std::uint64_t used = 0;
  const esp_err_t told = tell(files().usage_of_path(base_path), out_total_bytes, &used);
  if (told == ESP_OK) *out_free_bytes = *out_total_bytes - used;
  return told;
}

}  // extern "C"
