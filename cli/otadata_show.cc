// rota otadata show: both records explained, what boots now, and where each possible action leads.
#include <array>
#include <vector>

#include "cli/board_access.h"
#include "cli/commands.h"
#include "cli/flash_map.h"
#include "cli/json.h"
#include "cli/ota_simulator.h"
#include "cli/otadata_source.h"

namespace rota::cli {
namespace {

constexpr std::array kOptions = {kForecastRollbackOption, kRecordWritingOption, kSlotsOption,
                                 kJsonOption};

// One thing that can happen next, and where it leads.
struct Consequence {
  std::string action;
  std::optional<Error> refused;
  formats::OtaRecords records{formats::OtaRecord::blank(), formats::OtaRecord::blank()};
  std::array<bool, 2> changed{};
  BootOutcome next;
};

class Explorer {
 public:
  Explorer(core::Flash& flash,
           const BootForecast& forecast,
           const BootQuestion& question,
           core::OtaDataWriting writing)
      : flash_(flash),
        forecast_(forecast),
        question_(question),
        writing_(writing),
        judge_(flash, judging_chip(forecast, question)) {}

  std::vector<Consequence> explore() {
    std::vector<Consequence> all;
    all.push_back(after("the board restarts", [](OtaSimulator&) { return Status(); }));
    all.push_back(
        after("the app confirms itself", [](OtaSimulator& one) { return one.confirm(); }));
    all.push_back(after("the app rejects itself", [](OtaSimulator& one) { return one.reject(); }));
    for (const formats::PartitionRow& row : forecast_.rows) {
      if (!row.is_ota_slot() && !(row.is_app() && row.subtype == formats::kAppFactory)) continue;
      all.push_back(after(fmt::format("the app selects {}", printable(row.label())),
                          [&](OtaSimulator& one) { return one.select(row); }));
    }
    all.push_back(after("OTA data are erased", [](OtaSimulator& one) { return one.erase(); }));
    return all;
  }

 private:
  template <class Act>
  Consequence after(std::string action, Act act) {
    OtaSimulator device(flash_, judge_, forecast_, question_, writing_);
    device.restart();
    const formats::OtaRecords before = device.records();
    Consequence result;
    result.action = std::move(action);
    const Status done = act(device);
    if (!done.ok()) result.refused = done.error();
    result.records = device.records();
    for (std::size_t i = 0; i < 2; ++i) result.changed[i] = result.records[i] != before[i];
    result.next = device.restart();
    return result;
  }

