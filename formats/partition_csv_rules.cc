#include "formats/partition_csv_rules.h"

#include <algorithm>

#include "crypto/crc32.h"

namespace rota::formats {
namespace {

void quote(std::array<char, kCsvNameBytes + 1>& into, std::string_view text) {
  into.fill('\0');
  std::copy_n(text.begin(), std::min(text.size(), kCsvNameBytes), into.begin());
}

CsvStatus verify_row(const CsvRow& row, const CsvOptions& options) {
  if (row.offset % alignment_of(row) != 0) {
    return with_numbers(about(CsvProblem::kMisaligned, row, "offset"), row.offset,
                        alignment_of(row));
  }
  const std::int64_t size_unit =
      options.signing == TableSigning::kSecureBootV1 ? kAppAlignment : kDataAlignment;
  if (row.type == 0 && row.size % size_unit != 0) {
    return with_numbers(about(CsvProblem::kMisaligned, row, "size"), row.size, size_unit);
  }
  const bool is_ota_data = row.is(PartitionType::kData, kDataOta);
  if (row.readonly && (is_ota_data || row.is(PartitionType::kData, 0x03))) {
    return about(CsvProblem::kMustBeWritable, row, is_ota_data ? "an OTA data" : "a core dump");
  }
  constexpr std::int64_t kSmallestNvs = 0x3000;
  if (row.is(PartitionType::kData, kDataNvs) && row.size < kSmallestNvs && !row.readonly) {
    return with_numbers(about(CsvProblem::kNvsTooSmall, row), row.size, kSmallestNvs);
  }
  return {};
}

CsvStatus verify_names(std::span<const CsvRow> rows) {
  for (std::size_t i = 0; i < rows.size(); ++i) {
    for (std::size_t k = 0; k < i; ++k) {
      const bool same = rows[i].name_bytes == rows[k].name_bytes &&
                        rows[i].name_check == rows[k].name_check &&
                        rows[i].name() == rows[k].name();
      if (same) return with_numbers(about(CsvProblem::kDuplicateName, rows[i]), 0, rows[k].line);
    }
  }
  return {};
}

CsvStatus verify_layout(std::span<const CsvRow> rows, const CsvOptions& options) {
  // Ascending by offset; equal offsets stay in their order. Indices, because the rows are not ours.
  std::array<std::uint8_t, kAppTableMaxRows> order{};
  for (std::size_t i = 0; i < rows.size(); ++i) {
    std::size_t at = i;
    while (at > 0 && rows[order[at - 1]].offset > rows[i].offset) {
      order[at] = order[at - 1];
      --at;
    }
    order[at] = static_cast<std::uint8_t>(i);
  }
  const CsvRow* before = nullptr;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const CsvRow& row = rows[order[i]];
    const std::int64_t lowest = options.table_offset + kTableSectorBytes;
    if (row.offset < lowest && !is_fixed_by_options(row)) {
      return with_numbers(about(CsvProblem::kBelowTable, row), row.offset, lowest);
    }
    if (before != nullptr && row.offset < before->offset + before->size) {
      return with_numbers(about(CsvProblem::kOverlap, row, before->name()), row.offset,
                          before->offset + before->size);
    }
    before = &row;
  }
  return {};
}

CsvStatus verify_only_one(std::span<const CsvRow> rows,
                          std::uint8_t subtype,
                          CsvProblem when_two,
                          CsvProblem when_size) {
  constexpr std::int64_t kOtaDataBytes = 0x2000;
  const CsvRow* first = nullptr;
  for (const CsvRow& row : rows) {
    if (!row.is(PartitionType::kData, subtype)) continue;
    if (first != nullptr) return about(when_two, row, first->name());
    first = &row;
  }
  if (first != nullptr && first->size != kOtaDataBytes) {
    return with_numbers(about(when_size, *first), first->size, kOtaDataBytes);
  }
  return {};
}

CsvRow as_csv_row(const PartitionRow& row) {
  CsvRow result;
  result.type = static_cast<std::int64_t>(row.type);
  result.subtype = row.subtype;
  result.offset = row.offset;
  result.size = row.size;
  result.has_offset = true;
  result.encrypted = row.encrypted;
  result.readonly = row.readonly;
  const std::string_view label = row.label();
  result.name_bytes = static_cast<std::uint32_t>(label.size());
  result.name_check = crypto::crc32(bytes_of(label));
  std::copy(label.begin(), label.end(), result.name_storage.begin());
  return result;
}

}  // namespace

CsvError problem_at(CsvProblem problem,
                    std::uint32_t line,
                    std::string_view name,
                    std::string_view other) {
  CsvError error;
  error.problem = problem;
  error.line = line;
  quote(error.name, name);
  quote(error.other, other);
  return error;
}

CsvError with_numbers(CsvError error, std::int64_t value, std::int64_t wanted) {
  error.value = value;
  error.wanted = wanted;
  return error;
}

CsvError about(CsvProblem problem, const CsvRow& row, std::string_view other) {
  return problem_at(problem, row.line, row.name(), other);
}

bool is_fixed_by_options(const CsvRow& row) {
  return row.is(PartitionType::kBootloader, kPrimary) ||
         row.is(PartitionType::kPartitionTable, kPrimary);
}

std::int64_t alignment_of(const CsvRow& row) {
  return row.type == 0 ? kAppAlignment : kDataAlignment;
}

CsvStatus verify(std::span<const CsvRow> rows, const CsvOptions& options) {
  constexpr std::uint8_t kTeeOtaData = 0x90;
  for (const CsvRow& row : rows) ROTA_TRY(verify_row(row, options));
  ROTA_TRY(verify_names(rows));
  ROTA_TRY(verify_layout(rows, options));
  ROTA_TRY(verify_only_one(rows, kDataOta, CsvProblem::kTwoOtaData, CsvProblem::kOtaDataSize));
  return verify_only_one(rows, kTeeOtaData, CsvProblem::kTwoTeeOtaData,
                         CsvProblem::kTeeOtaDataSize);
}

CsvStatus fits_flash(std::span<const CsvRow> rows, std::int64_t flash_bytes) {
  const CsvRow* last = nullptr;
  for (const CsvRow& row : rows) {
    if (last == nullptr || row.offset > last->offset) last = &row;
  }
  if (last == nullptr || last->offset + last->size <= flash_bytes) return {};
  return with_numbers(about(CsvProblem::kFlashTooSmall, *last), last->offset + last->size,
                      flash_bytes);
}

CsvStatus verify_rows(const PartitionRows& rows, const CsvOptions& options) {
  std::array<CsvRow, kAppTableMaxRows> copies;
  for (std::size_t i = 0; i < rows.size(); ++i) copies[i] = as_csv_row(rows[i]);
  return verify(std::span<const CsvRow>(copies.data(), rows.size()), options);
}

CsvStatus check_fits_flash(const PartitionRows& rows, std::uint32_t flash_bytes) {
  std::array<CsvRow, kAppTableMaxRows> copies;
  for (std::size_t i = 0; i < rows.size(); ++i) copies[i] = as_csv_row(rows[i]);
  return fits_flash(std::span<const CsvRow>(copies.data(), rows.size()), flash_bytes);
}

}  // namespace rota::formats
