// Any bytes as a partition CSV. Invariants:
// - no access outside the text and the rows (the sanitizers watch);
// - every refusal has a sentence;
// - what is accepted and is printed reads back to the same rows.
#include <array>

#include "base/assert.h"
#include "formats/partition_csv.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace rota::formats;
  const rota::Bytes text = std::as_bytes(std::span(data, size));
  CsvOptions options;
  options.primary_bootloader_offset = 0x1000;
  options.recovery_bootloader_offset = 0x3F0000;
  options.variable = [](std::string_view name) -> std::optional<std::string_view> {
    if (name == "A") return "0x1000";
    return std::nullopt;
  };

  static PartitionCsvReader reader;
  PartitionRows rows;
  const auto status = reader.read(text, options, rows);
  if (!status.ok()) {
    std::array<char, 400> sentence{};
    ROTA_ASSERT(!describe(status.error(), sentence).empty());
    return 0;
  }
  std::array<char, kCsvMaxTextBytes> buffer{};
  const auto printed = write_csv(rows, buffer);
  if (!printed.ok()) return 0;  // a label was cut within a character
  PartitionRows again;
  options.verifies = false;  // cut labels may have become equal
  options.variable = nullptr;
  if (!reader.read(rota::bytes_of(*printed), options, again).ok()) return 0;
  ROTA_ASSERT(again.size() == rows.size());
  for (std::size_t i = 0; i < rows.size(); ++i) {
    ROTA_ASSERT(again[i].offset == rows[i].offset && again[i].size == rows[i].size);
  }
  return 0;
}
