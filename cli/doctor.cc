// rota doctor: is this product's update sound? On a dump, a board, or the files of a build.
#include <array>
#include <ctime>

#include "cli/assembled_flash.h"
#include "cli/board_access.h"
#include "cli/commands.h"
#include "cli/doctor_checks.h"
#include "cli/json.h"
#include "cli/table_source.h"
#include "core/boot_plan.h"
#include "formats/identify.h"

namespace rota::cli {
namespace {

using formats::ContentKind;

constexpr std::array kOptions = {
    OptionSpec{"--rollback", "on|off",
               "Whether the bootloader was built with rollback, if it does not tell.",
               OptionKind::kOnOff},
    OptionSpec{"--today", "DATE",
               "The day that certificates are held against, e.g. 2026-01-31; default today."},
    OptionSpec{"--all", "", "List what is in order, too.", OptionKind::kSwitch},
    kJsonOption,
};

Result<std::string, Refusal> chosen_day(const Invocation& invocation) {
  if (const auto text = invocation.value("--today")) {
    bool is_date = text->size() == 10 && (*text)[4] == '-' && (*text)[7] == '-';
    for (std::size_t i = 0; is_date && i < text->size(); ++i) {
      is_date = i == 4 || i == 7 || ((*text)[i] >= '0' && (*text)[i] <= '9');
    }
    if (is_date) return std::string(*text);
    return wrong_use("--today is a date such as 2026-01-31.");
  }
  const std::time_t now = std::time(nullptr);
  std::tm parts{};
  gmtime_r(&now, &parts);
  std::array<char, 16> text{};
  std::strftime(text.data(), text.size(), "%Y-%m-%d", &parts);
  return std::string(text.data());
}

// The files of a build, put where a flashing tool puts them.
struct BuildFiles {
  std::optional<InputFile> bootloader, table;
  std::vector<InputFile> apps;
  std::uint32_t bootloader_offset = 0;
  std::uint32_t flash_bytes = 0;
};

Outcome take_file(std::string_view path, BuildFiles& into) {
  auto file = InputFile::open(path);
  if (!file) return Failed{file.error()};
  const auto first = file->read_some(0, 64U * 1024U);
  if (!first) return Failed{first.error()};
  ContentKind kind = formats::identify(*first, file->size()).kind;
  // Bootloaders from before ESP-IDF v5.2 carry no description either.
  if (kind == ContentKind::kImageWithoutDescription &&
      is_bootloader_image(*file, {{0}, file->size()})) {
    kind = ContentKind::kBootloaderImage;
  }
  switch (kind) {
    case ContentKind::kBootloaderImage: {
      const auto report = read_image(*file, {{0}, file->size()}, core::ImageKind::kBootloader);
      if (report && report->chip != nullptr) {
        into.bootloader_offset = report->chip->bootloader_offset;
        into.flash_bytes = report->header.flash_bytes();
      }
      into.bootloader.emplace(std::move(file).value());
      return {};
    }
    case ContentKind::kPartitionTable:
      into.table.emplace(std::move(file).value());
      return {};
    case ContentKind::kAppImage:
    case ContentKind::kNativeImage:
    case ContentKind::kImageWithoutDescription:
      into.apps.push_back(std::move(file).value());
      return {};
    default:
      break;
  }
  return refuse(fmt::format("{}: {} The doctor takes a flash dump, or bootloader, table and apps.",
                            file->name(), what_it_is(*file)));
}

// Apps go to factory, ota_0, ota_1, ... in the order given.
Outcome place_apps(BuildFiles& files,
                   const formats::PartitionRows& rows,
                   std::vector<FlashPart>& parts) {
  std::vector<const formats::PartitionRow*> places;
  for (const formats::PartitionRow& row : rows) {
    if (row.is_app() && row.subtype == formats::kAppFactory) places.insert(places.begin(), &row);
    if (row.is_ota_slot()) places.push_back(&row);
  }
  for (std::size_t i = 0; i < files.apps.size(); ++i) {
    if (i >= places.size()) {
      return refuse(fmt::format("the table has {} app partitions and {} apps were given.",
                                places.size(), files.apps.size()));
    }
    InputFile& app = files.apps[i];
    if (app.size() > places[i]->size) {
      return refuse(fmt::format(
          "{} has {} bytes and {} has room for {}: it can not be flashed. Make the slots "
          "larger: rota table plan --propose --image {}.",
          app.name(), grouped(app.size()), printable(places[i]->label()), grouped(places[i]->size),
          app.name()));
    }
    std::string name = app.name();
    parts.push_back({places[i]->offset, std::move(name), std::move(app)});
  }
  return {};
}

Result<AssembledFlash, Refusal> flash_of_files(const Invocation& invocation) {
  BuildFiles files;
  for (const std::string_view path : invocation.operands) ROTA_TRY(take_file(path, files));
  if (!files.table) {
    return refuse(
        "there is no partition table among the files; give it, too: without it nobody knows the "
        "slots.");
  }
  const auto source = find_table(*files.table, std::nullopt, std::nullopt);
  if (!source) return Failed{source.error()};
  std::vector<FlashPart> parts;
  ROTA_TRY(place_apps(files, source->rows, parts));
  if (files.bootloader) {
    parts.push_back({files.bootloader_offset, "bootloader", std::move(*files.bootloader)});
  }
  parts.push_back({formats::kDefaultTableOffset, "partition table", std::move(*files.table)});
  ROTA_TRY(sort_and_check(parts));
  std::uint32_t size = files.flash_bytes;
  for (const formats::PartitionRow& row : source->rows) size = std::max(size, row.end());
  return AssembledFlash(std::move(parts), size);
}

bool is_build_file(InputFile& file) {
  const auto first = file.read_some(0, 64U * 1024U);
  if (!first) return false;
  const ContentKind kind = formats::identify(*first, file.size()).kind;
  return kind == ContentKind::kBootloaderImage || kind == ContentKind::kPartitionTable ||
         kind == ContentKind::kAppImage || kind == ContentKind::kNativeImage ||
         kind == ContentKind::kImageWithoutDescription;
}

std::string_view word_of(Severity severity) {
  switch (severity) {
    case Severity::kOk:
      return "ok";
    case Severity::kNote:
      return "note";
    case Severity::kWarning:
      return "WARNING";
    case Severity::kError:
      return "ERROR";
  }
  return "";
}

Ink ink_of(Severity severity) {
  switch (severity) {
    case Severity::kOk:
      return Ink::kGreen;
    case Severity::kNote:
      return Ink::kCyan;
    case Severity::kWarning:
      return Ink::kYellow;
    case Severity::kError:
      return Ink::kRed;
  }
  return Ink::kPlain;
}

void print_text(Console& console, const std::vector<DoctorFinding>& findings, bool shows_all) {
  std::array<unsigned, 4> counts{};
  for (const DoctorFinding& one : findings) {
    ++counts[static_cast<std::size_t>(one.severity)];
    if (one.severity == Severity::kOk && !shows_all) continue;
    constexpr std::size_t kIndent = 11;
    std::string text = wrap(fmt::format("{}{}", one.finding,
                                        one.certainty == Certainty::kSure
                                            ? std::string()
                                            : fmt::format(" ({})", name_of(one.certainty))),
                            kIndent);
    console.write(text.replace(
        0, kIndent, "  " + console.ink(ink_of(one.severity), padded(word_of(one.severity), 9))));
    if (!one.remedy.empty()) console.write(wrap(one.remedy, kIndent + 2));
  }
  const bool is_alone = findings.size() == counts[0] && !shows_all;
  console.print("{}Errors: {}, warnings: {}, notes: {}, in order: {}{}.\n", is_alone ? "" : "\n",
                counts[3], counts[2], counts[1], counts[0], shows_all ? "" : " (--all lists them)");
}

Outcome run(const Invocation& invocation) {
  DoctorQuestion question;
  const auto day = chosen_day(invocation);
  if (!day) return Failed{day.error()};
  question.today = *day;
  auto first = InputFile::open(invocation.operands[0]);
  if (!first) return Failed{first.error()};
  std::optional<AssembledFlash> assembled;
  if (invocation.operands.size() > 1 || is_build_file(*first)) {
    auto flash = flash_of_files(invocation);
    if (!flash) return Failed{flash.error()};
    assembled.emplace(std::move(flash).value());
    question.has_ota_data = false;
  } else {
    const auto known = question_of_path(invocation.operands[0]);
    if (!known) return Failed{known.error()};
    question.boot = *known;
  }
  question.boot.rollback = invocation.on_off("--rollback");
  question.flash_name = std::string(invocation.operands[0]);
  if (is_folder(std::string(invocation.operands[0]))) {
    question.burned_fuses = static_cast<std::uint8_t>(
        core::secure_version_of_fuses(question.boot.secure_version_fuses, 32));
  }
  core::Flash& flash = assembled ? static_cast<core::Flash&>(*assembled) : *first;
  const auto findings = examine(flash, first->name(), question);
  if (!findings) return Failed{findings.error()};
  bool sound = true;
  Json list = Json::array();
  for (const DoctorFinding& one : *findings) {
    sound = sound && one.severity != Severity::kError;
    list.push_back({{"check", one.key},
                    {"severity", name_of(one.severity)},
                    {"certainty", name_of(one.certainty)},
                    {"finding", one.finding},
                    {"remedy", one.remedy.empty() ? Json(nullptr) : Json(one.remedy)}});
  }
  if (invocation.has(kJsonOption.name)) {
    print_json(*invocation.console, {{"sound", sound}, {"findings", list}});
  } else {
    print_text(*invocation.console, *findings, invocation.has("--all"));
  }
  return sound ? Outcome() : Outcome(answer_is_no());
}

}  // namespace

constinit const CommandSpec kDoctor{
    .name = "doctor",
    .summary = "examine whether a product's updates are sound: rollback, room, certificates, keys",
    .usage =
        "DUMP|BOARD [--rollback on|off] [--today DATE] [--all] [--json]\n"
        "       rota doctor bootloader.bin partition-table.bin app.bin ...",
    .about =
        "Each finding has a weight, a remedy, and how sure it is: read from the flash (no remark), "
        "likely, "
        "or unknown. Looks into the apps for CA certificates and their expiry, private keys, and "
        "updates "
        "over plain HTTP; reads the bootloader's code for rollback. Exit status 1 when there is an "
        "error.",
    .example =
        "rota doctor dump.bin\nrota doctor build/bootloader/bootloader.bin \\\n"
        "  build/partition_table/partition-table.bin build/app.bin",
    .options = kOptions,
    .min_operands = 1,
    .max_operands = 18,
    .run = run,
};

}  // namespace rota::cli
