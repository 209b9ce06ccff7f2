// Boots: from a recorded table, OTA data, images and eFuses, which image starts, what both records
// and the bytes behind them are afterwards, which eFuses are burned; then what the started
// application sees through the API. The model of tests/support, which judges core/ in the property
// tests, has to agree with every recorded boot, too.
#include <array>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "board/bootloader/bootloader.h"
#include "board/chip/efuse_file.h"
#include "core/boot_selection.h"
#include "core/update_settings.h"
#include "formats/partition_table.h"
#include "kinds.h"
#include "tests/support/boot_model.h"
#include "tests/support/sparse_flash.h"
#include "vectors.h"

namespace rota::conformance {
namespace {

using formats::PartitionRow;
using formats::PartitionRows;
using nlohmann::json;

constexpr std::uint32_t kChipBytes = 4U << 20U;
constexpr std::size_t kTailBytes = 16;
constexpr std::uint8_t kFuseWidth = 32;
constexpr int kNotFound = 0x105;      // ESP_ERR_NOT_FOUND
constexpr int kNotSupported = 0x106;  // ESP_ERR_NOT_SUPPORTED

PartitionRows rows_of(const json& layout) {
  PartitionRows rows;
  for (const json& recorded : layout) {
    PartitionRow row;
    row.type = static_cast<formats::PartitionType>(recorded["type"].get<int>());
    row.subtype = recorded["subtype"];
    row.offset = recorded["offset"];
    row.size = recorded["size"];
    const auto label = recorded["label"].get<std::string>();
    std::copy_n(label.begin(), std::min<std::size_t>(label.size(), 16), row.label_storage.begin());
    (void)rows.push_back(row);
  }
  return rows;
}

// What every board of the recording holds besides its partitions.
std::vector<std::byte> bootloader_image(const std::string& configuration) {
  formats::BootloaderSettings settings;
  settings.rollback = configuration != "plain";
  settings.anti_rollback = configuration == "antirb";
  settings.secure_version_width = kFuseWidth;
  settings.cut_safe_records = false;
  std::array<std::byte, formats::kBootloaderImageMaxBytes> image{};
  const std::size_t length = formats::write_bootloader_image({}, {}, settings, image);
  return {image.begin(), image.begin() + static_cast<std::ptrdiff_t>(length)};
}

bool is_crash(const json& recorded) {
  return recorded.is_string() && recorded.get<std::string>().starts_with('!');
}

// One board of the recording.
class RecordedBoard {
 public:
  RecordedBoard(const json& vector, const PartitionRows& rows, const json& images)
      : vector_(vector), rows_(rows), flash_(kChipBytes) {
    const auto configuration = vector["cfg"].get<std::string>();
    settings_.rollback = configuration != "plain";
    settings_.anti_rollback = configuration == "antirb";
    settings_.secure_version_width = kFuseWidth;
    settings_.ota_data_writing = core::OtaDataWriting::kInPlace;
    settings_.slot_writing = core::SlotWriting::kReference;
    settings_.confirm_only_running = false;
    settings_.demand_digest = false;
    settings_.chip.facts = formats::find_chip("esp32");

    flash_.put(settings_.chip.facts->bootloader_offset, bootloader_image(configuration));
    std::array<std::byte, formats::kTableBytes> table{};
    if (!formats::write_table(rows, true, table).ok()) throw std::runtime_error("bad layout");
    flash_.put(formats::kDefaultTableOffset, table);
    put_images(images);
    put_ota_data();
    fuses_.secure_version_bits = vector.value("efuse", 0U);
    prepare_model();
  }

  Verdict compare() {
    for (const json& boot : vector_["boots"]) {
      ++verdict_.steps_present;
      if (is_over_) continue;
      ++verdict_.steps_compared;
      compare_boot(boot);
      compare_model(boot);
    }
    if (vector_.contains("api")) {
      ++verdict_.steps_present;
      if (!is_over_) compare_view(vector_["api"]);
    }
    return verdict_;
  }

