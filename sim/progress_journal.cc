#include "sim/progress_journal.h"

#include <algorithm>
#include <array>

#include "sim/random.h"

namespace rota::sim {

using core::kSectorBytes;

namespace {

constexpr std::uint32_t kRecordBytes = 16;
constexpr int kTries = 3;

// A record: sequence, image, bytes, check word over the three.
std::uint32_t check_of(const std::byte* record) {
  const std::uint64_t first = std::uint64_t{load_u32(record)} << 32U | load_u32(record + 4);
  return static_cast<std::uint32_t>(mix(first, load_u32(record + 8))) | 1U;
}

}  // namespace

void ProgressJournal::look() {
  looked_ = true;
  std::array<std::byte, kSectorBytes> sector;
  for (std::uint32_t start : {std::uint32_t{0}, kSectorBytes}) {
    if (!access_.read(partition_, start, sector).ok()) return;
    std::uint32_t used_until = 0;
    bool holds_latest = false;
    for (std::uint32_t at = 0; at < kSectorBytes; at += kRecordBytes) {
      const std::byte* record = sector.data() + at;
      if (std::all_of(record, record + kRecordBytes,
                      [](std::byte b) { return b == std::byte{0xFF}; })) {
        continue;
      }
      used_until = at + kRecordBytes;
      if (load_u32(record + 12) != check_of(record) || load_u32(record) <= sequence_) continue;
      sequence_ = load_u32(record);
      latest_ = {static_cast<ImageId>(load_u32(record + 4)), load_u32(record + 8)};
      holds_latest = true;
    }
    if (holds_latest || start == 0) next_at_ = start + used_until;
  }
}

Progress ProgressJournal::latest() {
  if (!looked_) look();
  return latest_;
}

Status ProgressJournal::store(const Progress& progress) {
  if (!looked_) look();
  std::array<std::byte, kRecordBytes> record{};
  store_u32(record.data(), ++sequence_);
  store_u32(record.data() + 4, static_cast<std::uint32_t>(progress.image));
  store_u32(record.data() + 8, progress.bytes);
  store_u32(record.data() + 12, check_of(record.data()));
  for (int tries = 0; tries < kTries; ++tries) {
    ROTA_TRY(append(record));
    std::array<std::byte, kRecordBytes> stored{};
    ROTA_TRY(access_.read(partition_, next_at_ - kRecordBytes, stored));
    if (stored != record) continue;
    latest_ = progress;
    return {};
  }
  return Error::kFlashVerifyMismatch;
}

Status ProgressJournal::append(Bytes record) {
  if (next_at_ == kSectorBytes || next_at_ >= 2 * kSectorBytes) {
    next_at_ = next_at_ == kSectorBytes ? kSectorBytes : 0;
    ROTA_TRY(access_.erase(partition_, next_at_, kSectorBytes));
  }
  next_at_ += kRecordBytes;
  return access_.write(partition_, next_at_ - kRecordBytes, record);
}

}  // namespace rota::sim
