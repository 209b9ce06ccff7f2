// A partition table wherever it lies: a binary table, a CSV file, the name of a predefined table
// ("two_ota"), or inside a flash dump at its offset. What each of the three readers in the field says
// about it is kept, because they disagree on purpose (spec 1.3, 1.5, 1.6).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "cli/input_file.h"
#include "cli/refusal.h"
#include "formats/partition_table.h"

namespace rota::cli {

enum class TableForm : std::uint8_t { kBinary, kCsv, kPredefined, kInFlashDump };

struct TableSource {
  TableForm form = TableForm::kBinary;
  std::uint32_t table_offset = formats::kDefaultTableOffset;  // on the chip
  std::uint32_t flash_bytes = 0;                              // 0: not known
  formats::PartitionRows rows;
  bool has_md5 = false;
  // Why a reader refuses the table; nullopt: it accepts it.
  std::optional<Error> tool_refuses;
  std::optional<Error> bootloader_refuses;
  std::optional<Error> app_refuses;
};

// Reads the table that `file` holds. `offset`: where in the file (or on the chip, for CSV) it is;
// found when absent. Refuses when there is none, naming what the file is.
Result<TableSource, Refusal> find_table(InputFile& file, std::optional<std::uint32_t> offset,
                                        std::optional<std::uint32_t> flash_bytes);

// The kind and name of a row as the CSV spells them: "app", "ota_0", or numbers without keyword.
std::string type_text(const formats::PartitionRow& row);
std::string subtype_text(const formats::PartitionRow& row);

// "an HTML page titled 'Login' ...": what the file is instead of what was expected.
std::string what_it_is(InputFile& file);

}  // namespace rota::cli
