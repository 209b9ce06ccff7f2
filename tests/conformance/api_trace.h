// One recorded trace of API calls, replayed on a Device step by step.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "api_device.h"
#include "formats/ota_data.h"
#include "recorded_json.h"

namespace rota::conformance {

// The tables that the traces refer to.
struct ApiTables {
  nlohmann::json layouts;
  nlohmann::json blob_places;
  std::string blob_storage;

  Bytes blob(std::size_t number) const;
};

// What a step did, in the recording's own words: "ret", "handle", "res", "r", "f", ...
nlohmann::json outputs_of(const nlohmann::json& recorded_step);

class ApiTrace {
 public:
  ApiTrace(const ApiTables& tables, const nlohmann::json& vector);

  // The digest before the first step, as recorded in `f0`.
  std::string digest() { return device_.digest(); }
  // Carries out one recorded step; returns its outputs.
  nlohmann::json carry_out(const nlohmann::json& step);
  // Both records, as recorded in `ota_end`.
  nlohmann::json records() const;
  formats::OtaRecords decoded_records() const;
  // An app partition holds the start of an image, and no description where one belongs.
  bool some_image_has_no_description() const;
  std::uint32_t fuse_bits() const { return device_.fuse_bits(); }
  // The recorded program ended in this step: so does ours.
  void stop() { device_.stop(); }

 private:
  nlohmann::json boot();
  nlohmann::json call(const nlohmann::json& step);
  nlohmann::json write_side(const std::string& operation, const nlohmann::json& step);
  nlohmann::json selection_side(const std::string& operation, const nlohmann::json& step);
  nlohmann::json query(const std::string& operation, const nlohmann::json& step);
  Bytes data_of(const nlohmann::json& step) const;

  const ApiTables& tables_;
  const nlohmann::json& layout_;
  bool has_fuses_;
  std::uint32_t ota_data_offset_ = 0;
  Device device_;
};

}  // namespace rota::conformance
