#include "cli/originals.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string>
#include <vector>

#include "cli/commands.h"
#include "cli/dispatch.h"
#include "cli/otadata_source.h"
#include "cli/place.h"
#include "cli/table_source.h"

namespace rota::cli {
namespace {

using Words = std::vector<std::string>;

ExitStatus complain(Console& console, std::string_view tool, const std::string& sentence) {
  console.write_error(wrap(fmt::format("{}: {}", tool, sentence), 0));
  return ExitStatus::kWrongUse;
}

// The same command, in rota's words. Any refusal is 2, as in the originals.
ExitStatus run_words(const CommandSpec& command, const Words& words, Console& console) {
  const std::vector<std::string_view> views(words.begin(), words.end());
  const ExitStatus status = run_command(command, "rota", views, console);
  return status == ExitStatus::kDone ? status : ExitStatus::kWrongUse;
}

// ---- gen_esp32part ------------------------------------------------------------------------------

constexpr std::string_view kGenUsage =
    "usage: gen_esp32part [-h] [--flash-size SIZE] [--disable-md5sum] [--no-verify] [--verify] "
    "[--quiet]\n"
    "                     [--offset N] [--primary-bootloader-offset N] "
    "[--recovery-bootloader-offset N]\n"
    "                     [--secure [v1|v2]] [--extra-partition-subtypes [TYPE,NAME,HEX ...]]\n"
    "                     input [output]\n";

ExitStatus run_gen_esp32part(std::span<const std::string_view> arguments, Console& console) {
  Words words;
  std::vector<std::string_view> operands;
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    std::string_view name = arguments[i];
    std::optional<std::string_view> value;
    if (const std::size_t equals = name.find('='); name.starts_with("--") && equals != name.npos) {
      value = name.substr(equals + 1);
      name = name.substr(0, equals);
    }
    const auto next_is_word = [&] {
      return i + 1 < arguments.size() &&
             (!arguments[i + 1].starts_with('-') || arguments[i + 1] == "-");
    };
    if (name == "-h" || name == "--help") {
      console.write(kGenUsage);
      return ExitStatus::kDone;
    }
    if (name == "-v" || name == "--verify" || name == "-q" || name == "--quiet") continue;
    if (name == "--disable-md5sum" || name == "--no-verify") {
      words.emplace_back(name);
    } else if (name == "--secure") {
      const bool has_version =
          !value && next_is_word() && (arguments[i + 1] == "v1" || arguments[i + 1] == "v2");
      if (has_version) value = arguments[++i];
      words.emplace_back("--secure");
      words.emplace_back(value.value_or("v1"));
    } else if (name == "--extra-partition-subtypes") {
      if (value) {
        words.emplace_back(name);
        words.emplace_back(*value);
      }
      while (next_is_word() &&
             std::count(arguments[i + 1].begin(), arguments[i + 1].end(), ',') == 2) {
        words.emplace_back(name);
        words.emplace_back(arguments[++i]);
      }
    } else if (name == "--flash-size" || name == "-o" || name == "--offset" ||
               name == "--primary-bootloader-offset" || name == "--recovery-bootloader-offset") {
      if (!value && i + 1 < arguments.size()) value = arguments[++i];
      if (!value)
        return complain(console, "gen_esp32part",
                        fmt::format("argument {}: expected one argument", name));
      words.emplace_back(name == "-o" ? "--offset" : name);
      words.emplace_back(*value);
    } else if (name.size() > 1 && name[0] == '-') {
      console.write_error(kGenUsage);
      return complain(console, "gen_esp32part",
                      fmt::format("unrecognized arguments: {}", printable(name)));
    } else {
      operands.push_back(arguments[i]);
    }
  }
  if (operands.empty() || operands.size() > 2) {
    console.write_error(kGenUsage);
    return complain(console, "gen_esp32part",
                    "give an input file, and an output file or - for standard output");
  }
  words.emplace_back("--output");
  words.emplace_back(operands.size() > 1 ? operands[1] : "-");
  words.emplace_back("--");
  words.emplace_back(operands[0]);
  return run_words(kTableBuild, words, console);
}

// ---- What parttool and otatool share ------------------------------------------------------------

struct Session {
  std::string_view tool;
  std::string port;        // a dump or a board
  std::string table_file;  // CSV or binary
  std::uint32_t table_offset = formats::kDefaultTableOffset;
  std::string_view command;
  std::vector<std::pair<std::string, std::vector<std::string>>> given;  // option, its words

