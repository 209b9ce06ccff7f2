// One page of NVS: its part of the RAM, and the elementary operations in the order in which ESP-IDF
// carries them out (spec/nvs 3, 4, 7), so that the bytes in flash are the same after every call and
// after every power cut.
//
// Power contract: an item is written entry first, then its state, so that a cut leaves an entry
// that was never marked; load() finds and drops it. Marking erased goes from the last entry to the
// first.
//
// RAM: sizeof(NvsPage) for each page, about 200 bytes: the state table and one byte for each entry
// by which searches skip entries that can not be meant.
#pragma once

#include <array>
#include <cstdint>

#include "base/result.h"
#include "core/nvs_partition.h"
#include "formats/nvs.h"

namespace rota::core {

// Whether the bytes of an erased item are overwritten with zeros at once.
enum class NvsErasing : std::uint8_t { kKeepBytes, kPurge };

// What a search looks for.
struct NvsQuery {
  std::uint8_t namespace_index = formats::kNvsAnyNamespace;
  formats::NvsType type = formats::NvsType::kAny;
  const formats::NvsKey* key = nullptr;             // nullptr: any
  std::uint8_t chunk = formats::kNvsNoChunk;        // of blob chunks; kNvsNoChunk: any
  std::uint8_t first_chunk = formats::kNvsNoChunk;  // of a blob index; kNvsNoChunk: any

  // What a power cut between writing a value and erasing the old one leaves twice.
  static NvsQuery same_item_as(const formats::NvsEntry& entry) {
    return {entry.namespace_index, entry.type, &entry.key, entry.chunk};
  }
};

struct NvsFound {
  std::uint32_t index = 0;
  formats::NvsEntry entry;
};

class NvsPage {
 public:
  enum class Use : std::uint8_t {
    kUninitialized,
    kActive,
    kFull,
    kFreeing,
    kCorrupt,  // to be erased before it is used
    kInvalid,  // a write failed: not read from any more until the next mount
  };

  // Reads the page and repairs what a power cut left. Borrows the partition.
  // Errors: kNvsNewVersion, kPartitionReadOnly (a repair is needed), flash errors.
  Status load(NvsPartition& partition, std::uint32_t number);

  Use use() const { return use_; }
  std::uint32_t number() const { return number_; }
  std::uint32_t sequence() const { return sequence_; }
  std::uint32_t used_entries() const { return used_entries_; }
  bool is_readable() const {
    return use_ == Use::kActive || use_ == Use::kFull || use_ == Use::kFreeing;
  }
  // The longest payload that a new item can have here.
  std::uint32_t room_bytes() const;

  // The first match at or after entry `start`. The search ends early, as not found, at an item of
  // the same namespace and key but another type; entries that it meets damaged are erased.
  // Errors: kNvsNotFound, flash errors.
  Result<NvsFound> find(const NvsQuery& query, std::uint32_t start = 0);

  // The first item at or after entry `start` of exactly this type, namespace and key, whatever
  // chunk and whatever else has the same name. Errors: kNvsNotFound, flash errors.
  Result<NvsFound> next_named(formats::NvsType type,
                              std::uint8_t namespace_index,
                              const formats::NvsKey& key,
                              std::uint32_t start) const;

  // Writes a new item behind the others; starts the page first if that was not done yet. `data` is
  // the value of a scalar, the payload, or the eight bytes of a blob index.
  // Errors: kNvsInvalidState, kNvsPageFull, kNvsKeyTooLong, kNvsValueTooLong, flash errors; after
  // the latter the page is invalid.
  Status write_item(std::uint8_t namespace_index,
                    formats::NvsType type,
                    const formats::NvsKey& key,
                    Bytes data,
                    std::uint8_t chunk = formats::kNvsNoChunk);

  // Fills `into`, which has the payload's size. A payload with a wrong CRC is erased.
  // Errors: kNvsNotFound (wrong CRC), flash errors.
  Status read_payload(const NvsFound& item, MutableBytes into);
  Result<bool> payload_equals(const NvsFound& item, Bytes expected) const;

  // Marks the item at this entry erased, with its span.
  Status erase_item(std::uint32_t index, NvsErasing erasing);
  // Zero-fills the items of this namespace that are marked erased and still readable.
  Status purge_erased(std::uint8_t namespace_index);

  // Errors: kNvsInvalidState, flash errors.
  Status mark_full();
  Status mark_freeing();
  // Copies all items behind those of `target`, without the erased ones between them.
  // Errors: kNvsInconsistent, flash errors.
  Status copy_items_to(NvsPage& target);
  Status erase();

  // Used by the list of pages, which is threaded through them.
  NvsPage* next = nullptr;
  void set_sequence(std::uint32_t sequence) { sequence_ = sequence; }

  // One bit for each entry, for the caller's use during a walk over all pages.
  void set_flag(std::uint32_t entry, bool value);
  bool flag(std::uint32_t entry) const { return (flags_[entry / 8] >> (entry % 8) & 1U) != 0; }

 private:
  static constexpr std::uint32_t kNoEntry = formats::kNvsEntryCount;

  std::uint32_t offset_of(std::uint32_t entry) const {
    return number_ * formats::kNvsPageBytes + formats::kNvsFirstEntryOffset +
           entry * formats::kNvsEntryBytes;
  }
  void forget_entries();
  Result<bool> is_erased_throughout() const;
  Result<NvsFound> read_entry(std::uint32_t index) const;

  Status repair_active();
  Status skip_unmarked_entries();
  Status repair_full();
  Status drop_or_give_up_page(std::uint32_t index);
  Status drop_older_duplicate(const NvsFound& last);
  bool span_is_written(const NvsFound& item) const;

  // Remembers that an item starts at this entry.
  void list_entry(std::uint32_t index, const formats::NvsEntry& entry);
  // The same; returns where an earlier item with this namespace, key and chunk starts, or kNoEntry.
  Result<std::uint32_t> list_item(const NvsFound& item);
  // First remembered item at or after `start` with exactly this namespace, key and chunk.
  // Errors: kNvsNotFound, flash errors.
  Result<std::uint32_t> first_listed(const NvsQuery& query, std::uint32_t start) const;

  Status start();
  Status program_state(formats::NvsPageState state, Use use);
  Status program_entries(std::uint32_t begin, std::uint32_t end, formats::NvsEntryState state);
  Status fill_with_zeros(std::uint32_t begin, std::uint32_t end);
  Status append_entry(Bytes entry);
  Status append_payload(Bytes payload);
  Status invalid_after(Status failed);

  NvsPartition* partition_ = nullptr;
  std::uint32_t number_ = 0;
  std::uint32_t sequence_ = 0;
  Use use_ = Use::kUninitialized;
  std::uint8_t next_free_ = 0;  // kNoEntry: no room
  std::uint8_t used_entries_ = 0;
  formats::NvsEntryTable table_;
  // For each entry: 0 = no item starts here, else what kind and six bits of a hash of its name.
  std::array<std::uint8_t, formats::kNvsEntryCount> marks_{};
  std::array<std::uint8_t, 16> flags_{};
};

}  // namespace rota::core
