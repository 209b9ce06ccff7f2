// Any bytes as an NVS partition of one to four pages, read-only or not, and any calls on it.
// Invariants:
// - no access outside the partition (the flash below asserts), no assertion, every call ends;
// - what is set and reported as stored reads back;
// - a partition that could be mounted can be mounted again.
#include <algorithm>
#include <array>
#include <optional>

#include "base/assert.h"
#include "core/nvs.h"

namespace {

using namespace rota;
using formats::NvsType;

constexpr std::uint32_t kOffset = core::kSectorBytes;
constexpr std::uint32_t kMaxPages = 4;

// NOR rules over the partition's bytes.
class PartitionFlash final : public core::Flash {
 public:
  PartitionFlash(Bytes content, std::uint32_t pages) {
    geometry_.size_bytes = kOffset + pages * core::kSectorBytes;
    cells_.fill(std::byte{0xFF});
    std::copy_n(content.begin(), std::min(content.size(), cells_.size()), cells_.begin());
  }
  Status read(core::FlashAddress from, MutableBytes into) override {
    std::copy_n(at(from, into.size()), into.size(), into.begin());
    return {};
  }
  Status program(core::FlashAddress to, Bytes bytes) override {
    std::byte* cells = at(to, bytes.size());
    for (std::size_t i = 0; i < bytes.size(); ++i) cells[i] &= bytes[i];
    return {};
  }
  Status erase(core::FlashRange range) override {
    std::fill_n(at(range.start, range.size_bytes), range.size_bytes, std::byte{0xFF});
    return {};
  }
  const core::FlashGeometry& geometry() const override { return geometry_; }

 private:
  std::byte* at(core::FlashAddress start, std::size_t bytes) {
    ROTA_ASSERT(start.value >= kOffset &&
                std::uint64_t{start.value} + bytes <= geometry_.size_bytes);
    return cells_.data() + (start.value - kOffset);
  }

  std::array<std::byte, kMaxPages * core::kSectorBytes> cells_{};
  core::FlashGeometry geometry_;
};

// Damage is only interesting behind the CRCs: they are made good where the input asks for it.
void repair_crcs(MutableBytes image) {
  for (std::size_t page = 0; page + formats::kNvsPageBytes <= image.size();
       page += formats::kNvsPageBytes) {
    std::byte* header = image.data() + page;
    store_u32(header + 28, formats::nvs_crc({header + 4, 24}));
    for (std::uint32_t i = 0; i < formats::kNvsEntryCount; ++i) {
      const auto bytes = image.subspan(page + formats::kNvsFirstEntryOffset + 32 * i).first<32>();
      const auto repaired = encode(formats::decode_nvs_entry(bytes));
      std::copy(repaired.begin(), repaired.end(), bytes.begin());
    }
  }
}

void use(core::Nvs& nvs, std::uint8_t choice) {
  static std::array<std::byte, 4000> value;
  core::NvsCursor cursor;
  // What is set during the walk comes up in it again.
  for (unsigned step = 0; step < kMaxPages * formats::kNvsEntryCount; ++step) {
    const auto listed = nvs.next(cursor);
    if (!listed.ok()) break;
    const auto space = nvs.find_namespace(listed->namespace_name.name());
    if (!space.ok()) continue;
    const std::string_view key = listed->key.name();
    const auto bytes = listed->type == NvsType::kString ? nvs.string_bytes(*space, key)
                                                        : nvs.blob_bytes(*space, key);
    if (bytes.ok() && *bytes <= value.size()) {
      (void)nvs.get_string(*space, key, MutableBytes(value).first(*bytes)).ok();
      (void)nvs.get_blob(*space, key, MutableBytes(value).first(*bytes)).ok();
    }
    if ((choice & 1U) != 0) (void)nvs.erase_key(*space, key, core::NvsErasing::kPurge).ok();
    if ((choice & 2U) != 0) {
      (void)nvs.set_blob(*space, key, Bytes(value).first(choice * 15U), core::NvsErasing::kPurge)
          .ok();
    }
  }
  core::NvsStats stats;
  (void)nvs.count(stats).ok();
  const auto space = nvs.open_namespace("fuzz");
  if (!space.ok()) return;
  for (unsigned i = 0; i < 40; ++i) {
    const std::array<std::byte, 1> wanted = {static_cast<std::byte>(i)};
    if (!nvs.set_scalar(*space, "key", NvsType::kU8, wanted, core::NvsErasing::kKeepBytes).ok()) {
      break;
    }
  }
  (void)nvs.erase_all(*space, core::NvsErasing::kKeepBytes).ok();
  (void)nvs.purge_erased(*space).ok();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 2) return 0;
  const std::uint32_t pages = 1 + data[0] % kMaxPages;
  static std::array<std::byte, kMaxPages * core::kSectorBytes> image;
  image.fill(std::byte{0xFF});
  std::copy_n(reinterpret_cast<const std::byte*>(data) + 2, std::min(size - 2, image.size()),
              image.begin());
  if ((data[0] & 0x80U) != 0) repair_crcs(image);
  PartitionFlash flash(image, pages);

  core::Partition partition;
  partition.offset = kOffset;
  partition.size = pages * core::kSectorBytes;
  partition.readonly = (data[0] & 0x40U) != 0;
  formats::PartitionRows rows;
  core::PartitionAccess access(flash, rows, false);
  core::NvsPartition storage(access, partition);
  static std::array<core::NvsPage, kMaxPages> page_memory;
  static std::array<core::NvsNamespace, kMaxPages * formats::kNvsEntryCount> namespaces;
  {
    auto nvs = core::Nvs::mount(storage, {page_memory, namespaces});
    if (!nvs.ok()) return 0;
    use(*nvs, data[1]);
  }
  const auto again = core::Nvs::mount(storage, {page_memory, namespaces});
  ROTA_ASSERT(again.ok() || pages == 1 || again.error() == Error::kNvsNoFreePages ||
              again.error() == Error::kNvsNotEnoughSpace ||
              again.error() == Error::kPartitionReadOnly);
  return 0;
}
