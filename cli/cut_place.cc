#include "cli/cut_place.h"

#include <fmt/format.h>

#include <optional>

#include "cli/board_access.h"
#include "cli/command_line.h"

namespace rota::cli {

Result<board::CutPlan, Refusal> cut_place(std::string_view text,
                                          const formats::PartitionRows& rows) {
  board::CutPlan plan;
  plan.moment = board::CutMoment::kInside;
  const std::size_t colon = text.rfind(':');
  const std::string_view place = text.substr(0, colon);
  if (colon != std::string_view::npos) {
    const auto bytes = parse_number(text.substr(colon + 1));
    if (!bytes) return wrong_use("PARTITION+OFFSET:BYTES needs a number behind the colon.");
    plan.bytes_done = *bytes;
  }
  const std::size_t plus = place.rfind('+');
  const std::string_view name = place.substr(0, plus);
  const auto offset = plus == std::string_view::npos ? std::optional<std::uint32_t>(0)
                                                     : parse_number(place.substr(plus + 1));
  const formats::PartitionRow* row = find_partition(rows, name);
  if (row == nullptr) {
    return wrong_use(fmt::format("the board has no partition '{}'; it has {}.", printable(name),
                                 partition_names(rows)));
  }
  if (!offset || *offset >= row->size) {
    return wrong_use(fmt::format("'{}' does not lie inside {}, which has {}.", printable(text),
                                 printable(name), size_text(row->size)));
  }
  plan.range_start = row->offset + *offset;
  plan.range_bytes = 1;
  return plan;
}

}  // namespace rota::cli