  core::Flash& flash_;
  const BootForecast& forecast_;
  const BootQuestion& question_;
  core::OtaDataWriting writing_;
  ImageJudge judge_;
};

void print_records(Console& console, const BootForecast& forecast) {
  console.write(console.ink(Ink::kBold, fmt::format("  {:<8}{:<12}{:<18}{:<16}{}\n", "record",
                                                    "sequence", "names", "state", "check word")));
  const int active = formats::active_record(forecast.records);
  for (int sector = 0; sector < 2; ++sector) {
    const formats::OtaRecord& record = forecast.records[static_cast<std::size_t>(sector)];
    if (record == formats::OtaRecord::blank()) {
      console.print("  {:<8}blank\n", sector);
      continue;
    }
    const auto position = forecast.position_of(record);
    console.print("  {:<8}{:<12}{}{:<16}0x{:08x}, {}{}\n", sector, record.sequence,
                  padded(position ? forecast.name_of(*position) : "no slot", 18),
                  formats::name_of(record.state), record.check,
                  record.check_is_good() ? "good" : "WRONG: the record does not count",
                  sector == active ? ", in charge" : "");
  }
}

std::string what_is_written(const Consequence& one, const BootForecast& forecast) {
  if (one.refused) {
    if (*one.refused == Error::kWrongState) return "refused: no app runs";
    return fmt::format("refused: {}", describe(*one.refused).what);
  }
  std::string text;
  for (std::size_t i = 0; i < 2; ++i) {
    if (!one.changed[i]) continue;
    text += fmt::format("{}record {}: {}", text.empty() ? "" : "; ", i,
                        brief_record(one.records[i], forecast));
  }
  return text.empty() ? "nothing is written" : text;
}

std::string what_boots(const BootOutcome& outcome, const BootForecast& forecast) {
  return outcome.starts ? forecast.name_of(outcome.position) : "nothing";
}

void print_consequences(Console& console,
                        const BootForecast& forecast,
                        const std::vector<Consequence>& all) {
  std::size_t first = 0;
  std::size_t second = 15;
  for (const Consequence& one : all) {
    first = std::max(first, columns(one.action) + 2);
    second = std::max(second, columns(what_boots(one.next, forecast)) + 2);
  }
  console.write("\n" +
                console.ink(Ink::kBold, fmt::format("  {}{}{}\n", padded("if next", first),
                                                    padded("then boots", second), "because")));
  for (const Consequence& one : all) {
    const std::string lead =
        "  " + padded(one.action, first) + padded(what_boots(one.next, forecast), second);
    console.write(wrap(what_is_written(one, forecast), lead.size()).replace(0, lead.size(), lead));
  }
}

Json json_of(const Consequence& one, const BootForecast& forecast) {
  return {
      {"action", one.action},
      {"error", one.refused ? Json(describe(*one.refused).name) : Json(nullptr)},
      {"records", {record_json(one.records[0], forecast), record_json(one.records[1], forecast)}},
      {"then_boots", one.next.starts ? Json(forecast.name_of(one.next.position)) : Json(nullptr)}};
}

Json json_of(const BootForecast& forecast, const std::string& file) {
  Json slots = Json::array();
  for (const formats::PartitionRow& row : forecast.rows) {
    if (row.is_ota_slot()) slots.push_back(printable(row.label()));
  }
  const int active = formats::active_record(forecast.records);
  return {
      {"file", printable(file)},
      {"offset", forecast.table.ota_data.start.value},
      {"slots", slots},
      {"records",
       {record_json(forecast.records[0], forecast), record_json(forecast.records[1], forecast)}},
      {"in_charge", active < 0 ? Json(nullptr) : Json(active)}};
}

Outcome show_alone(const Invocation& invocation, InputFile& file) {
  const auto slot_count = chosen_slot_count(invocation);
  if (!slot_count) return Failed{slot_count.error()};
  const auto forecast = forecast_of_ota_data_alone(file, *slot_count);
  if (!forecast) return Failed{forecast.error()};
  Console& console = *invocation.console;
  if (invocation.has(kJsonOption.name)) {
    Json json = json_of(*forecast, file.name());
    json["rollback"] = nullptr;
    json["writing"] = nullptr;
    json["boots"] = nullptr;
    json["actions"] = Json::array();
    print_json(console, json);
    return {};
  }
  console.print("{}: OTA data for {} slots\n\n", printable(file.name()), *slot_count);
  print_records(console, *forecast);
  const int active = formats::active_record(forecast->records);
  const auto position =
      active < 0 ? std::nullopt
                 : forecast->position_of(forecast->records[static_cast<std::size_t>(active)]);
  console.write("\n" +
                wrap(fmt::format("{} The images and the bootloader decide the rest: give a whole "
                                 "flash dump to see what boots.",
                                 position ? fmt::format("Record {} selects {}.", active,
                                                        forecast->name_of(*position))
                                          : "No record selects a slot: the factory image is "
                                            "tried first, or ota_0 without one."),
                     0));
  return {};
}

Outcome run(const Invocation& invocation) {
  auto file = InputFile::open(invocation.operands[0]);
  if (!file) return Failed{file.error()};
  if (is_ota_data_alone(*file)) return show_alone(invocation, *file);
  const auto known = question_of_path(invocation.operands[0]);
  if (!known) return Failed{known.error()};
  const auto question = chosen_question(invocation, *known);
  if (!question) return Failed{question.error()};
  const auto picture = picture_of(*file, file->name(), *question);
  if (!picture) return Failed{picture.error()};
  const BootForecast& forecast = picture->forecast;
  if (forecast.table.ota_data.size_bytes == 0) {
    return refuse(
        fmt::format("the partition table of {} has no OTA data partition.", file->name()));
  }
  const auto writing = chosen_writing(invocation, forecast);
  if (!writing) return Failed{writing.error()};
  const std::vector<Consequence> all = Explorer(*file, forecast, *question, *writing).explore();
  Console& console = *invocation.console;
  if (invocation.has(kJsonOption.name)) {
    Json json = json_of(forecast, file->name());
    json["rollback"] = forecast.settings.rollback;
    json["writing"] = name_of(*writing);
    json["boots"] = forecast.starts ? Json(forecast.name_of(forecast.position)) : Json(nullptr);
    Json actions = Json::array();
    for (const Consequence& one : all) actions.push_back(json_of(one, forecast));
    json["actions"] = std::move(actions);
    print_json(console, json);
    return {};
  }
  console.print("{}: OTA data at 0x{:x}, {} slots, rollback {}{}, records are written {}\n\n",
                printable(file->name()), forecast.table.ota_data.start.value,
                forecast.table.slot_count, forecast.settings.rollback ? "on" : "off",
                forecast.settings_known ? "" : " (assumed)", name_of(*writing));
  print_records(console, forecast);
  const SlotPicture* slot = picture->slot(forecast.position);
  std::string now = forecast.starts
                        ? fmt::format("{} boots now{}.", forecast.name_of(forecast.position),
                                      slot != nullptr ? ": " + content_text(*slot) : "")
                        : std::string("Nothing boots.");
  for (std::size_t i = 0; i < 2; ++i) {
    if (forecast.records_after[i] == forecast.records[i]) continue;
    now += fmt::format(" That start writes record {}: {}.", i,
                       brief_record(forecast.records_after[i], forecast));
  }
  console.write("\n" + wrap(now, 0));
  print_consequences(console, forecast, all);
  return {};
}

}  // namespace

constinit const CommandSpec kOtadataShow{
    .name = "otadata show",
    .summary = "explain both OTA data records, and where each possible action leads",
    .usage = "DUMP|BOARD|OTADATA [--rollback on|off] [--ota-data-writing HOW] [--slots N] [--json]",
    .about =
        "Reads the two records, says which one is in charge and what boots now, and then plays "
        "each "
        "action on paper: a restart, a confirmation, a rejection, the choice of another slot. "
        "A file that is OTA data alone shows its records only. Nothing is changed.",
    .example = "rota otadata show dump.bin --rollback on\nrota otadata show ota_data_initial.bin",
    .options = kOptions,
    .min_operands = 1,
    .max_operands = 1,
    .run = run,
};

}  // namespace rota::cli
