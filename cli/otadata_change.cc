// rota otadata set, rota otadata erase: the choice of what boots, changed in a dump, a board or a
// file.
#include <algorithm>
#include <array>
#include <vector>

#include "cli/board_access.h"
#include "cli/commands.h"
#include "cli/flash_map.h"
#include "cli/flash_target.h"
#include "cli/otadata_source.h"
#include "core/partition_access.h"

namespace rota::cli {
namespace {

constexpr std::array kSetOptions = {
    OptionSpec{
        "--state", "STATE",
        "undefined (default: runs without a trial), new (a trial, if the bootloader has rollback), "
        "valid (confirmed; with anti-rollback its start burns the secure version)."},
    kForecastRollbackOption,
    kRecordWritingOption,
    kSlotsOption,
    kForecastTableOffsetOption,
    OptionSpec{"--force", "", "Choose a slot whose image the bootloader will refuse.",
               OptionKind::kSwitch},
};
constexpr std::array kEraseOptions = {kForecastRollbackOption, kForecastTableOffsetOption};

Result<formats::OtaState, Refusal> chosen_state(const Invocation& invocation) {
  const auto text = invocation.value("--state").value_or("undefined");
  if (text == "undefined") return formats::OtaState::kUndefined;
  if (text == "new") return formats::OtaState::kNew;
  if (text == "valid") return formats::OtaState::kValid;
  return wrong_use("--state is undefined, new or valid.");
}

// What was done, and what boots after it.
Outcome say_what_boots(const Invocation& invocation,
                       FlashTarget& target,
                       const BootQuestion& question,
                       std::string said) {
  const auto picture = picture_of(target, target.name(), question);
  if (!picture) return Failed{picture.error()};
  const BootForecast& forecast = picture->forecast;
  const SlotPicture* slot = picture->slot(forecast.position);
  said += forecast.starts
              ? fmt::format(" {} boots next{}.", forecast.name_of(forecast.position),
                            slot != nullptr ? ": " + content_text(*slot) : "")
              : fmt::format(" Nothing boots; rota why {} shows what each partition lacks.",
                            printable(target.name()));
  invocation.console->write(wrap(said, 0));
  return {};
}

Outcome write_record(FlashTarget& target,
                     const BootForecast& forecast,
                     std::uint32_t slot,
                     formats::OtaState state,
                     core::OtaDataWriting writing,
                     std::string& said) {
  const std::uint32_t app_slots = core::app_slot_count(forecast.rows);
  const auto placement =
      core::place_record(forecast.records, slot, app_slots, forecast.table.slot_count, writing);
  if (!placement) return refuse("OTA data", placement.error());
  formats::OtaRecord record = formats::OtaRecord::blank();
  record.sequence = placement->sequence;
  record.state = state;
  record.check = formats::ota_check(record.sequence);
  std::vector<std::byte> sector(core::kSectorBytes, std::byte{0xFF});
  const auto raw = formats::encode(record);
  std::copy(raw.begin(), raw.end(), sector.begin());
  ROTA_TRY(target.write(forecast.table.ota_data.start.value +
                            static_cast<std::uint32_t>(placement->sector) * core::kSectorBytes,
                        sector));
  said = fmt::format("Record {}: {}.", placement->sector, brief_record(record, forecast));
  return {};
}

const SlotPicture* picture_of_row(const FlashPicture& picture, const formats::PartitionRow& row) {
  for (const SlotPicture& slot : picture.slots) {
    if (slot.row.offset == row.offset) return &slot;
  }
  return nullptr;
}

Outcome check_choice(const FlashPicture& picture,
                     const formats::PartitionRow& row,
                     const BootQuestion& question,
                     core::Flash& flash) {
  const SlotPicture* slot = picture_of_row(picture, row);
  if (slot == nullptr) return {};
  ImageJudge judge(flash, judging_chip(picture.forecast, question));
  const auto& verdict = judge.verdict({{row.offset}, row.size}, core::ImageChecks::kBootloader);
  if (verdict.ok()) return {};
  return refuse(
      fmt::format("the bootloader would refuse {} ({}) and start another image. {} --force "
                  "chooses it all the same.",
                  printable(row.label()), content_text(*slot), describe(verdict.error()).what));
}

Outcome set_alone(const Invocation& invocation, FlashTarget& target) {
  const auto slot_count = chosen_slot_count(invocation);
  if (!slot_count) return Failed{slot_count.error()};
  const auto forecast = forecast_of_ota_data_alone(target, *slot_count);
  if (!forecast) return Failed{forecast.error()};
  const auto state = chosen_state(invocation);
  if (!state) return Failed{state.error()};
  const auto writing = chosen_writing(invocation, *forecast);
  if (!writing) return Failed{writing.error()};
  const formats::PartitionRow* row = find_partition(forecast->rows, invocation.operands[1]);
  if (row == nullptr) {
    return wrong_use(
        fmt::format("'{}' is not one of the slots ota_0 to ota_{}; --slots sets how many "
                    "there are.",
                    printable(invocation.operands[1]), *slot_count - 1));
  }
  std::string said;
  ROTA_TRY(write_record(target, *forecast, row->subtype & 0x0FU, *state, *writing, said));
  ROTA_TRY(target.finish());
  invocation.console->print("{}\n", said);
  return {};
}

Outcome run_set(const Invocation& invocation) {
  auto target = FlashTarget::open(invocation.operands[0]);
  if (!target) return Failed{target.error()};
  if (!target->is_board() && is_ota_data_alone(*target)) return set_alone(invocation, *target);
  const auto question = chosen_question(invocation, target->question());
  if (!question) return Failed{question.error()};
  const auto picture = picture_of(*target, target->name(), *question);
  if (!picture) return Failed{picture.error()};
  const BootForecast& forecast = picture->forecast;
  const auto state = chosen_state(invocation);
  if (!state) return Failed{state.error()};
  const auto writing = chosen_writing(invocation, forecast);
  if (!writing) return Failed{writing.error()};
  const formats::PartitionRow* row = find_partition(forecast.rows, invocation.operands[1]);
  if (row == nullptr) {
    return refuse(fmt::format("the table has no partition '{}'; it has {}.",
                              printable(invocation.operands[1]), partition_names(forecast.rows)));
  }
  const bool is_factory = row->is_app() && row->subtype == formats::kAppFactory;
  if (!row->is_ota_slot() && !is_factory)
    return refuse(printable(row->label()), Error::kNotAnOtaSlot);
  if (!forecast.records_are_readable) return refuse(target->name(), Error::kOtaDataMissing);
  if (!invocation.has("--force")) ROTA_TRY(check_choice(*picture, *row, *question, *target));
  std::string said = "Both records are blank.";
  if (is_factory) {
    ROTA_TRY(target->fill_with_ff(forecast.table.ota_data));
  } else {
    ROTA_TRY(write_record(*target, forecast, row->subtype & 0x0FU, *state, *writing, said));
  }
  ROTA_TRY(target->finish());
  return say_what_boots(invocation, *target, *question, std::move(said));
}

Outcome run_erase(const Invocation& invocation) {
  auto target = FlashTarget::open(invocation.operands[0]);
  if (!target) return Failed{target.error()};
  if (!target->is_board() && is_ota_data_alone(*target)) {
    ROTA_TRY(target->fill_with_ff({{0}, target->geometry().size_bytes}));
    ROTA_TRY(target->finish());
    invocation.console->write("Both records are blank.\n");
    return {};
  }
  const auto question = chosen_question(invocation, target->question());
  if (!question) return Failed{question.error()};
  const auto forecast = forecast_boot(*target, target->name(), *question);
  if (!forecast) return Failed{forecast.error()};
  if (forecast->table.ota_data.size_bytes == 0) {
    return refuse(
        fmt::format("the partition table of {} has no OTA data partition.", target->name()));
  }
  ROTA_TRY(target->fill_with_ff(forecast->table.ota_data));
  ROTA_TRY(target->finish());
  return say_what_boots(invocation, *target, *question, "Both records are blank.");
}

}  // namespace

constinit const CommandSpec kOtadataSet{
    .name = "otadata set",
    .summary = "choose the slot that boots next",
    .usage =
        "DUMP|BOARD|OTADATA SLOT [--state STATE] [--ota-data-writing HOW] [--table-offset N]\n"
        "       [--force]",
    .about =
        "SLOT is a partition name: ota_0, factory. Writes one record as an app does, with the next "
        "sequence number; factory erases both. The slot's image is checked first. A dump is "
        "replaced only when the new one is whole; a board that runs is refused.",
    .example = "rota otadata set dump.bin ota_1\nrota otadata set board factory",
    .options = kSetOptions,
    .min_operands = 2,
    .max_operands = 2,
    .run = run_set,
};

constinit const CommandSpec kOtadataErase{
    .name = "otadata erase",
    .summary = "erase OTA data: the factory image boots again",
    .usage = "DUMP|BOARD|OTADATA [--table-offset N]",
    .about =
        "Both records become blank. Without a factory partition the bootloader starts with ota_0.",
    .example = "rota otadata erase dump.bin",
    .options = kEraseOptions,
    .min_operands = 1,
    .max_operands = 1,
    .run = run_erase,
};

}  // namespace rota::cli
