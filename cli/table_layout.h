// The flash as a table divides it: partitions, the table itself, the bootloader, and what is free.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "cli/console.h"
#include "formats/partition_table.h"

namespace rota::cli {

struct LayoutRegion {
  std::string name;  // "(free)" for gaps
  std::uint32_t start = 0;
  std::uint64_t end = 0;
  const formats::PartitionRow* row = nullptr;
};

// By address, from 0 to the end of the flash; 0 = not known: up to the last partition.
std::vector<LayoutRegion> layout_of(const formats::PartitionRows& rows,
                                    std::uint32_t table_offset,
                                    std::uint32_t flash_bytes);

// One line a region, its share of the flash as a bar.
std::string render(const std::vector<LayoutRegion>& layout, const Looks& looks);

// A table for these wishes, in CSV, from the table's offset on. Refuses when it does not fit the
// flash.
struct TableWish {
  std::uint32_t flash_bytes = 4U << 20U;
  std::uint32_t table_offset = formats::kDefaultTableOffset;
  std::uint32_t app_bytes = 0;  // of today's app; 0: slots as large as possible
  std::uint32_t growth_percent = 50;
  std::uint32_t slot_count = 2;
  bool has_factory = false;
  std::uint32_t nvs_bytes = 0x6000;
  std::uint32_t storage_bytes = 0;  // a data partition for files, if any
};
struct TableProposal {
  std::string csv;
  std::uint32_t slot_bytes = 0;
  std::string problem;  // why not; then there is no CSV
};
TableProposal propose_table(const TableWish& wish);

}  // namespace rota::cli
