// Partitions as an application uses them (spec 9): lookup in the loaded table, and reads, writes
// and erases that stay inside one partition and away from what must not be touched.
//
// Power contract: that of Flash; a call is one flash operation unless its comment says otherwise.
#pragma once

#include <cstdint>
#include <string_view>

#include "base/bytes.h"
#include "base/result.h"
#include "core/flash.h"
#include "formats/partition_table.h"

namespace rota::core {

using Partition = formats::PartitionRow;

constexpr FlashRange range_of(const Partition& partition) {
  return {{partition.offset}, partition.size};
}

// First row of that type, subtype (kSubtypeAny matches all) and label (empty matches all).
const Partition* find_partition(const formats::PartitionRows& rows,
                                formats::PartitionType type,
                                std::uint8_t subtype,
                                std::string_view label = {});

// The slots that applications count: consecutive numbers from ota_0 (spec 2.4), at most 16.
std::uint32_t app_slot_count(const formats::PartitionRows& rows);
// The slots that the bootloader counts: rows.
std::uint32_t boot_slot_count(const formats::PartitionRows& rows);

// What writes must keep away from (spec 9.5). Writing to the running image would change code under
// execution; writing to the table or the bootloader by mistake bricks the board.
struct Protection {
  FlashRange running;
  std::uint32_t protected_below = 0;  // bytes 0 .. this address, inclusive: bootloader and table
  bool dangerous_writes_allowed = false;  // while a bootloader or a table is being updated
  bool is_off = false;                    // the project allows such writes always
};

class PartitionAccess {
 public:
  // Borrows both. `encrypted_flash`: writes to encrypted partitions come in 16-byte units.
  PartitionAccess(Flash& flash, const formats::PartitionRows& rows, bool encrypted_flash)
      : flash_(flash), rows_(rows), encrypted_flash_(encrypted_flash) {}

  // Errors: kPartitionOffsetBeyondEnd, kPartitionOverrun, flash errors.
  Status read(const Partition& partition, std::uint32_t offset, MutableBytes into) const;

  // Errors, in this order: kPartitionReadOnly, kPartitionOffsetBeyondEnd, kPartitionOverrun,
  // kPartitionUnalignedOffset and kPartitionUnalignedSize (encrypted), kFlashProtected, flash
  // errors.
  Status write(const Partition& partition, std::uint32_t offset, Bytes bytes);

  // Errors, in this order: kPartitionReadOnly, kPartitionOffsetBeyondEnd, kPartitionOverrun,
  // kPartitionUnalignedSize, kPartitionUnalignedOffset, kFlashProtected, flash errors.
  Status erase(const Partition& partition, std::uint32_t offset, std::uint32_t size);

  // The checks of erase() without erasing.
  Status may_erase(const Partition& partition, std::uint32_t offset, std::uint32_t size) const;

  // Copies `size` bytes between partitions, erasing the destination first (spec 9.4). Errors:
  // kInvalidArgument (one row), kPartitionOverrun, kPartitionOverlap, then those of the calls
  // above.
  Status copy(const Partition& to,
              std::uint32_t to_offset,
              const Partition& from,
              std::uint32_t from_offset,
              std::uint32_t size);

  Flash& flash() { return flash_; }
  const formats::PartitionRows& rows() const { return rows_; }
  bool encrypted_flash() const { return encrypted_flash_; }
  Protection& protection() { return protection_; }

 private:
  Status check_range(const Partition& partition, std::uint32_t offset, std::uint64_t size) const;
  Status check_not_protected(const FlashRange& range) const;

  Flash& flash_;
  const formats::PartitionRows& rows_;
  bool encrypted_flash_;
  Protection protection_;
};

}  // namespace rota::core
