// What "verify" demands of a partition table (spec 1.3), and how errors about rows are built.
// Internal to partition_csv.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "formats/partition_csv.h"

namespace rota::formats {

using CsvStatus = BasicStatus<CsvError>;

inline constexpr std::int64_t kTableSectorBytes = 0x1000;
inline constexpr std::int64_t kAppAlignment = 0x10000;
inline constexpr std::int64_t kDataAlignment = 0x1000;
inline constexpr std::uint8_t kPrimary = 0x00;  // subtype of bootloader and partition_table

// Names and values are cut to kCsvNameBytes.
CsvError problem_at(CsvProblem problem,
                    std::uint32_t line,
                    std::string_view name = {},
                    std::string_view other = {});
CsvError about(CsvProblem problem, const CsvRow& row, std::string_view other = {});
CsvError with_numbers(CsvError error, std::int64_t value, std::int64_t wanted);

// Rows whose place comes from options: the primary bootloader and the primary partition table.
bool is_fixed_by_options(const CsvRow& row);
std::int64_t alignment_of(const CsvRow& row);

// All rules in the reference's order; rows in the order of the file, every one with an offset.
CsvStatus verify(std::span<const CsvRow> rows, const CsvOptions& options);
CsvStatus fits_flash(std::span<const CsvRow> rows, std::int64_t flash_bytes);

}  // namespace rota::formats
