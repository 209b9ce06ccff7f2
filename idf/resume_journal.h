// What must be remembered over a reset so that a download goes on with the file that it began with:
// which file (URL and strong ETag), and into which partition. Kept in NVS, namespace "rota_ota",
// when the program has initialized NVS. Otherwise nothing is remembered: a resumed image is then
// protected by its final check alone, as in the reference.
//
//   offset  size  field
//   0       1     layout version, 1
//   1       1     1: what was written turned out to be damaged, start over
//   2       2     0
//   4       4     flash offset of the partition
//   8       8     first bytes of the SHA-256 of the URL
//   16      0..   ETag with its quotes; empty: the server gave no strong one
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace rota::idf {

struct ResumeEntry {
  static constexpr std::size_t kMostETagBytes = 128;  // a longer one is not kept

  ResumeEntry() = default;
  ResumeEntry(std::string_view url, std::uint32_t partition_offset);

  // A strong one; kept if it is not too long.
  void set_etag(std::string_view strong_etag) {
    etag = strong_etag.size() <= kMostETagBytes ? strong_etag : std::string_view{};
  }

  bool is_about(const ResumeEntry& other) const {
    return partition_offset == other.partition_offset && url_digest == other.url_digest;
  }

  bool is_damaged = false;
  std::uint32_t partition_offset = 0;
  std::array<std::byte, 8> url_digest{};
  std::string etag;  // empty: the server gave no strong one
};

std::optional<ResumeEntry> read_resume_journal();
void write_resume_journal(const ResumeEntry& entry);
void clear_resume_journal();

}  // namespace rota::idf
