#include "core/partition_access.h"

#include <algorithm>
#include <array>

namespace rota::core {

using formats::PartitionType;

namespace {
constexpr std::uint32_t kCopyBytes =
    512;  // on the stack: whole pages of the chip, units of 16 bytes
}  // namespace

const Partition* find_partition(const formats::PartitionRows& rows,
                                PartitionType type,
                                std::uint8_t subtype,
                                std::string_view label) {
  for (const Partition& row : rows) {
    if (type != PartitionType::kAny && row.type != type) continue;
    if (subtype != formats::kSubtypeAny && row.subtype != subtype) continue;
    if (!label.empty() && row.label() != label) continue;
    return &row;
  }
  return nullptr;
}

std::uint32_t app_slot_count(const formats::PartitionRows& rows) {
  std::uint32_t count = 0;
  while (count < formats::kMaxOtaSlots &&
         find_partition(rows, PartitionType::kApp,
                        static_cast<std::uint8_t>(formats::kAppOtaFirst + count)) != nullptr) {
    ++count;
  }
  return count;
}

std::uint32_t boot_slot_count(const formats::PartitionRows& rows) {
  return static_cast<std::uint32_t>(std::count_if(
      rows.begin(), rows.end(), [](const Partition& row) { return row.is_ota_slot(); }));
}

Status PartitionAccess::check_range(const Partition& partition,
                                    std::uint32_t offset,
                                    std::uint64_t size) const {
  if (offset > partition.size) return Error::kPartitionOffsetBeyondEnd;
  if (size > partition.size - offset) return Error::kPartitionOverrun;
  return {};
}

Status PartitionAccess::check_not_protected(const FlashRange& range) const {
  if (range.size_bytes == 0) return {};
  for (const Partition& row : rows_) {
    if (row.readonly && overlaps(range, range_of(row))) return Error::kPartitionReadOnly;
  }
  if (protection_.is_off || protection_.dangerous_writes_allowed) return {};
  if (range.start.value <= protection_.protected_below || overlaps(range, protection_.running)) {
    return Error::kFlashProtected;
  }
  return {};
}

Status PartitionAccess::read(const Partition& partition,
                             std::uint32_t offset,
                             MutableBytes into) const {
  ROTA_TRY(check_range(partition, offset, into.size()));
  if (into.empty()) return {};
  return flash_.read({partition.offset + offset}, into);
}

Status PartitionAccess::write(const Partition& partition, std::uint32_t offset, Bytes bytes) {
  if (partition.readonly) return Error::kPartitionReadOnly;
  ROTA_TRY(check_range(partition, offset, bytes.size()));
  if (partition.encrypted && encrypted_flash_) {
    if ((partition.offset + offset) % 16 != 0) return Error::kPartitionUnalignedOffset;
    if (bytes.size() % 16 != 0) return Error::kPartitionUnalignedSize;
  }
  if (bytes.empty()) return {};
  const FlashRange range{{partition.offset + offset}, static_cast<std::uint32_t>(bytes.size())};
  ROTA_TRY(check_not_protected(range));
  return flash_.program(range.start, bytes);
}

Status PartitionAccess::may_erase(const Partition& partition,
                                  std::uint32_t offset,
                                  std::uint32_t size) const {
  if (partition.readonly) return Error::kPartitionReadOnly;
  ROTA_TRY(check_range(partition, offset, size));
  if (size % kSectorBytes != 0) return Error::kPartitionUnalignedSize;
  if (offset % kSectorBytes != 0) return Error::kPartitionUnalignedOffset;
  return check_not_protected({{partition.offset + offset}, size});
}

Status PartitionAccess::erase(const Partition& partition,
                              std::uint32_t offset,
                              std::uint32_t size) {
  ROTA_TRY(may_erase(partition, offset, size));
  if (size == 0) return {};
  return flash_.erase({{partition.offset + offset}, size});
}

Status PartitionAccess::copy(const Partition& to,
                             std::uint32_t to_offset,
                             const Partition& from,
                             std::uint32_t from_offset,
                             std::uint32_t size) {
  if (&to == &from) return Error::kInvalidArgument;
  if (from_offset > from.size || to_offset > to.size) return Error::kPartitionOverrun;
  if (size > from.size - from_offset || size > to.size - to_offset) {
    return Error::kPartitionOverrun;
  }
  const std::uint32_t erased = align_up(size, kSectorBytes);
  if (overlaps({{to.offset + to_offset}, erased}, {{from.offset + from_offset}, size})) {
    return Error::kPartitionOverlap;  // the erase would take what is to be copied
  }
  ROTA_TRY(erase(to, to_offset, erased));
  std::array<std::byte, kCopyBytes> buffer{};
  for (std::uint32_t done = 0; done < size;) {
    const std::uint32_t piece = std::min(size - done, kCopyBytes);
    const MutableBytes bytes = MutableBytes(buffer).first(piece);
    ROTA_TRY(read(from, from_offset + done, bytes));
    ROTA_TRY(write(to, to_offset + done, bytes));
    done += piece;
  }
  return {};
}

}  // namespace rota::core
