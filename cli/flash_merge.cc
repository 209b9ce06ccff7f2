// rota flash merge and rota flash create: one flash image out of its parts.
#include <array>
#include <bit>

#include "cli/board_access.h"
#include "cli/bootloader_options.h"
#include "cli/commands.h"
#include "cli/flash_manifest.h"
#include "cli/flash_parts.h"
#include "cli/flash_settings.h"
#include "cli/flash_target.h"
#include "cli/table_source.h"
#include "cli/uf2.h"

namespace rota::cli {
namespace {

constexpr OptionSpec kTable{
    "--table", "FILE",
    "The partition table for names (CSV, binary, or a predefined name); default the "
    "part at the table's offset."};
constexpr OptionSpec kTableOffset{"--table-offset", "N",
                                  "Where the partition table lies; default 0x8000."};
constexpr std::array kMergeOptions = {
    OptionSpec{"--output", "FILE", "Where to write; - is standard output.", OptionKind::kValue,
               "-o"},
    OptionSpec{"--format", "FORM", "raw (default), hex for Intel HEX, or uf2."},
    OptionSpec{"--chip", "NAME", "The chip, for uf2; default the one that the images name."},
    OptionSpec{
        "--flash-mode", "MODE",
        "Set in the bootloader's header: qio, qout, dio, dout, fast_read, slow_read, or keep "
        "(default).",
        OptionKind::kValue, "-fm"},
    OptionSpec{"--flash-freq", "FREQ",
               "The same for the clock: 80m, 40m, 26m, 20m (others on other chips), keep.",
               OptionKind::kValue, "-ff"},
    OptionSpec{"--flash-size", "SIZE", "The same for the size: 1MB to 128MB, keep.",
               OptionKind::kValue, "-fs"},
    OptionSpec{"--target-offset", "N", "The address of the first byte of a raw file; default 0."},
    OptionSpec{"--pad-to-size", "SIZE", "Fill up with FF to this flash size, e.g. 4MB."},
    OptionSpec{"--manifest", "FILE", "Merge what rota flash split took apart, byte for byte."},
    kTable,
    kTableOffset,
};
constexpr std::array kCreateOptions = {
    OptionSpec{"--flash-size", "SIZE", "1MB to 128MB; default 4MB."},
    kTable,
    kTableOffset,
    kForceOption,
};

// The parts in the order given. Names are looked up once all addresses are known.
Result<std::vector<FlashPart>, Refusal> parts_of(const Invocation& invocation,
                                                 std::span<const std::string_view> orders) {
  std::vector<FlashPart> parts;
  std::vector<std::string_view> named;
  for (std::size_t i = 0; i < orders.size(); ++i) {
    const std::string_view order = orders[i];
    const bool is_pair = parse_number(order).has_value() && i + 1 < orders.size();
    if (is_pair) {
      ROTA_TRY(take_part(order, orders[i + 1], parts));
      ++i;
    } else if (const std::size_t equals = order.find('=');
               equals != order.npos && !parse_number(order.substr(0, equals))) {
      named.push_back(order);
    } else {
      ROTA_TRY(take_part(order, formats::PartitionRows{}, parts));
    }
  }
  const auto table_offset = invocation.number(kTableOffset.name, formats::kDefaultTableOffset);
  if (!table_offset) return Failed{table_offset.error()};
  formats::PartitionRows rows = table_among(parts, *table_offset);
  if (const auto table = invocation.value(kTable.name)) {
    formats::CsvOptions options;
    options.table_offset = *table_offset;
    const auto source = open_table(*table, options, std::nullopt);
    if (!source) return Failed{source.error()};
    rows = source->rows;
    const bool is_there = !table_among(parts, *table_offset).empty();
    if (!is_there) {
      auto binary = binary_table(rows, true);
      if (!binary) return Failed{binary.error()};
      parts.push_back({*table_offset, "partition table",
                       InputFile::of_bytes("partition table", std::move(binary).value())});
    }
  }
  if (!named.empty() && rows.empty()) {
    return wrong_use(
        fmt::format("'{}' names a partition, and there is no table at 0x{:x} among the parts: "
                    "give it, or --table.",
                    printable(named[0]), *table_offset));
  }
  for (const std::string_view order : named) ROTA_TRY(take_part(order, rows, parts));
  ROTA_TRY(sort_and_check(parts));
  return parts;
}

// What --flash-mode, --flash-freq and --flash-size change; "keep" is nothing.
Result<FlashSettings, Refusal> chosen_flash_settings(const Invocation& invocation) {
  FlashSettings settings;
  const auto given = [&](std::string_view option) {
    const auto text = invocation.value(option);
    return text == "keep" ? std::nullopt : text;
  };
  if (const auto mode = given("--flash-mode")) {
    const auto code = spi_mode_code(*mode);
    if (!code) return Failed{code.error()};
    settings.spi_mode = *code;
  }
  settings.spi_speed = given("--flash-freq");
  if (given("--flash-size")) {
    const auto bytes = chosen_flash_bytes(invocation);
    if (!bytes) return Failed{bytes.error()};
    settings.spi_size = flash_size_code(*bytes);
  }
  return settings;
}

Result<FlashFormat, Refusal> chosen_format(const Invocation& invocation) {
  const auto form = invocation.value("--format").value_or("raw");
  if (form == "raw") return FlashFormat::kRaw;
  if (form == "hex") return FlashFormat::kHex;
  if (form == "uf2") return FlashFormat::kUf2;
  return wrong_use("--format is raw, hex or uf2.");
}

// Header and family, once the parts are known.
Outcome settle(const Invocation& invocation, std::vector<FlashPart>& parts, FlashLayout& layout) {
  const formats::ChipFacts* chip = nullptr;
  if (const auto name = invocation.value("--chip")) {
    const auto named = chip_named(*name);
    if (!named) return Failed{named.error()};
    chip = *named;
  }
  const auto settings = chosen_flash_settings(invocation);
  if (!settings) return Failed{settings.error()};
  if (settings->changes_something()) ROTA_TRY(set_flash_settings(parts, chip, *settings));
  if (layout.format != FlashFormat::kUf2) return {};
  if (chip == nullptr) chip = chip_of_parts(parts);
  if (chip == nullptr) {
    return wrong_use("no image among the parts names a chip, and a UF2 file does: give --chip.");
  }
  const auto family = uf2_family_of(chip->id);
  if (!family) {
    return refuse(fmt::format("{} has no number in UF2; use --format raw or hex.", chip->name));
  }
  layout.uf2_family = *family;
  return {};
}

Outcome run_merge(const Invocation& invocation) {
  const auto output = invocation.value("--output");
  if (!output) return wrong_use("say where to write: -o FILE.");
  FlashLayout layout;
  const auto format = chosen_format(invocation);
  if (!format) return Failed{format.error()};
  layout.format = *format;
  const auto start = invocation.number("--target-offset", 0);
  if (!start) return Failed{start.error()};
  layout.start = *start;
  const auto end = invocation.number("--pad-to-size", 0);
  if (!end) return Failed{end.error()};
  layout.end = *end;
  std::vector<FlashPart> parts;
  if (const auto path = invocation.value("--manifest")) {
    if (!invocation.operands.empty())
      return wrong_use("--manifest names all parts; give no others.");
    const auto manifest = read_manifest(*path, parts);
    if (!manifest) return Failed{manifest.error()};
    ROTA_TRY(sort_and_check(parts));
    if (layout.end == 0) layout.end = manifest->flash_bytes;
  } else {
    if (invocation.operands.empty())
      return wrong_use("say what to merge: OFFSET=FILE, or --manifest FILE.");
    auto given = parts_of(invocation, invocation.operands);
    if (!given) return Failed{given.error()};
    parts = std::move(given).value();
  }
  ROTA_TRY(settle(invocation, parts, layout));
  ROTA_TRY(write_flash_file(*output, parts, layout));
  if (*output == "-") return {};
  for (const FlashPart& part : parts) {
    invocation.console->print("  0x{:08x}  {:>12} bytes  {}\n", part.address,
                              grouped(part.content.size()), part.name);
  }
  return {};
}

Outcome run_create(const Invocation& invocation) {
  const auto flash_bytes = invocation.number("--flash-size", 4U << 20U, 128U << 20U);
  if (!flash_bytes) return Failed{flash_bytes.error()};
  if (*flash_bytes == 0 || *flash_bytes % core::kSectorBytes != 0) {
    return wrong_use("--flash-size is a multiple of 4096 up to 128MB.");
  }
  const std::string_view output = invocation.operands[0];
  auto parts = parts_of(invocation, std::span(invocation.operands).subspan(1));
  if (!parts) return Failed{parts.error()};
  std::vector<FlashPart> list = std::move(parts).value();
  ROTA_TRY(may_create(output, invocation.has(kForceOption.name)));
  FlashLayout layout;
  layout.end = *flash_bytes;
  ROTA_TRY(write_flash_file(output, list, layout));
  if (output == "-") return {};
  invocation.console->print("{}: {} of flash, {} part{}, the rest reads FF.\n", printable(output),
                            size_text(*flash_bytes), list.size(), list.size() == 1 ? "" : "s");
  return {};
}

}  // namespace

constinit const CommandSpec kFlashMerge{
    .name = "flash merge",
    .summary = "put bootloader, table and apps together into one raw, Intel HEX or UF2 file",
    .usage =
        "-o FILE [OFFSET=FILE | OFFSET FILE | NAME=FILE | FILE.hex] ... [--pad-to-size SIZE]\n"
        "       rota flash merge -o FILE --manifest DIR/manifest.json",
    .about =
        "NAME is a partition of the table among the parts, or of --table (which is put in, too). "
        "Parts "
        "that overlap or do not fit their partition are refused. Gaps read FF. FILE is replaced "
        "when "
        "the new one is whole. The flash mode, clock and size are those of the bootloader as it "
        "is, "
        "unless they are given: then its header is changed, and its SHA-256 with it.",
    .example =
        "rota flash merge -o all.bin 0x1000=bootloader.bin 0x8000=table.bin factory=app.bin\n"
        "rota flash merge -o all.hex --format hex 0x0 bootloader.bin 0x8000 table.bin 0x10000 "
        "app.bin",
    .options = kMergeOptions,
    .max_operands = 200,
    .run = run_merge,
};

constinit const CommandSpec kFlashCreate{
    .name = "flash create",
    .summary = "make a flash dump of a given size, blank or with parts",
    .usage = "FILE [OFFSET=FILE | NAME=FILE] ... [--flash-size SIZE] [--table FILE] [--force]",
    .about =
        "As rota flash merge, but always the whole flash, and an existing file is kept unless "
        "--force "
        "is given.",
    .example = "rota flash create dump.bin --flash-size 4MB --table two_ota factory=app.bin",
    .options = kCreateOptions,
    .min_operands = 1,
    .max_operands = 200,
    .run = run_create,
};

}  // namespace rota::cli