 private:
  void put_images(const json& images) {
    for (const PartitionRow& row : rows_) {
      const std::string label(row.label());
      if (!row.is_app() || !vector_["slots"].contains(label)) continue;
      const json& slot = vector_["slots"][label];
      const auto kind = slot[0].get<std::string>();
      if (kind == "E") continue;
      const std::string key = kind + std::to_string(slot[1].get<int>());
      flash_.put(row.offset, from_hex(images.at(key).get<std::string>()));
    }
  }

  void put_ota_data() {
    const PartitionRow* ota_data =
        core::find_partition(rows_, formats::PartitionType::kData, formats::kDataOta);
    if (ota_data == nullptr) return;
    for (std::uint32_t sector = 0; sector < 2; ++sector) {
      const std::uint32_t offset = sector * core::kSectorBytes;
      if (offset >= ota_data->size) break;
      sectors_.push_back(ota_data->offset + offset);
      flash_.put(sectors_.back(), from_hex(vector_["ota"][sector].get<std::string>()));
      if (!vector_.contains("tail")) continue;
      flash_.put(sectors_.back() + formats::kOtaRecordBytes,
                 from_hex(vector_["tail"][sector].get<std::string>()));
    }
  }

  void prepare_model() {
    model_.rollback = settings_.rollback;
    model_.anti_rollback = settings_.anti_rollback;
    model_.fuses = fuses_.secure_version_bits;
    for (const PartitionRow& row : rows_) {
      model::Row seen{static_cast<int>(row.type), row.subtype, row.size, {}};
      const std::string label(row.label());
      if (row.is_app() && vector_["slots"].contains(label)) {
        const json& slot = vector_["slots"][label];
        seen.image.verifies = slot[0] == "V";
        if (slot[0] != "E") seen.image.secure_version = slot[1].get<std::uint32_t>();
      }
      model_.rows.push_back(seen);
    }
    for (std::size_t sector = 0; sector < sectors_.size(); ++sector) {
      const auto bytes = from_hex(vector_["ota"][sector].get<std::string>());
      for (std::size_t i = 0; i < bytes.size(); ++i) {
        model_.records[sector][i] = std::to_integer<std::uint8_t>(bytes[i]);
      }
    }
  }

  void compare_model(const json& recorded) {
    const model::Boot boot = model::boot(model_);
    const auto outcome = recorded["boot"].get<std::string>();
    const std::string started =
        boot.started < 0 ? "!reset"
                         : std::string(rows_[static_cast<std::size_t>(boot.started)].label());
    verdict_.expect_equal("model: boot", started, outcome == "!div0" ? "!reset" : outcome);
    for (std::size_t sector = 0; sector < sectors_.size() && recorded.contains("ota"); ++sector) {
      verdict_.expect_equal("model: sector " + std::to_string(sector),
                            to_hex(std::as_bytes(std::span(model_.records[sector]))),
                            recorded["ota"][sector]);
    }
    if (recorded.contains("efuse")) {
      verdict_.expect_equal("model: eFuse", model_.fuses, recorded["efuse"]);
    }
  }

  json bytes_at(std::uint32_t offset, std::size_t count) {
    std::vector<std::byte> bytes(count);
    (void)flash_.read({offset}, bytes);
    return to_hex(bytes);
  }

  // The first application whose partition holds the image that started.
  const PartitionRow* row_of(const board::BootReport& report) const {
    if (report.result != board::BootReport::Result::kStarts) return nullptr;
    for (const PartitionRow& row : rows_) {
      if (row.is_app() && row.offset == report.range.start.value) return &row;
    }
    return nullptr;
  }

  void compare_boot(const json& recorded) {
    board::EfuseFile fuses(fuses_, kFuseWidth);
    board::BootCircumstances circumstances;
    circumstances.chip = settings_.chip;
    const board::BootReport report = board::boot(flash_, fuses, circumstances);
    running_ = row_of(report);
    const std::string started = running_ == nullptr ? "!reset" : std::string(running_->label());
    const auto outcome = recorded["boot"].get<std::string>();
    if (outcome == "!div0" && started == "!reset") {
      verdict_.deviates(deviation::kDivisionByZero);
    } else {
      verdict_.expect_equal("boot", started, outcome);
    }
    is_over_ = running_ == nullptr || !verdict_.unexplained.empty();
    compare_ota_data(recorded);
    if (recorded.contains("efuse")) {
      verdict_.expect_equal("eFuse", fuses_.secure_version_bits, recorded["efuse"]);
    }
  }