  const std::vector<std::string>* find(std::string_view option) const {
    for (const auto& [name, words] : given) {
      if (name == option) return &words;
    }
    return nullptr;
  }
  std::string value(std::string_view option) const {
    const auto* words = find(option);
    return words == nullptr || words->empty() ? std::string() : words->front();
  }
};

constexpr std::array<std::pair<std::string_view, std::string_view>, 10> kLongNames = {{
    {"-q", "--quiet"},
    {"-p", "--port"},
    {"-b", "--baud"},
    {"-o", "--partition-table-offset"},
    {"-f", "--partition-table-file"},
    {"-n", "--partition-name"},
    {"-t", "--partition-type"},
    {"-s", "--partition-subtype"},
    {"-d", "--partition-boot-default"},
    {"-h", "--help"},
}};

// Options with all the words that follow them; the command is the one bare word that is known.
Session parse(std::string_view tool,
              std::span<const std::string_view> arguments,
              std::span<const std::string_view> commands) {
  Session session;
  session.tool = tool;
  for (const std::string_view argument : arguments) {
    if (std::find(commands.begin(), commands.end(), argument) != commands.end() &&
        session.command.empty()) {
      session.command = argument;
      session.given.emplace_back("", std::vector<std::string>{});
      continue;
    }
    if (argument.size() > 1 && argument[0] == '-') {
      const std::size_t equals = argument.find('=');
      std::string name(argument.substr(0, equals));
      for (const auto& [brief, full] : kLongNames) {
        if (name == brief) name = full;
      }
      session.given.emplace_back(std::move(name), std::vector<std::string>{});
      if (equals != argument.npos)
        session.given.back().second.emplace_back(argument.substr(equals + 1));
    } else {
      if (session.given.empty()) session.given.emplace_back("", std::vector<std::string>{});
      session.given.back().second.emplace_back(argument);
    }
  }
  session.port = session.value("--port");
  session.table_file = session.value("--partition-table-file");
  return session;
}

// Takes the numbers, and refuses what the original would not know either.
Outcome settle(Session& session, std::span<const std::string_view> own_options) {
  constexpr std::array<std::string_view, 10> kShared = {"",
                                                        "--quiet",
                                                        "--port",
                                                        "--baud",
                                                        "--partition-table-offset",
                                                        "--partition-table-file",
                                                        "--esptool-args",
                                                        "--esptool-write-args",
                                                        "--esptool-read-args",
                                                        "--esptool-erase-args"};
  for (const auto& [name, words] : session.given) {
    const auto is_it = [&, &option = name](std::string_view known) { return known == option; };
    if (std::none_of(kShared.begin(), kShared.end(), is_it) &&
        std::none_of(own_options.begin(), own_options.end(), is_it)) {
      return wrong_use(fmt::format("unrecognized arguments: {}", printable(name)));
    }
    const bool is_number = name.ends_with("-offset") || name == "--slot";
    if (is_number && (words.empty() || !parse_number(words.front()))) {
      return wrong_use(fmt::format("argument {}: '{}' is not a number", name,
                                   words.empty() ? "" : printable(words.front())));
    }
  }
  if (session.find("--partition-table-offset") != nullptr) {
    session.table_offset = *parse_number(session.value("--partition-table-offset"));
  }
  return {};
}

// With --quiet the commands say nothing; what was asked for is printed all the same.
class Quiet {
 public:
  Quiet(const Session& session, Console& console)
      : nowhere_(session.find("--quiet") != nullptr ? std::fopen("/dev/null", "w") : nullptr),
        console_(nowhere_ != nullptr ? nowhere_ : console.out(), stderr, console.looks()) {}
  Quiet(const Quiet&) = delete;
  Quiet& operator=(const Quiet&) = delete;
  ~Quiet() {
    if (nowhere_ != nullptr) std::fclose(nowhere_);
  }
  Console& console() { return console_; }

