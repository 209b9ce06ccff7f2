#include "cli/flash_map.h"

#include <algorithm>
#include <array>

#include "cli/command_line.h"

namespace rota::cli {
namespace {

using core::BootPosition;
using formats::OtaRecord;
using formats::OtaState;

constexpr std::size_t kBarCells = 10;
constexpr std::size_t kMaxNameColumns = 16;
constexpr std::size_t kMinContentColumns = 12;
constexpr std::size_t kMaxLineColumns = 100;

std::optional<BootPosition> position_of_row(const formats::PartitionRow& row) {
  if (row.is_ota_slot()) return BootPosition{row.subtype & 0x0F};
  if (row.subtype == formats::kAppFactory) return BootPosition{BootPosition::kFactory};
  if (row.subtype == formats::kAppTest) return BootPosition{BootPosition::kTest};
  return std::nullopt;
}

SlotState state_of(const OtaRecord& record) {
  if (!record.check_is_good()) return SlotState::kDamagedRecord;
  switch (record.state) {
    case OtaState::kNew:
      return SlotState::kNew;
    case OtaState::kPendingVerify:
      return SlotState::kOnTrial;
    case OtaState::kValid:
      return SlotState::kConfirmed;
    case OtaState::kInvalid:
      return SlotState::kRejected;
    case OtaState::kAborted:
      return SlotState::kAborted;
    case OtaState::kUndefined:
      return SlotState::kNoTrial;
  }
  return SlotState::kNoTrial;  // a value outside the enumeration counts as not rejected
}

// The record that speaks for a slot: the one in charge, else the newer one, if it names the slot.
SlotState state_of_slot(const BootForecast& forecast, BootPosition position) {
  const OtaRecord* best = nullptr;
  for (const OtaRecord& record : forecast.records) {
    if (forecast.position_of(record) != position) continue;
    const bool better =
        best == nullptr || (record.is_selectable() && !best->is_selectable()) ||
        (record.is_selectable() == best->is_selectable() && record.sequence > best->sequence);
    if (better) best = &record;
  }
  return best == nullptr ? SlotState::kNone : state_of(*best);
}

bool reads_erased(core::Flash& flash, std::uint32_t offset) {
  std::array<std::byte, 4096> bytes{};
  return flash.read({offset}, bytes).ok() &&
         std::all_of(bytes.begin(), bytes.end(), [](std::byte b) { return b == std::byte{0xFF}; });
}

std::string shortened(std::string text, std::size_t width) {
  if (columns(text) <= width) return text;
  while (columns(text) > width - 2) text.pop_back();
  return printable(text) + "..";
}

std::string bar(const SlotPicture& slot, const Looks& looks) {
  const std::uint32_t used = slot.image && slot.image->is_whole ? slot.image->image_bytes : 0;
  const std::uint64_t size = std::max<std::uint32_t>(slot.row.size, 1);
  const auto percent = static_cast<unsigned>(std::min<std::uint64_t>(999, used * 100ULL / size));
  auto cells =
      static_cast<std::size_t>(std::min<std::uint64_t>(kBarCells, used * kBarCells / size));
  if (used != 0 && cells == 0) cells = 1;
  std::string full;
  std::string rest;
  for (std::size_t i = 0; i < kBarCells; ++i) {
    (i < cells ? full : rest) += looks.unicode ? (i < cells ? "█" : "░") : (i < cells ? "#" : ".");
  }
  const std::string number = used == 0 ? "    " : fmt::format("{:3}%", percent);
  return looks.ink(Ink::kCyan, full) + looks.ink(Ink::kDim, rest) + " " + number;
}

struct Words {
  std::string text;
  Ink ink = Ink::kPlain;
};

Words state_words(const SlotPicture& slot, const BootForecast& forecast) {
  std::vector<std::string> parts;
  Ink ink = Ink::kPlain;
  if (slot.runs) parts.emplace_back("runs");
  switch (slot.state) {
    case SlotState::kNone:
      break;
    case SlotState::kNew:
      parts.emplace_back(forecast.settings.rollback ? "trial starts at boot" : "no trial");
      ink = Ink::kYellow;
      break;
    case SlotState::kOnTrial:
      parts.emplace_back("on trial");
      ink = Ink::kYellow;
      break;
    case SlotState::kConfirmed:
      parts.emplace_back("confirmed");
      ink = Ink::kGreen;
      break;
    case SlotState::kNoTrial:
      parts.emplace_back("no trial");
      break;
    case SlotState::kRejected:
      parts.emplace_back("rejected itself");
      ink = Ink::kRed;
      break;
    case SlotState::kAborted:
      parts.emplace_back("aborted, unconfirmed");
      ink = Ink::kRed;
      break;
    case SlotState::kDamagedRecord:
      parts.emplace_back("record damaged");
      ink = Ink::kRed;
      break;
  }
  if (slot.boots_next) parts.emplace_back("boots next");
  return {fmt::format("{}", fmt::join(parts, ", ")), ink};
}

std::string heading(const BootForecast& forecast) {
  std::string text = fmt::format("{}, {} flash, partition table at 0x{:x}", forecast.chip->target,
                                 size_text(forecast.flash_bytes), forecast.table_offset);
  if (!forecast.has_bootloader) return text + ", no bootloader";
  text += fmt::format(", rollback {}", forecast.settings.rollback ? "on" : "off");
  if (forecast.settings.anti_rollback) text += ", anti-rollback on";
  if (!forecast.settings_known) text += " (assumed)";
  return text;
}

struct Strokes {
  std::string_view horizontal, vertical, marker;
  std::array<std::string_view, 3> top, bottom;  // left, between, right
};

constexpr Strokes kUnicodeStrokes{"─", "│", "▶", {"┌", "┬", "┐"}, {"└", "┴", "┘"}};
constexpr Strokes kAsciiStrokes{"-", "|", ">", {"+", "+", "+"}, {"+", "+", "+"}};

constexpr std::size_t kColumnCount = 6;
using Cells = std::array<std::string, kColumnCount>;

std::string edge(const Strokes& strokes,
                 const std::array<std::string_view, 3>& corners,
                 const std::array<std::size_t, kColumnCount>& widths) {
  std::string line = "    ";
  for (std::size_t i = 0; i < kColumnCount; ++i) {
    line += i == 0 ? corners[0] : corners[1];
    for (std::size_t k = 0; k < widths[i] + 2; ++k) line += strokes.horizontal;
  }
  return line + std::string(corners[2]) + "\n";
}

// The column of contents gives way until a line fits.
void fit_contents(std::vector<Cells>& lines, std::array<std::size_t, kColumnCount>& widths) {
  constexpr std::size_t kContents = 3;
  std::size_t total = 4 + 1;
  for (const std::size_t width : widths) total += width + 3;
  if (total <= kMaxLineColumns) return;
  const std::size_t excess = total - kMaxLineColumns;
  widths[kContents] =
      std::max(kMinContentColumns, widths[kContents] - std::min(widths[kContents], excess));
  for (Cells& cells : lines) cells[kContents] = shortened(cells[kContents], widths[kContents]);
}

std::string render_slots(const FlashPicture& picture, const Looks& looks) {
  const Strokes& strokes = looks.unicode ? kUnicodeStrokes : kAsciiStrokes;
  std::vector<Cells> lines;
  std::array<std::size_t, kColumnCount> widths{};
  for (const SlotPicture& slot : picture.slots) {
    const Words words = state_words(slot, picture.forecast);
    const std::string name = shortened(printable(slot.row.label()), kMaxNameColumns);
    lines.push_back({slot.runs || slot.boots_next ? looks.ink(Ink::kBold, name) : name,
                     fmt::format("0x{:06x}", slot.row.offset), size_text(slot.row.size),
                     content_text(slot), bar(slot, looks), looks.ink(words.ink, words.text)});
    for (std::size_t i = 0; i < kColumnCount; ++i) {
      widths[i] = std::max(widths[i], columns(lines.back()[i]));
    }
  }
  if (lines.empty()) return "    no app partitions in the table\n";
  fit_contents(lines, widths);
  const auto dim = [&](std::string_view text) { return looks.ink(Ink::kDim, text); };
  std::string text = dim(edge(strokes, strokes.top, widths));
  for (std::size_t n = 0; n < lines.size(); ++n) {
    const SlotPicture& slot = picture.slots[n];
    text += slot.boots_next ? fmt::format("  {} ", looks.ink(Ink::kGreen, strokes.marker)) : "    ";
    for (std::size_t i = 0; i < kColumnCount; ++i) {
      text += dim(strokes.vertical) + " " + padded(lines[n][i], widths[i]) + " ";
    }
    text += dim(strokes.vertical) + "\n";
  }
  return text + dim(edge(strokes, strokes.bottom, widths));
}

std::string free_text(const FlashPicture& picture) {
  std::uint64_t end = std::uint64_t{picture.forecast.table_offset} + core::kSectorBytes;
  for (const formats::PartitionRow& row : picture.forecast.rows) {
    end = std::max(end, std::uint64_t{row.offset} + row.size);
  }
  const std::uint32_t flash = picture.forecast.flash_bytes;
  if (end >= flash) return "none behind the last partition";
  return fmt::format("0x{:x} to 0x{:x} ({})", end, flash, size_text(flash - end));
}

std::string_view state_note(const OtaRecord& record, bool rollback) {
  switch (state_of(record)) {
    case SlotState::kNew:
      return rollback ? "its first start is its trial"
                      : "a bootloader without rollback starts it "
                        "without a trial";
    case SlotState::kOnTrial:
      return rollback ? "on trial; a restart before it is confirmed gives it up"
                      : "a bootloader without rollback starts it again";
    case SlotState::kRejected:
      return "the image rejected itself, it is not selected again";
    case SlotState::kAborted:
      return "it ran and nobody confirmed it, it is not selected again";
    default:
      return "";
  }
}

Json json_of(const SlotPicture& slot) {
  Json image = nullptr;
  if (slot.image) {
    const ImageReport& report = *slot.image;
    image = {{"project", report.app ? Json(printable(report.app->project_name())) : Json(nullptr)},
             {"version", report.app ? Json(printable(report.app->version())) : Json(nullptr)},
             {"chip", report.chip != nullptr ? Json(report.chip->target) : Json(nullptr)},
             {"native", report.is_native},
             {"bytes", report.is_whole ? Json(report.image_bytes) : Json(nullptr)},
             {"sha256", report.is_whole && report.has_digest ? Json(hex_text(report.stored_digest))
                                                             : Json(nullptr)},
             {"sound", !report.refused.has_value()},
             {"error", report.refused ? Json(describe(*report.refused).name) : Json(nullptr)}};
  }
  return {{"name", printable(slot.row.label())},
          {"offset", slot.row.offset},
          {"size", slot.row.size},
          {"empty", slot.is_empty},
          {"image", image},
          {"state", name_of(slot.state)},
          {"runs", slot.runs},
          {"boots_next", slot.boots_next}};
}

}  // namespace

const SlotPicture* FlashPicture::slot(BootPosition position) const {
  for (const SlotPicture& one : slots) {
    if (one.position == position) return &one;
  }
  return nullptr;
}

Result<FlashPicture, Refusal> picture_of(core::Flash& flash,
                                         const std::string& name,
                                         const BootQuestion& question,
                                         std::optional<std::uint32_t> running) {
  auto forecast = forecast_boot(flash, name, question);
  if (!forecast) return Failed{forecast.error()};
  FlashPicture picture;
  picture.forecast = std::move(forecast).value();
  picture.running_is_known = running.has_value();
  for (const formats::PartitionRow& row : picture.forecast.rows) {
    if (!row.is_app()) continue;
    SlotPicture slot;
    slot.row = row;
    slot.position = position_of_row(row).value_or(BootPosition{});
    slot.is_empty = reads_erased(flash, row.offset);
    if (!slot.is_empty) {
      const auto image = read_image(flash, {{row.offset}, row.size}, core::ImageKind::kApp);
      if (image) slot.image = *image;
      if (slot.image && !slot.image->refused && slot.image->chip != picture.forecast.chip) {
        slot.image->refused = Error::kImageWrongChip;
      }
    }
    if (slot.position.is_slot()) slot.state = state_of_slot(picture.forecast, slot.position);
    slot.runs = running == row.offset;
    slot.boots_next = picture.forecast.starts && picture.forecast.range.start.value == row.offset;
    picture.slots.push_back(std::move(slot));
  }
  return picture;
}

std::string content_text(const SlotPicture& slot) {
  if (slot.is_empty) return "empty";
  if (!slot.image) return "not an image";
  std::string text = slot.image->app ? fmt::format("{} {}", slot.image->app->project_name(),
                                                   slot.image->app->version())
                                     : "an image";
  text = printable(text);
  if (slot.image->refused) {
    text += *slot.image->refused == Error::kImageWrongChip && slot.image->chip != nullptr
                ? fmt::format(", for {}", slot.image->chip->name)
                : std::string(", damaged");
  }
  return text;
}

std::string_view name_of(SlotState state) {
  switch (state) {
    case SlotState::kNone:
      return "none";
    case SlotState::kNew:
      return "new";
    case SlotState::kOnTrial:
      return "on_trial";
    case SlotState::kConfirmed:
      return "confirmed";
    case SlotState::kNoTrial:
      return "no_trial";
    case SlotState::kRejected:
      return "rejected";
    case SlotState::kAborted:
      return "aborted";
    case SlotState::kDamagedRecord:
      return "damaged_record";
  }
  return "none";
}

std::string record_text(const FlashPicture& picture, int sector) {
  const BootForecast& forecast = picture.forecast;
  const OtaRecord& record = forecast.records[static_cast<std::size_t>(sector)];
  if (record == OtaRecord::blank()) return "blank";
  if (record.sequence == formats::kBlankSequence) return "blank sequence, never selected";
  const auto position = forecast.position_of(record);
  std::string text = fmt::format("sequence {} names {}, {}", record.sequence,
                                 position ? forecast.name_of(*position) : "no slot",
                                 formats::name_of(record.state));
  if (!record.check_is_good()) return text + ", check word wrong: never selected";
  if (formats::active_record(forecast.records) == sector) text += ", in charge";
  const std::string_view note = state_note(record, forecast.settings.rollback);
  return note.empty() ? text : fmt::format("{}: {}", text, note);
}

std::string render(const FlashPicture& picture, const Looks& looks) {
  const BootForecast& forecast = picture.forecast;
  std::string text = wrap(heading(forecast), 2);
  text += render_slots(picture, looks);
  if (forecast.table.ota_data.size_bytes != 0) {
    for (int sector = 0; sector < 2; ++sector) {
      const std::string lead = fmt::format("    OTA data {}: ", sector);
      text += wrap(record_text(picture, sector), lead.size()).replace(0, lead.size(), lead);
    }
  } else {
    text += "    OTA data: none in the table\n";
  }
  text += fmt::format("    free: {}\n", free_text(picture));
  if (!forecast.starts) text += looks.ink(Ink::kRed, "    nothing boots") + "\n";
  return text;
}

Json json_of(const FlashPicture& picture) {
  const BootForecast& forecast = picture.forecast;
  Json slots = Json::array();
  for (const SlotPicture& slot : picture.slots) slots.push_back(json_of(slot));
  Json records = Json::array();
  for (int sector = 0; sector < 2; ++sector) {
    const OtaRecord& record = forecast.records[static_cast<std::size_t>(sector)];
    const auto position = forecast.position_of(record);
    records.push_back({{"sequence", record.sequence},
                       {"state", formats::name_of(record.state)},
                       {"check_good", record.check_is_good()},
                       {"slot", position ? Json(forecast.name_of(*position)) : Json(nullptr)},
                       {"in_charge", formats::active_record(forecast.records) == sector}});
  }
  return {
      {"chip", forecast.chip->target},
      {"flash_bytes", forecast.flash_bytes},
      {"table_offset", forecast.table_offset},
      {"bootloader", forecast.has_bootloader},
      {"rollback", forecast.settings.rollback},
      {"anti_rollback", forecast.settings.anti_rollback},
      {"settings_assumed", !forecast.settings_known},
      {"slots", slots},
      {"ota_data", records},
      {"boots_next", forecast.starts ? Json(forecast.name_of(forecast.position)) : Json(nullptr)}};
}

}  // namespace rota::cli
