// rota flash compare: where two flash dumps differ, partition by partition.
#include <algorithm>
#include <array>
#include <vector>

#include "cli/commands.h"
#include "cli/json.h"
#include "cli/table_source.h"

namespace rota::cli {
namespace {

constexpr std::array kOptions = {kJsonOption};
constexpr std::size_t kPieceBytes = 64U * 1024U;

struct Part {
  std::string name;
  std::uint32_t start = 0;
  std::uint32_t end = 0;
  std::uint32_t bytes = 0;  // that differ
  std::uint32_t first = 0;  // address of the first and the last one
  std::uint32_t last = 0;
};

// The regions of the first dump's table; what no partition covers is "outside the partitions".
std::vector<Part> parts_of(InputFile& file) {
  std::vector<Part> parts;
  const auto source = find_table(file, std::nullopt, std::nullopt);
  if (!source || source->form != TableForm::kInFlashDump) return parts;
  parts.push_back({"(before the table)", 0, source->table_offset, 0, 0, 0});
  parts.push_back({"(partition table)", source->table_offset,
                   source->table_offset + core::kSectorBytes, 0, 0, 0});
  for (const formats::PartitionRow& row : source->rows) {
    parts.push_back({printable(row.label()), row.offset, row.end(), 0, 0, 0});
  }
  return parts;
}

Part& part_at(std::vector<Part>& parts, std::uint32_t address) {
  for (std::size_t i = 0; i + 1 < parts.size(); ++i) {
    if (address >= parts[i].start && address < parts[i].end) return parts[i];
  }
  return parts.back();  // outside the partitions
}

void count(std::vector<Part>& parts, std::uint32_t at, Bytes left, Bytes right) {
  if (std::equal(left.begin(), left.end(), right.begin(), right.end())) return;
  Part* part = nullptr;
  for (std::size_t i = 0; i < left.size(); ++i) {
    if (left[i] == right[i]) continue;
    const std::uint32_t address = at + static_cast<std::uint32_t>(i);
    if (part == nullptr || address < part->start || address >= part->end)
      part = &part_at(parts, address);
    if (part->bytes++ == 0) part->first = address;
    part->last = address;
  }
}

Json json_of(const std::vector<Part>& parts, bool same, const InputFile& a, const InputFile& b) {
  Json list = Json::array();
  for (const Part& part : parts) {
    if (part.bytes == 0) continue;
    list.push_back({{"name", part.name},
                    {"bytes_that_differ", part.bytes},
                    {"first", part.first},
                    {"last", part.last}});
  }
  return {{"same", same}, {"first_bytes", a.size()}, {"second_bytes", b.size()}, {"parts", list}};
}

Outcome run(const Invocation& invocation) {
  auto first = InputFile::open(invocation.operands[0]);
  if (!first) return Failed{first.error()};
  auto second = InputFile::open(invocation.operands[1]);
  if (!second) return Failed{second.error()};
  std::vector<Part> parts = parts_of(*first);
  parts.push_back({parts.empty() ? "(whole file)" : "(outside the partitions)", 0, 0, 0, 0, 0});
  const std::uint32_t length = std::min(first->size(), second->size());
  for (std::uint32_t at = 0; at < length;) {
    const std::size_t wanted = std::min<std::size_t>(kPieceBytes, length - at);
    const auto left = first->read_some(at, wanted);
    if (!left) return Failed{left.error()};
    const auto right = second->read_some(at, wanted);
    if (!right) return Failed{right.error()};
    count(parts, at, *left, *right);
    at += static_cast<std::uint32_t>(wanted);
  }
  const bool same =
      first->size() == second->size() &&
      std::all_of(parts.begin(), parts.end(), [](const Part& one) { return one.bytes == 0; });
  Console& console = *invocation.console;
  if (invocation.has(kJsonOption.name)) {
    print_json(console, json_of(parts, same, *first, *second));
    return same ? Outcome() : Outcome(answer_is_no());
  }
  if (same) {
    console.write("Both hold the same bytes.\n");
    return {};
  }
  for (const Part& part : parts) {
    if (part.bytes == 0) continue;
    console.print("  {}{:>12} bytes differ, from 0x{:x} to 0x{:x}\n", padded(part.name, 26),
                  grouped(part.bytes), part.first, part.last);
  }
  if (first->size() != second->size()) {
    console.write(wrap(fmt::format("{} has {} bytes, {} has {}; compared up to 0x{:x}.",
                                   printable(first->name()), grouped(first->size()),
                                   printable(second->name()), grouped(second->size()), length),
                       0));
  }
  return answer_is_no();
}

}  // namespace

constinit const CommandSpec kFlashCompare{
    .name = "flash compare",
    .summary = "say where two flash dumps differ, partition by partition",
    .usage = "DUMP|BOARD DUMP|BOARD [--json]",
    .about =
        "The first one's partition table names the places. Exit status 0 when all bytes are the "
        "same, "
        "1 when not.",
    .example = "rota flash compare before.bin after.bin",
    .options = kOptions,
    .min_operands = 2,
    .max_operands = 2,
    .run = run,
};

}  // namespace rota::cli
