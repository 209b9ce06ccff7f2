// The pieces that make up a flash image: files with addresses, checked for overlaps, and written
// out as one raw, Intel HEX or UF2 file.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "cli/input_file.h"
#include "cli/refusal.h"
#include "formats/partition_table.h"

namespace rota::cli {

struct FlashPart {
  std::uint32_t address = 0;
  std::string name;  // for messages
  InputFile content;

  std::uint64_t end() const { return std::uint64_t{address} + content.size(); }
};

enum class FlashFormat : std::uint8_t { kRaw, kHex, kUf2 };

// "0x1000=boot.bin" or "factory=app.bin" (a partition of `rows`); an Intel HEX file brings its own
// addresses and may come without a place. Refuses what does not fit its partition.
Outcome take_part(std::string_view order,
                  const formats::PartitionRows& rows,
                  std::vector<FlashPart>& into);
// The same for an address and a file that come as two words.
Outcome take_part(std::string_view address, std::string_view path, std::vector<FlashPart>& into);

// The table among the parts, for names: at `table_offset`, if one lies there.
formats::PartitionRows table_among(std::vector<FlashPart>& parts, std::uint32_t table_offset);

// Sorts by address. Refuses parts that overlap, with both names.
Outcome sort_and_check(std::vector<FlashPart>& parts);

struct FlashLayout {
  std::uint32_t start = 0;  // the address of the first byte of a raw file
  std::uint32_t end = 0;    // FF is added up to here; 0: up to the end of the last part
  FlashFormat format = FlashFormat::kRaw;
  std::uint32_t uf2_family = 0;  // kUf2: the chip (cli/uf2.h)
};
// Gaps read FF in a raw file and are left out of HEX and UF2. Refuses a part before the start.
Outcome write_flash_file(std::string_view path,
                         std::vector<FlashPart>& parts,
                         const FlashLayout& layout);

}  // namespace rota::cli
