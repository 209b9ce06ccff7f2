#include "cli/table_source.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "cli/console.h"
#include "formats/identify.h"

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

Result<TableSource, Refusal> read_binary(InputFile& file, std::uint32_t at, TableSource source) {
  auto bytes = file.read_some(at, core::kSectorBytes);
  if (!bytes) return Failed{bytes.error()};
  const std::size_t held = bytes->size();
  const Bytes as_read = Bytes(*bytes).first(std::min(held, formats::kTableBytes));
  const auto by_tool = formats::read_table_as_tool(as_read);
  source.tool_refuses = refusal_of(by_tool);
  source.has_md5 = has_md5_row(*bytes);
  bytes->resize(core::kSectorBytes, std::byte{0xFF});
  const std::uint32_t chip_bytes = source.flash_bytes != 0 ? source.flash_bytes : 0xFFFFFFFF;
  const auto by_bootloader = formats::read_table_as_bootloader(*bytes, chip_bytes);
  source.bootloader_refuses = refusal_of(by_bootloader);
  const auto by_app = formats::read_table_as_app(*bytes);
  source.app_refuses = refusal_of(by_app);
  if (by_tool.ok()) {
    source.rows = *by_tool;
  } else if (by_bootloader.ok()) {
    source.rows = *by_bootloader;
  } else if (by_app.ok()) {
    source.rows = *by_app;
  } else {
    return refuse(fmt::format("{} at 0x{:x}", file.name(), at), *source.tool_refuses);
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

Result<TableSource, Refusal> find_table(InputFile& file, std::optional<std::uint32_t> offset,
                                        std::optional<std::uint32_t> flash_bytes) {
  const auto first = file.read_some(0, kLookBytes);
  if (!first) return Failed{first.error()};
  TableSource source;
  source.flash_bytes = flash_bytes.value_or(0);
  const bool starts_with_table = is_table_at(file, 0) && offset.value_or(0) == 0;
  if (!starts_with_table && offset) {
    if (!is_table_at(file, *offset)) {
      return refuse(fmt::format("no partition table at 0x{:x} of {}; leave --offset away to have it "
                                "found.", *offset, file.name()));
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

}  // namespace rota::cli
