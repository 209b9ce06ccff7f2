// rota part read, write and erase: one partition, or a range of addresses, of a dump or a board.
#include <algorithm>
#include <array>

#include "cli/commands.h"
#include "cli/flash_target.h"
#include "cli/place.h"
#include "cli/table_source.h"
#include "formats/identify.h"

namespace rota::cli {
namespace {

constexpr OptionSpec kTableOffset{"--table-offset", "N",
                                  "Where the partition table lies; found when left away."};
constexpr OptionSpec kIgnoreReadonly{"--ignore-readonly", "",
                                     "Change a partition that its table marks read-only.",
                                     OptionKind::kSwitch};
constexpr std::array kReadOptions = {
    OptionSpec{"--output", "FILE", "Where to write; - is standard output.", OptionKind::kValue,
               "-o"},
    kTableOffset,
    kForceOption,
};
constexpr std::array kWriteOptions = {
    kTableOffset,
    kIgnoreReadonly,
    OptionSpec{"--force", "", "Write what is no app image into an app partition.",
               OptionKind::kSwitch},
};
constexpr std::array kEraseOptions = {kTableOffset, kIgnoreReadonly};
constexpr std::size_t kPieceBytes = 64U * 1024U;

// The table of the flash; a flash without one has addresses only.
Result<formats::PartitionRows, Refusal> rows_of(const Invocation& invocation, InputFile& file) {
  std::optional<std::uint32_t> offset;
  if (invocation.has(kTableOffset.name)) {
    const auto number = invocation.number(kTableOffset.name, 0);
    if (!number) return Failed{number.error()};
    offset = *number;
  }
  const auto source = find_table(file, offset, std::nullopt);
  if (source && source->form == TableForm::kInFlashDump) return source->rows;
  const std::string_view place = invocation.operands[1];
  const bool is_address = !place.empty() && place[0] >= '0' && place[0] <= '9';
  if (is_address && !offset) return formats::PartitionRows{};
  if (!source) return Failed{source.error()};
  return refuse(
      fmt::format("{} is a partition table alone; give a flash dump or a board.", file.name()));
}

Result<Place, Refusal> chosen_place(const Invocation& invocation,
                                    InputFile& file,
                                    formats::PartitionRows& rows) {
  const auto found = rows_of(invocation, file);
  if (!found) return Failed{found.error()};
  rows = *found;
  return find_place(invocation.operands[1], rows, file.size());
}

Outcome may_change(const Invocation& invocation, const Place& place) {
  if (place.row == nullptr || !place.row->readonly || invocation.has(kIgnoreReadonly.name))
    return {};
  return refuse(fmt::format("{}: {} --ignore-readonly writes it all the same.", place.name,
                            describe(Error::kPartitionReadOnly).what));
}

Outcome run_read(const Invocation& invocation) {
  const auto output = invocation.value("--output");
  if (!output) return wrong_use("say where to write: -o FILE, or -o - for standard output.");
  auto file = InputFile::open(invocation.operands[0]);
  if (!file) return Failed{file.error()};
  formats::PartitionRows rows;
  const auto place = chosen_place(invocation, *file, rows);
  if (!place) return Failed{place.error()};
  ROTA_TRY(may_create(*output, invocation.has(kForceOption.name)));
  OutputFile out(*output);
  ROTA_TRY(copy_range(*file, place->range.start.value, place->range.size_bytes, out));
  ROTA_TRY(out.finish());
  if (*output != "-") {
    invocation.console->print("{}: {} bytes of {}.\n", printable(*output),
                              grouped(place->range.size_bytes), place->name);
  }
  return {};
}

// An app partition should get an app: anything else is likely a slip.
Outcome check_content(const Invocation& invocation, const Place& place, InputFile& content) {
  if (place.row == nullptr || !place.row->is_app() || invocation.has("--force")) return {};
  const auto first = content.read_some(0, kPieceBytes);
  if (!first) return Failed{first.error()};
  switch (formats::identify(*first, content.size()).kind) {
    case formats::ContentKind::kAppImage:
    case formats::ContentKind::kNativeImage:
    case formats::ContentKind::kImageWithoutDescription:
    case formats::ContentKind::kErased:
      return {};
    default:
      break;
  }
  return refuse(fmt::format("{} is an app partition. {}: {} --force writes it all the same.",
                            place.name, content.name(), what_it_is(content)));
}

Outcome run_write(const Invocation& invocation) {
  auto content = InputFile::open(invocation.operands[2]);
  if (!content) return Failed{content.error()};
  auto file = InputFile::open(invocation.operands[0]);
  if (!file) return Failed{file.error()};
  formats::PartitionRows rows;
  const auto place = chosen_place(invocation, *file, rows);
  if (!place) return Failed{place.error()};
  ROTA_TRY(may_change(invocation, *place));
  if (content->size() > place->range.size_bytes) {
    return refuse(fmt::format("{} has {} bytes and {} has room for {}; nothing was changed.",
                              content->name(), grouped(content->size()), place->name,
                              grouped(place->range.size_bytes)));
  }
  ROTA_TRY(check_content(invocation, *place, *content));
  auto target = FlashTarget::open(invocation.operands[0]);
  if (!target) return Failed{target.error()};
  if (place->row != nullptr) ROTA_TRY(target->fill_with_ff(place->range));
  ROTA_TRY(target->write(place->range.start.value, *content));
  ROTA_TRY(target->finish());
  invocation.console->print("{}: {} bytes of {}.\n", place->name, grouped(content->size()),
                            printable(content->name()));
  return {};
}

Outcome run_erase(const Invocation& invocation) {
  auto file = InputFile::open(invocation.operands[0]);
  if (!file) return Failed{file.error()};
  formats::PartitionRows rows;
  const auto place = chosen_place(invocation, *file, rows);
  if (!place) return Failed{place.error()};
  ROTA_TRY(may_change(invocation, *place));
  if (place->row == nullptr && invocation.operands[1].find(':') == std::string_view::npos) {
    return wrong_use(fmt::format("say how much to erase: {}:SIZE.", invocation.operands[1]));
  }
  auto target = FlashTarget::open(invocation.operands[0]);
  if (!target) return Failed{target.error()};
  ROTA_TRY(target->fill_with_ff(place->range));
  ROTA_TRY(target->finish());
  invocation.console->print("{}: {} erased.\n", place->name, size_text(place->range.size_bytes));
  return {};
}

}  // namespace

constinit const CommandSpec kPartRead{
    .name = "part read",
    .summary = "copy a partition out of a flash",
    .usage = "DUMP|BOARD PLACE -o FILE [--force]",
    .about =
        "PLACE is a name (ota_0), a type and subtype (data/nvs), boot (the factory app, else the "
        "lowest slot), an address (0x9000, up to the end of its partition) or a range "
        "(0x9000:0x1000).",
    .example =
        "rota part read dump.bin ota_0 -o ota_0.bin\nrota part read dump.bin nvs -o - | xxd | head",
    .options = kReadOptions,
    .min_operands = 2,
    .max_operands = 2,
    .run = run_read,
};

constinit const CommandSpec kPartWrite{
    .name = "part write",
    .summary = "write a file into a partition; its size is checked before anything is erased",
    .usage = "DUMP|BOARD PLACE FILE [--ignore-readonly] [--force]",
    .about =
        "A partition named as a whole is erased first, so that nothing of its old content stays. "
        "PLACE "
        "as in rota part read. A dump is replaced only when the new one is whole; a board that "
        "runs "
        "is refused.",
    .example = "rota part write dump.bin ota_1 build/app.bin",
    .options = kWriteOptions,
    .min_operands = 3,
    .max_operands = 3,
    .run = run_write,
};

constinit const CommandSpec kPartErase{
    .name = "part erase",
    .summary = "erase a partition",
    .usage = "DUMP|BOARD PLACE [--ignore-readonly]",
    .about = "PLACE as in rota part read; an address needs its size.",
    .example = "rota part erase dump.bin nvs\nrota part erase dump.bin 0x9000:0x1000",
    .options = kEraseOptions,
    .min_operands = 2,
    .max_operands = 2,
    .run = run_erase,
};

}  // namespace rota::cli
