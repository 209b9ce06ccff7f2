#include "idf/resume_journal.h"

#include <algorithm>
#include <vector>

#include "base/bytes.h"
#include "crypto/sha256.h"
#include "nvs.h"

namespace rota::idf {

namespace {

constexpr const char* kNamespace = "rota_ota";
constexpr const char* kKey = "download";
constexpr std::size_t kFixedBytes = 16;
constexpr std::uint8_t kVersion = 1;

// An open namespace; not open when NVS is not initialized or holds nothing of ours.
class Storage {
 public:
  explicit Storage(nvs_open_mode_t mode)
      : is_open_(nvs_open(kNamespace, mode, &handle_) == ESP_OK) {}
  Storage(const Storage&) = delete;
  Storage& operator=(const Storage&) = delete;
  ~Storage() {
    if (is_open_) nvs_close(handle_);
  }
  bool is_open() const { return is_open_; }
  nvs_handle_t handle() const { return handle_; }

 private:
  nvs_handle_t handle_ = 0;
  bool is_open_;
};

}  // namespace

ResumeEntry::ResumeEntry(std::string_view url, std::uint32_t partition)
    : partition_offset(partition) {
  const auto digest = crypto::sha256(bytes_of(url));
  std::copy_n(digest.begin(), url_digest.size(), url_digest.begin());
}

std::optional<ResumeEntry> read_resume_journal() {
  const Storage storage(NVS_READONLY);
  if (!storage.is_open()) return std::nullopt;
  std::array<std::byte, kFixedBytes + ResumeEntry::kMostETagBytes> bytes{};
  std::size_t count = bytes.size();
  if (nvs_get_blob(storage.handle(), kKey, bytes.data(), &count) != ESP_OK) return std::nullopt;
  if (count < kFixedBytes || bytes[0] != std::byte{kVersion}) return std::nullopt;
  ResumeEntry entry;
  entry.is_damaged = bytes[1] != std::byte{0};
  entry.partition_offset = load_u32(&bytes[4]);
  std::copy_n(&bytes[8], entry.url_digest.size(), entry.url_digest.begin());
  entry.etag = text_of(Bytes(bytes).first(count).subspan(kFixedBytes));
  return entry;
}

void write_resume_journal(const ResumeEntry& entry) {
  std::vector<std::byte> bytes(kFixedBytes);
  bytes[0] = std::byte{kVersion};
  bytes[1] = std::byte{entry.is_damaged};
  store_u32(&bytes[4], entry.partition_offset);
  std::copy(entry.url_digest.begin(), entry.url_digest.end(), bytes.begin() + 8);
  const Bytes etag = bytes_of(entry.etag);
  bytes.insert(bytes.end(), etag.begin(), etag.end());
  const Storage storage(NVS_READWRITE);
  if (!storage.is_open()) return;
  if (nvs_set_blob(storage.handle(), kKey, bytes.data(), bytes.size()) == ESP_OK) {
    static_cast<void>(nvs_commit(storage.handle()));
  }
}

void clear_resume_journal() {
  const Storage storage(NVS_READWRITE);
  if (storage.is_open() && nvs_erase_key(storage.handle(), kKey) == ESP_OK) {
    static_cast<void>(nvs_commit(storage.handle()));
  }
}

}  // namespace rota::idf
