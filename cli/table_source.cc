#include "cli/table_source.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <memory>

#include "cli/console.h"
#include "formats/identify.h"
#include "formats/predefined_tables.h"

namespace rota::cli {
namespace {

constexpr std::size_t kLookBytes = 64 * 1024;

bool is_table_at(InputFile& file, std::uint32_t offset) {
  std::array<std::byte, 2> magic{};
  return file.read({offset}, magic).ok() && load_u16(magic.data()) == 0x50AA;
}

// Where the binary table starts in the file; nullopt if nowhere.
std::optional<std::uint32_t> locate(InputFile& file, Bytes first) {
  if (is_table_at(file, 0)) return 0;
  if (is_table_at(file, formats::kDefaultTableOffset)) return formats::kDefaultTableOffset;
  const formats::Identification content = formats::identify(first, file.size());
  if (content.kind == formats::ContentKind::kMergedFlash) return content.table_offset;
  for (std::uint32_t at = 0x9000; at <= 0x20000; at += 0x1000) {
    if (is_table_at(file, at)) return at;
  }
  return std::nullopt;
}

template <class R>
std::optional<Error> refusal_of(const R& result) {
  if (result.ok()) return std::nullopt;
  return result.error();
}

bool has_md5_row(Bytes table) {
  for (std::size_t at = 0; at + formats::kTableRowBytes <= table.size();
       at += formats::kTableRowBytes) {
    if (load_u16(&table[at]) == 0xEBEB) return true;
    if (load_u16(&table[at]) != 0x50AA) return false;
  }
  return false;
}

std::uint32_t end_of(const formats::PartitionRows& rows) {
  std::uint32_t end = 0;
  for (const auto& row : rows) end = std::max(end, row.end());
  return end;
}

// What the readers on the chip say of a table of 0x1000 bytes.
void ask_chip_readers(Bytes sector, TableSource& source) {
  const std::uint32_t chip_bytes = source.flash_bytes != 0 ? source.flash_bytes : 0xFFFFFFFF;
  source.bootloader_refuses = refusal_of(formats::read_table_as_bootloader(sector, chip_bytes));
  source.app_refuses = refusal_of(formats::read_table_as_app(sector));
}

std::optional<std::string_view> environment_variable(std::string_view name) {
  const char* value = std::getenv(std::string(name).c_str());
  if (value == nullptr) return std::nullopt;
  return value;
}

Failed<Refusal> refuse_csv(std::string_view name, const formats::CsvError& error) {
  std::array<char, 600> text{};
  return refuse(fmt::format("{}: {}", name, printable(formats::describe(error, text))));
}

bool looks_like_text(Bytes first) {
  const auto byte = [&](std::size_t i) { return std::to_integer<unsigned>(first[i]); };
  if (first.size() >= 2 && (byte(0) >= 0xFE || byte(1) >= 0xFE)) return byte(0) + byte(1) == 0x1FD;
  return std::all_of(first.begin(), first.end(), [](std::byte one) {
    const auto c = std::to_integer<unsigned char>(one);
    return c >= 0x20 || c == '\t' || c == '\n' || c == '\r';
  });
}

constexpr std::size_t kMaxCsvFileBytes = 1U << 20U;

// Where a reader stops: the row that is cut, damaged, or does not follow from the rows before it.
std::size_t row_at_fault(Bytes table, Error error) {
  std::size_t at = 0;
  while (at + formats::kTableRowBytes <= table.size()) {
    const Bytes row = table.subspan(at, formats::kTableRowBytes);
    const bool is_md5 = row[0] == std::byte{0xEB} && row[1] == std::byte{0xEB};
    const bool is_row = row[0] == std::byte{0xAA} && row[1] == std::byte{0x50};
    if (is_md5 && error == Error::kTableMd5Mismatch) break;
    if (!is_md5 && !is_row) break;
    at += formats::kTableRowBytes;
  }
  return at;
}

Result<TableSource, Refusal> read_binary(InputFile& file, std::uint32_t at, TableSource source) {
  auto bytes = file.read_some(at, core::kSectorBytes);
  if (!bytes) return Failed{bytes.error()};
  const std::size_t held = bytes->size();
  const Bytes as_read = Bytes(*bytes).first(std::min(held, formats::kTableBytes));
  const auto by_tool = formats::read_table_as_tool(as_read);
  source.tool_refuses = refusal_of(by_tool);
  source.has_md5 = has_md5_row(*bytes);
  bytes->resize(core::kSectorBytes, std::byte{0xFF});
  ask_chip_readers(*bytes, source);
  if (by_tool.ok()) {
    source.rows = *by_tool;
  } else if (const auto rows = formats::read_table_as_bootloader(*bytes, 0xFFFFFFFF); rows.ok()) {
    source.rows = *rows;
  } else if (const auto app_rows = formats::read_table_as_app(*bytes); app_rows.ok()) {
    source.rows = *app_rows;
  } else {
    const std::size_t row = row_at_fault(Bytes(*bytes).first(held), *source.tool_refuses);
    return refuse(
        fmt::format("{}, row {} at 0x{:x}", file.name(), row / formats::kTableRowBytes, at + row),
        *source.tool_refuses);
  }
  return source;
}

}  // namespace

std::string type_text(const formats::PartitionRow& row) {
  const std::string_view keyword = formats::type_keyword(row.type);
  return keyword.empty() ? fmt::format("0x{:02x}", static_cast<unsigned>(row.type))
                         : std::string(keyword);
}

std::string subtype_text(const formats::PartitionRow& row) {
  const std::string_view keyword = formats::subtype_keyword(row.type, row.subtype);
  return keyword.empty() ? fmt::format("0x{:02x}", row.subtype) : std::string(keyword);
}

std::string what_it_is(InputFile& file) {
  const auto first = file.read_some(0, kLookBytes);
  if (!first) return first.error().sentence;
  std::array<char, 400> text{};
  return printable(formats::describe_content(formats::identify(*first, file.size()), text));
}

Result<TableSource, Refusal> find_table(InputFile& file,
                                        std::optional<std::uint32_t> offset,
                                        std::optional<std::uint32_t> flash_bytes) {
  const auto first = file.read_some(0, kLookBytes);
  if (!first) return Failed{first.error()};
  TableSource source;
  source.flash_bytes = flash_bytes.value_or(0);
  const bool starts_with_table = is_table_at(file, 0) && offset.value_or(0) == 0;
  if (!starts_with_table && offset) {
    if (!is_table_at(file, *offset)) {
      return refuse(
          fmt::format("no partition table at 0x{:x} of {}; leave --offset away to have it "
                      "found.",
                      *offset, file.name()));
    }
  }
  const auto at = starts_with_table ? 0 : offset ? offset : locate(file, *first);
  if (!at) {
    return refuse(fmt::format("{} holds no partition table. {}", file.name(), what_it_is(file)));
  }
  if (*at != 0) {
    source.form = TableForm::kInFlashDump;
    source.table_offset = *at;
    if (source.flash_bytes == 0) source.flash_bytes = file.size();
  }
  auto result = read_binary(file, *at, source);
  // A file that was cut short (a merged image without the free end) says nothing about the chip.
  if (result.ok() && !flash_bytes && result->form == TableForm::kInFlashDump &&
      end_of(result->rows) > file.size()) {
    source.flash_bytes = 0;
    return read_binary(file, *at, source);
  }
  return result;
}

Result<std::vector<std::byte>, Refusal> binary_table(const formats::PartitionRows& rows,
                                                     bool with_md5) {
  std::vector<std::byte> table(formats::kTableBytes);
  const Status written = formats::write_table(
      rows, with_md5, std::span<std::byte, formats::kTableBytes>(table.data(), table.size()));
  if (!written.ok()) return refuse("the table", written.error());
  return table;
}

Result<TableSource, Refusal> read_csv_table(std::string_view name,
                                            Bytes text,
                                            const formats::CsvOptions& options) {
  TableSource source;
  source.form = TableForm::kCsv;
  source.table_offset = options.table_offset;
  source.flash_bytes = options.flash_bytes;
  source.has_md5 = options.with_md5;
  formats::CsvOptions with_environment = options;
  with_environment.variable = environment_variable;
  const auto reader = std::make_unique<formats::PartitionCsvReader>();
  const auto read = reader->read(text, with_environment, source.rows);
  if (!read.ok()) return refuse_csv(name, read.error());
  auto table = binary_table(source.rows, options.with_md5);
  if (!table) return Failed{table.error()};
  source.tool_refuses = refusal_of(formats::read_table_as_tool(*table, options.with_md5));
  table->resize(core::kSectorBytes, std::byte{0xFF});
  ask_chip_readers(*table, source);
  return source;
}

Result<TableSource, Refusal> open_table(std::string_view path_or_name,
                                        const formats::CsvOptions& options,
                                        std::optional<std::uint32_t> offset) {
  if (path_or_name != "-" && !path_exists(std::string(path_or_name))) {
    if (const auto* table = formats::find_predefined_table(path_or_name)) {
      auto source = read_csv_table(table->name, bytes_of(table->csv), options);
      if (source) source->form = TableForm::kPredefined;
      return source;
    }
  }
  auto file = InputFile::open(path_or_name);
  if (!file) {
    if (path_or_name.find_first_of("/.") != std::string_view::npos) return Failed{file.error()};
    std::string names;
    for (const formats::PredefinedTable& table : formats::predefined_tables()) {
      names += fmt::format("{}{}", names.empty() ? "" : ", ", table.name);
    }
    return refuse(
        fmt::format("'{}' is neither a file nor a predefined table; the predefined tables "
                    "are {}.",
                    printable(path_or_name), names));
  }
  if (file->size() <= kMaxCsvFileBytes) {
    const auto text = file->read_some(0, kMaxCsvFileBytes);
    if (!text) return Failed{text.error()};
    const auto kind = formats::identify(*text, file->size()).kind;
    const bool is_other_text =
        kind == formats::ContentKind::kHtml || kind == formats::ContentKind::kXml ||
        kind == formats::ContentKind::kJson || kind == formats::ContentKind::kPem;
    if (!text->empty() && looks_like_text(*text) && !is_other_text) {
      return read_csv_table(file->name(), *text, options);
    }
  }
  const auto flash_bytes =
      options.flash_bytes != 0 ? std::optional(options.flash_bytes) : std::nullopt;
  return find_table(*file, offset, flash_bytes);
}

}  // namespace rota::cli
