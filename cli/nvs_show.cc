// rota nvs show: the values that an NVS partition holds.
#include <array>
#include <bit>
#include <cmath>
#include <vector>

#include "cli/board_access.h"
#include "cli/commands.h"
#include "cli/json.h"
#include "cli/nvs_dump.h"
#include "cli/table_source.h"

namespace rota::cli {
namespace {

using formats::NvsType;
using formats::PartitionRow;

constexpr OptionSpec kPartitionOption{"--partition", "NAME",
                                      "Which partition, by its name; \"nvs\" when left away."};
constexpr OptionSpec kOffsetOption{"--offset", "N", "Where the table lies; found when left away."};
constexpr OptionSpec kKeysOption{"--keys", "FILE",
                                 "The keys of an encrypted partition: a dump of its key partition, "
                                 "at least 80 bytes."};
constexpr OptionSpec kNamesOption{"--names-only", "", "Leave the values away: they may be secrets.",
                                  OptionKind::kSwitch};
constexpr std::array kOptions = {kPartitionOption, kOffsetOption, kKeysOption, kNamesOption,
                                 kJsonOption};

constexpr std::size_t kLongestLine = 60;  // characters of a string
constexpr std::size_t kBlobBytesShown = 16;

struct Chosen {
  std::string name;
  std::optional<PartitionRow> row;  // nothing: the file is the partition alone
  std::vector<std::byte> bytes;
};

bool is_nvs(const PartitionRow& row) {
  return row.type == formats::PartitionType::kData && row.subtype == formats::kDataNvs;
}

std::string nvs_partitions_of(const formats::PartitionRows& rows) {
  std::string names;
  for (const PartitionRow& row : rows) {
    if (is_nvs(row)) names += (names.empty() ? "" : ", ") + printable(row.label());
  }
  return names.empty() ? "none" : names;
}

Result<Chosen, Refusal> choose(const Invocation& invocation) {
  auto file = InputFile::open(invocation.operands[0]);
  if (!file) return Failed{file.error()};
  constexpr std::size_t kLargestAlone = 4U << 20U;
  if (file->size() <= kLargestAlone) {
    auto content = file->read_some(0, file->size());
    if (!content) return Failed{content.error()};
    if (is_nvs_partition(*content)) return Chosen{file->name(), std::nullopt, *std::move(content)};
  }
  std::optional<std::uint32_t> offset;
  if (invocation.has(kOffsetOption.name)) {
    const auto number = invocation.number(kOffsetOption.name, 0);
    if (!number) return Failed{number.error()};
    offset = *number;
  }
  const auto table = find_table(*file, offset, std::nullopt);
  if (!table) return Failed{table.error()};
  const std::string_view wanted = invocation.value(kPartitionOption.name).value_or("nvs");
  const PartitionRow* row = find_partition(table->rows, wanted);
  if (row == nullptr || !is_nvs(*row)) {
    return refuse(fmt::format("{} has no NVS partition named '{}'. Name one with --partition: {}.",
                              file->name(), printable(wanted), nvs_partitions_of(table->rows)));
  }
  if (row->offset >= file->size()) {
    return refuse(
        fmt::format("{} ends before its partition '{}' at 0x{:x} begins; dump the whole "
                    "flash.",
                    file->name(), printable(wanted), row->offset));
  }
  auto bytes = file->read_some(row->offset, row->size);
  if (!bytes) return Failed{bytes.error()};
  bytes->resize(row->size, std::byte{0xFF});
  return Chosen{file->name(), *row, *std::move(bytes)};
}

Result<std::optional<formats::NvsKeys>, Refusal> keys_of(const Invocation& invocation,
                                                         const Chosen& chosen) {
  const auto path = invocation.value(kKeysOption.name);
  if (!path) {
    if (!looks_encrypted(chosen.bytes)) return std::optional<formats::NvsKeys>();
    return refuse(
        fmt::format("no entry of this partition in {} can be read: it is encrypted, or "
                    "damaged. Give the dump of its key partition with --keys.",
                    chosen.name));
  }
  auto file = InputFile::open(*path);
  if (!file) return Failed{file.error()};
  auto bytes = file->read_some(0, formats::kNvsKeyAreaBytes);
  if (!bytes) return Failed{bytes.error()};
  if (bytes->size() < formats::kNvsKeyAreaBytes) {
    return refuse(fmt::format("{} is too short for NVS keys: they take {} bytes.", file->name(),
                              formats::kNvsKeyAreaBytes));
  }
  const auto keys = formats::decode_nvs_keys(Bytes(*bytes).first<formats::kNvsKeyAreaBytes>());
  if (!keys.ok()) return refuse(file->name(), keys.error());
  return std::optional(*keys);
}

std::string_view type_text(NvsType type) {
  return type == NvsType::kBlobIndex ? "blob" : name_of(type);
}

std::uint64_t unsigned_of(Bytes bytes) {
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    value |= std::to_integer<std::uint64_t>(bytes[i]) << (8 * i);
  }
  return value;
}

bool is_signed(NvsType type) { return (static_cast<unsigned>(type) & 0xF0U) == 0x10U; }

std::int64_t signed_of(Bytes bytes) {
  const auto unused = static_cast<unsigned>(64 - 8 * bytes.size());
  return static_cast<std::int64_t>(unsigned_of(bytes) << unused) >> unused;
}

double real_of(const NvsValue& value) {
  const std::uint64_t bits = unsigned_of(value.bytes);
  return value.type == NvsType::kFloat
             ? double{std::bit_cast<float>(static_cast<std::uint32_t>(bits))}
             : std::bit_cast<double>(bits);
}

std::string_view string_of(const NvsValue& value) { return text_field(value.bytes); }

std::string value_text(const NvsValue& value) {
  if (value.unreadable) return "damaged: its CRC is wrong, a read of the device erases it";
  switch (value.type) {
    case NvsType::kFloat:
    case NvsType::kDouble:
      return fmt::format("{}", real_of(value));
    case NvsType::kString: {
      const std::string text = printable(string_of(value));
      if (columns(text) <= kLongestLine) return fmt::format("\"{}\"", text);
      return fmt::format("\"{}\" and {} bytes more",
                         printable(string_of(value).substr(0, kLongestLine)),
                         string_of(value).size() - kLongestLine);
    }
    case NvsType::kBlobIndex:
    case NvsType::kOldBlob: {
      const Bytes shown = Bytes(value.bytes).first(std::min(value.bytes.size(), kBlobBytesShown));
      return fmt::format("{}{}{}{}", size_text(value.bytes.size()), shown.empty() ? "" : ": ",
                         hex_text(shown), shown.size() < value.bytes.size() ? " ..." : "");
    }
    default:
      return is_signed(value.type) ? fmt::format("{}", signed_of(value.bytes))
                                   : fmt::format("{}", unsigned_of(value.bytes));
  }
}

Json value_json(const NvsValue& value) {
  if (value.unreadable) return nullptr;
  switch (value.type) {
    case NvsType::kFloat:
    case NvsType::kDouble:
      return std::isfinite(real_of(value)) ? Json(real_of(value)) : Json(nullptr);
    case NvsType::kString:
      return std::string(string_of(value));
    case NvsType::kBlobIndex:
    case NvsType::kOldBlob:
      return hex_text(value.bytes);
    default:
      return is_signed(value.type) ? Json(signed_of(value.bytes)) : Json(unsigned_of(value.bytes));
  }
}

Json json_of(const Chosen& chosen, const NvsDump& dump, bool with_values) {
  Json pages = Json::array();
  for (const NvsPagePicture& page : dump.pages) {
    pages.push_back({{"state", page.state},
                     {"sequence", page.sequence},
                     {"written", page.written},
                     {"erased", page.erased},
                     {"empty", page.empty}});
  }
  Json namespaces = Json::array();
  for (const NvsSpace& space : dump.namespaces) {
    Json keys = Json::array();
    for (const NvsValue& value : space.values) {
      Json key = {{"key", printable(value.key)},
                  {"type", type_text(value.type)},
                  {"bytes", value.bytes.size()},
                  {"damaged", value.unreadable.has_value()}};
      if (with_values) key["value"] = value_json(value);
      keys.push_back(std::move(key));
    }
    namespaces.push_back({{"index", space.index},
                          {"name", space.name ? Json(printable(*space.name)) : Json(nullptr)},
                          {"keys", keys}});
  }
  return {{"file", printable(chosen.name)},
          {"partition", chosen.row ? Json(printable(chosen.row->label())) : Json(nullptr)},
          {"offset", chosen.row ? chosen.row->offset : 0},
          {"size", chosen.bytes.size()},
          {"starts", !dump.refuses.has_value()},
          {"error", dump.refuses ? Json(describe(*dump.refuses).name) : Json(nullptr)},
          {"repairs", dump.repairs},
          {"entries",
           {{"used", dump.entries.used_entries},
            {"free", dump.entries.free_entries},
            {"available", dump.entries.available_entries},
            {"total", dump.entries.total_entries}}},
          {"pages", pages},
          {"namespaces", namespaces}};
}

void print_pages(Console& console, const NvsDump& dump) {
  console.write(
      console.ink(Ink::kBold, fmt::format("  {:<6}{:<10}{:>9}{:>9}{:>9}{:>9}\n", "page", "state",
                                          "sequence", "written", "erased", "empty")));
  std::size_t number = 0;
  for (const NvsPagePicture& page : dump.pages) {
    const bool is_in_use =
        page.state == "active" || page.state == "full" || page.state == "freeing";
    if (is_in_use) {
      console.print("  {:<6}{:<10}{:>9}{:>9}{:>9}{:>9}\n", number, page.state, page.sequence,
                    page.written, page.erased, page.empty);
    } else {
      console.print("  {:<6}{}\n", number, page.state);
    }
    ++number;
  }
}

void print_values(Console& console, const NvsDump& dump, bool with_values) {
  if (dump.namespaces.empty()) console.write("\n  no namespace was opened for writing yet\n");
  for (const NvsSpace& space : dump.namespaces) {
    const std::string name = space.name
                                 ? printable(*space.name)
                                 : fmt::format("(namespace {}, whose name is lost)", space.index);
    console.write("\n  " + console.ink(Ink::kBold, name) + "\n");
    if (space.values.empty()) console.write("    no keys\n");
    for (const NvsValue& value : space.values) {
      console.print("    {}  {:<7}{}\n", padded(printable(value.key), 15), type_text(value.type),
                    with_values ? "  " + value_text(value) : std::string());
    }
  }
}

Outcome run(const Invocation& invocation) {
  const auto chosen = choose(invocation);
  if (!chosen) return Failed{chosen.error()};
  const auto keys = keys_of(invocation, *chosen);
  if (!keys) return Failed{keys.error()};
  const NvsDump dump = read_nvs(chosen->bytes, *keys ? &**keys : nullptr);
  if (*keys && !dump.refuses && dump.entries.used_entries == 0 && looks_encrypted(chosen->bytes)) {
    return refuse(
        fmt::format("no entry of this partition in {} can be read with these keys; it was "
                    "encrypted with others, or is damaged.",
                    chosen->name));
  }
  const bool with_values = !invocation.has(kNamesOption.name);
  Console& console = *invocation.console;
  if (invocation.has(kJsonOption.name)) {
    print_json(console, json_of(*chosen, dump, with_values));
    return dump.refuses ? Outcome(answer_is_no()) : Outcome();
  }
  const std::string place =
      chosen->row
          ? fmt::format("{} at 0x{:x}", printable(chosen->row->label()), chosen->row->offset)
          : std::string("an NVS partition alone");
  console.print("{}: {}, {}, {} entries used, {} available\n\n", printable(chosen->name), place,
                size_text(chosen->bytes.size()), dump.entries.used_entries,
                dump.entries.available_entries);
  print_pages(console, dump);
  if (dump.refuses) return refuse("a device can not start NVS", *dump.refuses);
  print_values(console, dump, with_values);
  if (dump.repairs > 0) {
    console.write("\n" + wrap(fmt::format("A power cut or damage left something unfinished: the "
                                          "next start repairs it with {} flash operations. Shown "
                                          "is what is there afterwards.",
                                          dump.repairs),
                              0));
  }
  return {};
}

}  // namespace

constinit const CommandSpec kNvsShow{
    .name = "nvs show",
    .summary = "list the namespaces, keys and values of an NVS partition",
    .usage = "DUMP|BOARD|NVS [--partition NAME] [--offset N] [--keys FILE] [--names-only] [--json]",
    .about =
        "Reads a partition of type data/nvs as a device does at its next start, recovery from "
        "power "
        "cuts included, and lists what it holds and how its pages are used. The file is a flash "
        "dump, a board, or a partition alone. Nothing is changed.",
    .example = "rota nvs show dump.bin\nrota nvs show build/board --names-only",
    .options = kOptions,
    .min_operands = 1,
    .max_operands = 1,
    .run = run,
};

}  // namespace rota::cli
