// rota table plan: how a table divides the flash, what room it leaves an image, or a table for
// wishes.
#include <algorithm>
#include <array>

#include "cli/commands.h"
#include "cli/flash_target.h"
#include "cli/image_verify.h"
#include "cli/json.h"
#include "cli/table_layout.h"
#include "cli/table_source.h"

namespace rota::cli {
namespace {

constexpr std::array kOptions = {
    OptionSpec{"--image", "FILE",
               "An app: show how much of each slot it fills; may be given again."},
    OptionSpec{"--flash-size", "SIZE", "The chip's flash, e.g. 4MB; a dump's own length is taken."},
    OptionSpec{"--offset", "N", "Where the table lies; default 0x8000, found in a dump."},
    OptionSpec{"--propose", "", "Propose a table instead of reading one.", OptionKind::kSwitch},
    OptionSpec{"--app-size", "SIZE",
               "Propose: the size of today's app; --image gives it, too. Without "
               "either, slots are as large as the flash allows."},
    OptionSpec{"--growth", "PERCENT", "Propose: room for the app to grow; default 50."},
    OptionSpec{"--slots", "N", "Propose: OTA slots; default 2."},
    OptionSpec{"--factory", "on|off", "Propose: a factory partition as well; default off.",
               OptionKind::kOnOff},
    OptionSpec{"--nvs", "SIZE", "Propose: the size of nvs; default 24K."},
    OptionSpec{"--storage", "SIZE", "Propose: a data partition for files."},
    OptionSpec{"--output", "FILE", "Propose: write the CSV here.", OptionKind::kValue, "-o"},
    kForceOption,
    kJsonOption,
};

constexpr std::uint32_t kTightPercent = 95;  // fuller than this: the next release may not fit

struct AppFile {
  std::string name;
  std::uint32_t bytes = 0;
};

Result<std::vector<AppFile>, Refusal> apps_of(const Invocation& invocation) {
  std::vector<AppFile> apps;
  for (const std::string_view path : invocation.values("--image")) {
    auto file = InputFile::open(path);
    if (!file) return Failed{file.error()};
    const auto report = read_image(*file, {{0}, file->size()}, core::ImageKind::kApp);
    if (!report || !report->is_whole) {
      return refuse(
          fmt::format("{} is not a whole app image. {}", file->name(), what_it_is(*file)));
    }
    apps.push_back({printable(file->name()), file->size()});
  }
  return apps;
}

struct Headroom {
  const formats::PartitionRow* row = nullptr;
  bool fits = false;
  unsigned percent = 0;
};

std::vector<Headroom> headroom_of(const formats::PartitionRows& rows, const AppFile& app) {
  std::vector<Headroom> all;
  for (const formats::PartitionRow& row : rows) {
    const bool counts = row.is_ota_slot() || (row.is_app() && row.subtype == formats::kAppFactory);
    if (!counts) continue;
    const std::uint64_t size = std::max<std::uint32_t>(row.size, 1);
    all.push_back({&row, app.bytes <= row.size,
                   static_cast<unsigned>(std::min<std::uint64_t>(app.bytes * 100ULL / size, 999))});
  }
  return all;
}

std::string headroom_text(const Headroom& one, const AppFile& app) {
  if (!one.fits)
    return fmt::format("does NOT fit: {} bytes too many", grouped(app.bytes - one.row->size));
  const std::uint32_t left = one.row->size - app.bytes;
  return fmt::format("{} % full, {} bytes left{}", one.percent, grouped(left),
                     one.percent >= kTightPercent ? ": tight, the next release may not fit" : "");
}

// True when every OTA slot takes the image: what an update needs.
bool fits_all_slots(const std::vector<Headroom>& all) {
  return std::all_of(all.begin(), all.end(),
                     [](const Headroom& one) { return one.fits || !one.row->is_ota_slot(); });
}

Json layout_json(const std::vector<LayoutRegion>& layout) {
  Json list = Json::array();
  for (const LayoutRegion& region : layout) {
    list.push_back(
        {{"name", region.name},
         {"offset", region.start},
         {"size", region.end - region.start},
         {"type", region.row != nullptr ? Json(type_text(*region.row)) : Json(nullptr)},
         {"subtype", region.row != nullptr ? Json(subtype_text(*region.row)) : Json(nullptr)},
         {"free", region.name == "(free)"}});
  }
  return list;
}

Json headroom_json(const std::vector<Headroom>& all, const AppFile& app) {
  Json slots = Json::array();
  for (const Headroom& one : all) {
    slots.push_back({{"name", printable(one.row->label())},
                     {"fits", one.fits},
                     {"percent", one.percent},
                     {"left", std::int64_t{one.row->size} - std::int64_t{app.bytes}}});
  }
  return {{"file", app.name}, {"bytes", app.bytes}, {"slots", slots}};
}

Outcome show_plan(const Invocation& invocation,
                  const TableSource& source,
                  const std::vector<AppFile>& apps) {
  Console& console = *invocation.console;
  const auto layout = layout_of(source.rows, source.table_offset, source.flash_bytes);
  bool all_fit = true;
  Json images = Json::array();
  std::string text;
  for (const AppFile& app : apps) {
    const auto headroom = headroom_of(source.rows, app);
    all_fit = all_fit && !headroom.empty() && fits_all_slots(headroom);
    images.push_back(headroom_json(headroom, app));
    text += fmt::format("\n{} has {} bytes:\n", app.name, grouped(app.bytes));
    for (const Headroom& one : headroom) {
      text += fmt::format("  {}{:>10}  {}\n", padded(printable(one.row->label()), 17),
                          size_text(one.row->size), headroom_text(one, app));
    }
    if (headroom.empty()) text += "  no app partition in the table\n";
  }
  if (invocation.has(kJsonOption.name)) {
    print_json(console,
               {{"table_offset", source.table_offset},
                {"flash_bytes", source.flash_bytes != 0 ? Json(source.flash_bytes) : Json(nullptr)},
                {"regions", layout_json(layout)},
                {"images", images},
                {"fits", all_fit},
                {"csv", nullptr}});
  } else {
    console.write(render(layout, console.looks()) + text);
  }
  return all_fit ? Outcome() : Outcome(answer_is_no());
}

Result<TableWish, Refusal> wish_of(const Invocation& invocation, const std::vector<AppFile>& apps) {
  TableWish wish;
  for (const AppFile& app : apps) wish.app_bytes = std::max(wish.app_bytes, app.bytes);
  const auto take = [&](std::string_view option, std::uint32_t& into,
                        std::uint32_t limit) -> Outcome {
    const auto number = invocation.number(option, into, limit);
    if (!number) return Failed{number.error()};
    into = *number;
    return {};
  };
  ROTA_TRY(take("--flash-size", wish.flash_bytes, 128U << 20U));
  ROTA_TRY(take("--offset", wish.table_offset, 0x100000));
  ROTA_TRY(take("--app-size", wish.app_bytes, 128U << 20U));
  ROTA_TRY(take("--growth", wish.growth_percent, 1000));
  ROTA_TRY(take("--slots", wish.slot_count, formats::kMaxOtaSlots));
  ROTA_TRY(take("--nvs", wish.nvs_bytes, 16U << 20U));
  ROTA_TRY(take("--storage", wish.storage_bytes, 128U << 20U));
  wish.has_factory = invocation.on_off("--factory").value_or(false);
  if (wish.slot_count < 2 && !(wish.has_factory && wish.slot_count == 1)) {
    return wrong_use("an update needs two OTA slots, or one and a factory partition: --slots 2.");
  }
  if (wish.nvs_bytes < 0x3000 || wish.nvs_bytes % core::kSectorBytes != 0) {
    return wrong_use("--nvs is a multiple of 4K from 12K on.");
  }
  return wish;
}

Outcome propose(const Invocation& invocation, const std::vector<AppFile>& apps) {
  if (!invocation.operands.empty()) return wrong_use("--propose reads no table; leave it away.");
  const auto wish = wish_of(invocation, apps);
  if (!wish) return Failed{wish.error()};
  const TableProposal proposal = propose_table(*wish);
  if (!proposal.problem.empty()) return refuse(proposal.problem);
  formats::CsvOptions options;
  options.table_offset = wish->table_offset;
  options.flash_bytes = wish->flash_bytes;
  const auto source = read_csv_table("the proposal", bytes_of(proposal.csv), options);
  if (!source) return Failed{source.error()};
  const auto output = invocation.value("--output");
  if (output) {
    ROTA_TRY(may_create(*output, invocation.has(kForceOption.name)));
    ROTA_TRY(write_file(*output, bytes_of(proposal.csv), FileContent::kText));
    if (*output == "-") return {};
  }
  const auto layout = layout_of(source->rows, source->table_offset, wish->flash_bytes);
  Console& console = *invocation.console;
  if (invocation.has(kJsonOption.name)) {
    print_json(console, {{"table_offset", wish->table_offset},
                         {"flash_bytes", wish->flash_bytes},
                         {"regions", layout_json(layout)},
                         {"images", Json::array()},
                         {"fits", true},
                         {"csv", proposal.csv}});
    return {};
  }
  if (!output) console.write(proposal.csv + "\n");
  console.write(render(layout, console.looks()));
  return {};
}

Outcome run(const Invocation& invocation) {
  const auto apps = apps_of(invocation);
  if (!apps) return Failed{apps.error()};
  if (invocation.has("--propose")) return propose(invocation, *apps);
  if (invocation.operands.empty())
    return wrong_use("name a table, or let one be proposed: --propose.");
  formats::CsvOptions options;
  std::optional<std::uint32_t> offset;
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
  return show_plan(invocation, *source, *apps);
}

}  // namespace

constinit const CommandSpec kTablePlan{
    .name = "table plan",
    .summary = "picture how a table divides the flash, what fits, or propose a table",
    .usage =
        "TABLE [--image FILE ...] [--flash-size SIZE] [--json]\n"
        "       rota table plan --propose [--flash-size SIZE] [--app-size SIZE] [--slots N] [-o "
        "CSV]",
    .about =
        "TABLE is CSV, binary, a flash dump, a board or a predefined name. Exit status 1 when an "
        "image "
        "does not fit every OTA slot.",
    .example =
        "rota table plan two_ota --flash-size 4MB --image build/app.bin\n"
        "rota table plan --propose --flash-size 4MB --image build/app.bin --storage 512K -o "
        "parts.csv",
    .options = kOptions,
    .max_operands = 1,
    .run = run,
};

}  // namespace rota::cli
