#include "board/bootloader/data_eraser.h"

namespace rota::board {

using formats::PartitionRow;

bool list_names(std::string_view list, std::string_view label) {
  constexpr std::string_view kDelimiters = ", ";
  const auto ends_a_word = [&](std::size_t at) {
    return at == list.size() || kDelimiters.find(list[at]) != std::string_view::npos;
  };
  std::size_t resumed_at = std::string_view::npos;
  for (std::size_t from = 0;;) {
    const std::size_t at = list.find(label, from);
    if (at == std::string_view::npos) return false;
    if ((at == 0 || ends_a_word(at - 1)) && ends_a_word(at + label.size())) return true;
    const std::size_t next = list.find_first_of(kDelimiters, at);
    // An empty label is found at the same delimiter again: the reference never comes back.
    if (next == std::string_view::npos || next == resumed_at) return false;
    from = resumed_at = next;
  }
}

bool erase_data_partitions(core::Flash& flash,
                           const formats::PartitionRows& rows,
                           std::string_view list,
                           bool also_ota_data,
                           const std::function<void(const PartitionRow&, Erasure)>& seen) {
  bool all_erased = true;
  for (const PartitionRow& row : rows) {
    if (row.type != formats::PartitionType::kData) continue;
    const bool is_chosen =
        (also_ota_data && row.subtype == formats::kDataOta) || list_names(list, row.label());
    Erasure result = Erasure::kNotChosen;
    if (is_chosen) {
      const Status erased = flash.erase({{row.offset}, row.size});
      result = erased.ok() ? Erasure::kErased : Erasure::kFailed;
      all_erased = all_erased && erased.ok();
    }
    if (seen) seen(row, result);
  }
  return all_erased;
}

}  // namespace rota::board
