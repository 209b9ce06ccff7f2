// rota table show: a partition table in readable form, and whether its three readers accept it.
#include <algorithm>
#include <array>
#include <vector>

#include "cli/commands.h"
#include "cli/json.h"
#include "cli/table_source.h"

namespace rota::cli {
namespace {

using formats::PartitionRow;

constexpr std::array kOptions = {
    OptionSpec{"--offset", "N", "Where the table lies in a flash dump; found when left away."},
    OptionSpec{"--flash-size", "SIZE",
               "The chip's flash, e.g. 4MB: a table that reaches beyond it is "
               "refused by the bootloader. A dump's own length is taken."},
    OptionSpec{"--json", "", "Print JSON.", OptionKind::kSwitch},
};

std::string flags_of(const PartitionRow& row) {
  std::string flags = row.encrypted ? "encrypted" : "";
  if (row.readonly) flags += flags.empty() ? "readonly" : ":readonly";
  return flags;
}

struct Gap {
  std::uint32_t start = 0;
  std::uint32_t end = 0;
};

// What no partition uses behind the table, up to the end of the chip where that is known.
std::vector<Gap> gaps_of(const TableSource& source) {
  std::vector<const PartitionRow*> rows;
  for (const PartitionRow& row : source.rows) rows.push_back(&row);
  std::sort(rows.begin(), rows.end(), [](auto* a, auto* b) { return a->offset < b->offset; });
  std::vector<Gap> gaps;
  std::uint64_t at = std::uint64_t{source.table_offset} + core::kSectorBytes;
  for (const PartitionRow* row : rows) {
    if (row->offset > at) gaps.push_back({static_cast<std::uint32_t>(at), row->offset});
    at = std::max(at, std::uint64_t{row->offset} + row->size);
  }
  if (source.flash_bytes > at) gaps.push_back({static_cast<std::uint32_t>(at), source.flash_bytes});
  return gaps;
}

struct Reader {
  std::string_view key;
  std::string_view name;
  std::optional<Error> refuses;
};

std::array<Reader, 3> readers_of(const TableSource& source) {
  return {Reader{"bootloader", "the bootloader", source.bootloader_refuses},
          Reader{"application", "the application", source.app_refuses},
          Reader{"tool", "the host tools", source.tool_refuses}};
}

Json json_of(const TableSource& source) {
  Json rows = Json::array();
  for (const PartitionRow& row : source.rows) {
    rows.push_back({{"name", printable(row.label())},
                    {"type", type_text(row)},
                    {"subtype", subtype_text(row)},
                    {"offset", row.offset},
                    {"size", row.size},
                    {"encrypted", row.encrypted},
                    {"readonly", row.readonly}});
  }
  Json gaps = Json::array();
  for (const Gap& gap : gaps_of(source)) {
    gaps.push_back({{"offset", gap.start}, {"size", gap.end - gap.start}});
  }
  Json readers = Json::object();
  for (const Reader& reader : readers_of(source)) {
    readers[std::string(reader.key)] =
        reader.refuses ? Json{{"accepts", false}, {"error", describe(*reader.refuses).name}}
                       : Json{{"accepts", true}};
  }
  Json flash = source.flash_bytes != 0 ? Json(source.flash_bytes) : Json(nullptr);
  return {{"table_offset", source.table_offset},
          {"flash_bytes", flash},
          {"md5", source.has_md5},
          {"partitions", rows},
          {"free", gaps},
          {"readers", readers}};
}

void print_rows(Console& console, const TableSource& source) {
  console.write(
      console.ink(Ink::kBold, fmt::format("  {:<17}{:<11}{:<11}{:<12}{:<12}{:<14}{}\n", "name",
                                          "type", "subtype", "offset", "end", "size", "flags")));
  std::string lines;
  for (const PartitionRow& row : source.rows) {
    std::string line =
        fmt::format("  {}{:<11}{:<11}0x{:<10x}0x{:<10x}{:<14}{}",
                    padded(printable(row.label()), 17), type_text(row), subtype_text(row),
                    row.offset, row.end(), size_text(row.size), flags_of(row));
    line.erase(line.find_last_not_of(' ') + 1);
    lines += line + '\n';
  }
  console.write(lines);
  for (const Gap& gap : gaps_of(source)) {
    console.write(
        console.ink(Ink::kDim, fmt::format("  {:<39}0x{:<10x}0x{:<10x}{}\n", "(free)", gap.start,
                                           gap.end, size_text(gap.end - gap.start))));
  }
}

Outcome run(const Invocation& invocation) {
  Console& console = *invocation.console;
  std::optional<std::uint32_t> offset;
  formats::CsvOptions options;
  if (invocation.has("--offset")) {
    const auto number = invocation.number("--offset", 0);
    if (!number) return Failed{number.error()};
    offset = *number;
    options.table_offset = *number;
  }
  const auto flash_bytes = invocation.number("--flash-size", 0);
  if (!flash_bytes) return Failed{flash_bytes.error()};
  options.flash_bytes = *flash_bytes;
  const auto source = open_table(invocation.operands[0], options, offset);
  if (!source) return Failed{source.error()};
  if (invocation.has("--json")) {
    print_json(console, json_of(*source));
    return source->bootloader_refuses ? Outcome(answer_is_no()) : Outcome();
  }
  const std::string where = source->form == TableForm::kInFlashDump
                                ? fmt::format(" at 0x{:x}", source->table_offset)
                                : "";
  console.print("{}: partition table{}, {} partitions{}\n\n", printable(invocation.operands[0]),
                where, source->rows.size(), source->has_md5 ? "" : ", no MD5 row");
  print_rows(console, *source);
  bool all_accept = true;
  for (const Reader& reader : readers_of(*source)) {
    if (!reader.refuses) continue;
    all_accept = false;
    console.write(
        "\n" +
        wrap(sentence_of(fmt::format("{} refuses this table", reader.name), *reader.refuses), 0));
  }
  if (all_accept) console.write("\nBootloader, application and host tools accept this table.\n");
  return source->bootloader_refuses ? Outcome(answer_is_no()) : Outcome();
}

}  // namespace

constinit const CommandSpec kTableShow{
    .name = "table show",
    .summary = "show a partition table: binary, CSV, or inside a flash dump",
    .usage = "FILE [--offset N] [--flash-size SIZE] [--json]",
    .about =
        "FILE is a binary table, a CSV file, the name of a predefined table (two_ota, singleapp, "
        "...), a flash dump, a board folder, or - for standard input. Exit status 1 when the "
        "bootloader would refuse the table.",
    .example =
        "rota table show build/partition_table/partition-table.bin\nrota table show dump.bin",
    .options = kOptions,
    .min_operands = 1,
    .max_operands = 1,
    .run = run,
};

}  // namespace rota::cli
