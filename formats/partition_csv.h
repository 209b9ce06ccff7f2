// The partition table as text: the CSV files of ESP-IDF projects (spec 1.3), read and written so
// that the binary is the one that ESP-IDF's own tool makes, and refused where it refuses.
//
//   # Name,   Type, SubType, Offset,  Size, Flags
//   nvs,      data, nvs,     ,        0x6000,
//   factory,  app,  factory, 0x10000, 1M,
//
// Reading has five steps; the first that fails gives the error:
//   decode    UTF-8, or what a byte order mark says; environment variables are put in
//   parse     one row per line: keywords or numbers (0x, 0o, 0b, K and M suffixes)
//   place     an empty offset continues after the row before; a negative size reaches up to its
//             absolute value
//   verify    alignment, overlaps, unique names, sizes of well-known partitions; can be left out
//   encode    every number must fit its field
//
// Limits: kCsvMaxRows rows, kCsvMaxLineBytes a line. The caller owns all memory.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "base/bytes.h"
#include "base/result.h"
#include "formats/partition_table.h"

namespace rota::formats {

inline constexpr std::size_t kCsvMaxRows = kAppTableMaxRows;  // read; a binary table holds fewer
inline constexpr std::size_t kCsvMaxLineBytes = 4096;   // as UTF-8, after variables were put in
inline constexpr std::size_t kCsvMaxTextBytes = 16384;  // enough for write_csv of any table
inline constexpr std::size_t kCsvNameBytes = 40;        // of a name as far as errors can quote it

enum class CsvProblem : std::uint8_t {
  kNotText,  // not valid in its encoding
  kLineTooLong,
  kTooManyRows,
  kUnknownVariable,  // a line starts with $NAME and the environment has no NAME
  kTypeEmpty,
  kSubtypeEmpty,  // of an app
  kSizeEmpty,
  kBadNumber,  // neither number nor, where one may stand, keyword
  kBadKeyword,
  kBadFlag,
  kBootloaderOffsetUnknown,  // a bootloader row needs --primary-bootloader-offset or --recovery-...
  kOutOfOrder,               // the offset lies before the end of the row before, or of the table
  kMisaligned,
  kMustBeWritable,  // OTA data and core dumps can not be read-only
  kNvsTooSmall,
  kDuplicateName,
  kBelowTable,
  kOverlap,
  kTwoOtaData,
  kOtaDataSize,
  kTwoTeeOtaData,
  kTeeOtaDataSize,
  kFlashTooSmall,
  kNumberDoesNotFit,  // its field of the binary table
  kSubtypeTaken,      // an extra subtype repeats a value
};

// What went wrong, with the facts for a sentence (describe()). Fields that a problem does not need
// are 0 or empty.
struct CsvError {
  CsvProblem problem{};
  std::uint32_t line = 0;  // 1-based; 0: the whole table, or a row that came from a binary table
  std::array<char, kCsvNameBytes + 1> name{};   // of the row
  std::array<char, kCsvNameBytes + 1> other{};  // the other row, the value or the keyword at fault
  std::int64_t value = 0;                       // the offset, size or number at fault
  std::int64_t wanted = 0;  // the end, alignment, size or limit that it should respect
  PartitionType type{};     // whose keywords were tried
};

// One word per problem, stable: "bad_keyword".
std::string_view name_of(CsvProblem problem);

// A sentence for a person with what to do: "line 4: 'ota_1' starts at 0x110000 but 'ota_0' ends at
// 0x120000; leave the offset empty to have it placed." Returns what was written of it.
std::string_view describe(const CsvError& error, std::span<char> into);

// A subtype keyword of the project's own.
struct ExtraSubtype {
  PartitionType type{};
  std::string_view keyword;
  std::uint8_t subtype = 0;
};

// "app,my_slot,0x40": type keyword or number, name, value in base 16. `known`: the earlier ones.
// Errors: kTypeEmpty, kBadNumber, kBadKeyword, kNumberDoesNotFit, kSubtypeTaken.
Result<ExtraSubtype, CsvError> parse_extra_subtype(std::string_view text,
                                                   std::span<const ExtraSubtype> known);

enum class TableSigning : std::uint8_t { kNone, kSecureBootV1, kSecureBootV2 };

struct CsvOptions {
  std::uint32_t table_offset = kDefaultTableOffset;
  std::optional<std::uint32_t> primary_bootloader_offset;
  std::optional<std::uint32_t> recovery_bootloader_offset;
  TableSigning signing = TableSigning::kNone;
  bool with_md5 = true;  // decides only how many rows fit: 94, or 95 without
  bool verifies = true;
  std::uint32_t flash_bytes = 0;  // 0: not checked
  std::span<const ExtraSubtype> extra_subtypes;
  // The value of an environment variable, or nullopt. nullptr: no variable is known.
  std::optional<std::string_view> (*variable)(std::string_view name) = nullptr;
};

// A row while it is read: numbers may still be too large for the binary table.
struct CsvRow {
  std::int64_t type = 0;
  std::int64_t subtype = 0;
  std::int64_t offset = 0;
  std::int64_t size = 0;
  std::uint32_t line = 0;
  std::uint32_t name_bytes = 0;  // of the whole name; equal names have equal length and check
  std::uint32_t name_check = 0;
  bool has_offset = false;
  bool encrypted = false;
  bool readonly = false;
  std::array<char, kCsvNameBytes> name_storage{};

  std::string_view name() const {
    return {name_storage.data(), name_bytes < kCsvNameBytes ? name_bytes : kCsvNameBytes};
  }
  bool is(PartitionType wanted, std::uint8_t wanted_subtype) const {
    return type == static_cast<std::int64_t>(wanted) && subtype == wanted_subtype;
  }
};

// Reads CSV text into rows. The object holds the rows in the making (about 13 KiB) and can be used
// again.
class PartitionCsvReader {
 public:
  BasicStatus<CsvError> read(Bytes text, const CsvOptions& options, PartitionRows& into);

 private:
  BasicStatus<CsvError> parse(Bytes text, const CsvOptions& options);
  BasicStatus<CsvError> place(const CsvOptions& options);
  BasicStatus<CsvError> encode(const CsvOptions& options, PartitionRows& into) const;

  std::array<CsvRow, kCsvMaxRows> rows_;
  std::size_t count_ = 0;
};

// The checks of "verify" on rows that came from elsewhere. Lines in errors are 0.
BasicStatus<CsvError> verify_rows(const PartitionRows& rows, const CsvOptions& options);

// kFlashTooSmall when the row with the highest offset ends beyond the flash.
BasicStatus<CsvError> check_fits_flash(const PartitionRows& rows, std::uint32_t flash_bytes);

// The text that ESP-IDF's tool prints for these rows. Errors: kNotText (a label is not UTF-8),
// kLineTooLong (the buffer is too small; kCsvMaxTextBytes never is for a table of kCsvMaxRows).
Result<std::string_view, CsvError> write_csv(const PartitionRows& rows, std::span<char> into);

// True when the label is the keyword of a type or subtype that this row has not: worth a warning.
bool label_suggests_another_kind(const PartitionRow& row);

}  // namespace rota::formats
