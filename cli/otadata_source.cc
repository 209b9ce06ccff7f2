#include "cli/otadata_source.h"

#include <algorithm>
#include <array>

namespace rota::cli {

bool is_ota_data_alone(core::Flash& flash) {
  const std::uint32_t size = flash.geometry().size_bytes;
  if (size < 2 * core::kSectorBytes || size > kMaxOtaDataFileBytes ||
      size % core::kSectorBytes != 0) {
    return false;
  }
  for (const std::uint32_t at : {0U, core::kSectorBytes}) {
    std::array<std::byte, core::kSectorBytes> raw{};
    if (!flash.read({at}, raw).ok()) return false;
    const Bytes rest = Bytes(raw).subspan(formats::kOtaRecordBytes);
    const auto record = formats::decode_ota_record(Bytes(raw).first<formats::kOtaRecordBytes>());
    const bool rest_is_blank =
        std::all_of(rest.begin(), rest.end(), [](std::byte b) { return b == std::byte{0xFF}; });
    if (!rest_is_blank && !record.check_is_good()) return false;
  }
  return true;
}

Result<BootForecast, Refusal> forecast_of_ota_data_alone(core::Flash& flash,
                                                         std::uint32_t slot_count) {
  BootForecast forecast;
  forecast.table.ota_data = {{0}, 2 * core::kSectorBytes};
  for (std::uint32_t slot = 0; slot < slot_count; ++slot) {
    formats::PartitionRow row;
    row.subtype = static_cast<std::uint8_t>(formats::kAppOtaFirst + slot);
    const std::string label = fmt::format("ota_{}", slot);
    std::copy(label.begin(), label.end(), row.label_storage.begin());
    if (!forecast.rows.push_back(row)) break;
  }
  forecast.table.slot_count = slot_count;
  const auto records =
      core::OtaDataStore(flash, forecast.table.ota_data, core::OtaDataWriting::kInPlace).read();
  if (!records) return refuse("OTA data", records.error());
  forecast.records = *records;
  forecast.records_after = *records;
  return forecast;
}

Result<std::uint32_t, Refusal> chosen_slot_count(const Invocation& invocation) {
  const auto count = invocation.number(kSlotsOption.name, 2, formats::kMaxOtaSlots);
  if (count && *count == 0) return wrong_use("--slots is 1 to 16.");
  return count;
}

Result<BootQuestion, Refusal> chosen_question(const Invocation& invocation, BootQuestion question) {
  question.rollback = invocation.on_off(kForecastRollbackOption.name);
  if (invocation.has(kForecastTableOffsetOption.name)) {
    const auto offset = invocation.number(kForecastTableOffsetOption.name, 0);
    if (!offset) return Failed{offset.error()};
    question.table_offset = *offset;
  }
  return question;
}

Result<core::OtaDataWriting, Refusal> chosen_writing(const Invocation& invocation,
                                                     const BootForecast& forecast) {
  using core::OtaDataWriting;
  const auto text = invocation.value(kRecordWritingOption.name);
  if (!text) {
    return forecast.settings_known && !forecast.settings.cut_safe_records
               ? OtaDataWriting::kInPlace
               : OtaDataWriting::kCutSafe;
  }
  if (*text == "cut-safe") return OtaDataWriting::kCutSafe;
  if (*text == "in-place") return OtaDataWriting::kInPlace;
  return wrong_use("--ota-data-writing is cut-safe or in-place.");
}

std::string brief_record(const formats::OtaRecord& record, const BootForecast& forecast) {
  if (record == formats::OtaRecord::blank()) return "blank";
  const auto position = forecast.position_of(record);
  return fmt::format("sequence {} names {}, {}{}", record.sequence,
                     position ? forecast.name_of(*position) : "no slot",
                     formats::name_of(record.state),
                     record.check_is_good() ? "" : ", check word wrong");
}

Json record_json(const formats::OtaRecord& record, const BootForecast& forecast) {
  const auto position = forecast.position_of(record);
  return {{"sequence", record.sequence},
          {"slot", position ? Json(forecast.name_of(*position)) : Json(nullptr)},
          {"state", formats::name_of(record.state)},
          {"check", record.check},
          {"check_good", record.check_is_good()}};
}

}  // namespace rota::cli
