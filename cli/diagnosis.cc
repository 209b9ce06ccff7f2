#include "cli/diagnosis.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>

#include "core/ota_data_writer.h"
#include "core/partition_access.h"

namespace rota::cli {
namespace {

using core::BootPosition;
using formats::OtaRecord;
using formats::OtaState;

constexpr std::uint32_t kAppAlignment = 0x10000;
constexpr std::uint32_t kLargestFlashBytes = 256U << 20U;  // of any of these chips

// "Jan  2 2025" and "12:34:56" as one number that grows with time; 0 when it is no such text.
std::uint64_t build_moment(const formats::AppDescription& app) {
  constexpr std::string_view kMonths = "JanFebMarAprMayJunJulAugSepOctNovDec";
  const std::string_view date = app.date();
  const std::string_view time = app.time();
  if (date.size() < 11 || time.size() < 8) return 0;
  const std::size_t month = kMonths.find(date.substr(0, 3));
  if (month == std::string_view::npos || month % 3 != 0) return 0;
  const auto number = [](std::string_view text) {
    while (text.starts_with(' ')) text.remove_prefix(1);
    std::uint64_t value = 0;
    std::from_chars(text.data(), text.data() + text.size(), value);
    return value;
  };
  std::uint64_t moment = number(date.substr(7, 4));
  for (const std::uint64_t part :
       {std::uint64_t{month / 3}, number(date.substr(4, 2)), number(time.substr(0, 2)),
        number(time.substr(3, 2)), number(time.substr(6, 2))}) {
    moment = moment * 100 + part;
  }
  return moment;
}

// Numbers inside two version texts, compared one by one: 1.10 is newer than 1.9.
int compare_versions(std::string_view a, std::string_view b) {
  const auto take_number = [](std::string_view& text, std::uint64_t& number) {
    while (!text.empty() && (text[0] < '0' || text[0] > '9')) text.remove_prefix(1);
    if (text.empty()) return false;
    const auto end = std::from_chars(text.data(), text.data() + text.size(), number);
    text.remove_prefix(static_cast<std::size_t>(end.ptr - text.data()));
    return end.ec == std::errc{};
  };
  for (;;) {
    std::uint64_t left = 0;
    std::uint64_t right = 0;
    const bool has_left = take_number(a, left);
    const bool has_right = take_number(b, right);
    if (!has_left || !has_right) return has_left == has_right ? 0 : has_left ? 1 : -1;
    if (left != right) return left > right ? 1 : -1;
  }
}

bool is_sound(const SlotPicture* slot) {
  return slot != nullptr && slot->image && !slot->image->refused;
}

class Diagnosis {
 public:
  Diagnosis(core::Flash& flash, const FlashPicture& picture, const DiagnosisContext& context)
      : flash_(flash), picture_(picture), forecast_(picture.forecast), context_(context) {}

  std::vector<Finding> run() {
    selected_is_refused();
    trial_ended();
    newer_image_elsewhere();
    images_between_partitions();
    records_name_one_slot();
    settings_are_assumed();
    records_written();
    next_update();
    way_back_finding();
    policies_differ();
    return std::move(findings_);
  }

 private:
  void add(std::string_view key, std::string sentence) {
    findings_.push_back({key, std::move(sentence)});
  }
  // A record that stays behind says that this slot's image failed its trial.
  bool is_given_up(BootPosition position) const {
    const auto& records = forecast_.records_after;
    return std::any_of(records.begin(), records.end(), [&](const OtaRecord& record) {
      return record.check_is_good() && record.is_rejected() &&
             forecast_.position_of(record) == position;
    });
  }
  std::string name(BootPosition position) const { return forecast_.name_of(position); }
  std::string boots_text() const {
    return forecast_.starts ? fmt::format("{} boots", name(forecast_.position)) : "nothing boots";
  }
  std::string command(std::string_view rest) const {
    return fmt::format("rota otadata {} {}", rest.substr(0, rest.find(' ')), context_.flash_name) +
           (rest.find(' ') == std::string_view::npos ? ""
                                                     : std::string(rest.substr(rest.find(' '))));
  }
  // The record that selects what is tried first; nullptr: none does.
  const OtaRecord* active_record(int* sector = nullptr) const {
    const int active = formats::active_record(forecast_.records_after);
    if (sector != nullptr) *sector = active;
    return active < 0 ? nullptr : &forecast_.records_after[static_cast<std::size_t>(active)];
  }

