#include "cli/flash_plan.h"

#include <algorithm>

#include "cli/board_access.h"
#include "cli/command_line.h"
#include "cli/input_file.h"
#include "cli/table_source.h"
#include "formats/identify.h"

namespace rota::cli {
namespace {

using formats::ContentKind;
using formats::PartitionRow;

bool is_image(ContentKind kind) {
  return kind == ContentKind::kAppImage || kind == ContentKind::kNativeImage ||
         kind == ContentKind::kBootloaderImage || kind == ContentKind::kImageWithoutDescription;
}

// Where a file goes that came without a place.
Result<std::uint32_t, Refusal> natural_place(ContentKind kind,
                                             InputFile& file,
                                             const FlashPicture& picture) {
  const BootForecast& forecast = picture.forecast;
  switch (kind) {
    case ContentKind::kBootloaderImage:
      return forecast.chip->bootloader_offset;
    case ContentKind::kPartitionTable:
      return forecast.table_offset;
    case ContentKind::kMergedFlash:
      return 0U;
    case ContentKind::kOtaData:
      if (forecast.table.ota_data.size_bytes != 0) return forecast.table.ota_data.start.value;
      return refuse("the table has no OTA data partition.");
    case ContentKind::kAppImage:
    case ContentKind::kNativeImage:
    case ContentKind::kImageWithoutDescription:
      if (forecast.table.factory.size_bytes != 0) return forecast.table.factory.start.value;
      if (forecast.table.slots[0].size_bytes != 0) return forecast.table.slots[0].start.value;
      return refuse("the table has neither a factory partition nor ota_0; name the place.");
    default:
      break;
  }
  return refuse(fmt::format("{}: {} Name the place, e.g. 0x10000={}.", file.name(),
                            what_it_is(file), file.name()));
}

const PartitionRow* row_at(const BootForecast& forecast, std::uint32_t offset) {
  for (const PartitionRow& row : forecast.rows) {
    if (offset >= row.offset && offset - row.offset < row.size) return &row;
  }
  return nullptr;
}

Outcome check_image(InputFile& file,
                    const FlashPicture& picture,
                    const PartitionRow* row,
                    bool force,
                    std::string& what) {
  const core::FlashRange range{{0}, file.size()};
  const auto kind =
      is_bootloader_image(file, range) ? core::ImageKind::kBootloader : core::ImageKind::kApp;
  const auto report = read_image(file, range, kind);
  if (!report) return force ? Outcome() : Outcome(refuse(file.name(), report.error()));
  if (report->app) {
    what += fmt::format(", {} {}", printable(report->app->project_name()),
                        printable(report->app->version()));
  }
  if (force) return {};
  if (report->chip != picture.forecast.chip) {
    return refuse(
        fmt::format("{} is for {} and this board is an {}; build it for {}, or flash it "
                    "all the same with --force.",
                    file.name(), report->chip != nullptr ? report->chip->name : "an unknown chip",
                    picture.forecast.chip->name, picture.forecast.chip->target));
  }
  if (report->refused) return refuse(file.name(), *report->refused);
  if (row != nullptr && row->is_app() && kind == core::ImageKind::kBootloader) {
    return refuse(fmt::format("{} is a bootloader and {} is an app partition; give the app's .bin.",
                              file.name(), printable(row->label())));
  }
  return {};
}

}  // namespace

Result<FlashWrite, Refusal> plan_write(std::string_view order,
                                       const FlashPicture& picture,
                                       bool force) {
  const BootForecast& forecast = picture.forecast;
  const std::size_t equals = order.find('=');
  const bool is_named = equals != std::string_view::npos && !path_exists(std::string(order));
  const std::string_view place = is_named ? order.substr(0, equals) : "";
  auto file = InputFile::open(is_named ? order.substr(equals + 1) : order);
  if (!file) return Failed{file.error()};
  auto content = file->read_some(0, file->size());
  if (!content) return Failed{content.error()};
  const ContentKind kind = formats::identify(*content, file->size()).kind;

  FlashWrite write;
  if (!is_named) {
    const auto offset = natural_place(kind, *file, picture);
    if (!offset) return Failed{offset.error()};
    write.offset = *offset;
  } else if (const PartitionRow* row = find_partition(forecast.rows, place)) {
    write.offset = row->offset;
  } else if (const auto offset = parse_number(place)) {
    write.offset = *offset;
  } else {
    return wrong_use(
        fmt::format("the board has no partition '{}'; it has {}. An offset such as "
                    "0x10000 will do, too.",
                    printable(place), partition_names(forecast.rows)));
  }
  const PartitionRow* row = row_at(forecast, write.offset);
  write.where = row != nullptr ? fmt::format("{} (0x{:x})", printable(row->label()), write.offset)
                               : fmt::format("0x{:x}", write.offset);
  write.what = file->name();
  const std::uint32_t room = row != nullptr ? row->end() - write.offset
                             : write.offset < forecast.flash_bytes
                                 ? forecast.flash_bytes - write.offset
                                 : 0;
  if (file->size() > room) {
    return refuse(
        fmt::format("{} has {} bytes and {} has room for {}; use a larger partition or a "
                    "smaller image.",
                    file->name(), grouped(file->size()), write.where, grouped(room)));
  }
  if (is_image(kind)) {
    ROTA_TRY(check_image(*file, picture, row, force, write.what));
  } else if (!force && row != nullptr && row->is_app() && row->offset == write.offset) {
    return refuse(fmt::format("{} is not an app: {} --force writes it all the same.", file->name(),
                              what_it_is(*file)));
  }
  write.content = std::move(content).value();
  return write;
}

Outcome carry_out(const FlashWrite& write, board::BoardFolder& folder) {
  const Status written = folder.flash_with_tool({write.offset}, write.content);
  if (!written.ok()) return refuse(write.where, written.error());
  return {};
}

Outcome erase_ota_data(const FlashPicture& picture, board::BoardFolder& folder) {
  const core::FlashRange range = picture.forecast.table.ota_data;
  if (range.size_bytes == 0) return refuse("the table has no OTA data partition to erase.");
  const Status erased = folder.erase_with_tool(range);
  if (!erased.ok()) return refuse("OTA data", erased.error());
  return {};
}

}  // namespace rota::cli
