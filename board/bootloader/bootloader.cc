#include "board/bootloader/bootloader.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <optional>
#include <utility>

#include "board/bootloader/data_eraser.h"
#include "core/emulated_efuses.h"
#include "core/ota_data_writer.h"

namespace rota::board {

using core::BootPosition;
using core::BootStep;
using formats::PartitionType;

namespace {

constexpr int kMaxPlans = 3;  // of one boot, when records can not be written

template <class... Values>
std::string text(const char* format, Values... values) {
  std::array<char, 320> line{};
  const int length = std::snprintf(line.data(), line.size(), format, values...);
  return {line.data(), std::min(static_cast<std::size_t>(length), line.size() - 1)};
}

bool power_is_off(Error error) { return error == Error::kFlashReadFailed; }

// The usage column of the table that a bootloader prints (spec 1.7).
const char* usage_of(const formats::PartitionRow& row) {
  switch (row.type) {
    case PartitionType::kApp:
      if (row.subtype == formats::kAppFactory) return "factory app";
      if (row.subtype == formats::kAppTest) return "test app";
      return row.is_ota_slot() ? "OTA app" : "Unknown app";
    case PartitionType::kData:
      switch (row.subtype) {
        case formats::kDataOta:
          return "OTA data";
        case formats::kDataPhy:
          return "RF data";
        case formats::kDataNvs:
          return "WiFi data";
        case 0x04:
          return "NVS keys";
        case 0x05:
          return "efuse";
        default:
          return "Unknown data";
      }
    case PartitionType::kBootloader:
      if (row.subtype == 0x00) return "primary bootloader";
      if (row.subtype == 0x01) return "ota bootloader";
      return row.subtype == 0x02 ? "recovery bootloader" : "unknown";
    case PartitionType::kPartitionTable:
      if (row.subtype == 0x00) return "primary partition_table";
      return row.subtype == 0x01 ? "ota partition_table" : "unknown";
    default:
      return "unknown";
  }
}

class Boot {
 public:
  Boot(core::Flash& flash, core::EFuses& efuses, const BootCircumstances& circumstances)
      : flash_(flash), efuses_(efuses), circumstances_(circumstances) {}

  BootReport run();

 private:
  void log(char level, const std::string& message) const;
  bool load_table();
  core::BootInputs inputs();
  core::BootAnswer carry_out(const BootStep& step);
  core::BootAnswer try_image(const BootStep& step);
  void erase_unstable_records(core::OtaDataStore& data);
  void write_record(const BootStep& step);
  void erase_data(bool also_ota_data);
  core::OtaDataStore store() const;
  core::EFuses& efuses();
  bool pin_is_held(const formats::BootPin& pin) const;
  BootReport stop(BootReport::Result result, std::string sentence);
  void log_new_rules(const core::BootPlan& plan);

