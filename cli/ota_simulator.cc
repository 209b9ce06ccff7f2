#include "cli/ota_simulator.h"

namespace rota::cli {

OtaSimulator::OtaSimulator(core::Flash& flash,
                           ImageJudge& judge,
                           const BootForecast& forecast,
                           const BootQuestion& question,
                           core::OtaDataWriting writing)
    : flash_(flash),
      judge_(judge),
      forecast_(forecast),
      writing_(writing),
      fuses_(question.secure_version_fuses) {
  settings_.rollback = forecast.settings.rollback;
  settings_.anti_rollback = forecast.settings.anti_rollback;
  settings_.secure_version_width = forecast.settings.secure_version_width;
  settings_.ota_data_writing = writing;
  settings_.chip = judging_chip(forecast, question);
}

formats::OtaRecords OtaSimulator::records() {
  const auto records = store().read();
  return records ? *records
                 : formats::OtaRecords{formats::OtaRecord::blank(), formats::OtaRecord::blank()};
}

std::uint32_t OtaSimulator::secure_version() const {
  return core::secure_version_of_fuses(fuses_.secure_version_bits(),
                                       settings_.secure_version_width);
}

BootOutcome OtaSimulator::restart() {
  flash_.power_on();
  core::BootInputs inputs = forecast_.inputs(fuses_.secure_version_bits());
  const formats::OtaRecords before = records();
  inputs.records = before;
  BootOutcome outcome = boot_with(judge_, inputs);
  for (int sector = 0; sector < 2; ++sector) {
    const auto index = static_cast<std::size_t>(sector);
    if (outcome.records[index] == before[index]) continue;
    // A bootloader logs a write that fails, and goes on.
    if (!store().write(sector, outcome.records[index]).ok()) break;
  }
  running_ = outcome.starts && flash_.is_powered() ? outcome.position : core::BootPosition{};
  running_range_ = outcome.range;
  return outcome;
}

const formats::PartitionRow* OtaSimulator::running_row() const {
  if (running_ == core::BootPosition{}) return nullptr;
  for (const formats::PartitionRow& row : forecast_.rows) {
    if (row.is_app() && row.offset == running_range_.start.value) return &row;
  }
  return nullptr;
}

template <class Act>
Status OtaSimulator::act_as_app(Act act) {
  const formats::PartitionRow* row = running_row();
  if (row == nullptr || !flash_.is_powered()) return Error::kWrongState;
  core::PartitionAccess access(flash_, forecast_.rows, false);
  core::BootSelection selection(access, fuses_, *row, settings_);
  const Status done = act(selection);
  if (!done.ok() && done.error() == Error::kValidationFailed) return selection.detail();
  return done;
}

Status OtaSimulator::confirm() {
  return act_as_app([](core::BootSelection& selection) { return selection.confirm(); });
}

Status OtaSimulator::reject() {
  return act_as_app([](core::BootSelection& selection) { return selection.reject(); });
}

Status OtaSimulator::select(const formats::PartitionRow& row) {
  return act_as_app([&](core::BootSelection& selection) { return selection.set_boot(row); });
}

Status OtaSimulator::erase() {
  if (!forecast_.records_are_readable) return Error::kOtaDataMissing;
  return store().erase_all();
}

std::string_view name_of(core::OtaDataWriting writing) {
  return writing == core::OtaDataWriting::kCutSafe ? "cut-safe" : "in-place";
}

}  // namespace rota::cli
