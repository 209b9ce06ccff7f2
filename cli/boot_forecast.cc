#include "cli/boot_forecast.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "cli/console.h"
#include "cli/image_report.h"

namespace rota::cli {
namespace {

using core::BootPosition;
using core::FlashRange;

// A dump says nothing about the chip's revision: assume one that no minimum refuses.
constexpr std::uint16_t kAnyRevision = 0xFFFF;

// The bootloader, if one lies where its chip's bootloader must lie.
void find_bootloader(core::Flash& flash, BootForecast& forecast) {
  const std::uint32_t size = flash.geometry().size_bytes;
  for (const std::uint32_t offset : {0x1000U, 0x0U, 0x2000U}) {
    if (offset >= size) continue;
    const FlashRange range{{offset}, std::min<std::uint32_t>(size - offset, 0x10000)};
    const auto report = read_image(flash, range, core::ImageKind::kBootloader);
    if (!report || report->chip == nullptr || report->chip->bootloader_offset != offset) continue;
    if (forecast.chip != nullptr && forecast.chip != report->chip) continue;
    forecast.chip = report->chip;
    forecast.has_bootloader = true;
    forecast.flash_bytes = report->header.flash_bytes();
    if (report->settings) {
      forecast.settings = *report->settings;
      forecast.settings_known = true;
      forecast.table_offset = report->settings->table_offset;
    }
    return;
  }
}

std::optional<std::uint32_t> secure_version_at(core::Flash& flash, FlashRange range) {
  std::array<std::byte, formats::kAppDescriptionBytes> raw{};
  if (range.size_bytes < formats::kImagePreambleBytes ||
      !flash.read(range.start + formats::kDescriptionOffset, raw).ok()) {
    return std::nullopt;
  }
  const auto description = formats::decode_app_description(raw);
  if (!description) return std::nullopt;
  return description->secure_version;
}

bool read_records(core::Flash& flash, BootForecast& forecast) {
  const FlashRange partition = forecast.table.ota_data;
  for (std::size_t i = 0; i < 2; ++i) {
    std::array<std::byte, formats::kOtaRecordBytes> raw{};
    const auto sector = static_cast<std::uint32_t>(i) * core::kSectorBytes;
    if (!flash.read(partition.start + sector, raw).ok()) return false;
    forecast.records[i] = formats::decode_ota_record(raw);
  }
  return true;
}

void run_plan(core::Flash& flash, const BootQuestion& question, BootForecast& forecast) {
  core::BootInputs inputs;
  inputs.table = forecast.table;
  inputs.settings = forecast.settings;
  inputs.secure_version_fuses = question.secure_version_fuses;
  inputs.is_power_on_reset = true;
  if (forecast.table.ota_data.size_bytes >= 2 * core::kSectorBytes) {
    inputs.ota_data_readable = read_records(flash, forecast);
  } else {
    inputs.ota_data_readable = false;
  }
  inputs.records = forecast.records;
  const core::ChipIdentity chip = judging_chip(forecast, question);
  core::BootPlan plan(inputs);
  for (;;) {
    const core::BootStep step = plan.next();
    core::BootAnswer answer;
    if (step.kind == core::BootStep::Kind::kStart || step.kind == core::BootStep::Kind::kReset) {
      forecast.starts = step.kind == core::BootStep::Kind::kStart;
      forecast.position = forecast.starts ? step.position : BootPosition{};
      forecast.range = step.range;
      break;
    }
    if (step.kind == core::BootStep::Kind::kReadDescription) {
      answer.secure_version = secure_version_at(flash, step.range);
    } else if (step.kind == core::BootStep::Kind::kTryImage) {
      const auto checks =
          step.validate ? core::ImageChecks::kBootloader : core::ImageChecks::kStructureOnly;
      const auto image = core::verify_image(flash, chip, {step.range, core::ImageKind::kApp, checks});
      if (image) {
        answer.secure_version = image->secure_version;
      } else {
        answer.image_error = image.error();
      }
    }
    plan.report(answer);
  }
  forecast.rules.assign(plan.rules().begin(), plan.rules().end());
  forecast.records_after = plan.records();
}

// Without a bootloader the first app that names a chip tells which chip the flash belongs to.
void find_chip_of_apps(core::Flash& flash, BootForecast& forecast) {
  for (const formats::PartitionRow& row : forecast.rows) {
    std::array<std::byte, formats::kImageHeaderBytes> raw{};
    if (forecast.chip != nullptr || !row.is_app() || !flash.read({row.offset}, raw).ok()) continue;
    const formats::ImageHeader header = formats::decode_image_header(raw);
    if (header.magic == formats::kImageMagic) forecast.chip = formats::find_chip(header.chip_id);
  }
}

}  // namespace

core::ChipIdentity judging_chip(const BootForecast& forecast, const BootQuestion& question) {
  core::ChipIdentity chip;
  chip.facts = forecast.chip;
  chip.revision = question.chip_revision.value_or(kAnyRevision);
  chip.efuse_block_revision = kAnyRevision;
  chip.max_revision_ignored = !question.chip_revision.has_value();
  chip.block_max_ignored = true;
  chip.accepts_native_payload = forecast.settings_known;
  return chip;
}

std::string BootForecast::name_of(BootPosition of) const {
  std::uint8_t subtype = formats::kAppFactory;
  std::string otherwise = "factory";
  if (of.index == BootPosition::kTest) {
    subtype = formats::kAppTest;
    otherwise = "test";
  } else if (of.is_slot()) {
    subtype = static_cast<std::uint8_t>(formats::kAppOtaFirst + of.index);
    otherwise = fmt::format("ota_{}", of.index);
  } else if (of.index != BootPosition::kFactory) {
    return of.index == BootPosition::kRetained ? "the image that slept" : "nothing";
  }
  for (const formats::PartitionRow& row : rows) {
    if (row.is_app() && row.subtype == subtype && !row.label().empty()) otherwise = row.label();
  }
  return printable(otherwise);
}

std::optional<BootPosition> BootForecast::position_of(const formats::OtaRecord& record) const {
  if (record.sequence == formats::kBlankSequence || table.slot_count == 0) return std::nullopt;
  return BootPosition{static_cast<int>(formats::slot_of(record.sequence, table.slot_count))};
}

Result<BootForecast, Refusal> forecast_boot(core::Flash& flash, const std::string& name,
                                            const BootQuestion& question) {
  BootForecast forecast;
  forecast.chip = question.chip;
  find_bootloader(flash, forecast);
  if (question.table_offset) forecast.table_offset = *question.table_offset;
  if (question.rollback) forecast.settings.rollback = *question.rollback;
  if (question.anti_rollback) forecast.settings.anti_rollback = *question.anti_rollback;
  const std::uint32_t size = flash.geometry().size_bytes;
  if (forecast.flash_bytes == 0) forecast.flash_bytes = size;

  std::vector<std::byte> table(formats::kTableBytes, std::byte{0xFF});
  if (forecast.table_offset >= size || size - forecast.table_offset < table.size() ||
      !flash.read({forecast.table_offset}, table).ok()) {
    return refuse(fmt::format("{} ends before 0x{:x}, where the partition table would be; give a whole "
                              "flash dump, or --table-offset.", name, forecast.table_offset));
  }
  auto rows = formats::read_table_as_bootloader(table, forecast.flash_bytes);
  if (!rows) {
    forecast.table_refused = rows.error();
    rows = formats::read_table_as_bootloader(table, 0xFFFFFFFF);
    if (!rows) rows = formats::read_table_as_tool(table);
    if (!rows) {
      return refuse(fmt::format("{} at 0x{:x}", name, forecast.table_offset), *forecast.table_refused);
    }
  }
  forecast.rows = *rows;
  forecast.table = core::boot_table_of(forecast.rows);
  find_chip_of_apps(flash, forecast);
  if (forecast.chip == nullptr) {
    return refuse(fmt::format("{} holds a partition table but neither a bootloader nor an app image "
                              "that names its chip; flash an app first.", name));
  }
  run_plan(flash, question, forecast);
  if (forecast.table_refused) {
    forecast.starts = false;
    forecast.position = {};
    forecast.rules.clear();
    forecast.records_after = forecast.records;
  }
  return forecast;
}

std::string text_of(const core::AppliedRule& rule, const BootForecast& forecast) {
  const std::string_view pattern = core::describe(rule.rule).text;
  std::string text;
  for (std::size_t i = 0; i < pattern.size(); ++i) {
    if (pattern[i] != '%' || i + 1 == pattern.size()) {
      text += pattern[i];
      continue;
    }
    switch (pattern[++i]) {
      case 'p': text += forecast.name_of(rule.position); break;
      case 'r': text += fmt::format("{}", rule.record_sector); break;
      case 'v': text += fmt::format("{}", rule.value); break;
      default: text += pattern[i];
    }
  }
  if (rule.image_error) {
    const ErrorText& why = describe(*rule.image_error);
    text += fmt::format(": {}", why.what);
    if (text.ends_with('.')) text.pop_back();
  }
  return text;
}

}  // namespace rota::cli
