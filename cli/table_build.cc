// rota table build: from CSV to the binary table, and back.
#include <array>
#include <vector>

#include "cli/commands.h"
#include "cli/table_source.h"

namespace rota::cli {
namespace {

constexpr std::array kOptions = {
    OptionSpec{"--output", "FILE", "Where to write; - (default) is standard output.",
               OptionKind::kValue, "-o"},
    OptionSpec{"--offset", "N", "Where the table lies on the chip; default 0x8000."},
    OptionSpec{"--flash-size", "SIZE", "Refuse a table that does not fit this flash, e.g. 4MB."},
    OptionSpec{"--disable-md5sum", "",
               "Leave the MD5 row away. Applications refuse such a table by "
               "default.",
               OptionKind::kSwitch},
    OptionSpec{"--no-verify", "", "Skip alignment, overlap and name checks.", OptionKind::kSwitch},
    OptionSpec{"--secure", "v1|v2", "Check app sizes for Secure Boot of this version."},
    OptionSpec{"--primary-bootloader-offset", "N", "For a row of type bootloader, primary."},
    OptionSpec{"--recovery-bootloader-offset", "N", "For a row of type bootloader, recovery."},
    OptionSpec{"--extra-partition-subtypes", "TYPE,NAME,HEX",
               "A subtype name of your own, e.g. app,gateway,0x40; may be given again."},
    OptionSpec{"--csv", "", "Write CSV instead of the binary table.", OptionKind::kSwitch},
};

Outcome take_offset(const Invocation& invocation,
                    std::string_view option,
                    std::optional<std::uint32_t>& into) {
  if (!invocation.has(option)) return {};
  const auto number = invocation.number(option, 0);
  if (!number) return Failed{number.error()};
  into = *number;
  return {};
}

Outcome take_extra_subtypes(const Invocation& invocation,
                            std::vector<formats::ExtraSubtype>& into) {
  for (const std::string_view text : invocation.values("--extra-partition-subtypes")) {
    const auto extra = formats::parse_extra_subtype(text, into);
    if (!extra) {
      std::array<char, 400> sentence{};
      return wrong_use(fmt::format("--extra-partition-subtypes {}: {}", printable(text),
                                   printable(formats::describe(extra.error(), sentence))));
    }
    into.push_back(*extra);
  }
  return {};
}

Result<formats::CsvOptions, Refusal> csv_options(const Invocation& invocation,
                                                 std::vector<formats::ExtraSubtype>& extra) {
  formats::CsvOptions options;
  const auto offset = invocation.number("--offset", formats::kDefaultTableOffset);
  if (!offset) return Failed{offset.error()};
  options.table_offset = *offset;
  const auto flash_bytes = invocation.number("--flash-size", 0);
  if (!flash_bytes) return Failed{flash_bytes.error()};
  options.flash_bytes = *flash_bytes;
  options.with_md5 = !invocation.has("--disable-md5sum");
  options.verifies = !invocation.has("--no-verify");
  if (const auto secure = invocation.value("--secure")) {
    if (*secure != "v1" && *secure != "v2") return wrong_use("--secure is v1 or v2.");
    options.signing = *secure == "v1" ? formats::TableSigning::kSecureBootV1
                                      : formats::TableSigning::kSecureBootV2;
  }
  ROTA_TRY(
      take_offset(invocation, "--primary-bootloader-offset", options.primary_bootloader_offset));
  ROTA_TRY(
      take_offset(invocation, "--recovery-bootloader-offset", options.recovery_bootloader_offset));
  ROTA_TRY(take_extra_subtypes(invocation, extra));
  options.extra_subtypes = extra;
  return options;
}

// A binary table is checked as the CSV was, once its rows are known.
Outcome check(const TableSource& source, const formats::CsvOptions& options) {
  std::array<char, 600> text{};
  if (source.form == TableForm::kCsv || source.form == TableForm::kPredefined) return {};
  if (source.tool_refuses) return refuse("the table", *source.tool_refuses);
  if (options.verifies) {
    const auto verified = formats::verify_rows(source.rows, options);
    if (!verified.ok()) return refuse(printable(formats::describe(verified.error(), text)));
  }
  if (options.flash_bytes == 0) return {};
  const auto fits = formats::check_fits_flash(source.rows, options.flash_bytes);
  if (!fits.ok()) return refuse(printable(formats::describe(fits.error(), text)));
  return {};
}

Outcome write_as_csv(std::string_view output, const formats::PartitionRows& rows) {
  std::vector<char> text(formats::kCsvMaxTextBytes);
  const auto csv = formats::write_csv(rows, text);
  if (!csv) {
    std::array<char, 600> sentence{};
    return refuse(printable(formats::describe(csv.error(), sentence)));
  }
  return write_file(output, bytes_of(*csv), FileContent::kText);
}

Outcome run(const Invocation& invocation) {
  std::vector<formats::ExtraSubtype> extra;
  const auto options = csv_options(invocation, extra);
  if (!options) return Failed{options.error()};
  const std::string_view input = invocation.operands[0];
  const auto source = open_table(input, *options, std::nullopt);
  if (!source) return Failed{source.error()};
  ROTA_TRY(check(*source, *options));
  for (const formats::PartitionRow& row : source->rows) {
    if (!formats::label_suggests_another_kind(row)) continue;
    invocation.console->write_error(
        fmt::format("warning: the partition named '{}' is of type {}, subtype {}; is that meant?\n",
                    printable(row.label()), type_text(row), subtype_text(row)));
  }
  const bool was_binary =
      source->form == TableForm::kBinary || source->form == TableForm::kInFlashDump;
  const std::string_view output =
      invocation.value("--output")
          .value_or(invocation.operands.size() > 1 ? invocation.operands[1] : "-");
  if (was_binary || invocation.has("--csv")) return write_as_csv(output, source->rows);
  const auto table = binary_table(source->rows, options->with_md5);
  if (!table) return Failed{table.error()};
  return write_file(output, *table);
}

}  // namespace

constinit const CommandSpec kTableBuild{
    .name = "table build",
    .summary = "make a binary partition table from CSV, or CSV from a binary table",
    .usage = "CSV|BINARY|NAME [-o FILE] [--flash-size SIZE] [--offset N] ...",
    .about =
        "CSV becomes the binary that ESP-IDF's tool makes, byte for byte; a binary table, or the "
        "one inside a flash dump, becomes CSV. NAME is a predefined table such as two_ota or "
        "singleapp. The output replaces FILE only when it is whole.",
    .example =
        "rota table build partitions.csv -o partition-table.bin --flash-size 4MB\n"
        "rota table build two_ota --csv",
    .options = kOptions,
    .min_operands = 1,
    .max_operands = 2,
    .run = run,
};

}  // namespace rota::cli
