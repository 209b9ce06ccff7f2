#include "cli/place.h"

#include <fmt/format.h>

#include <algorithm>

#include "cli/board_access.h"
#include "cli/command_line.h"
#include "cli/table_source.h"

namespace rota::cli {
namespace {

using formats::PartitionRow;
using formats::PartitionRows;

Place place_of(const PartitionRow& row) {
  return {{{row.offset}, row.size},
          &row,
          fmt::format("{} (0x{:x})", printable(row.label()), row.offset)};
}

const PartitionRow* row_of_kind(const PartitionRows& rows,
                                std::string_view type,
                                std::string_view subtype) {
  for (const PartitionRow& row : rows) {
    if (type_text(row) == type && subtype_text(row) == subtype) return &row;
    const auto type_number = parse_number(type);
    const auto subtype_number = parse_number(subtype);
    const bool type_fits = type_text(row) == type ||
                           (type_number && *type_number == static_cast<std::uint32_t>(row.type));
    const bool subtype_fits =
        subtype_text(row) == subtype || (subtype_number && *subtype_number == row.subtype);
    if (type_fits && subtype_fits) return &row;
  }
  return nullptr;
}

const PartitionRow* usual_app(const PartitionRows& rows) {
  const PartitionRow* best = nullptr;
  for (const PartitionRow& row : rows) {
    if (!row.is_app()) continue;
    if (row.subtype == formats::kAppFactory) return &row;
    if (row.is_ota_slot() && (best == nullptr || row.subtype < best->subtype)) best = &row;
  }
  return best;
}

Result<Place, Refusal> place_of_address(std::string_view text,
                                        const PartitionRows& rows,
                                        std::uint32_t flash_bytes) {
  const std::size_t colon = text.find(':');
  const auto start = parse_number(text.substr(0, colon));
  const bool has_size = colon != text.npos;
  const auto size = parse_number(has_size ? text.substr(colon + 1) : "0");
  if (!start || !size) {
    return wrong_use(
        fmt::format("'{}' is neither a partition nor an address such as 0x9000 or "
                    "0x9000:0x1000; the partitions are {}.",
                    printable(text), partition_names(rows)));
  }
  Place place;
  place.range.start = {*start};
  place.name = fmt::format("0x{:x}", *start);
  std::uint32_t end = flash_bytes;
  for (const PartitionRow& row : rows) {
    if (*start >= row.offset && *start - row.offset < row.size) end = std::min(end, row.end());
  }
  if (*start >= flash_bytes || *size > flash_bytes - *start) {
    return refuse(fmt::format("{} lies beyond the end of this flash at 0x{:x}.", printable(text),
                              flash_bytes));
  }
  place.range.size_bytes = has_size ? *size : end - *start;
  return place;
}

}  // namespace

Result<Place, Refusal> find_place(std::string_view text,
                                  const PartitionRows& rows,
                                  std::uint32_t flash_bytes) {
  const PartitionRow* row = find_partition(rows, text);
  if (const std::size_t slash = text.find('/'); row == nullptr && slash != text.npos) {
    row = row_of_kind(rows, text.substr(0, slash), text.substr(slash + 1));
    if (row == nullptr) {
      return refuse(fmt::format("the table has no partition of type and subtype {}; it has {}.",
                                printable(text), partition_names(rows)));
    }
  }
  if (row == nullptr && text == "boot") {
    row = usual_app(rows);
    if (row == nullptr) return refuse("the table has neither a factory partition nor an OTA slot.");
  }
  if (row == nullptr) return place_of_address(text, rows, flash_bytes);
  if (row->offset > flash_bytes || row->size > flash_bytes - row->offset) {
    return refuse(
        fmt::format("{} reaches to 0x{:x}, beyond the end of this flash at 0x{:x}; give a whole "
                    "flash dump.",
                    printable(row->label()), std::uint64_t{row->offset} + row->size, flash_bytes));
  }
  return place_of(*row);
}

PlacedFile split_order(std::string_view order) {
  const std::size_t equals = order.find('=');
  if (equals == std::string_view::npos) return {{}, order};
  return {order.substr(0, equals), order.substr(equals + 1)};
}

}  // namespace rota::cli
