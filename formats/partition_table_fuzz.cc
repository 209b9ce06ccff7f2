// Any bytes as a binary partition table. Invariants:
// - no reader reads outside the bytes or writes outside the rows (the sanitizers watch);
// - rows that the tool accepts survive writing and reading;
// - the bootloader accepts no row beyond the flash, except the one MD5 row that it counts in (trap
// 41).
#include <array>

#include "base/assert.h"
#include "formats/partition_table.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace rota::formats;
  constexpr std::uint32_t kFlashBytes = 4U << 20U;
  const rota::Bytes table = std::as_bytes(std::span(data, size));

  const auto by_bootloader = read_table_as_bootloader(table, kFlashBytes);
  if (by_bootloader.ok()) {
    int beyond = 0;
    for (const PartitionRow& row : *by_bootloader) {
      if (std::uint64_t{row.offset} + row.size > kFlashBytes) ++beyond;
    }
    ROTA_ASSERT(beyond <= 1);
  }
  (void)read_table_as_app(table).ok();
  (void)read_table_as_app(table, false).ok();

  const auto by_tool = read_table_as_tool(table);
  std::array<std::byte, kTableBytes> written{};
  if (!by_tool.ok() || !write_table(*by_tool, true, written).ok()) return 0;
  const auto again = read_table_as_tool(written);
  ROTA_ASSERT(again.ok() && again->size() == by_tool->size());
  for (std::size_t i = 0; i < again->size(); ++i) ROTA_ASSERT((*again)[i] == (*by_tool)[i]);
  return 0;
}