  void compare_ota_data(const json& recorded) {
    for (std::size_t sector = 0; sector < sectors_.size(); ++sector) {
      const std::string name = "sector " + std::to_string(sector);
      if (recorded.contains("ota")) {
        verdict_.expect_equal(name, bytes_at(sectors_[sector], formats::kOtaRecordBytes),
                              recorded["ota"][sector]);
      }
      if (recorded.contains("tail")) {
        verdict_.expect_equal(name + " behind its record",
                              bytes_at(sectors_[sector] + formats::kOtaRecordBytes, kTailBytes),
                              recorded["tail"][sector]);
      }
    }
  }

  void compare_answer(const char* name, const std::string& got, const json& recorded) {
    if (is_crash(recorded) && core::app_slot_count(rows_) == formats::kMaxOtaSlots) {
      verdict_.deviates(deviation::kSixteenSlotsAndTest);
      return;
    }
    verdict_.expect_equal(name, got, recorded);
  }

  void compare_view(const json& recorded) {
    ++verdict_.steps_compared;
    board::EfuseFile fuses(fuses_, kFuseWidth);
    core::PartitionAccess access(flash_, rows_, false);
    core::BootSelection selection(access, fuses, *running_, settings_);
    const auto label_of = [](const PartitionRow* row) {
      return row == nullptr ? std::string("-") : std::string(row->label());
    };
    compare_answer("get_running", label_of(running_), recorded["get_running"]);
    compare_answer("get_boot", label_of(selection.boot_partition()), recorded["get_boot"]);
    compare_answer("get_next", label_of(selection.next_update_partition(*running_)),
                   recorded["get_next"]);
    compare_answer("get_last_invalid", label_of(selection.last_invalid_partition()),
                   recorded["get_last_invalid"]);
    compare_answer("rollback_possible", selection.rollback_is_possible() ? "1" : "0",
                   recorded["rollback_possible"]);
    compare_answer("count", std::to_string(core::app_slot_count(rows_)), recorded["count"]);
    for (const auto& [label, state] : recorded["state"].items()) {
      compare_state(selection, label, state);
    }
  }

  void compare_state(const core::BootSelection& selection,
                     const std::string& label,
                     const json& recorded) {
    const PartitionRow* row =
        core::find_partition(rows_, formats::PartitionType::kAny, formats::kSubtypeAny, label);
    if (row == nullptr) throw std::runtime_error("no partition has the label " + label);
    const auto state = selection.state_of(*row);
    json got = json::array();
    if (state.ok()) {
      got = {0, static_cast<std::uint32_t>(*state)};
    } else {
      got = {state.error() == Error::kPartitionUnsupported ? kNotSupported : kNotFound};
    }
    if (is_crash(recorded) && core::app_slot_count(rows_) == formats::kMaxOtaSlots) {
      verdict_.deviates(deviation::kSixteenSlotsAndTest);
      return;
    }
    verdict_.expect_equal("state of " + label, got, recorded);
  }

  const json& vector_;
  const PartitionRows& rows_;
  support::SparseFlash flash_;
  std::vector<std::uint32_t> sectors_;  // of OTA data
  board::EfuseRecord fuses_;
  model::Board model_;
  core::UpdateSettings settings_;
  const PartitionRow* running_ = nullptr;
  bool is_over_ = false;
  Verdict verdict_;
};

class Boots final : public VectorKind {
 public:
  explicit Boots(const std::filesystem::path& folder)
      : images_(read_json(folder / "otadata_images.json")) {
    const json layouts = read_json(folder / "otadata_layouts.json");
    for (const auto& [name, layout] : layouts.items()) layouts_[name] = rows_of(layout);
  }

  Verdict compare(const json& vector) const override {
    const PartitionRows& rows = layouts_.at(vector["layout"].get<std::string>());
    return RecordedBoard(vector, rows, images_).compare();
  }

 private:
  std::map<std::string, PartitionRows> layouts_;
  json images_;
};

}  // namespace

std::unique_ptr<VectorKind> open_otadata(const std::filesystem::path& folder) {
  return std::make_unique<Boots>(folder);
}

}  // namespace rota::conformance
