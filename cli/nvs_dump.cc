#include "cli/nvs_dump.h"

#include <algorithm>
#include <array>
#include <memory>

#include "board/chip/nor_chip.h"
#include "core/nvs.h"

namespace rota::cli {
namespace {

using formats::kNvsEntryBytes;
using formats::kNvsEntryCount;
using formats::kNvsPageBytes;
using formats::NvsEntry;
using formats::NvsEntryState;
using formats::NvsPageHeader;
using formats::NvsPageState;
using formats::NvsType;

bool is_blank(Bytes bytes) {
  return std::all_of(bytes.begin(), bytes.end(), [](std::byte b) { return b == std::byte{0xFF}; });
}

NvsPageHeader header_of(Bytes page) {
  return formats::decode_nvs_header(page.first<kNvsEntryBytes>());
}

formats::NvsEntryTable table_of(Bytes page) {
  formats::NvsEntryTable table;
  const Bytes bytes = page.subspan(formats::kNvsTableOffset, table.bytes().size());
  std::copy(bytes.begin(), bytes.end(), table.bytes().begin());
  return table;
}

std::string_view state_of(Bytes page, const NvsPageHeader& header) {
  if (header.state == NvsPageState::kUninitialized) return is_blank(page) ? "blank" : "damaged";
  if (!header.crc_is_good) return "damaged";
  if (header.version < formats::kNvsVersion) return "too new";
  switch (header.state) {
    case NvsPageState::kActive:
      return "active";
    case NvsPageState::kFull:
      return "full";
    case NvsPageState::kFreeing:
      return "freeing";
    case NvsPageState::kUninitialized:
      break;
  }
  return "damaged";
}

NvsPagePicture picture_of_page(Bytes page) {
  const NvsPageHeader header = header_of(page);
  NvsPagePicture picture;
  picture.state = state_of(page, header);
  if (!header.is_in_use() || !header.crc_is_good) return picture;
  picture.sequence = header.sequence;
  const formats::NvsEntryTable table = table_of(page);
  for (std::uint32_t i = 0; i < kNvsEntryCount; ++i) {
    if (table.state(i) == NvsEntryState::kEmpty) continue;
    --picture.empty;
    ++(table.is_written(i) ? picture.written : picture.erased);
  }
  return picture;
}

// The partition as a chip in memory, behind one sector that is none of its business.
struct Device {
  Device(const std::vector<std::byte>& content, const formats::NvsKeys* keys)
      : chip(core::kSectorBytes + static_cast<std::uint32_t>(content.size())) {
    std::copy(content.begin(), content.end(), chip.cells.begin() + core::kSectorBytes);
    row.type = formats::PartitionType::kData;
    row.subtype = formats::kDataNvs;
    row.offset = core::kSectorBytes;
    row.size = static_cast<std::uint32_t>(content.size());
    if (keys != nullptr) {
      cipher.emplace(keys->entries, keys->tweaks);
      partition.emplace(access, row, core::NvsCipher{*cipher, buffer});
    } else {
      partition.emplace(access, row);
    }
    pages.resize(partition->page_count());
    namespaces.resize(pages.size() * kNvsEntryCount);
  }

  board::MemoryChip chip;
  formats::PartitionRows no_rows;
  core::PartitionAccess access{chip.chip, no_rows, false};
  core::Partition row;
  std::optional<crypto::XtsAes256> cipher;
  std::array<std::byte, formats::kNvsMaxChunkBytes> buffer{};
  std::optional<core::NvsPartition> partition;
  std::vector<core::NvsPage> pages;
  std::vector<core::NvsNamespace> namespaces;
};

NvsValue value_of(core::Nvs& nvs, const NvsEntry& entry) {
  const std::string key(entry.key.name());
  NvsValue value{entry.namespace_index, key, entry.type, {}, std::nullopt};
  if (is_scalar(entry.type)) {
    const auto bytes = Bytes(entry.data).first(formats::scalar_bytes(entry.type));
    value.bytes.assign(bytes.begin(), bytes.end());
    return value;
  }
  const bool is_string = entry.type == NvsType::kString;
  value.bytes.resize(entry.type == NvsType::kBlobIndex ? entry.blob_bytes()
                                                       : entry.payload_bytes());
  const Status read = is_string ? nvs.get_string(entry.namespace_index, key, value.bytes)
                                : nvs.get_blob(entry.namespace_index, key, value.bytes);
  if (!read.ok()) {
    value.bytes.clear();
    value.unreadable = read.error();
  }
  return value;
}

class Listing {
 public:
  void add(core::Nvs& nvs, const NvsEntry& entry) {
    if (entry.type == NvsType::kBlobChunk) return;  // its index stands for the blob
    if (entry.namespace_index == formats::kNvsNamespaceTable) {
      if (entry.type != NvsType::kU8) return;
      NvsSpace& space = space_of(std::to_integer<std::uint8_t>(entry.data[0]));
      if (!space.name) space.name = std::string(entry.key.name());
      return;
    }
    NvsValue value = value_of(nvs, entry);
    space_of(entry.namespace_index).values.push_back(std::move(value));
  }
  std::vector<NvsSpace> take() { return std::move(spaces_); }

