#include "core/nvs_partition.h"

#include <algorithm>
#include <array>

#include "base/assert.h"

namespace rota::core {

using formats::kNvsEntryBytes;

Status NvsPartition::read_entries(std::uint32_t offset, MutableBytes into) const {
  if (keys_ == nullptr) return read_raw(offset, into);
  std::array<std::byte, kNvsEntryBytes> entry{};
  while (!into.empty()) {
    ROTA_TRY(read_raw(offset, entry));
    keys_->decrypt(entry, offset);
    const std::size_t piece = std::min<std::size_t>(into.size(), kNvsEntryBytes);
    std::copy_n(entry.begin(), piece, into.begin());
    into = into.subspan(piece);
    offset += kNvsEntryBytes;
  }
  return {};
}

Status NvsPartition::write_entries(std::uint32_t offset, Bytes entries) {
  if (keys_ == nullptr) return write_raw(offset, entries);
  ROTA_ASSERT(entries.size() <= buffer_.size() && entries.size() % kNvsEntryBytes == 0);
  const MutableBytes enciphered = buffer_.first(entries.size());
  std::copy(entries.begin(), entries.end(), enciphered.begin());
  for (std::uint32_t at = 0; at < enciphered.size(); at += kNvsEntryBytes) {
    keys_->encrypt(enciphered.subspan(at, kNvsEntryBytes), offset + at);
  }
  return write_raw(offset, enciphered);
}

}  // namespace rota::core