  core::Flash& flash_;
  core::EFuses& efuses_;
  std::optional<core::EmulatedEFuses> emulated_efuses_;
  const BootCircumstances& circumstances_;
  BootReport report_;
  core::BootTable table_;
  std::optional<core::ImageFacts> loaded_;
  bool power_lost_ = false;
  bool record_lost_ = false;  // a write of OTA data failed
  int plans_ = 1;
  std::size_t rules_logged_ = 0;
};

void Boot::log(char level, const std::string& message) const {
  if (!circumstances_.log) return;
  const std::uint32_t now = circumstances_.now_ms ? circumstances_.now_ms() : 0;
  circumstances_.log(text("%c (%u) boot: ", level, now) + message);
}

BootReport Boot::stop(BootReport::Result result, std::string sentence) {
  report_.result = power_lost_ ? BootReport::Result::kPowerLost : result;
  report_.sentence = std::move(sentence);
  if (!power_lost_) log('E', report_.sentence);
  return report_;
}

bool Boot::load_table() {
  std::array<std::byte, formats::kTableBytes> bytes{};
  const Status read = flash_.read({report_.settings.table_offset}, bytes);
  if (!read.ok()) {
    power_lost_ = power_is_off(read.error());
    return false;
  }
  const auto rows = formats::read_table_as_bootloader(bytes, report_.flash_bytes);
  if (!rows) {
    report_.sentence =
        text("the partition table at 0x%x can not be used: ", report_.settings.table_offset) +
        std::string(describe(rows.error()).what) + " " + std::string(describe(rows.error()).next);
    return false;
  }
  report_.table = *rows;
  table_ = core::boot_table_of(*rows);
  if (!circumstances_.log) return true;
  log('I', "Partition Table:");
  log('I', "## Label            Usage          Type ST Offset   Length");
  int index = 0;
  for (const formats::PartitionRow& row : *rows) {
    log('I', text("%2d %-16s %-16s %02x %02x %08x %08x", index++, row.label_storage.data(),
                  usage_of(row), static_cast<unsigned>(row.type), unsigned{row.subtype}, row.offset,
                  row.size));
  }
  log('I', "End of partition table");
  return true;
}

core::OtaDataStore Boot::store() const {
  return {flash_, table_.ota_data,
          report_.settings.cut_safe_records ? core::OtaDataWriting::kCutSafe
                                            : core::OtaDataWriting::kInPlace};
}

core::EFuses& Boot::efuses() {
  if (!report_.settings.emulate_secure_version) return efuses_;
  if (!emulated_efuses_) {
    emulated_efuses_.emplace(flash_, core::emulated_efuse_range(report_.table), efuses_);
  }
  return *emulated_efuses_;
}

bool Boot::pin_is_held(const formats::BootPin& pin) const {
  if (!pin.enabled) return false;
  const int level = circumstances_.pin_level ? circumstances_.pin_level(pin.pin) : 1;
  return (level != 0) == pin.active_high;
}

core::BootInputs Boot::inputs() {
  core::BootInputs inputs;
  inputs.table = table_;
  inputs.settings = report_.settings;
  inputs.secure_version_fuses = efuses().secure_version_bits();
  inputs.woke_from_deep_sleep = circumstances_.woke_from_deep_sleep;
  inputs.is_power_on_reset = circumstances_.is_power_on_reset;
  inputs.retained_image = circumstances_.retained_image;
  inputs.factory_reset_pin_held = pin_is_held(report_.settings.factory_reset);
  inputs.app_test_pin_held = pin_is_held(report_.settings.app_test);
  if (table_.ota_data.start.value == 0) return inputs;
  core::OtaDataStore data = store();
  inputs.ota_data_readable = data.is_large_enough();
  if (!inputs.ota_data_readable) return inputs;
  if (report_.settings.cut_safe_records) erase_unstable_records(data);
  if (const auto records = data.read()) {
    inputs.records = *records;
  } else {
    inputs.ota_data_readable = false;
    power_lost_ = power_is_off(records.error());
  }
  return inputs;
}

// Before anything is decided, so that this boot and the next ones see the same.
void Boot::erase_unstable_records(core::OtaDataStore& data) {
  const auto erased = data.erase_unstable_records();
  if (!erased) {
    power_lost_ = power_lost_ || power_is_off(erased.error());
    log('E', "OTA data could not be settled: " + std::string(describe(erased.error()).what));
  } else if (*erased > 0) {
    log('W', text("%u OTA data record%s read differently each time, as after a power cut: erased",
                  *erased, *erased == 1 ? "" : "s"));
  }
}

void Boot::write_record(const BootStep& step) {
  const Status written = store().write(step.sector, step.record);
  if (written.ok()) return;
  record_lost_ = true;
  power_lost_ = power_lost_ || power_is_off(written.error());
  log('E', text("OTA data sector %u could not be written: ", unsigned{step.sector}) +
               std::string(describe(written.error()).what));
}

void Boot::erase_data(bool also_ota_data) {
  log('I', "## Label            Usage Offset   Length   Cleaned");
  const auto log_row = [this](const formats::PartitionRow& row, Erasure erasure) {
    const char* cleaned = erasure == Erasure::kErased   ? "[yes]"
                          : erasure == Erasure::kFailed ? "[err]"
                                                        : "[no]";
    log('I',
        text("%-16s data %08x %08x %s", row.label_storage.data(), row.offset, row.size, cleaned));
  };
  const std::string_view labels = report_.settings.factory_reset_labels.data();
  if (!erase_data_partitions(flash_, report_.table, labels, also_ota_data, log_row)) {
    log('E', "Not all partitions were erased");
  }
}

core::BootAnswer Boot::try_image(const BootStep& step) {
  core::BootAnswer answer;
  const auto checks =
      step.validate ? core::ImageChecks::kBootloader : core::ImageChecks::kStructureOnly;
  const auto facts =
      core::verify_image(flash_, circumstances_.chip, {step.range, core::ImageKind::kApp, checks});
  if (!facts) {
    answer.image_error = facts.error();
    power_lost_ = power_is_off(facts.error());
    return answer;
  }
  loaded_ = *facts;
  answer.secure_version = step.validate ? facts->secure_version : 0;
  return answer;
}

core::BootAnswer Boot::carry_out(const BootStep& step) {
  core::BootAnswer answer;
  switch (step.kind) {
    case BootStep::Kind::kWriteRecord:
      write_record(step);
      break;
    case BootStep::Kind::kBurnFuses: {
      const Status burned = efuses().burn_secure_version_bits(step.fuse_bits);
      if (!burned.ok()) log('E', std::string(describe(burned.error()).what));
      log('I', text("Anti-rollback is set. eFuse field is updated(%u).",
                    core::secure_version_of_fuses(efuses().secure_version_bits(),
                                                  report_.settings.secure_version_width)));
      break;
    }
    case BootStep::Kind::kEraseData:
      erase_data(step.also_ota_data);
      break;
    case BootStep::Kind::kReadDescription: {
      std::array<std::byte, formats::kAppDescriptionBytes> bytes{};
      const Status read = flash_.read(step.range.start + formats::kDescriptionOffset, bytes);
      if (!read.ok()) break;
      const auto description = formats::decode_app_description(bytes);
      if (description) answer.secure_version = description->secure_version;
      break;
    }
    case BootStep::Kind::kTryImage:
      return try_image(step);
    case BootStep::Kind::kStart:
    case BootStep::Kind::kReset:
      break;
  }
  return answer;
}

void Boot::log_new_rules(const core::BootPlan& plan) {
  for (; rules_logged_ < plan.rules().size(); ++rules_logged_) {
    const core::AppliedRule& rule = plan.rules()[rules_logged_];
    const bool is_bad =
        rule.rule == core::BootRule::kImageRefused || rule.rule == core::BootRule::kNothingBootable;
    log(is_bad ? 'E' : 'I', sentence_of(rule));
  }
}

BootReport Boot::run() {
  const auto found = find_bootloader(flash_, circumstances_.chip);
  if (!found) {
    power_lost_ = power_is_off(found.error());
    return stop(BootReport::Result::kDoesNotStart,
                text("the board does not start: there is no usable bootloader at 0x%x (",
                     circumstances_.chip.facts->bootloader_offset) +
                    std::string(describe(found.error()).what) +
                    "); write one with `rota board flash`");
  }
  report_.settings = found->settings;
  report_.settings_are_assumed = found->settings_are_assumed;
  report_.flash_bytes = found->flash_bytes;
  log('I', text("2nd stage bootloader, rollback %s", report_.settings.rollback ? "on" : "off"));
  if (report_.settings_are_assumed) {
    log('W', "this bootloader carries no settings of Rota: taken for a stock one without rollback");
  }
  if (!load_table()) return stop(BootReport::Result::kResets, report_.sentence);

  core::BootPlan plan(inputs());
  for (;;) {
    const BootStep step = plan.next();
    log_new_rules(plan);
    if (power_lost_) return stop(BootReport::Result::kPowerLost, "the power was cut");
    const bool is_final =
        step.kind == BootStep::Kind::kStart || step.kind == BootStep::Kind::kReset;
    if (is_final) report_.rules.assign(plan.rules().begin(), plan.rules().end());
    if (step.kind == BootStep::Kind::kStart) {
      const Status mapped =
          loaded_ ? core::check_can_be_mapped(*loaded_, circumstances_.chip) : Status{};
      if (!mapped.ok()) {
        report_.rules.push_back(
            {core::BootRule::kImageCanNotBeMapped, step.position, -1, 0, mapped.error()});
        return stop(BootReport::Result::kResets, sentence_of(report_.rules.back()));
      }
      report_.result = BootReport::Result::kStarts;
      report_.position = step.position;
      report_.range = step.range;
      report_.image = loaded_;
      log('I', text("Loaded app from partition at offset 0x%x", step.range.start.value));
      return report_;
    }
    if (step.kind == BootStep::Kind::kReset) {
      const std::string last =
          report_.rules.empty() ? "nothing is bootable" : sentence_of(report_.rules.back());
      return stop(BootReport::Result::kResets, last);
    }
    plan.report(carry_out(step));
    log_new_rules(plan);
    if (!record_lost_ || !report_.settings.cut_safe_records || plans_ == kMaxPlans) continue;
    // What could not be written must not decide: a trial that is not recorded would have no end.
    log('W', "OTA data are read again");
    record_lost_ = false;
    rules_logged_ = 0;
    ++plans_;
    plan = core::BootPlan(inputs());
  }
}

}  // namespace

Result<BootloaderFound> find_bootloader(core::Flash& flash, const core::ChipIdentity& chip) {
  const core::FlashAddress at{chip.facts->bootloader_offset};
  std::array<std::byte, formats::kImageHeaderBytes> header_bytes{};
  ROTA_TRY(flash.read(at, header_bytes));
  const formats::ImageHeader header = formats::decode_image_header(header_bytes);
  if (header.magic != formats::kImageMagic) return Error::kBootloaderMissing;
  if (header.chip_id != static_cast<std::uint16_t>(chip.facts->id)) return Error::kImageWrongChip;

  BootloaderFound found;
  found.flash_bytes = header.flash_bytes();
  found.settings_are_assumed = true;
  found.settings.cut_safe_records = false;
  core::FlashAddress segment = at + formats::kImageHeaderBytes;
  for (unsigned i = 0; i < header.segment_count && i < formats::kMaxSegments; ++i) {
    std::array<std::byte, formats::kSegmentHeaderBytes> segment_bytes{};
    ROTA_TRY(flash.read(segment, segment_bytes));
    const formats::SegmentHeader head = formats::decode_segment_header(segment_bytes);
    if (head.data_bytes == formats::kBootloaderSettingsBytes && head.load_address == 0) {
      std::array<std::byte, formats::kBootloaderSettingsBytes> settings{};
      ROTA_TRY(flash.read(segment + formats::kSegmentHeaderBytes, settings));
      const auto decoded = formats::decode_bootloader_settings(settings);
      ROTA_TRY(decoded);
      found.settings = *decoded;
      found.settings_are_assumed = false;
    }
    if (head.data_bytes > flash.geometry().size_bytes) break;
    segment = segment + static_cast<std::uint32_t>(formats::kSegmentHeaderBytes) + head.data_bytes;
  }
  return found;
}

BootReport boot(core::Flash& flash, core::EFuses& efuses, const BootCircumstances& circumstances) {
  return Boot(flash, efuses, circumstances).run();
}

std::string name_of(BootPosition position) {
  switch (position.index) {
    case BootPosition::kFactory:
      return "factory";
    case BootPosition::kTest:
      return "test";
    case BootPosition::kRetained:
      return "the image that slept";
    case BootPosition::kNone:
      return "no image";
    default:
      return "ota_" + std::to_string(position.index);
  }
}

std::string sentence_of(const core::AppliedRule& rule) {
  std::string sentence;
  const std::string_view pattern = core::describe(rule.rule).text;
  for (std::size_t i = 0; i < pattern.size(); ++i) {
    if (pattern[i] != '%' || i + 1 == pattern.size()) {
      sentence += pattern[i];
      continue;
    }
    switch (pattern[++i]) {
      case 'p':
        sentence += name_of(rule.position);
        break;
      case 'r':
        sentence += std::to_string(rule.record_sector);
        break;
      case 'v':
        sentence += std::to_string(rule.value);
        break;
      default:
        sentence += pattern[i];
        break;
    }
  }
  if (rule.image_error) sentence += ": " + std::string(describe(*rule.image_error).what);
  return sentence;
}

}  // namespace rota::board
