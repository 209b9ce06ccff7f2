#include "cli/table_layout.h"

#include <algorithm>

#include "core/flash.h"

namespace rota::cli {
namespace {

constexpr std::size_t kBarCells = 40;
constexpr std::uint32_t kAppAlignment = 0x10000;
constexpr std::uint32_t kOtaDataBytes = 0x2000;
constexpr std::uint32_t kPhyBytes = 0x1000;

std::string bar(const LayoutRegion& region, std::uint64_t flash_bytes, const Looks& looks) {
  const std::uint64_t total = std::max<std::uint64_t>(flash_bytes, 1);
  const auto cell_of = [&](std::uint64_t address) {
    return static_cast<std::size_t>(
        std::min<std::uint64_t>(address * kBarCells / total, kBarCells));
  };
  const std::size_t from = std::min(cell_of(region.start), kBarCells - 1);
  const std::size_t to = std::max(cell_of(region.end), from + 1);
  const bool is_free = region.name == "(free)";
  std::string text(from, ' ');
  for (std::size_t i = from; i < to; ++i) {
    text += is_free ? "." : looks.unicode ? "█" : "#";
  }
  return is_free ? looks.ink(Ink::kDim, text) : looks.ink(Ink::kCyan, text);
}

// "1536K", as the CSV spells sizes.
std::string csv_size(std::uint32_t bytes) {
  if (bytes % 0x100000 == 0) return fmt::format("{}M", bytes / 0x100000);
  return fmt::format("{}K", bytes / 0x400);
}

}  // namespace

std::vector<LayoutRegion> layout_of(const formats::PartitionRows& rows,
                                    std::uint32_t table_offset,
                                    std::uint32_t flash_bytes) {
  std::vector<LayoutRegion> known;
  if (table_offset != 0) known.push_back({"(bootloader)", 0, table_offset, nullptr});
  known.push_back({"(partition table)", table_offset, table_offset + core::kSectorBytes, nullptr});
  for (const formats::PartitionRow& row : rows) {
    known.push_back(
        {printable(row.label()), row.offset, std::uint64_t{row.offset} + row.size, &row});
  }
  std::stable_sort(known.begin(), known.end(),
                   [](const LayoutRegion& a, const LayoutRegion& b) { return a.start < b.start; });
  std::vector<LayoutRegion> all;
  std::uint64_t at = 0;
  for (LayoutRegion& region : known) {
    if (region.start > at)
      all.push_back({"(free)", static_cast<std::uint32_t>(at), region.start, nullptr});
    at = std::max(at, region.end);
    all.push_back(std::move(region));
  }
  if (flash_bytes > at)
    all.push_back({"(free)", static_cast<std::uint32_t>(at), flash_bytes, nullptr});
  return all;
}

std::string render(const std::vector<LayoutRegion>& layout, const Looks& looks) {
  std::uint64_t flash_bytes = 0;
  for (const LayoutRegion& region : layout) flash_bytes = std::max(flash_bytes, region.end);
  std::string text;
  for (const LayoutRegion& region : layout) {
    text += fmt::format("  0x{:<10x}{}{:>14}  {}\n", region.start, padded(region.name, 19),
                        size_text(region.end - region.start), bar(region, flash_bytes, looks));
  }
  return text;
}

TableProposal propose_table(const TableWish& wish) {
  TableProposal proposal;
  const std::uint32_t apps_start =
      align_up(wish.table_offset + core::kSectorBytes + wish.nvs_bytes + kOtaDataBytes + kPhyBytes,
               kAppAlignment);
  const std::uint32_t storage = align_up(wish.storage_bytes, core::kSectorBytes);
  const std::uint32_t app_count = wish.slot_count + (wish.has_factory ? 1 : 0);
  const std::uint64_t room = wish.flash_bytes > apps_start + std::uint64_t{storage}
                                 ? wish.flash_bytes - apps_start - storage
                                 : 0;
  const auto largest = static_cast<std::uint32_t>(room / app_count / kAppAlignment * kAppAlignment);
  std::uint32_t slot = largest;
  if (wish.app_bytes != 0) {
    const std::uint64_t wanted = std::uint64_t{wish.app_bytes} * (100 + wish.growth_percent) / 100;
    if (wanted > largest) {
      proposal.problem = fmt::format(
          "{} app partitions of {} bytes ({} bytes and {} % to grow) do not fit {}: each could "
          "have {}. Use "
          "fewer slots, less growth, or a larger flash.",
          app_count, grouped(wanted), grouped(wish.app_bytes), wish.growth_percent,
          size_text(wish.flash_bytes), size_text(largest));
      return proposal;
    }
    slot = align_up(static_cast<std::uint32_t>(std::max<std::uint64_t>(wanted, 1)), kAppAlignment);
  } else if (largest == 0) {
    proposal.problem = fmt::format("there is no room for {} app partitions in {}.", app_count,
                                   size_text(wish.flash_bytes));
    return proposal;
  }
  proposal.slot_bytes = slot;
  std::string& csv = proposal.csv;
  csv = "# Name, Type, SubType, Offset, Size, Flags\n";
  csv +=
      fmt::format("nvs, data, nvs, , {},\notadata, data, ota, , {},\nphy_init, data, phy, , {},\n",
                  csv_size(wish.nvs_bytes), csv_size(kOtaDataBytes), csv_size(kPhyBytes));
  if (wish.has_factory) csv += fmt::format("factory, app, factory, , {},\n", csv_size(slot));
  for (std::uint32_t i = 0; i < wish.slot_count; ++i) {
    csv += fmt::format("ota_{}, app, ota_{}, , {},\n", i, i, csv_size(slot));
  }
  if (storage != 0) csv += fmt::format("storage, data, littlefs, , {},\n", csv_size(storage));
  return proposal;
}

}  // namespace rota::cli
