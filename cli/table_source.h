// A partition table wherever it lies: a binary table, a CSV file, the name of a predefined table
// ("two_ota"), or inside a flash dump at its offset. What each of the three readers in the field
// says about it is kept, because they disagree on purpose (spec 1.3, 1.5, 1.6).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cli/input_file.h"
#include "cli/refusal.h"
#include "formats/partition_csv.h"
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

// Reads the binary table that `file` holds. `offset`: where in the file it is; found when absent.
// Refuses when there is none, naming what the file is.
Result<TableSource, Refusal> find_table(InputFile& file,
                                        std::optional<std::uint32_t> offset,
                                        std::optional<std::uint32_t> flash_bytes);

// Reads a table in CSV; environment variables are put in. Refuses with the line and the next step.
Result<TableSource, Refusal> read_csv_table(std::string_view name,
                                            Bytes text,
                                            const formats::CsvOptions& options);

// Any of the four: a file, or, when there is no such file, the name of a predefined table.
// `options` count for CSV; a table inside a dump is looked for at `offset`.
Result<TableSource, Refusal> open_table(std::string_view path_or_name,
                                        const formats::CsvOptions& options,
                                        std::optional<std::uint32_t> offset);

// The binary table of these rows. Refuses when they do not fit.
Result<std::vector<std::byte>, Refusal> binary_table(const formats::PartitionRows& rows,
                                                     bool with_md5);

// The kind and name of a row as the CSV spells them: "app", "ota_0", or numbers without keyword.
std::string type_text(const formats::PartitionRow& row);
std::string subtype_text(const formats::PartitionRow& row);

// "an HTML page titled 'Login' ...": what the file is instead of what was expected.
std::string what_it_is(InputFile& file);

}  // namespace rota::cli
