// Blobs at mount (spec/nvs 7, step 9): an index whose chunks do not add up is erased, then every
// chunk that no index names. What a power cut left of a blob that was being written or erased goes
// this way. The verdicts are made before the first erase, from everything that is there, and kept
// in one flag for each entry.
#include "core/nvs.h"

namespace rota::core {

using formats::kNvsNoChunk;
using formats::NvsEntry;
using formats::NvsType;

struct Nvs::BlobTally {
  std::uint32_t bytes = 0;
  std::uint32_t chunks = 0;
};

namespace {

std::uint8_t version_of(const NvsEntry& chunk) {
  return chunk.chunk >= formats::kNvsSecondBlobVersion ? formats::kNvsSecondBlobVersion
                                                       : formats::kNvsFirstBlobVersion;
}

// Calls `each(page, item)` for all items of a type; it returns a Status.
template <class Each>
Status for_each_item(const NvsPageList& used, NvsType type, Each&& each) {
  NvsQuery query;
  query.type = type;
  for (NvsPage* page = used.first(); page != nullptr; page = page->next) {
    for (std::uint32_t from = 0;;) {
      const auto item = page->find(query, from);
      if (!item.ok()) {
        if (item.error() == Error::kFlashReadFailed) return item.error();
        break;
      }
      from = item->index + item->entry.span;
      ROTA_TRY(each(*page, *item));
    }
  }
  return {};
}

}  // namespace

Status Nvs::drop_broken_blobs() {
  ROTA_TRY(flag_mismatched_indices());
  ROTA_TRY(flag_orphan_chunks());
  erase_flagged_indices();
  erase_flagged_chunks();
  return {};
}

// The chunks that count for this index; none for a second index of the same version.
Result<Nvs::BlobTally> Nvs::tally_of(const NvsPlace& index) {
  const NvsEntry& blob = index.entry();
  const auto first = pages_.find(
      {blob.namespace_index, NvsType::kBlobIndex, &blob.key, kNvsNoChunk, blob.first_chunk()});
  BlobTally tally;
  if (first.ok() && (first->page != index.page || first->found.index != index.found.index)) {
    return tally;
  }
  for (NvsPage* page = pages_.used().first(); page != nullptr; page = page->next) {
    for (std::uint32_t from = 0;;) {
      const auto chunk =
          page->next_named(NvsType::kBlobChunk, blob.namespace_index, blob.key, from);
      if (!chunk.ok()) {
        if (chunk.error() != Error::kNvsNotFound) return chunk.error();
        break;
      }
      from = chunk->index + 1;
      if (version_of(chunk->entry) != blob.first_chunk()) continue;
      tally.bytes += chunk->entry.payload_bytes();
      ++tally.chunks;
    }
  }
  return tally;
}

Status Nvs::flag_mismatched_indices() {
  return for_each_item(
      pages_.used(), NvsType::kBlobIndex, [&](NvsPage& page, const NvsFound& item) -> Status {
        const auto tally = tally_of({&page, item});
        ROTA_TRY(tally);
        const bool adds_up =
            tally->bytes == item.entry.blob_bytes() && tally->chunks == item.entry.chunk_count();
        page.set_flag(item.index, !adds_up);
        return Status{};
      });
}

Result<bool> Nvs::has_live_index(const NvsEntry& chunk) {
  for (NvsPage* page = pages_.used().first(); page != nullptr; page = page->next) {
    for (std::uint32_t from = 0;;) {
      const auto index =
          page->next_named(NvsType::kBlobIndex, chunk.namespace_index, chunk.key, from);
      if (!index.ok()) {
        if (index.error() != Error::kNvsNotFound) return index.error();
        break;
      }
      from = index->index + 1;
      const std::uint32_t first = index->entry.first_chunk();
      const bool names_it =
          chunk.chunk >= first && chunk.chunk < first + index->entry.chunk_count();
      if (names_it && !page->flag(index->index)) return true;
    }
  }
  return false;
}

Status Nvs::flag_orphan_chunks() {
  return for_each_item(pages_.used(), NvsType::kBlobChunk,
                       [&](NvsPage& page, const NvsFound& item) -> Status {
                         const auto is_live = has_live_index(item.entry);
                         ROTA_TRY(is_live);
                         page.set_flag(item.index, !*is_live);
                         return Status{};
                       });
}

// A page on which an erase fails (read-only partition) becomes invalid; the mount goes on.
void Nvs::erase_flagged_indices() {
  (void)for_each_item(pages_.used(), NvsType::kBlobIndex,
                      [&](NvsPage& page, const NvsFound& item) -> Status {
                        if (!page.flag(item.index)) return Status{};
                        page.set_flag(item.index, false);
                        // The first index of this version goes, also where a later one is meant.
                        const NvsEntry& blob = item.entry;
                        (void)pages_.find_and_erase({blob.namespace_index, NvsType::kBlobIndex,
                                                     &blob.key, kNvsNoChunk, blob.first_chunk()},
                                                    NvsErasing::kPurge);
                        return Status{};
                      })
      .ok();
}

void Nvs::erase_flagged_chunks() {
  (void)for_each_item(pages_.used(), NvsType::kBlobChunk,
                      [&](NvsPage& page, const NvsFound& item) -> Status {
                        if (!page.flag(item.index)) return Status{};
                        page.set_flag(item.index, false);
                        (void)page.erase_item(item.index, NvsErasing::kPurge).ok();
                        return Status{};
                      })
      .ok();
}

}  // namespace rota::core
