#include "api_trace.h"

#include <algorithm>
#include <array>
#include <cstring>

#include "esp_ota_ops.h"
#include "esp_partition.h"
#include "vectors.h"

namespace rota::conformance {
namespace {

using nlohmann::json;

DeviceConfiguration configuration_of(const json& vector) {
  const std::string name = vector["cfg"];
  DeviceConfiguration configuration;
  configuration.rollback = name != "plain";
  configuration.anti_rollback = name == "antirb";
  configuration.reports_encryption = vector.value("enc", 0) != 0;
  return configuration;
}

// "-" is a null pointer. Labels are looked up over all types; the first row counts.
const esp_partition_t* partition_of(const json& step, const char* key) {
  const std::string label = step[key];
  if (label == "-") return nullptr;
  return esp_partition_find_first(ESP_PARTITION_TYPE_ANY, ESP_PARTITION_SUBTYPE_ANY, label.c_str());
}

json label_of(const esp_partition_t* partition) {
  return partition == nullptr ? "-" : static_cast<const char*>(partition->label);
}

json returned(esp_err_t code) { return {{"ret", code}}; }

json opened(esp_err_t code, esp_ota_handle_t handle) {
  json outputs = returned(code);
  if (handle != 0) outputs["handle"] = handle;
  return outputs;
}

}  // namespace

Bytes ApiTables::blob(std::size_t number) const {
  const json& place = blob_places[number];
  return bytes_of(blob_storage).subspan(place["offset"], place["len"]);
}

json outputs_of(const json& recorded_step) {
  json outputs = recorded_step;
  // "n" is an input of the writes and the output of "count".
  if (recorded_step["o"] != "count") outputs.erase("n");
  for (const char* input : {"o", "part", "part2", "size", "erase_size", "offset", "h", "blob", "at",
                            "off", "copy", "cut"}) {
    outputs.erase(input);
  }
  return outputs;
}

ApiTrace::ApiTrace(const ApiTables& tables, const json& vector)
    : tables_(tables),
      layout_(tables.layouts.at(vector["layout"].get<std::string>())),
      has_fuses_(vector["cfg"] == "antirb"),
      device_(layout_["flash"], configuration_of(vector)) {
  device_.put(0x8000, from_hex(layout_["table"].get<std::string>()));
  for (const json& part : layout_["parts"]) {
    if (part["type"] == 1 && part["subtype"] == 0) {
      ota_data_offset_ = part["offset"];
      break;
    }
  }
  for (const json& init : vector["init"]) device_.put(init[1], tables.blob(init[0]));
  if (vector.contains("ota")) {
    for (std::uint32_t sector = 0; sector < 2; ++sector) {
      device_.put(ota_data_offset_ + sector * core::kSectorBytes,
                  from_hex(vector["ota"][sector].get<std::string>()));
    }
  }
  device_.set_fuse_bits(vector.value("efuse", 0U));
}

json ApiTrace::records() const {
  json records = json::array();
  for (std::uint32_t sector = 0; sector < 2; ++sector) {
    records.push_back(to_hex(
        device_.cells().subspan(ota_data_offset_ + std::size_t{sector} * core::kSectorBytes, 32)));
  }
  return records;
}

formats::OtaRecords ApiTrace::decoded_records() const {
  formats::OtaRecords records;
  for (std::uint32_t sector = 0; sector < 2; ++sector) {
    const std::size_t at = ota_data_offset_ + std::size_t{sector} * core::kSectorBytes;
    records[sector] =
        formats::decode_ota_record(device_.cells().subspan(at).first<formats::kOtaRecordBytes>());
  }
  return records;
}

bool ApiTrace::some_image_has_no_description() const {
  for (const json& part : layout_["parts"]) {
    if (part["type"] != 0) continue;
    const Bytes start = device_.cells().subspan(part["offset"]);
    if (start[0] == std::byte{formats::kImageMagic} &&
        load_u32(&start[formats::kDescriptionOffset]) != formats::kAppDescriptionMagic) {
      return true;
    }
  }
  return false;
}

Bytes ApiTrace::data_of(const json& step) const {
  return tables_.blob(step["blob"]).subspan(step["at"], step["n"]);
}

json ApiTrace::carry_out(const json& step) {
  const std::string before = device_.digest();
  if (step.contains("cut")) {
    device_.cuttable().cut_power_in_call(step["cut"][0], step["cut"][1]);
  }
  json outputs;
  try {
    outputs = step["o"] == "boot" ? boot() : call(step);
  } catch (const RestartRequested&) {
    device_.stop();
    outputs = {{"r", "!restart"}};
  }
  device_.cuttable().forget_cut();
  if (!device_.has_power()) {
    device_.stop();
    device_.power_on();
    outputs = {{"r", "!powercut"}};
  }
  const std::string after = device_.digest();
  if (after != before) outputs["f"] = after;
  if (step.contains("efuse")) outputs["efuse"] = device_.fuse_bits();
  if (step.contains("ota")) outputs["ota"] = records();
  return outputs;
}

json ApiTrace::boot() {
  const std::optional<std::string> started = device_.boot();
  return {{"r", started.value_or("!reset")}};
}

json ApiTrace::call(const json& step) {
  if (!device_.is_running()) return {{"r", "nothing runs"}};
  const std::string operation = step["o"];
  for (const auto part : {&ApiTrace::write_side, &ApiTrace::selection_side, &ApiTrace::query}) {
    const json outputs = (this->*part)(operation, step);
    if (!outputs.is_null()) return outputs;
  }
  return {{"r", "an operation that this program does not know"}};
}

json ApiTrace::write_side(const std::string& operation, const json& step) {
  esp_ota_handle_t handle = 0;
  if (operation == "begin") {
    const esp_err_t code = esp_ota_begin(partition_of(step, "part"), step["size"], &handle);
    return opened(code, handle);
  }
  if (operation == "resume") {
    const esp_err_t code =
        esp_ota_resume(partition_of(step, "part"), step["erase_size"], step["offset"], &handle);
    return opened(code, handle);
  }
  handle = step.value("h", 0U);
  if (operation == "write") {
    const Bytes data = data_of(step);
    return returned(esp_ota_write(handle, data.data(), data.size()));
  }
  if (operation == "writeat") {
    const Bytes data = data_of(step);
    return returned(esp_ota_write_with_offset(handle, data.data(), data.size(), step["off"]));
  }
  if (operation == "writenull") return returned(esp_ota_write(handle, nullptr, step["n"]));
  if (operation == "end") return returned(esp_ota_end(handle));
  if (operation == "abort") return returned(esp_ota_abort(handle));
  if (operation == "set_final") {
    return returned(
        esp_ota_set_final_partition(handle, partition_of(step, "part"), step["copy"] != 0));
  }
  return nullptr;
}

json ApiTrace::selection_side(const std::string& operation, const json& step) {
  if (operation == "set_boot") {
    return returned(esp_ota_set_boot_partition(partition_of(step, "part")));
  }
  if (operation == "set_boot_skip") {
    return returned(esp_ota_set_boot_partition_skip_validate(partition_of(step, "part")));
  }
  if (operation == "mark_valid") return returned(esp_ota_mark_app_valid_cancel_rollback());
  if (operation == "mark_invalid") return returned(esp_ota_mark_app_invalid_rollback());
  if (operation == "mark_invalid_reboot") {
    return returned(esp_ota_mark_app_invalid_rollback_and_reboot());
  }
  if (operation == "erase_last") return returned(esp_ota_erase_last_boot_app_partition());
  if (operation == "invalidate_inactive") {
    return returned(esp_ota_invalidate_inactive_ota_data_slot());
  }
  return nullptr;
}

json ApiTrace::query(const std::string& operation, const json& step) {
  if (operation == "get_boot") return {{"res", label_of(esp_ota_get_boot_partition())}};
  if (operation == "get_running") return {{"res", label_of(esp_ota_get_running_partition())}};
  if (operation == "get_last_invalid") {
    return {{"res", label_of(esp_ota_get_last_invalid_partition())}};
  }
  if (operation == "get_next") {
    return {{"res", label_of(esp_ota_get_next_update_partition(partition_of(step, "part")))}};
  }
  if (operation == "rollback_possible") {
    return {{"bool", esp_ota_check_rollback_is_possible() ? 1 : 0}};
  }
  if (operation == "count") return {{"n", esp_ota_get_app_partition_count()}};
  if (operation == "get_state") {
    esp_ota_img_states_t state{};
    json outputs = returned(esp_ota_get_state_partition(partition_of(step, "part"), &state));
    if (outputs["ret"] == ESP_OK) outputs["state"] = static_cast<std::uint32_t>(state);
    return outputs;
  }
  if (operation == "get_desc") {
    esp_app_desc_t description{};
    json outputs =
        returned(esp_ota_get_partition_description(partition_of(step, "part"), &description));
    if (outputs["ret"] == ESP_OK) {
      const std::string_view version(description.version, sizeof(description.version));
      outputs["version"] = version.substr(0, version.find('\0'));
      outputs["secver"] = description.secure_version;
    }
    return outputs;
  }
  if (operation == "part_sha") {
    std::array<std::uint8_t, 32> sha{};
    json outputs = returned(esp_partition_get_sha256(partition_of(step, "part"), sha.data()));
    if (outputs["ret"] == ESP_OK) outputs["sha"] = to_hex(std::as_bytes(std::span(sha)));
    return outputs;
  }
  if (operation == "identity") {
    const bool same =
        esp_partition_check_identity(partition_of(step, "part"), partition_of(step, "part2"));
    return {{"bool", same ? 1 : 0}};
  }
  return nullptr;
}

}  // namespace rota::conformance
