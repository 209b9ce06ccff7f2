#include "cli/board_access.h"

#include <fmt/format.h>

#include "cli/console.h"

namespace rota::cli {

Result<const formats::ChipFacts*, Refusal> chip_named(std::string_view name) {
  if (const formats::ChipFacts* chip = formats::find_chip(name)) return chip;
  std::string names;
  for (const formats::ChipFacts& chip : formats::all_chips()) {
    names += fmt::format("{}{}", names.empty() ? "" : ", ", chip.target);
  }
  return wrong_use(fmt::format("'{}' is not a chip that rota knows; it knows {}.", printable(name),
                               names));
}

BootQuestion question_of_board(std::string_view) { return {}; }

}  // namespace rota::cli
