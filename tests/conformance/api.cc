// Traces of update-API calls, boots and power cuts: what every call returns and what is in flash
// after it (api_*.jsonl.gz). A trace is compared up to the first step that a declared deviation
// makes differ; where the recorded program crashed there and flash is as recorded, it goes on with
// the boot that follows.
#include <mutex>

#include "api_rules.h"
#include "api_trace.h"
#include "kinds.h"
#include "vectors.h"

namespace rota::conformance {
namespace {

using nlohmann::json;

class Comparison {
 public:
  Comparison(const ApiTables& tables, const json& vector)
      : vector_(vector),
        layout_(tables.layouts.at(vector["layout"].get<std::string>())),
        trace_(tables, vector) {}

  Verdict run() {
    const json& steps = vector_["steps"];
    verdict_.steps_present = static_cast<std::uint32_t>(steps.size());
    if (!verdict_.expect_equal("flash before the first step", trace_.digest(), vector_["f0"])) {
      return verdict_;
    }
    for (const json& step : steps) {
      if (!compare(step)) return verdict_;
    }
    compare_end();
    return verdict_;
  }

 private:
  // False: the rest of the trace can not be compared.
  bool compare(const json& step) {
    remember_what_is_updated(step);
    switch (leaked_.touched_by(step)) {
      case LeakedHandles::Touch::kNo:
        break;
      case LeakedHandles::Touch::kOnlyTheLeak:
        return true;
      case LeakedHandles::Touch::kMore:
        return false;
    }
    const formats::OtaRecords records = trace_.decoded_records();
    const bool no_description = trace_.some_image_has_no_description();
    const json recorded = outputs_of(step);
    const json got = trace_.carry_out(step);
    if (got == recorded) {
      ++verdict_.steps_compared;
      return true;
    }
    const Deviation* deviation =
        deviation_of({layout_, step, recorded, got, vector_["cfg"] == "antirb", records,
                      no_description, bootloader_was_updated_, table_was_updated_});
    if (deviation == nullptr) {
      verdict_.differs("step " + std::to_string(verdict_.steps_compared) + " " + step.dump() +
                       ", got " + got.dump());
      return false;
    }
    verdict_.deviates(*deviation);
    return go_on_after(step, recorded, got);
  }

  bool go_on_after(const json& step, const json& recorded, const json& got) {
    if (recorded.value("f", "") != got.value("f", "")) return false;
    if (recorded.value("r", "").starts_with('!')) {
      trace_.stop();
      return true;
    }
    const bool only_leaks = step["o"] == "begin";
    if (only_leaks) leaked_.note(step);
    return only_leaks;
  }

  void remember_what_is_updated(const json& step) {
    const std::string operation = step["o"];
    if (operation == "boot") {
      leaked_.clear();
      bootloader_was_updated_ = table_was_updated_ = false;
    }
    if (operation != "begin" && operation != "resume" && operation != "set_final") return;
    for (const json& part : layout_["parts"]) {
      if (part["label"] != step["part"]) continue;
      bootloader_was_updated_ = bootloader_was_updated_ || part["type"] == 2;
      table_was_updated_ = table_was_updated_ || part["type"] == 3;
    }
  }

  void compare_end() {
    if (vector_.contains("ota_end")) {
      verdict_.expect_equal("records at the end", trace_.records(), vector_["ota_end"]);
    }
    if (vector_.contains("efuse_end")) {
      verdict_.expect_equal("fuses at the end", trace_.fuse_bits(), vector_["efuse_end"]);
    }
  }

  const json& vector_;
  const json& layout_;
  ApiTrace trace_;
  Verdict verdict_;
  LeakedHandles leaked_;
  bool bootloader_was_updated_ = false;
  bool table_was_updated_ = false;
};

class ApiKind final : public VectorKind {
 public:
  explicit ApiKind(const std::filesystem::path& folder) {
    tables_.layouts = read_json(folder / "api_layouts.json");
    tables_.blob_places = read_json(folder / "api_blobs.json");
    tables_.blob_storage = read_unpacked(folder / "api_blobs.bin.gz");
  }

  Verdict compare(const json& vector) const override {
    // ESP-IDF's functions have one runtime a process.
    const std::lock_guard<std::mutex> lock(one_runtime_);
    return Comparison(tables_, vector).run();
  }

 private:
  ApiTables tables_;
  mutable std::mutex one_runtime_;
};

}  // namespace

std::unique_ptr<VectorKind> open_api(const std::filesystem::path& folder) {
  return std::make_unique<ApiKind>(folder);
}

}  // namespace rota::conformance
