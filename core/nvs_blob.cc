// Blobs: chunks on any pages and one index that makes them count (spec/nvs 3 and 5). An overwrite
// writes the chunks of the other version beside the old ones, then the index, then erases the old
// index and its chunks.
#include <algorithm>

#include "core/nvs.h"

namespace rota::core {

using formats::kNvsEntryBytes;
using formats::kNvsMaxChunkBytes;
using formats::kNvsNoChunk;
using formats::NvsEntry;
using formats::NvsKey;
using formats::NvsType;

struct Nvs::BlobWrite {
  std::uint8_t namespace_index;
  const NvsKey& key;
  Bytes value;
  std::uint8_t first_chunk;

  NvsQuery chunk(std::uint32_t number) const {
    return {namespace_index, NvsType::kBlobChunk, &key,
            static_cast<std::uint8_t>(first_chunk + number)};
  }
};

Status Nvs::set_blob(std::uint8_t namespace_index,
                     std::string_view name,
                     Bytes value,
                     NvsErasing erasing) {
  const NvsKey key(name);
  auto old = pages_.find({namespace_index, NvsType::kBlobIndex, &key});
  std::uint8_t first_chunk = formats::kNvsFirstBlobVersion;
  if (old.ok()) {
    const auto is_equal = blob_equals(old->entry(), value);
    if (is_equal.ok() && *is_equal) return {};
    if (old->entry().first_chunk() == formats::kNvsFirstBlobVersion) {
      first_chunk = formats::kNvsSecondBlobVersion;
    }
  } else {
    old = pages_.find({namespace_index, NvsType::kAny, &key});
  }
  if (!old.ok() && old.error() != Error::kNvsNotFound) return old.error();
  const Status written = write_blob({namespace_index, key, value, first_chunk}, erasing);
  if (!written.ok()) {
    return written.error() == Error::kNvsPageFull ? Status(Error::kNvsNotEnoughSpace) : written;
  }
  return old.ok() ? erase_old(namespace_index, key, old->entry(), erasing) : Status{};
}

Status Nvs::write_blob(const BlobWrite& blob, NvsErasing erasing) {
  const std::uint32_t most_chunks = std::min(pages_.count() - 1, formats::kNvsMaxBlobChunks);
  if (blob.value.size() > most_chunks * kNvsMaxChunkBytes) return Error::kNvsValueTooLong;
  std::uint8_t chunk_count = 0;
  Status written = write_chunks(blob, chunk_count);
  if (written.ok()) {
    const auto index = formats::nvs_blob_index_field(static_cast<std::uint32_t>(blob.value.size()),
                                                     chunk_count, blob.first_chunk);
    written =
        pages_.current().write_item(blob.namespace_index, NvsType::kBlobIndex, blob.key, index);
    if (written.ok()) return {};
  }
  // A write that failed may be in flash all the same, the index's too: the next mount can tell.
  if (pages_.has_invalid_page()) return written;
  for (std::uint32_t i = 0; i < chunk_count; ++i) {
    // What can not be erased now is found without an index at the next mount.
    (void)pages_.find_and_erase(blob.chunk(i), erasing).ok();
  }
  return written;
}

// Leaves a page with too little room for a worthwhile first chunk. True: look at the room again.
Result<bool> Nvs::make_room_for_first_chunk(std::uint32_t blob_bytes) {
  const std::uint32_t room = pages_.current().room_bytes();
  const bool is_too_small = room < blob_bytes || (room == 0 && blob_bytes == 0);
  if (!is_too_small || room >= kNvsMaxChunkBytes / 10) return false;
  ROTA_TRY(pages_.leave_current_page());
  if (pages_.current().room_bytes() == room) return Error::kNvsNotEnoughSpace;
  return true;
}

Status Nvs::write_chunks(const BlobWrite& blob, std::uint8_t& chunk_count) {
  Bytes rest = blob.value;
  for (;;) {
    if (chunk_count == 0) {
      const auto has_moved = make_room_for_first_chunk(static_cast<std::uint32_t>(rest.size()));
      ROTA_TRY(has_moved);
      if (*has_moved) continue;
    }
    const std::uint32_t room = pages_.current().room_bytes();
    if (room == 0) return Error::kNvsNotEnoughSpace;
    const Bytes piece = rest.first(std::min<std::size_t>(rest.size(), room));
    ROTA_TRY(pages_.current().write_item(blob.namespace_index, NvsType::kBlobChunk, blob.key, piece,
                                         blob.chunk(chunk_count).chunk));
    ++chunk_count;
    rest = rest.subspan(piece.size());
    // The index always finds a place.
    if (!rest.empty() || room - piece.size() < kNvsEntryBytes) {
      ROTA_TRY(pages_.leave_current_page());
    }
    if (rest.empty()) return {};
  }
}

Result<NvsPlace> Nvs::find_blob(std::uint8_t namespace_index, const NvsKey& key) {
  const auto index = pages_.find({namespace_index, NvsType::kBlobIndex, &key});
  if (index.ok() || index.error() != Error::kNvsNotFound) return index;
  return pages_.find({namespace_index, NvsType::kOldBlob, &key});
}

Result<std::uint32_t> Nvs::blob_bytes(std::uint8_t namespace_index, std::string_view key) {
  const NvsKey wanted(key);
  const auto place = find_blob(namespace_index, wanted);
  ROTA_TRY(place);
  const NvsEntry& entry = place->entry();
  return entry.type == NvsType::kBlobIndex ? entry.blob_bytes() : entry.payload_bytes();
}

Status Nvs::get_blob(std::uint8_t namespace_index, std::string_view key, MutableBytes into) {
  const NvsKey wanted(key);
  const auto place = find_blob(namespace_index, wanted);
  ROTA_TRY(place);
  if (place->entry().type == NvsType::kBlobIndex) return read_chunks(*place, into);
  if (into.size() != place->entry().payload_bytes()) return Error::kNvsInvalidLength;
  return place->page->read_payload(place->found, into);
}

Status Nvs::read_chunks(const NvsPlace& index, MutableBytes into) {
  const NvsEntry blob = index.entry();
  if (into.size() != blob.blob_bytes()) return Error::kNvsInconsistent;
  for (std::uint32_t i = 0; i < blob.chunk_count(); ++i) {
    const auto chunk = pages_.find({blob.namespace_index, NvsType::kBlobChunk, &blob.key,
                                    static_cast<std::uint8_t>(blob.first_chunk() + i)});
    if (!chunk.ok() && chunk.error() != Error::kNvsNotFound) return chunk.error();
    const bool is_missing = !chunk.ok() || chunk->entry().payload_bytes() > into.size();
    if (is_missing) {
      // On a page that nobody reads since a write failed there, the chunk may be all right.
      if (pages_.has_invalid_page()) return Error::kNvsInvalidState;
      ROTA_TRY(erase_blob(blob.namespace_index, blob.key, kNvsNoChunk, NvsErasing::kPurge));
      return Error::kNvsInconsistent;
    }
    const std::uint32_t piece_bytes = chunk->entry().payload_bytes();
    ROTA_TRY(chunk->page->read_payload(chunk->found, into.first(piece_bytes)));
    into = into.subspan(piece_bytes);
  }
  return into.empty() ? Status{} : Status(Error::kNvsInconsistent);
}

Status Nvs::erase_blob(std::uint8_t namespace_index,
                       const NvsKey& key,
                       std::uint8_t first_chunk,
                       NvsErasing erasing) {
  const auto index =
      pages_.find({namespace_index, NvsType::kBlobIndex, &key, kNvsNoChunk, first_chunk});
  ROTA_TRY(index);
  const NvsEntry blob = index->entry();
  ROTA_TRY(index->page->erase_item(index->found.index, erasing));
  for (std::uint32_t i = 0; i < blob.chunk_count(); ++i) {
    const Status erased = pages_.find_and_erase({namespace_index, NvsType::kBlobChunk, &key,
                                                 static_cast<std::uint8_t>(blob.first_chunk() + i)},
                                                erasing);
    if (!erased.ok() && erased.error() != Error::kNvsNotFound) return erased;
  }
  return {};
}

// As the reference compares: the CRC of every chunk is taken against the start of the new value, so
// that a blob of several chunks is written again even if it did not change; so is an empty one. It
// costs flash, but the bytes in flash are those of ESP-IDF.
Result<bool> Nvs::blob_equals(const NvsEntry& index, Bytes value) {
  if (value.empty() || index.blob_bytes() != value.size()) return false;
  Bytes rest = value;
  for (std::uint32_t i = 0; i < index.chunk_count(); ++i) {
    const auto chunk = pages_.find({index.namespace_index, NvsType::kBlobChunk, &index.key,
                                    static_cast<std::uint8_t>(index.first_chunk() + i)});
    ROTA_TRY(chunk);
    const std::uint32_t bytes = chunk->entry().payload_bytes();
    if (bytes > rest.size()) return false;
    if (formats::nvs_crc(value.first(bytes)) != chunk->entry().payload_crc()) return false;
    const auto is_equal = chunk->page->payload_equals(chunk->found, rest.first(bytes));
    ROTA_TRY(is_equal);
    if (!*is_equal) return false;
    rest = rest.subspan(bytes);
  }
  return rest.empty();
}

}  // namespace rota::core
