// Reading a page at mount, and what a power cut may have left on it (spec/nvs 7, steps 1 to 3).
#include <algorithm>
#include <array>

#include "core/nvs_page.h"

namespace rota::core {

using formats::kNvsEntryBytes;
using formats::kNvsEntryCount;
using formats::kNvsPageBytes;
using formats::NvsEntryState;
using formats::NvsPageState;

Status NvsPage::load(NvsPartition& partition, std::uint32_t number) {
  partition_ = &partition;
  number_ = number;
  sequence_ = 0;
  next = nullptr;
  use_ = Use::kUninitialized;
  forget_entries();

  std::array<std::byte, kNvsEntryBytes> bytes{};
  ROTA_TRY(partition.read_raw(number * kNvsPageBytes, bytes));
  const formats::NvsPageHeader header = formats::decode_nvs_header(bytes);
  if (header.state == NvsPageState::kUninitialized) {
    const auto is_blank = is_erased_throughout();
    ROTA_TRY(is_blank);
    if (!*is_blank) use_ = Use::kCorrupt;
    return {};
  }
  use_ = Use::kCorrupt;
  if (!header.crc_is_good) return {};
  if (header.version < formats::kNvsVersion) return Error::kNvsNewVersion;
  if (!header.is_in_use()) return {};

  sequence_ = header.sequence;
  ROTA_TRY(partition.read_raw(number * kNvsPageBytes + formats::kNvsTableOffset, table_.bytes()));
  for (std::uint32_t i = 0; i < kNvsEntryCount; ++i) {
    if (table_.is_written(i)) ++used_entries_;
  }
  next_free_ = kNoEntry;
  if (header.state != NvsPageState::kActive) {
    use_ = header.state == NvsPageState::kFull ? Use::kFull : Use::kFreeing;
    return repair_full();
  }
  use_ = Use::kActive;
  return repair_active();
}

Result<bool> NvsPage::is_erased_throughout() const {
  std::array<std::byte, 256> piece{};
  for (std::uint32_t at = 0; at < kNvsPageBytes; at += static_cast<std::uint32_t>(piece.size())) {
    ROTA_TRY(partition_->read_raw(number_ * kNvsPageBytes + at, piece));
    if (std::any_of(piece.begin(), piece.end(), [](std::byte b) { return b != std::byte{0xFF}; })) {
      return false;
    }
  }
  return true;
}

// Entries that were written but never marked: the power went before their state was programmed.
Status NvsPage::skip_unmarked_entries() {
  std::uint32_t i = 0;
  while (i < kNvsEntryCount && table_.state(i) != NvsEntryState::kEmpty) ++i;
  for (; i < kNvsEntryCount; ++i) {
    std::array<std::byte, 4> begin{};
    ROTA_TRY(partition_->read_raw(offset_of(i), begin));
    if (load_u32(begin.data()) == 0xFFFFFFFF) break;
    if (table_.is_written(i)) --used_entries_;
    ROTA_TRY(program_entries(i, i + 1, NvsEntryState::kErased));
    ROTA_TRY(fill_with_zeros(i, i + 1));
  }
  next_free_ = static_cast<std::uint8_t>(i);
  return {};
}

bool NvsPage::span_is_written(const NvsFound& item) const {
  for (std::uint32_t i = item.index; i < item.index + item.entry.span; ++i) {
    if (!table_.is_written(i)) return false;
  }
  return true;
}

Result<std::uint32_t> NvsPage::list_item(const NvsFound& item) {
  NvsQuery query;
  query.namespace_index = item.entry.namespace_index;
  query.type = formats::NvsType::kBlobChunk;
  query.key = &item.entry.key;
  query.chunk = item.entry.chunk;
  const auto earlier = first_listed(query, 0);
  if (!earlier.ok() && earlier.error() != Error::kNvsNotFound) return earlier.error();
  list_entry(item.index, item.entry);
  return earlier.ok() ? *earlier : kNoEntry;
}

// On a read-only partition the page can not be read any more, but the mount goes on.
Status NvsPage::drop_or_give_up_page(std::uint32_t index) {
  const Status dropped = erase_item(index, NvsErasing::kPurge);
  if (dropped.ok() || dropped.error() != Error::kPartitionReadOnly) return dropped;
  use_ = Use::kInvalid;
  return {};
}

Status NvsPage::repair_active() {
  ROTA_TRY(skip_unmarked_entries());
  NvsFound last;
  bool ends_with_item = false;
  for (std::uint32_t i = 0; i < next_free_;) {
    ends_with_item = false;
    if (table_.state(i) == NvsEntryState::kErased) {
      ++i;
      continue;
    }
    if (table_.state(i) != NvsEntryState::kWritten) {
      ROTA_TRY(erase_item(i, NvsErasing::kPurge));
      ++i;
      continue;
    }
    const auto item = read_entry(i);
    ROTA_TRY(item);
    last = *item;
    ends_with_item = true;
    if (!item->entry.is_consistent_at(i)) {
      ROTA_TRY(erase_item(i, NvsErasing::kPurge));
      ++i;
      continue;
    }
    i += item->entry.span;
    if (!span_is_written(*item)) {
      ROTA_TRY(drop_or_give_up_page(item->index));
      ends_with_item = false;
      continue;
    }
    const auto earlier = list_item(*item);  // the type plays no part
    ROTA_TRY(earlier);
    if (*earlier != kNoEntry) ROTA_TRY(drop_or_give_up_page(*earlier));
  }
  return ends_with_item ? drop_older_duplicate(last) : Status{};
}

Status NvsPage::drop_older_duplicate(const NvsFound& last) {
  const auto older = find(NvsQuery::same_item_as(last.entry));
  if (!older.ok()) return older.error() == Error::kNvsNotFound ? Status{} : older.status();
  if (older->index >= last.index) return {};
  return invalid_after(erase_item(older->index, NvsErasing::kPurge));
}

Status NvsPage::repair_full() {
  for (std::uint32_t i = 0; i < kNvsEntryCount;) {
    if (!table_.is_written(i)) {
      ++i;
      continue;
    }
    const auto item = read_entry(i);
    ROTA_TRY(item);
    if (!item->entry.is_consistent_at(i)) {
      ROTA_TRY(erase_item(i, NvsErasing::kPurge));
      ++i;
      continue;
    }
    i += item->entry.span;
    if (span_is_written(*item)) {
      ROTA_TRY(list_item(*item));
    } else {
      ROTA_TRY(drop_or_give_up_page(item->index));
    }
  }
  return {};
}

}  // namespace rota::core
