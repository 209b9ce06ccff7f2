#include "core/nvs.h"

#include <algorithm>
#include <array>

#include "base/assert.h"

namespace rota::core {

using formats::kNvsNamespaceTable;
using formats::kNvsNoChunk;
using formats::NvsEntry;
using formats::NvsKey;
using formats::NvsType;

namespace {

bool is_flash_failure(Error error) {
  return error == Error::kFlashReadFailed || error == Error::kFlashProgramFailed ||
         error == Error::kFlashEraseFailed;
}

}  // namespace

Result<Nvs> Nvs::mount(NvsPartition& partition, const NvsMemory& memory) {
  if (memory.pages.size() < partition.page_count()) return Error::kNvsOutOfMemory;
  if (partition.page_count() == 0) return Error::kNvsNotEnoughSpace;
  Nvs nvs(partition, {memory.pages.first(partition.page_count()), memory.namespaces});
  ROTA_TRY(nvs.pages_.load());
  ROTA_TRY(nvs.load_namespaces());
  ROTA_TRY(nvs.drop_broken_blobs());
  return nvs;
}

Status Nvs::load_namespaces() {
  NvsQuery query;
  query.namespace_index = kNvsNamespaceTable;
  query.type = NvsType::kU8;
  for (NvsPage* page = pages_.used().first(); page != nullptr; page = page->next) {
    for (std::uint32_t from = 0;;) {
      const auto item = page->find(query, from);
      if (!item.ok()) {
        if (item.error() == Error::kFlashReadFailed) return item.error();
        break;
      }
      ROTA_TRY(
          remember_namespace(std::to_integer<std::uint8_t>(item->entry.data[0]), item->entry.key));
      from = item->index + item->entry.span;
    }
  }
  return {};
}

Status Nvs::remember_namespace(std::uint8_t index, const NvsKey& name) {
  if (namespace_count_ == memory_.namespaces.size()) return Error::kNvsOutOfMemory;
  memory_.namespaces[namespace_count_++] = {index, name};
  return {};
}

Result<std::uint8_t> Nvs::find_namespace(std::string_view name) const {
  const NvsKey wanted(name);
  for (const NvsNamespace& known : memory_.namespaces.first(namespace_count_)) {
    if (known.name.matches(wanted)) return known.index;
  }
  return Error::kNvsNotFound;
}

Result<std::uint8_t> Nvs::unused_namespace_index() const {
  const auto known = memory_.namespaces.first(namespace_count_);
  for (unsigned index = 1; index <= formats::kNvsMaxNamespaces; ++index) {
    if (std::none_of(known.begin(), known.end(),
                     [&](const NvsNamespace& space) { return space.index == index; })) {
      return static_cast<std::uint8_t>(index);
    }
  }
  return Error::kNvsNotEnoughSpace;
}

Result<std::uint8_t> Nvs::open_namespace(std::string_view name) {
  const auto found = find_namespace(name);
  if (found.ok()) return found;
  const auto index = unused_namespace_index();
  ROTA_TRY(index);
  if (namespace_count_ == memory_.namespaces.size()) return Error::kNvsOutOfMemory;
  const std::array<std::byte, 1> value = {std::byte{*index}};
  const NvsKey key(name);
  ROTA_TRY(set_item(kNvsNamespaceTable, key, NvsType::kU8, value, NvsErasing::kPurge));
  ROTA_TRY(remember_namespace(*index, key));
  return *index;
}

Status Nvs::set_scalar(std::uint8_t namespace_index,
                       std::string_view key,
                       NvsType type,
                       Bytes value,
                       NvsErasing erasing) {
  ROTA_ASSERT(is_scalar(type) && value.size() == formats::scalar_bytes(type));
  return set_item(namespace_index, NvsKey(key), type, value, erasing);
}

Status Nvs::set_string(std::uint8_t namespace_index,
                       std::string_view key,
                       Bytes value,
                       NvsErasing erasing) {
  return set_item(namespace_index, NvsKey(key), NvsType::kString, value, erasing);
}

Status Nvs::set_item(std::uint8_t namespace_index,
                     const NvsKey& key,
                     NvsType type,
                     Bytes value,
                     NvsErasing erasing) {
  auto old = pages_.find({namespace_index, type, &key});
  if (old.ok()) {
    const auto is_equal = type == NvsType::kString
                              ? old->page->payload_equals(old->found, value)
                              : old->entry().data == formats::nvs_scalar_field(value);
    if (is_equal.ok() && *is_equal) return {};
  } else {
    old = pages_.find({namespace_index, NvsType::kAny, &key});
  }
  if (!old.ok() && old.error() != Error::kNvsNotFound) return old.error();
  ROTA_TRY(write_to_some_page(namespace_index, key, type, value));
  return old.ok() ? erase_old(namespace_index, key, old->entry(), erasing) : Status{};
}

Status Nvs::write_to_some_page(std::uint8_t namespace_index,
                               const NvsKey& key,
                               NvsType type,
                               Bytes value) {
  const Status written = pages_.current().write_item(namespace_index, type, key, value);
  if (written.ok() || written.error() != Error::kNvsPageFull) return written;
  ROTA_TRY(pages_.leave_current_page());
  const Status again = pages_.current().write_item(namespace_index, type, key, value);
  if (!again.ok() && again.error() == Error::kNvsPageFull) return Error::kNvsNotEnoughSpace;
  return again;
}

// The new value is in flash. The old one comes first in page order, wherever it was moved to.
Status Nvs::erase_old(std::uint8_t namespace_index,
                      const NvsKey& key,
                      const NvsEntry& old,
                      NvsErasing erasing) {
  const Status erased = old.type == NvsType::kBlobIndex
                            ? erase_blob(namespace_index, key, old.first_chunk(), erasing)
                            : pages_.find_and_erase({namespace_index, old.type, &key}, erasing);
  if (!erased.ok() && is_flash_failure(erased.error())) return Error::kNvsRemoveFailed;
  return erased;
}

Status Nvs::get_scalar(std::uint8_t namespace_index,
                       std::string_view key,
                       NvsType type,
                       MutableBytes into) {
  const NvsKey wanted(key);
  const auto place = pages_.find({namespace_index, type, &wanted});
  ROTA_TRY(place);
  const auto& data = place->entry().data;
  std::copy_n(data.begin(), std::min(into.size(), data.size()), into.begin());
  return {};
}

Result<std::uint32_t> Nvs::string_bytes(std::uint8_t namespace_index, std::string_view key) {
  const NvsKey wanted(key);
  const auto place = pages_.find({namespace_index, NvsType::kString, &wanted});
  ROTA_TRY(place);
  return place->entry().payload_bytes();
}

Status Nvs::get_string(std::uint8_t namespace_index, std::string_view key, MutableBytes into) {
  const NvsKey wanted(key);
  const auto place = pages_.find({namespace_index, NvsType::kString, &wanted});
  ROTA_TRY(place);
  if (into.size() != place->entry().payload_bytes()) return Error::kNvsInvalidLength;
  return place->page->read_payload(place->found, into);
}

Result<NvsType> Nvs::type_of(std::uint8_t namespace_index, std::string_view key) {
  const NvsKey wanted(key);
  const auto place = pages_.find({namespace_index, NvsType::kAny, &wanted});
  ROTA_TRY(place);
  const NvsType type = place->entry().type;
  const bool is_blob = type == NvsType::kBlobIndex || type == NvsType::kOldBlob;
  return is_blob ? NvsType::kBlobChunk : type;
}

Status Nvs::erase_key(std::uint8_t namespace_index, std::string_view key, NvsErasing erasing) {
  const NvsKey wanted(key);
  const auto place = pages_.find({namespace_index, NvsType::kAny, &wanted});
  ROTA_TRY(place);
  if (place->entry().type == NvsType::kBlobIndex) {
    return erase_blob(namespace_index, wanted, kNvsNoChunk, erasing);
  }
  return place->page->erase_item(place->found.index, erasing);
}

Status Nvs::erase_all(std::uint8_t namespace_index, NvsErasing erasing) {
  for (NvsPage* page = pages_.used().first(); page != nullptr; page = page->next) {
    for (;;) {
      const auto item = page->find({namespace_index});
      if (!item.ok()) {
        if (item.error() == Error::kNvsNotFound) break;
        return item.error();
      }
      ROTA_TRY(page->erase_item(item->index, erasing));
    }
  }
  return {};
}

Status Nvs::purge_erased(std::uint8_t namespace_index) {
  for (NvsPage* page = pages_.used().first(); page != nullptr; page = page->next) {
    ROTA_TRY(page->purge_erased(namespace_index));
  }
  return {};
}

Status Nvs::count(NvsStats& stats) const {
  stats = {};
  ROTA_TRY(pages_.count_entries(stats.entries));
  stats.namespaces = namespace_count_;
  return {};
}

Result<std::uint32_t> Nvs::used_entries(std::uint8_t namespace_index) {
  std::uint32_t sum = 0;
  for (NvsPage* page = pages_.used().first(); page != nullptr; page = page->next) {
    for (std::uint32_t from = 0;;) {
      const auto item = page->find({namespace_index}, from);
      if (!item.ok()) {
        if (item.error() == Error::kFlashReadFailed) return item.error();
        break;
      }
      sum += item->entry.span;
      from = item->index + item->entry.span;
    }
  }
  return sum;
}

namespace {

// Entries that ESP-IDF's iterators do not show: names of namespaces, indices (their first chunk
// stands for the blob), further chunks, and blobs in the old format.
bool is_shown(const NvsEntry& entry) {
  if (entry.namespace_index == kNvsNamespaceTable) return false;
  if (entry.type == NvsType::kBlobIndex || entry.type == NvsType::kOldBlob) return false;
  return entry.type != NvsType::kBlobChunk || entry.chunk == formats::kNvsFirstBlobVersion ||
         entry.chunk == formats::kNvsSecondBlobVersion;
}

// The page where the cursor stands, or the first one behind it if that is not in use any more.
NvsPage* page_of(const NvsPageList& used, NvsCursor& cursor) {
  if (!cursor.has_started) return used.first();
  for (NvsPage* page = used.first(); page != nullptr; page = page->next) {
    if (page->number() == cursor.page_number && page->sequence() == cursor.page_sequence) {
      return page;
    }
  }
  cursor.next_entry = 0;
  NvsPage* page = used.first();
  while (page != nullptr && page->sequence() <= cursor.page_sequence) page = page->next;
  return page;
}

}  // namespace

Result<NvsListed> Nvs::next(NvsCursor& cursor) {
  for (NvsPage* page = page_of(pages_.used(), cursor); page != nullptr;
       page = page->next, cursor.next_entry = 0) {
    cursor.has_started = true;
    cursor.page_number = page->number();
    cursor.page_sequence = page->sequence();
    for (;;) {
      const auto item = page->find({cursor.namespace_index}, cursor.next_entry);
      if (!item.ok()) {
        if (item.error() == Error::kFlashReadFailed) return item.error();
        break;
      }
      cursor.next_entry = item->index + item->entry.span;
      const NvsEntry& entry = item->entry;
      const bool is_wanted = cursor.type == NvsType::kAny || cursor.type == entry.type;
      if (!is_wanted || !is_shown(entry)) continue;
      NvsListed listed{false, {}, entry.key, entry.type};
      for (const NvsNamespace& space : memory_.namespaces.first(namespace_count_)) {
        if (space.index != entry.namespace_index) continue;
        listed.has_namespace = true;
        listed.namespace_name = space.name;
        break;
      }
      return listed;
    }
  }
  return Error::kNvsNotFound;
}

}  // namespace rota::core