  void selected_is_refused();
  void trial_ended();
  void newer_image_elsewhere();
  void images_between_partitions();
  void records_name_one_slot();
  void settings_are_assumed();
  void records_written();
  void next_update();
  void way_back_finding();
  void policies_differ();

  core::Flash& flash_;
  const FlashPicture& picture_;
  const BootForecast& forecast_;
  const DiagnosisContext& context_;
  std::vector<Finding> findings_;
};

// OTA data name a slot whose image the bootloader refuses.
void Diagnosis::selected_is_refused() {
  const SlotPicture* slot = picture_.slot(forecast_.selected);
  if (active_record() == nullptr || forecast_.selected == forecast_.position || slot == nullptr)
    return;
  const std::string chosen = name(forecast_.selected);
  if (slot->is_empty) {
    add("selected_is_empty",
        fmt::format(
            "OTA data select {}, but {} is empty, so {}. Install an image there, or let the "
            "bootloader choose anew: {}",
            chosen, chosen, boots_text(), command("erase")));
    return;
  }
  if (!slot->image) {
    add("selected_is_no_image",
        fmt::format("OTA data select {}, but what lies there is not an image, so {}.", chosen,
                    boots_text()));
    return;
  }
  const ImageReport& image = *slot->image;
  if (image.refused == Error::kImageWrongChip && image.chip != nullptr) {
    add("selected_is_for_another_chip",
        fmt::format("OTA data select {}, but its image is for {} and this chip is an {}: the "
                    "bootloader refuses it, and {}. Install an image that was built for {} "
                    "(idf.py set-target {}).",
                    chosen, image.chip->name, forecast_.chip->name, boots_text(),
                    forecast_.chip->name, forecast_.chip->target));
    return;
  }
  for (const core::AppliedRule& rule : forecast_.rules) {
    if (!rule.image_error || rule.position != forecast_.selected) continue;
    const ErrorText& why = describe(*rule.image_error);
    add("selected_is_refused",
        fmt::format(
            "OTA data select {}, but the bootloader refuses its image, so {}. {} {} OTA data "
            "stay as they are: {} is tried first at every start.",
            chosen, boots_text(), why.what, why.next, chosen));
    return;
  }
}

// A trial that nobody confirmed, or that the image itself ended.
void Diagnosis::trial_ended() {
  for (std::size_t sector = 0; sector < 2; ++sector) {
    const OtaRecord& record = forecast_.records_after[sector];
    const auto position = forecast_.position_of(record);
    if (!position || !record.check_is_good()) continue;
    const SlotPicture* slot = picture_.slot(*position);
    const std::string content = slot != nullptr ? content_text(*slot) : "no image";
    if (record.state == OtaState::kAborted) {
      add("never_confirmed",
          fmt::format(
              "{} holds {}, which ran on trial and was given up because nobody confirmed it: "
              "it restarted or lost power before it called "
              "esp_ota_mark_app_valid_cancel_rollback(), so {}. Record {} stays ABORTED until "
              "the image is installed again; let the app confirm itself once it works.",
              name(*position), content, boots_text(), sector));
    } else if (record.state == OtaState::kInvalid) {
      add("rejected_itself",
          fmt::format(
              "{} holds {}, which rejected itself (esp_ota_mark_app_invalid_rollback), so {}. "
              "Its console log tells which of its checks failed; record {} stays INVALID until "
              "the image is installed again.",
              name(*position), content, boots_text(), sector));
    }
  }
}

// Flashed over USB, and the old slot boots.
void Diagnosis::newer_image_elsewhere() {
  int sector = -1;
  const OtaRecord* record = active_record(&sector);
  const SlotPicture* boots = picture_.slot(forecast_.position);
  if (record == nullptr || !is_sound(boots) || !boots->image->app) return;
  if (forecast_.selected != forecast_.position) return;
  for (const SlotPicture& slot : picture_.slots) {
    const bool is_candidate =
        slot.position == BootPosition{BootPosition::kFactory} || slot.position.is_slot();
    if (!is_candidate || &slot == boots || !is_sound(&slot) || !slot.image->app) continue;
    if (is_given_up(slot.position)) continue;
    if (compare_age(*slot.image->app, *boots->image->app) <= 0) continue;
    const std::string there = name(slot.position);
    add("newer_image_not_selected",
        fmt::format(
            "{} holds {}, newer than {} in {}, and does not start because OTA data still point "
            "to {} (record {}, sequence {}). Flashing over USB leaves OTA data as they were. "
            "To start {}: {}",
            there, content_text(slot), content_text(*boots), name(forecast_.position),
            name(forecast_.position), sector, record->sequence, there,
            slot.position.is_slot() ? command(fmt::format("set {}", there)) : command("erase")));
    return;
  }
}

// Where an app image of this chip starts at a place where no app partition starts.
void Diagnosis::images_between_partitions() {
  const std::uint32_t end = std::min(flash_.geometry().size_bytes, kLargestFlashBytes);
  for (std::uint32_t at = kAppAlignment; at < end; at += kAppAlignment) {
    const auto& rows = forecast_.rows;
    const auto starts_here = [&](const formats::PartitionRow& row) { return row.offset == at; };
    if (std::any_of(rows.begin(), rows.end(), starts_here)) continue;
    std::array<std::byte, formats::kImagePreambleBytes> raw{};
    if (!flash_.read({at}, raw).ok()) break;
    const Bytes bytes(raw);
    const auto header = formats::decode_image_header(bytes.first<formats::kImageHeaderBytes>());
    if (header.magic != formats::kImageMagic || formats::find_chip(header.chip_id) == nullptr)
      continue;
    const auto app = formats::decode_app_description(
        bytes.subspan<formats::kDescriptionOffset, formats::kAppDescriptionBytes>());
    if (!app) continue;
    const auto inside =
        std::find_if(rows.begin(), rows.end(), [&](const formats::PartitionRow& row) {
          return at > row.offset && at - row.offset < row.size;
        });
    // A larger image may hold another one as data.
    const SlotPicture* around = nullptr;
    for (const SlotPicture& slot : picture_.slots) {
      if (inside != rows.end() && slot.row.offset == inside->offset) around = &slot;
    }
    if (around != nullptr && around->image && around->image->is_whole &&
        at - around->row.offset < around->image->image_bytes) {
      continue;
    }
    const std::string where = inside == rows.end()
                                  ? std::string("in no partition")
                                  : fmt::format("inside {}", printable(inside->label()));
    add("table_changed",
        fmt::format(
            "At 0x{:x}, {}, starts an app image ({} {}), but no partition of this table starts "
            "there: the partition table was changed after that image was written. Flash the "
            "table that belongs to the images, or install the images again where this table "
            "has its slots.",
            at, where, printable(app->project_name()), printable(app->version())));
    return;
  }
}

void Diagnosis::records_name_one_slot() {
  const auto& records = forecast_.records;
  const auto first = forecast_.position_of(records[0]);
  if (!first || first != forecast_.position_of(records[1])) return;
  if (!records[0].check_is_good() || !records[1].check_is_good()) return;
  add("both_records_name_one_slot",
      fmt::format(
          "Both OTA data records name {} (sequences {} and {}), so neither names the other "
          "image any more: if {} fails its checks, the bootloader tries the rest by position, "
          "not by age. The next update that completes writes a correct pair again.",
          name(*first), records[0].sequence, records[1].sequence, name(*first)));
}

void Diagnosis::settings_are_assumed() {
  if (!forecast_.has_bootloader) {
    add("no_bootloader",
        fmt::format(
            "There is no bootloader for {} at 0x{:x}: a chip with this flash does not start. "
            "The decision is that of a bootloader with rollback {}.",
            forecast_.chip->name, forecast_.chip->bootloader_offset,
            forecast_.settings.rollback ? "on" : "off"));
  } else if (!forecast_.settings_known) {
    add("settings_assumed",
        fmt::format("Rollback {} and anti-rollback {} are assumed: this bootloader does not tell. "
                    "--rollback and --anti-rollback set them.",
                    forecast_.settings.rollback ? "on" : "off",
                    forecast_.settings.anti_rollback ? "on" : "off"));
  }
  const BootForecast* other = context_.other_rollback;
  if (other != nullptr && other->position != forecast_.position) {
    add("depends_on_rollback",
        fmt::format("If its rollback is {}, {} boots instead.",
                    other->settings.rollback ? "on" : "off", other->name_of(other->position)));
  }
}

void Diagnosis::records_written() {
  for (std::size_t i = 0; i < 2; ++i) {
    if (forecast_.records_after[i] == forecast_.records[i]) continue;
    add("start_writes_record", fmt::format("This start writes OTA data sector {}: it becomes {}.",
                                           i, formats::name_of(forecast_.records_after[i].state)));
  }
}

void Diagnosis::next_update() {
  const SlotPicture* next = next_update_slot(picture_);
  if (next == nullptr || !forecast_.starts) return;
  add("next_update", fmt::format("The next update writes {} ({} now).", name(next->position),
                                 content_text(*next)));
}

void Diagnosis::way_back_finding() {
  if (!forecast_.starts || forecast_.table.slot_count == 0) return;
  const WayBack back = way_back(picture_);
  if (back.is_possible) {
    const SlotPicture* slot = picture_.slot(back.position);
    const bool to_itself = back.position == forecast_.position;
    add("rollback_possible",
        fmt::format("A rollback {}: {} ({}) would start{}.",
                    to_itself ? "counts as possible, but it leads nowhere" : "is possible",
                    name(back.position), slot != nullptr ? content_text(*slot) : "no image",
                    to_itself ? " again" : ""));
  } else {
    add("rollback_impossible", fmt::format("A rollback is not possible: {}.", back.obstacle));
  }
}

// Where the app that boots confirms itself, ESP-IDF and the cut-safe policy may write different
// places.
void Diagnosis::policies_differ() {
  int sector = -1;
  const OtaRecord* record = active_record(&sector);
  if (record == nullptr || !forecast_.starts || record->state == OtaState::kValid) return;
  const std::uint32_t app_slots = core::app_slot_count(forecast_.rows);
  if (app_slots == 0) return;
  const OtaRecord& other = forecast_.records_after[static_cast<std::size_t>(1 - sector)];
  const bool other_is_way_back =
      record->is_confirmed() && other.is_confirmed() &&
      formats::slot_of(other.sequence, app_slots) != formats::slot_of(record->sequence, app_slots);
  if (other_is_way_back) {
    return add("policies_differ",
               fmt::format("When the app confirms itself, ESP-IDF erases and rewrites record {} in "
                           "place, and a power cut in between loses the selection; the cut-safe "
                           "policy leaves it, because UNDEFINED needs no confirmation.",
                           sector));
  }
  const auto safe = core::place_confirmation(forecast_.records_after, sector, app_slots,
                                             core::boot_slot_count(forecast_.rows),
                                             core::OtaDataWriting::kCutSafe);
  if (!safe || safe->sector == sector) return;
  add("policies_differ",
      fmt::format(
          "When the app confirms itself, ESP-IDF erases and rewrites record {} in place, and a "
          "power cut in between loses the selection; the cut-safe policy writes sequence {} "
          "into record {} first.",
          sector, safe->sequence, safe->sector));
}

}  // namespace

int compare_age(const formats::AppDescription& a, const formats::AppDescription& b) {
  const std::uint64_t left = build_moment(a);
  const std::uint64_t right = build_moment(b);
  if (left != 0 && right != 0 && left != right) return left > right ? 1 : -1;
  return compare_versions(a.version(), b.version());
}

const SlotPicture* next_update_slot(const FlashPicture& picture) {
  const SlotPicture* lowest = nullptr;
  const SlotPicture* after = nullptr;
  const int from = picture.forecast.position.index;
  for (const SlotPicture& slot : picture.slots) {
    if (!slot.position.is_slot()) continue;
    const int index = slot.position.index;
    if (lowest == nullptr || index < lowest->position.index) lowest = &slot;
    if (index > from && (after == nullptr || index < after->position.index)) after = &slot;
  }
  const SlotPicture* next = from >= 0 && after != nullptr ? after : lowest;
  return next == nullptr || next->position == picture.forecast.position ? nullptr : next;
}

WayBack way_back(const FlashPicture& picture) {
  const BootForecast& forecast = picture.forecast;
  const std::uint32_t app_slots = core::app_slot_count(forecast.rows);
  const int active = formats::active_record(forecast.records_after);
  if (active < 0 || app_slots == 0) return {false, {}, "no OTA data record is in charge"};
  const OtaRecord& other = forecast.records_after[static_cast<std::size_t>(1 - active)];
  if (!other.is_selectable()) {
    const BootPosition factory{BootPosition::kFactory};
    if (is_sound(picture.slot(factory)) && !forecast.settings.anti_rollback)
      return {true, factory, ""};
    return {false, {}, "the other record names no image, and there is no sound factory image"};
  }
  const BootPosition position{static_cast<int>(formats::slot_of(other.sequence, app_slots))};
  if (is_sound(picture.slot(position))) return {true, position, ""};
  return {false, {}, "the image that the other record names is missing or damaged"};
}

std::vector<Finding> diagnose(core::Flash& flash,
                              const FlashPicture& picture,
                              const DiagnosisContext& context) {
  if (picture.forecast.table_refused) return {};
  return Diagnosis(flash, picture, context).run();
}

}  // namespace rota::cli
