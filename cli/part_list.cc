// rota part list: the partitions of a flash and what each holds.
#include <algorithm>
#include <array>

#include "cli/board_access.h"
#include "cli/commands.h"
#include "cli/image_report.h"
#include "cli/json.h"
#include "cli/table_source.h"
#include "formats/identify.h"

namespace rota::cli {
namespace {

constexpr std::array kOptions = {
    OptionSpec{"--table-offset", "N", "Where the partition table lies; found when left away."},
    kJsonOption,
};

struct Content {
  std::string text;
  bool is_blank = false;
};

// The first bytes decide; a partition may hold more behind them.
Result<Content, Refusal> content_of(InputFile& file, const formats::PartitionRow& row) {
  if (row.offset >= file.size() || row.size > file.size() - row.offset) {
    return Content{"beyond the end of the file", false};
  }
  const auto first = file.read_some(row.offset, std::min<std::uint32_t>(row.size, 8192));
  if (!first) return Failed{first.error()};
  const formats::Identification found = formats::identify(*first, row.size);
  if (found.kind == formats::ContentKind::kErased) return Content{"blank", true};
  if (row.is_app()) {
    const auto report = read_image(file, {{row.offset}, row.size}, core::ImageKind::kApp);
    if (report && report->app) {
      return Content{fmt::format("{} {}{}", report->app->project_name(), report->app->version(),
                                 report->refused ? ", damaged or for another chip" : ""),
                     false};
    }
  }
  if (found.kind == formats::ContentKind::kUnknown) return Content{"data", false};
  return Content{std::string(formats::name_of(found.kind)), false};
}

Outcome run(const Invocation& invocation) {
  auto file = InputFile::open(invocation.operands[0]);
  if (!file) return Failed{file.error()};
  std::optional<std::uint32_t> offset;
  if (invocation.has("--table-offset")) {
    const auto number = invocation.number("--table-offset", 0);
    if (!number) return Failed{number.error()};
    offset = *number;
  }
  const auto source = find_table(*file, offset, std::nullopt);
  if (!source) return Failed{source.error()};
  if (source->form != TableForm::kInFlashDump) {
    return refuse(
        fmt::format("{} is a partition table alone; give a flash dump or a board, or print it "
                    "with rota table show.",
                    file->name()));
  }
  Console& console = *invocation.console;
  Json list = Json::array();
  const bool as_json = invocation.has(kJsonOption.name);
  if (!as_json) {
    console.write(
        console.ink(Ink::kBold, fmt::format("  {:<17}{:<11}{:<11}{:<11}{:<12}{}\n", "name", "type",
                                            "subtype", "offset", "size", "content")));
  }
  for (const formats::PartitionRow& row : source->rows) {
    const auto content = content_of(*file, row);
    if (!content) return Failed{content.error()};
    if (as_json) {
      list.push_back({{"name", printable(row.label())},
                      {"type", type_text(row)},
                      {"subtype", subtype_text(row)},
                      {"offset", row.offset},
                      {"size", row.size},
                      {"encrypted", row.encrypted},
                      {"readonly", row.readonly},
                      {"blank", content->is_blank},
                      {"content", printable(content->text)}});
      continue;
    }
    constexpr std::size_t kIndent = 64;
    const std::string lead =
        fmt::format("  {}{:<11}{:<11}0x{:<9x}{:<12}", padded(printable(row.label()), 17),
                    type_text(row), subtype_text(row), row.offset, size_text(row.size));
    console.write(
        wrap(printable(content->text), kIndent).replace(0, kIndent, padded(lead, kIndent)));
  }
  if (as_json) print_json(console, list);
  return {};
}

}  // namespace

constinit const CommandSpec kPartList{
    .name = "part list",
    .summary = "list the partitions of a flash and what each holds",
    .usage = "DUMP|BOARD [--table-offset N] [--json]",
    .about =
        "Names, kinds, places and sizes as the table has them, and what the first bytes of each "
        "partition are.",
    .example = "rota part list dump.bin",
    .options = kOptions,
    .min_operands = 1,
    .max_operands = 1,
    .run = run,
};

}  // namespace rota::cli