 private:
  std::FILE* nowhere_;
  Console console_;
};

// A row as a place that needs no table: the one in hand may be another one than the dump's.
std::string place_of(const formats::PartitionRow& row) {
  return fmt::format("0x{:x}:0x{:x}", row.offset, row.size);
}

// What the command line says about the table: offsets of bootloaders, subtypes of the project.
Result<formats::CsvOptions, Refusal> csv_options_of(const Session& session,
                                                    std::vector<formats::ExtraSubtype>& extra) {
  formats::CsvOptions options;
  options.table_offset = session.table_offset;
  if (const auto at = parse_number(session.value("--primary-bootloader-offset")))
    options.primary_bootloader_offset = *at;
  if (const auto at = parse_number(session.value("--recovery-bootloader-offset")))
    options.recovery_bootloader_offset = *at;
  if (const auto* words = session.find("--extra-partition-subtypes")) {
    for (const std::string& word : *words) {
      const auto one = formats::parse_extra_subtype(word, extra);
      std::array<char, 400> sentence{};
      if (!one) return wrong_use(printable(formats::describe(one.error(), sentence)));
      extra.push_back(*one);
    }
  }
  options.extra_subtypes = extra;
  return options;
}

Result<formats::PartitionRows, Refusal> rows_of(const Session& session) {
  const std::string& path = session.table_file.empty() ? session.port : session.table_file;
  std::vector<formats::ExtraSubtype> extra;
  auto made = csv_options_of(session, extra);
  if (!made) return Failed{made.error()};
  const formats::CsvOptions& options = *made;
  const auto source =
      open_table(path, options,
                 session.table_file.empty() ? std::optional(session.table_offset) : std::nullopt);
  if (!source) return Failed{source.error()};
  return source->rows;
}

std::optional<std::string> no_hardware(const Session& session) {
  if (session.port.empty()) {
    return "this talks to a chip, which does not go without hardware; name a flash dump or a board "
           "in place of "
           "the port: --port dump.bin.";
  }
  if (session.port.starts_with("/dev/") || session.port.starts_with("COM") ||
      session.port.find("://") != std::string::npos) {
    return fmt::format(
        "{} is a serial port, and rota does not talk to chips: read the flash with esptool "
        "(read_flash 0 ALL dump.bin), and name the dump in place of the port.",
        printable(session.port));
  }
  return std::nullopt;
}

// ---- parttool -----------------------------------------------------------------------------------

Result<std::string, Refusal> selected(const Session& session) {
  const bool by_type =
      session.find("--partition-type") != nullptr || session.find("--partition-subtype") != nullptr;
  const int ways = (session.find("--partition-boot-default") != nullptr ? 1 : 0) +
                   (session.find("--partition-name") != nullptr ? 1 : 0) + (by_type ? 1 : 0);
  if (ways > 1) {
    return wrong_use(
        "--partition-name, --partition-type and --partition-boot-default exclude each other: give "
        "one.");
  }
  if (session.find("--partition-boot-default") != nullptr) return std::string("boot");
  const std::string name = session.value("--partition-name");
  if (!name.empty()) return name;
  const std::string type = session.value("--partition-type");
  const std::string subtype = session.value("--partition-subtype");
  if (type.empty() || subtype.empty()) {
    return wrong_use(
        "select a partition: --partition-name, --partition-type with --partition-subtype, or "
        "--partition-boot-default.");
  }
  return type + "/" + subtype;
}

std::string info_of(const formats::PartitionRow& row, const std::vector<std::string>& members) {
  std::string text;
  for (const std::string& member : members) {
    std::string value;
    if (member == "name") value = printable(row.label());
    if (member == "type") value = fmt::format("{}", static_cast<unsigned>(row.type));
    if (member == "subtype") value = fmt::format("{}", row.subtype);
    if (member == "offset") value = fmt::format("0x{:x}", row.offset);
    if (member == "size") value = fmt::format("0x{:x}", row.size);
    if (member == "encrypted") value = row.encrypted ? "True" : "False";
    if (member == "readonly") value = row.readonly ? "True" : "False";
    text += (text.empty() ? "" : " ") + value;
  }
  return text;
}

ExitStatus partition_info(const Session& session, Console& console) {
  const auto rows = rows_of(session);
  if (!rows) return complain(console, session.tool, rows.error().sentence);
  std::vector<std::string> members{"offset", "size"};
  if (const auto* given = session.find("--info"); given != nullptr && !given->empty())
    members = *given;
  constexpr std::array<std::string_view, 7> kKnown = {"name", "type",      "subtype", "offset",
                                                      "size", "encrypted", "readonly"};
  for (const std::string& member : members) {
    if (std::find(kKnown.begin(), kKnown.end(), member) == kKnown.end()) {
      return complain(console, session.tool,
                      fmt::format("argument --info: invalid choice: '{}' (name, type, subtype, "
                                  "offset, size, encrypted, readonly)",
                                  printable(member)));
    }
  }
  const auto name = selected(session);
  if (!name) return complain(console, session.tool, name.error().sentence);
  std::string line;
  for (const formats::PartitionRow& row : *rows) {
    const auto place = find_place(*name, *rows, 0xFFFFFFFF);
    const bool lists_all =
        session.find("--part_list") != nullptr && name->find('/') != std::string::npos;
    const bool same_kind = place && place->row != nullptr && row.type == place->row->type &&
                           row.subtype == place->row->subtype;
    const bool is_it = place && place->row != nullptr && place->row->offset == row.offset;
    if (is_it || (lists_all && same_kind))
      line += (line.empty() ? "" : " ") + info_of(row, members);
  }
  if (!line.empty()) console.write(line + "\n");  // an unknown partition prints nothing, exit 0
  return ExitStatus::kDone;
}

ExitStatus run_parttool(std::span<const std::string_view> arguments, Console& console) {
  constexpr std::array<std::string_view, 4> kCommands = {"read_partition", "write_partition",
                                                         "erase_partition", "get_partition_info"};
  constexpr std::array<std::string_view, 12> kOwn = {"--primary-bootloader-offset",
                                                     "--recovery-bootloader-offset",
                                                     "--extra-partition-subtypes",
                                                     "--partition-name",
                                                     "--partition-type",
                                                     "--partition-subtype",
                                                     "--partition-boot-default",
                                                     "--info",
                                                     "--part_list",
                                                     "--output",
                                                     "--input",
                                                     "--ignore-readonly"};
  Session session = parse("parttool", arguments, kCommands);
  if (session.find("--help") != nullptr || session.command.empty()) {
    console.write(
        "usage: parttool [--port DUMP|BOARD] [-f TABLE] [-o OFFSET] COMMAND\n"
        "  read_partition     (-n NAME | -t TYPE -s SUBTYPE | -d) --output FILE\n"
        "  write_partition    (-n NAME | -t TYPE -s SUBTYPE | -d) --input FILE "
        "[--ignore-readonly]\n"
        "  erase_partition    (-n NAME | -t TYPE -s SUBTYPE | -d)\n"
        "  get_partition_info (-n NAME | -t TYPE -s SUBTYPE | -d) [--info WORD ...] "
        "[--part_list]\n");
    return session.find("--help") != nullptr ? ExitStatus::kDone : ExitStatus::kWrongUse;
  }
  if (const Outcome settled = settle(session, kOwn); !settled.ok())
    return complain(console, session.tool, settled.error().sentence);
  if (session.command == "get_partition_info" &&
      !(session.port.empty() && session.table_file.empty())) {
    return partition_info(session, console);
  }
  if (const auto problem = no_hardware(session)) return complain(console, session.tool, *problem);
  const auto rows = rows_of(session);
  if (!rows) return complain(console, session.tool, rows.error().sentence);
  const auto name = selected(session);
  if (!name) return complain(console, session.tool, name.error().sentence);
  const auto place = find_place(*name, *rows, 0xFFFFFFFF);
  if (!place || place->row == nullptr) {
    return complain(console, session.tool,
                    fmt::format("partition '{}' does not exist", printable(*name)));
  }
  const bool changes = session.command != "read_partition";
  if (changes && place->row->readonly && session.find("--ignore-readonly") == nullptr) {
    return complain(
        console, session.tool,
        fmt::format("{} is marked read-only; --ignore-readonly changes it all the same.",
                    printable(place->row->label())));
  }
  const std::string where = place_of(*place->row);
  Quiet quiet(session, console);
  if (session.command == "read_partition") {
    const std::string output = session.value("--output");
    if (output.empty())
      return complain(console, session.tool, "the following arguments are required: --output");
    return run_words(kPartRead, {"--force", "--output", output, "--", session.port, where},
                     quiet.console());
  }
  if (session.command == "erase_partition")
    return run_words(kPartErase, {"--ignore-readonly", "--", session.port, where}, quiet.console());
  const std::string input = session.value("--input");
  if (input.empty())
    return complain(console, session.tool, "the following arguments are required: --input");
  return run_words(kPartWrite, {"--ignore-readonly", "--force", "--", session.port, where, input},
                   quiet.console());
}

// ---- otatool ------------------------------------------------------------------------------------

ExitStatus read_otadata(const Session& session, Console& console) {
  auto file = InputFile::open(session.port);
  if (!file) return complain(console, session.tool, file.error().sentence);
  const auto rows = rows_of(session);
  if (!rows) return complain(console, session.tool, rows.error().sentence);
  const core::FlashRange range = core::boot_table_of(*rows).ota_data;
  if (range.size_bytes == 0)
    return complain(console, session.tool, "the table has no OTA data partition.");
  const auto records = core::OtaDataStore(*file, range, core::OtaDataWriting::kInPlace).read();
  if (!records) return complain(console, session.tool, std::string(describe(records.error()).what));
  console.print("\t {:8s} \t  {:8s} | \t  {:8s} \t   {:8s}\n", "OTA_SEQ", "CRC", "OTA_SEQ", "CRC");
  console.print("Firmware:  0x{:08x} \t0x{:08x} |\t0x{:08x} \t 0x{:08x}\n", (*records)[0].sequence,
                (*records)[0].check, (*records)[1].sequence, (*records)[1].check);
  return ExitStatus::kDone;
}

ExitStatus run_otatool(std::span<const std::string_view> arguments, Console& console) {
  constexpr std::array<std::string_view, 6> kCommands = {
      "read_otadata",       "erase_otadata",       "switch_ota_partition",
      "read_ota_partition", "write_ota_partition", "erase_ota_partition"};
  constexpr std::array<std::string_view, 5> kOwn = {"--spi-flash-sec-size", "--slot", "--name",
                                                    "--output", "--input"};
  Session session = parse("otatool", arguments, kCommands);
  if (session.find("--help") != nullptr || session.command.empty()) {
    console.write(
        "usage: otatool --port DUMP|BOARD [-f TABLE] [-o OFFSET] COMMAND\n"
        "  read_otadata, erase_otadata\n"
        "  switch_ota_partition (--slot N | --name NAME)\n"
        "  read_ota_partition   (--slot N | --name NAME) --output FILE\n"
        "  write_ota_partition  (--slot N | --name NAME) --input FILE\n"
        "  erase_ota_partition  (--slot N | --name NAME)\n");
    return session.find("--help") != nullptr ? ExitStatus::kDone : ExitStatus::kWrongUse;
  }
  if (const Outcome settled = settle(session, kOwn); !settled.ok())
    return complain(console, session.tool, settled.error().sentence);
  if (const auto problem = no_hardware(session)) return complain(console, session.tool, *problem);
  if (session.command == "read_otadata") return read_otadata(session, console);
  const auto rows = rows_of(session);
  if (!rows) return complain(console, session.tool, rows.error().sentence);
  Quiet quiet(session, console);
  if (session.command == "erase_otadata") {
    const core::FlashRange range = core::boot_table_of(*rows).ota_data;
    if (range.size_bytes == 0)
      return complain(console, session.tool, "the table has no OTA data partition.");
    return run_words(kPartErase,
                     {"--ignore-readonly", "--", session.port,
                      fmt::format("0x{:x}:0x{:x}", range.start.value, range.size_bytes)},
                     quiet.console());
  }
  std::string slot = session.value("--name");
  if (const std::string number = session.value("--slot"); !number.empty())
    slot = "app/ota_" + number;
  if (slot.empty())
    return complain(console, session.tool, "one of the arguments --slot --name is required");
  if (session.command == "switch_ota_partition") {
    if (slot.starts_with("app/")) slot.erase(0, 4);
    return run_words(kOtadataSet,
                     {"--force", "--table-offset", fmt::format("0x{:x}", session.table_offset),
                      "--", session.port, slot},
                     quiet.console());
  }
  const auto place = find_place(slot, *rows, 0xFFFFFFFF);
  if (!place || place->row == nullptr) {
    return complain(console, session.tool,
                    fmt::format("partition '{}' does not exist", printable(slot)));
  }
  const std::string where = place_of(*place->row);
  if (session.command == "read_ota_partition") {
    const std::string output = session.value("--output");
    if (output.empty())
      return complain(console, session.tool, "the following arguments are required: --output");
    return run_words(kPartRead, {"--force", "--output", output, "--", session.port, where},
                     quiet.console());
  }
  if (session.command == "erase_ota_partition")
    return run_words(kPartErase, {"--", session.port, where}, quiet.console());
  const std::string input = session.value("--input");
  if (input.empty())
    return complain(console, session.tool, "the following arguments are required: --input");
  return run_words(kPartWrite, {"--force", "--", session.port, where, input}, quiet.console());
}

}  // namespace

std::optional<ExitStatus> run_as_original(std::string_view program_path,
                                          std::span<const std::string_view> arguments,
                                          Console& console) {
  std::string_view name = program_path.substr(program_path.rfind('/') + 1);
  if (name.ends_with(".py")) name.remove_suffix(3);
  if (name == "gen_esp32part") return run_gen_esp32part(arguments, console);
  if (name == "parttool") return run_parttool(arguments, console);
  if (name == "otatool") return run_otatool(arguments, console);
  return std::nullopt;
}

}  // namespace rota::cli
