#include "cli/boot_forecast.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "cli/console.h"
#include "cli/image_report.h"
#include "core/emulated_efuses.h"

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

// Without a bootloader the first app that names a chip tells which chip the flash belongs to.
void find_chip_of_apps(core::Flash& flash, BootForecast& forecast) {
  for (const formats::PartitionRow& row : forecast.rows) {
    std::array<std::byte, formats::kImageHeaderBytes> raw{};
    if (forecast.chip != nullptr || !row.is_app() || !flash.read({row.offset}, raw).ok()) continue;
    const formats::ImageHeader header = formats::decode_image_header(raw);
    if (header.magic == formats::kImageMagic) forecast.chip = formats::find_chip(header.chip_id);
  }
}

// Those of the flash when the bootloader keeps them there.
std::uint32_t secure_version_bits(core::Flash& flash,
                                  const BootForecast& forecast,
                                  const BootQuestion& question) {
  if (!forecast.settings.emulate_secure_version) return question.secure_version_fuses;
  return core::emulated_secure_version_bits(flash, core::emulated_efuse_range(forecast.rows));
}

}  // namespace

const Result<core::ImageFacts>& ImageJudge::verdict(FlashRange range, core::ImageChecks checks) {
  for (const Known& known : known_) {
    if (known.range == range && known.checks == checks) return known.verdict;
  }
  known_.push_back(
      {range, checks, core::verify_image(flash_, chip_, {range, core::ImageKind::kApp, checks})});
  return known_.back().verdict;
}

BootOutcome boot_with(ImageJudge& judge, const core::BootInputs& inputs) {
  BootOutcome outcome;
  core::BootPlan plan(inputs);
  for (;;) {
    const core::BootStep step = plan.next();
    core::BootAnswer answer;
    if (step.kind == core::BootStep::Kind::kStart || step.kind == core::BootStep::Kind::kReset) {
      outcome.starts = step.kind == core::BootStep::Kind::kStart;
      outcome.position = outcome.starts ? step.position : BootPosition{};
      outcome.range = step.range;
      break;
    }
    if (step.kind == core::BootStep::Kind::kReadDescription) {
      answer.secure_version = secure_version_at(judge.flash(), step.range);
    } else if (step.kind == core::BootStep::Kind::kTryImage) {
      const auto& image =
          judge.verdict(step.range, step.validate ? core::ImageChecks::kBootloader
                                                  : core::ImageChecks::kStructureOnly);
      if (image) {
        answer.secure_version = image->secure_version;
      } else {
        answer.image_error = image.error();
      }
    }
    plan.report(answer);
  }
  outcome.selected = plan.selected();
  outcome.records = plan.records();
  outcome.rules.assign(plan.rules().begin(), plan.rules().end());
  return outcome;
}

core::BootInputs BootForecast::inputs(std::uint32_t secure_version_fuses) const {
  core::BootInputs inputs;
  inputs.table = table;
  inputs.settings = settings;
  inputs.records = records;
  inputs.ota_data_readable = records_are_readable;
  inputs.secure_version_fuses = secure_version_fuses;
  inputs.is_power_on_reset = true;
  return inputs;
}

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

Result<BootForecast, Refusal> forecast_boot(core::Flash& flash,
                                            const std::string& name,
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
    return refuse(
        fmt::format("{} ends before 0x{:x}, where the partition table would be; give a whole "
                    "flash dump, or --table-offset.",
                    name, forecast.table_offset));
  }
  auto rows = formats::read_table_as_bootloader(table, forecast.flash_bytes);
  if (!rows) {
    forecast.table_refused = rows.error();
    rows = formats::read_table_as_bootloader(table, 0xFFFFFFFF);
    if (!rows) rows = formats::read_table_as_tool(table);
    if (!rows) {
      return refuse(fmt::format("{} at 0x{:x}", name, forecast.table_offset),
                    *forecast.table_refused);
    }
  }
  forecast.rows = *rows;
  forecast.table = core::boot_table_of(forecast.rows);
  find_chip_of_apps(flash, forecast);
  if (forecast.chip == nullptr) {
    return refuse(
        fmt::format("{} holds a partition table but neither a bootloader nor an app image "
                    "that names its chip; flash an app first.",
                    name));
  }
  const FlashRange ota_data = forecast.table.ota_data;
  if (std::uint64_t{ota_data.start.value} + ota_data.size_bytes > size) {
    return refuse(
        fmt::format("{} ends at 0x{:x}, before the end of OTA data at 0x{:x}; give a whole flash "
                    "dump.",
                    name, size, ota_data.start.value + ota_data.size_bytes));
  }
  forecast.records_are_readable =
      forecast.table.ota_data.size_bytes >= 2 * core::kSectorBytes && read_records(flash, forecast);
  forecast.records_after = forecast.records;
  if (forecast.table_refused) return forecast;
  ImageJudge judge(flash, judging_chip(forecast, question));
  BootOutcome outcome =
      boot_with(judge, forecast.inputs(secure_version_bits(flash, forecast, question)));
  forecast.rules = std::move(outcome.rules);
  forecast.records_after = outcome.records;
  forecast.starts = outcome.starts;
  forecast.selected = outcome.selected;
  forecast.position = outcome.position;
  forecast.range = outcome.range;
  return forecast;
}

std::string_view name_of(core::BootRule rule) {
  // In the order of the enumeration; a test of the catalogue compares.
  constexpr std::array<std::string_view, 33> kNames = {
      "NoOtaDataPartition",
      "OtaDataTooSmall",
      "PendingBecomesAborted",
      "BothRejectedFactory",
      "BothRejectedNoFactory",
      "NoSlotsFactory",
      "NoSlotsNoFactory",
      "BlankStartsInitialContents",
      "AntiRollbackBlankFactory",
      "OneRecordUsable",
      "LargerSequenceWins",
      "EqualSequencesFirstWins",
      "NoUsableRecordFactory",
      "NoUsableRecordTryAll",
      "RecordBelowSecureVersion",
      "NewBecomesPending",
      "NewButRollbackOff",
      "PendingButRollbackOff",
      "ConfirmedBurnsVersion",
      "FactoryResetPin",
      "TestAppPin",
      "TestAppMissing",
      "DeepSleepFastPath",
      "DeepSleepFastPathFailed",
      "SlotBelowSecureVersion",
      "ImageRefused",
      "NextInTrialOrder",
      "ImageAccepted",
      "InitialContentsWritten",
      "TestAppFallback",
      "NothingBootable",
      "SlotArithmeticByZero",
      "ImageCanNotBeMapped",
  };
  const auto index = static_cast<std::size_t>(rule);
  return index < kNames.size() ? kNames[index] : "Unknown";
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
      case 'p':
        text += forecast.name_of(rule.position);
        break;
      case 'r':
        text += fmt::format("{}", rule.record_sector);
        break;
      case 'v':
        text += fmt::format("{}", rule.value);
        break;
      default:
        text += pattern[i];
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
