// NVS: named values in a flash partition, byte for byte as ESP-IDF keeps them (docs/formats/nvs.md,
// spec/nvs). Namespaces hold keys; a key has one value: an integer, a float, a string or a blob.
//
// Power contract: a value that was set is there after any later power cut, and a call that is cut
// leaves either the old value or the new one; erase_all() may be cut between two keys. Nothing is
// buffered: when a call returns, its value is in flash. A mount repairs what a cut left.
//
// The caller owns all memory (NvsMemory) and serialises the calls.
#pragma once

#include <cstdint>
#include <string_view>

#include "base/result.h"
#include "core/nvs_pages.h"

namespace rota::core {

struct NvsNamespace {
  std::uint8_t index = 0;
  formats::NvsKey name;
};

struct NvsMemory {
  std::span<NvsPage> pages;            // one for each page of the partition
  std::span<NvsNamespace> namespaces;  // as many as are to be opened, 254 at most
};

struct NvsStats {
  NvsPageCounts entries;
  std::uint32_t namespaces = 0;
};

// One key, as a walk over all of them shows it. A blob has the type kBlobChunk, as in ESP-IDF.
struct NvsListed {
  bool has_namespace = false;  // false: the namespace's own entry is lost
  formats::NvsKey namespace_name;
  formats::NvsKey key;
  formats::NvsType type = formats::NvsType::kAny;
};

// Where a walk over the keys stands. It stays usable while keys are set and erased; a page that is
// reclaimed meanwhile may be shown twice or not at all.
struct NvsCursor {
  std::uint8_t namespace_index = formats::kNvsAnyNamespace;
  formats::NvsType type = formats::NvsType::kAny;
  std::uint32_t page_number = 0;
  std::uint32_t page_sequence = 0;
  std::uint32_t next_entry = 0;
  bool has_started = false;
};

class Nvs {
 public:
  // Borrows the partition and the memory.
  // Errors: kNvsNewVersion, kNvsNoFreePages, kNvsNotEnoughSpace, kNvsOutOfMemory (too few pages or
  // namespaces in `memory`), kPartitionReadOnly (a repair is needed), flash errors.
  static Result<Nvs> mount(NvsPartition& partition, const NvsMemory& memory);

  bool is_read_only() const { return partition_->is_read_only(); }

  // The index of a namespace. Errors: kNvsNotFound.
  Result<std::uint8_t> find_namespace(std::string_view name) const;
  // Makes the namespace if it does not exist; that is written at once.
  // Errors: kNvsNotEnoughSpace, kNvsKeyTooLong, kNvsOutOfMemory, those of set_scalar().
  Result<std::uint8_t> open_namespace(std::string_view name);

  // An equal value is not written again. `value` has the size of the type; a string's bytes include
  // its NUL. The old value, of whatever type, is erased after the new one is in flash.
  // Errors: kNvsKeyTooLong, kNvsValueTooLong, kNvsNotEnoughSpace, kNvsInvalidState,
  // kNvsRemoveFailed (the new value counts), flash errors.
  Status set_scalar(std::uint8_t namespace_index,
                    std::string_view key,
                    formats::NvsType type,
                    Bytes value,
                    NvsErasing erasing);
  Status set_string(std::uint8_t namespace_index,
                    std::string_view key,
                    Bytes value,
                    NvsErasing erasing);
  Status set_blob(std::uint8_t namespace_index,
                  std::string_view key,
                  Bytes value,
                  NvsErasing erasing);

  // Errors: kNvsNotFound (absent, or of another type), flash errors.
  Status get_scalar(std::uint8_t namespace_index,
                    std::string_view key,
                    formats::NvsType type,
                    MutableBytes into);
  Result<std::uint32_t> string_bytes(std::uint8_t namespace_index, std::string_view key);
  Result<std::uint32_t> blob_bytes(std::uint8_t namespace_index, std::string_view key);
  // `into` has exactly that size. A value whose CRC is wrong is erased: kNvsNotFound, or
  // kNvsInconsistent where other parts of a blob are gone already; but nothing is erased after a
  // write failed, when parts may only be out of reach until the next mount: kNvsInvalidState.
  Status get_string(std::uint8_t namespace_index, std::string_view key, MutableBytes into);
  Status get_blob(std::uint8_t namespace_index, std::string_view key, MutableBytes into);

  // The type of a key's value; kBlobChunk for both formats of blobs. Errors: kNvsNotFound.
  Result<formats::NvsType> type_of(std::uint8_t namespace_index, std::string_view key);

  // Errors: kNvsNotFound, flash errors.
  Status erase_key(std::uint8_t namespace_index, std::string_view key, NvsErasing erasing);
  // All keys of the namespace; the namespace itself stays.
  Status erase_all(std::uint8_t namespace_index, NvsErasing erasing);
  // Zero-fills what was erased in this namespace and still lies in flash.
  Status purge_erased(std::uint8_t namespace_index);

  // As NvsPages::count_entries(). Errors: kNvsInvalidState, kNvsInconsistent.
  Status count(NvsStats& stats) const;
  // Entries that the namespace's keys take up, without its own.
  Result<std::uint32_t> used_entries(std::uint8_t namespace_index);

  // The next key of the walk. Errors: kNvsNotFound (the end), flash errors.
  Result<NvsListed> next(NvsCursor& cursor);

  const NvsPageList& used_pages() const { return pages_.used(); }

 private:
  Nvs(NvsPartition& partition, const NvsMemory& memory)
      : partition_(&partition), memory_(memory), pages_(partition, memory.pages) {}

  Status load_namespaces();
  Status remember_namespace(std::uint8_t index, const formats::NvsKey& name);
  Result<std::uint8_t> unused_namespace_index() const;

  Status set_item(std::uint8_t namespace_index,
                  const formats::NvsKey& key,
                  formats::NvsType type,
                  Bytes value,
                  NvsErasing erasing);
  Status write_to_some_page(std::uint8_t namespace_index,
                            const formats::NvsKey& key,
                            formats::NvsType type,
                            Bytes value);
  Status erase_old(std::uint8_t namespace_index,
                   const formats::NvsKey& key,
                   const formats::NvsEntry& old,
                   NvsErasing erasing);
  Result<NvsPlace> find_blob(std::uint8_t namespace_index, const formats::NvsKey& key);

  // core/nvs_blob.cc
  struct BlobWrite;
  Status write_blob(const BlobWrite& blob, NvsErasing erasing);
  Status write_chunks(const BlobWrite& blob, std::uint8_t& chunk_count);
  Result<bool> make_room_for_first_chunk(std::uint32_t blob_bytes);
  Status read_chunks(const NvsPlace& index, MutableBytes into);
  Status erase_blob(std::uint8_t namespace_index,
                    const formats::NvsKey& key,
                    std::uint8_t first_chunk,
                    NvsErasing erasing);
  Result<bool> blob_equals(const formats::NvsEntry& index, Bytes value);

  // core/nvs_blob_check.cc
  struct BlobTally;
  Status drop_broken_blobs();
  Status flag_mismatched_indices();
  Status flag_orphan_chunks();
  Result<BlobTally> tally_of(const NvsPlace& index);
  Result<bool> has_live_index(const formats::NvsEntry& chunk);
  void erase_flagged_indices();
  void erase_flagged_chunks();

  NvsPartition* partition_;
  NvsMemory memory_;
  NvsPages pages_;
  std::uint32_t namespace_count_ = 0;
};

}  // namespace rota::core