 private:
  NvsSpace& space_of(std::uint8_t index) {
    const auto found = std::lower_bound(
        spaces_.begin(), spaces_.end(), index,
        [](const NvsSpace& space, std::uint8_t wanted) { return space.index < wanted; });
    if (found != spaces_.end() && found->index == index) return *found;
    return *spaces_.insert(found, NvsSpace{index, std::nullopt, {}});
  }

  std::vector<NvsSpace> spaces_;  // ascending
};

// Copies first: reading a damaged value erases it, which would disturb the walk.
std::vector<NvsEntry> entries_of(const core::Nvs& nvs) {
  std::vector<NvsEntry> entries;
  for (core::NvsPage* page = nvs.used_pages().first(); page != nullptr; page = page->next) {
    std::uint32_t from = 0;
    for (auto item = page->find({}, from); item.ok(); item = page->find({}, from)) {
      entries.push_back(item->entry);
      from = item->index + item->entry.span;
    }
  }
  return entries;
}

}  // namespace

bool is_nvs_partition(Bytes content) {
  if (content.empty() || content.size() % kNvsPageBytes != 0) return false;
  bool has_page = false;
  for (std::size_t at = 0; at < content.size(); at += kNvsPageBytes) {
    const Bytes page = content.subspan(at, kNvsPageBytes);
    const NvsPageHeader header = header_of(page);
    const bool is_page = header.is_in_use() && header.crc_is_good;
    if (!is_page && !is_blank(page)) return false;
    has_page = has_page || is_page;
  }
  return has_page;
}

bool looks_encrypted(Bytes partition) {
  bool has_entry = false;
  for (std::size_t at = 0; at + kNvsPageBytes <= partition.size(); at += kNvsPageBytes) {
    const Bytes page = partition.subspan(at, kNvsPageBytes);
    const NvsPageHeader header = header_of(page);
    if (!header.is_in_use() || !header.crc_is_good) continue;
    const formats::NvsEntryTable table = table_of(page);
    for (std::uint32_t i = 0; i < kNvsEntryCount; ++i) {
      if (!table.is_written(i)) continue;
      has_entry = true;
      const Bytes entry = page.subspan(formats::kNvsFirstEntryOffset + i * kNvsEntryBytes);
      if (formats::decode_nvs_entry(entry.first<kNvsEntryBytes>()).is_consistent_at(i)) {
        return false;
      }
    }
  }
  return has_entry;
}

NvsDump read_nvs(std::vector<std::byte> partition, const formats::NvsKeys* keys) {
  partition.resize(partition.size() / kNvsPageBytes * kNvsPageBytes);
  NvsDump dump;
  for (std::size_t at = 0; at < partition.size(); at += kNvsPageBytes) {
    dump.pages.push_back(picture_of_page(Bytes(partition).subspan(at, kNvsPageBytes)));
  }
  const auto device = std::make_unique<Device>(partition, keys);
  auto nvs = core::Nvs::mount(*device->partition, {device->pages, device->namespaces});
  if (!nvs.ok()) {
    dump.refuses = nvs.error();
    return dump;
  }
  dump.repairs = device->chip.state.operation_count;
  core::NvsStats stats;
  if (nvs->count(stats).ok()) dump.entries = stats.entries;
  Listing listing;
  for (const NvsEntry& entry : entries_of(*nvs)) listing.add(*nvs, entry);
  dump.namespaces = listing.take();
  return dump;
}

}  // namespace rota::cli
