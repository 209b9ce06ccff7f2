#include "core/nvs_page.h"

#include <algorithm>

namespace rota::core {

using formats::has_payload;
using formats::kNvsEntryBytes;
using formats::kNvsEntryCount;
using formats::kNvsMaxChunkBytes;
using formats::kNvsNoChunk;
using formats::NvsEntry;
using formats::NvsEntryState;
using formats::NvsKey;
using formats::NvsPageState;
using formats::NvsType;

namespace {

using RawEntry = std::array<std::byte, kNvsEntryBytes>;

// Marks: the two low bits say what kind of item, the others are hashed from namespace and key.
constexpr unsigned kChunkKind = 1;
constexpr unsigned kOtherKind = 2;

std::uint8_t mark_of(std::uint8_t namespace_index, const NvsKey& key, std::uint8_t chunk) {
  const std::array<std::byte, 1> index = {std::byte{namespace_index}};
  const std::uint32_t hash = formats::nvs_crc(
      bytes_of(key.name().substr(0, formats::kNvsMaxKeyLength)), formats::nvs_crc(index));
  return static_cast<std::uint8_t>((hash & 0x3FU) << 2U |
                                   (chunk == kNvsNoChunk ? kOtherKind : kChunkKind));
}

bool has_same_name(const NvsEntry& a, const NvsEntry& b) {
  return a.namespace_index == b.namespace_index && a.chunk == b.chunk &&
         std::equal(a.key.field().begin(), a.key.field().end(), b.key.field().begin());
}

enum class Match : std::uint8_t { kYes, kNo, kOtherType };

Match judge(const NvsQuery& query, const NvsEntry& entry) {
  if (query.namespace_index != formats::kNvsAnyNamespace &&
      query.namespace_index != entry.namespace_index) {
    return Match::kNo;
  }
  if (query.key != nullptr && !query.key->matches(entry.key)) return Match::kNo;
  if (query.type == NvsType::kBlobChunk && query.chunk != kNvsNoChunk &&
      query.chunk != entry.chunk) {
    return Match::kNo;
  }
  if (query.type == NvsType::kBlobIndex) {
    if (entry.chunk != kNvsNoChunk) return Match::kNo;  // the blob's own data
    if (query.first_chunk != kNvsNoChunk && query.first_chunk != entry.first_chunk()) {
      return Match::kNo;
    }
  }
  if (query.type == NvsType::kAny || query.type == entry.type) return Match::kYes;
  const bool is_for_any_item =
      query.namespace_index == formats::kNvsAnyNamespace && query.key == nullptr;
  return is_for_any_item ? Match::kNo : Match::kOtherType;
}

}  // namespace

std::uint32_t NvsPage::room_bytes() const {
  if (use_ == Use::kUninitialized) return kNvsMaxChunkBytes;
  if (use_ != Use::kActive || next_free_ + 1U >= kNvsEntryCount) return 0;
  return (kNvsEntryCount - 1 - next_free_) * kNvsEntryBytes;
}

Result<NvsFound> NvsPage::read_entry(std::uint32_t index) const {
  RawEntry bytes{};
  ROTA_TRY(partition_->read_entries(offset_of(index), bytes));
  return NvsFound{index, formats::decode_nvs_entry(bytes)};
}

void NvsPage::list_entry(std::uint32_t index, const NvsEntry& entry) {
  marks_[index] = mark_of(entry.namespace_index, entry.key, entry.chunk);
}

Result<std::uint32_t> NvsPage::first_listed(const NvsQuery& query, std::uint32_t start) const {
  const std::uint8_t chunk = query.type == NvsType::kBlobChunk ? query.chunk : kNvsNoChunk;
  const std::uint8_t mark = mark_of(query.namespace_index, *query.key, chunk);
  NvsEntry wanted;
  wanted.namespace_index = query.namespace_index;
  wanted.key = *query.key;
  wanted.chunk = chunk;
  for (std::uint32_t i = start; i < kNvsEntryCount; ++i) {
    if (marks_[i] != mark) continue;
    const auto found = read_entry(i);
    ROTA_TRY(found);
    if (has_same_name(found->entry, wanted)) return i;
  }
  return Error::kNvsNotFound;
}

Result<NvsFound> NvsPage::find(const NvsQuery& query, std::uint32_t start) {
  if (!is_readable()) return Error::kNvsNotFound;
  const bool is_listed = query.namespace_index != formats::kNvsAnyNamespace &&
                         query.key != nullptr &&
                         (query.type != NvsType::kBlobChunk || query.chunk != kNvsNoChunk);
  if (is_listed) {
    const auto listed = first_listed(query, start);
    ROTA_TRY(listed);
    start = *listed;
  }
  for (std::uint32_t i = start; i < next_free_;) {
    if (!table_.is_written(i)) {
      ++i;
      continue;
    }
    const auto found = read_entry(i);
    ROTA_TRY(found);
    if (!found->entry.is_consistent_at(i)) {
      ROTA_TRY(invalid_after(erase_item(i, NvsErasing::kPurge)));
      ++i;
      continue;
    }
    switch (judge(query, found->entry)) {
      case Match::kYes:
        return *found;
      case Match::kOtherType:
        return Error::kNvsNotFound;
      case Match::kNo:
        break;
    }
    i += found->entry.span;
  }
  return Error::kNvsNotFound;
}

Result<NvsFound> NvsPage::next_named(NvsType type,
                                     std::uint8_t namespace_index,
                                     const NvsKey& key,
                                     std::uint32_t start) const {
  if (!is_readable()) return Error::kNvsNotFound;
  const std::uint8_t chunk = type == NvsType::kBlobChunk ? std::uint8_t{0} : kNvsNoChunk;
  const std::uint8_t mark = mark_of(namespace_index, key, chunk);
  for (std::uint32_t i = start; i < kNvsEntryCount; ++i) {
    if (marks_[i] != mark) continue;
    const auto found = read_entry(i);
    ROTA_TRY(found);
    const NvsEntry& entry = found->entry;
    if (entry.type == type && entry.namespace_index == namespace_index && entry.key.matches(key)) {
      return *found;
    }
  }
  return Error::kNvsNotFound;
}

Status NvsPage::write_item(
    std::uint8_t namespace_index, NvsType type, const NvsKey& key, Bytes data, std::uint8_t chunk) {
  switch (use_) {
    case Use::kInvalid:
    case Use::kCorrupt:
      return Error::kNvsInvalidState;
    case Use::kUninitialized:
      ROTA_TRY(start());
      break;
    case Use::kFull:
      return Error::kNvsPageFull;
    case Use::kFreeing:  // has no room, by its next free entry
    case Use::kActive:
      break;
  }
  if (key.is_too_long()) return Error::kNvsKeyTooLong;
  if (data.size() > kNvsMaxChunkBytes) return Error::kNvsValueTooLong;

  NvsEntry entry;
  entry.namespace_index = namespace_index;
  entry.type = type;
  entry.chunk = chunk;
  entry.key = key;
  if (has_payload(type)) {
    entry.span =
        static_cast<std::uint8_t>(formats::nvs_span_of(static_cast<std::uint32_t>(data.size())));
    entry.data = formats::nvs_payload_field(data);
  } else {
    entry.data = formats::nvs_scalar_field(data);
  }
  if (next_free_ + entry.span > kNvsEntryCount) return Error::kNvsPageFull;

  list_entry(next_free_, entry);
  ROTA_TRY(append_entry(encode(entry)));
  return has_payload(type) ? append_payload(data) : Status{};
}

Status NvsPage::append_entry(Bytes entry) {
  if (next_free_ >= kNvsEntryCount) return Error::kNvsPageFull;
  ROTA_TRY(invalid_after(partition_->write_entries(offset_of(next_free_), entry)));
  ROTA_TRY(program_entries(next_free_, next_free_ + 1U, NvsEntryState::kWritten));
  ++used_entries_;
  ++next_free_;
  return {};
}

Status NvsPage::append_payload(Bytes payload) {
  const std::size_t tail_bytes = payload.size() % kNvsEntryBytes;
  const Bytes whole = payload.first(payload.size() - tail_bytes);
  if (!whole.empty()) {
    const auto entries = static_cast<std::uint32_t>(whole.size() / kNvsEntryBytes);
    ROTA_TRY(invalid_after(partition_->write_entries(offset_of(next_free_), whole)));
    ROTA_TRY(program_entries(next_free_, next_free_ + entries, NvsEntryState::kWritten));
    used_entries_ = static_cast<std::uint8_t>(used_entries_ + entries);
    next_free_ = static_cast<std::uint8_t>(next_free_ + entries);
  }
  if (tail_bytes == 0) return {};
  RawEntry padded;
  padded.fill(std::byte{0xFF});
  std::copy(payload.begin() + static_cast<std::ptrdiff_t>(whole.size()), payload.end(),
            padded.begin());
  return append_entry(padded);
}

Status NvsPage::read_payload(const NvsFound& item, MutableBytes into) {
  ROTA_TRY(partition_->read_entries(offset_of(item.index + 1), into));
  if (formats::nvs_crc(into) == item.entry.payload_crc()) return {};
  ROTA_TRY(erase_item(item.index, NvsErasing::kPurge));
  return Error::kNvsNotFound;
}

Result<bool> NvsPage::payload_equals(const NvsFound& item, Bytes expected) const {
  if (item.entry.payload_bytes() != expected.size()) return false;
  if (item.entry.payload_crc() != formats::nvs_crc(expected)) return false;
  RawEntry stored{};
  for (std::uint32_t i = item.index + 1; !expected.empty(); ++i) {
    const std::size_t piece = std::min<std::size_t>(expected.size(), kNvsEntryBytes);
    ROTA_TRY(partition_->read_entries(offset_of(i), MutableBytes(stored).first(piece)));
    if (!std::equal(expected.begin(), expected.begin() + static_cast<std::ptrdiff_t>(piece),
                    stored.begin())) {
      return false;
    }
    expected = expected.subspan(piece);
  }
  return true;
}

Status NvsPage::erase_item(std::uint32_t index, NvsErasing erasing) {
  std::uint32_t span = 1;
  if (table_.is_written(index)) {
    const auto found = read_entry(index);
    ROTA_TRY(found);
    if (found->entry.is_consistent_at(index)) span = found->entry.span;
  }
  const std::uint32_t end = index + span;
  for (std::uint32_t i = index; i < end; ++i) {
    if (table_.is_written(i)) --used_entries_;
  }
  marks_[index] = 0;
  ROTA_TRY(program_entries(index, end, NvsEntryState::kErased));
  next_free_ = std::max(next_free_, static_cast<std::uint8_t>(end));
  return erasing == NvsErasing::kPurge ? fill_with_zeros(index, end) : Status{};
}

Status NvsPage::purge_erased(std::uint8_t namespace_index) {
  if (!is_readable()) return {};
  for (std::uint32_t i = 0; i < kNvsEntryCount;) {
    if (table_.state(i) != NvsEntryState::kErased) {
      ++i;
      continue;
    }
    const auto found = read_entry(i);
    ROTA_TRY(found);
    const bool is_whole = found->entry.is_consistent_at(i);
    const std::uint32_t span = is_whole ? found->entry.span : 1;
    if (is_whole && found->entry.namespace_index == namespace_index) {
      ROTA_TRY(fill_with_zeros(i, i + span));
    }
    i += span;
  }
  return {};
}

Status NvsPage::mark_full() {
  if (use_ != Use::kActive) return Error::kNvsInvalidState;
  return program_state(NvsPageState::kFull, Use::kFull);
}

Status NvsPage::mark_freeing() {
  if (use_ != Use::kActive && use_ != Use::kFull) return Error::kNvsInvalidState;
  return program_state(NvsPageState::kFreeing, Use::kFreeing);
}

Status NvsPage::copy_items_to(NvsPage& target) {
  RawEntry bytes{};
  for (std::uint32_t i = 0; i < kNvsEntryCount;) {
    if (!table_.is_written(i)) {
      ++i;
      continue;
    }
    if (target.use_ == Use::kUninitialized) ROTA_TRY(target.start());
    const auto item = read_entry(i);
    ROTA_TRY(item);
    const std::uint32_t end = i + std::max<std::uint32_t>(item->entry.span, 1);
    if (end > kNvsEntryCount || target.next_free_ >= kNvsEntryCount) return Error::kNvsInconsistent;
    target.list_entry(target.next_free_, item->entry);
    for (; i < end; ++i) {
      ROTA_TRY(partition_->read_entries(offset_of(i), bytes));
      ROTA_TRY(target.append_entry(bytes));
    }
  }
  return {};
}

Status NvsPage::erase() {
  ROTA_TRY(invalid_after(partition_->erase_page(number_)));
  use_ = Use::kUninitialized;
  forget_entries();
  return {};
}

void NvsPage::forget_entries() {
  table_.clear();
  marks_.fill(0);
  flags_.fill(0);
  next_free_ = 0;
  used_entries_ = 0;
}

void NvsPage::set_flag(std::uint32_t entry, bool value) {
  const auto bit = static_cast<std::uint8_t>(1U << (entry % 8));
  std::uint8_t& byte = flags_[entry / 8];
  byte = static_cast<std::uint8_t>(value ? byte | bit : byte & ~bit);
}

Status NvsPage::start() {
  const auto header = formats::encode_nvs_header(NvsPageState::kActive, sequence_);
  ROTA_TRY(invalid_after(partition_->write_raw(number_ * formats::kNvsPageBytes, header)));
  use_ = Use::kActive;
  return {};
}

Status NvsPage::program_state(NvsPageState state, Use use) {
  std::array<std::byte, 4> word{};
  store_u32(word.data(), static_cast<std::uint32_t>(state));
  ROTA_TRY(invalid_after(partition_->write_raw(number_ * formats::kNvsPageBytes, word)));
  use_ = use;
  return {};
}

// One write for each word of the table, the last one first: a cut then leaves an item whose first
// entry is not erased yet but whose end is, and load() drops such an item.
Status NvsPage::program_entries(std::uint32_t begin, std::uint32_t end, NvsEntryState state) {
  for (std::uint32_t i = end; i-- > begin;) {
    table_.program(i, state);
    if (i % formats::NvsEntryTable::kEntriesPerWord != 0 && i != begin) continue;
    ROTA_TRY(invalid_after(partition_->write_raw(
        number_ * formats::kNvsPageBytes + formats::NvsEntryTable::offset_of_word(i),
        table_.word_of(i))));
  }
  return {};
}

Status NvsPage::fill_with_zeros(std::uint32_t begin, std::uint32_t end) {
  const RawEntry zeros{};
  for (std::uint32_t i = begin; i < end; ++i) {
    ROTA_TRY(invalid_after(partition_->write_raw(offset_of(i), zeros)));
  }
  return {};
}

Status NvsPage::invalid_after(Status failed) {
  if (!failed.ok()) use_ = Use::kInvalid;
  return failed;
}

}  // namespace rota::core
