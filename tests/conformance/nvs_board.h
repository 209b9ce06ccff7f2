// A board of the NVS recordings: one partition "nvs" on a RAM flash that counts operations and can
// lose its power, and the calls of a recorded step.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/flash.h"
#include "core/partition_access.h"
#include "formats/partition_table.h"
#include "idf/nvs_service.h"
#include "runner.h"

namespace rota::conformance {

struct NvsPowerCut {
  std::uint64_t at_operation = 0;  // from 0, counted from the moment it is planned
  std::size_t torn_bytes = 0;      // leading bytes of that operation that still take effect
};

// NOR rules over the bytes of one partition at a fixed place of the chip.
class NvsFlash final : public core::Flash {
 public:
  static constexpr std::uint32_t kPartitionOffset = 0x9000;

  explicit NvsFlash(std::vector<std::byte> partition);

  std::vector<std::byte>& partition() { return cells_; }
  std::uint64_t writes = 0;
  std::uint64_t sector_erases = 0;

  void plan_cut(const NvsPowerCut& cut);
  void power_on();
  // ["w" or "e", offset in the partition, length] of the operation that was cut; null: none was.
  const nlohmann::json& cut_operation() const { return cut_operation_; }

  Status read(core::FlashAddress from, MutableBytes into) override;
  Status program(core::FlashAddress to, Bytes bytes) override;
  Status erase(core::FlashRange range) override;
  const core::FlashGeometry& geometry() const override { return geometry_; }

 private:
  bool holds(core::FlashAddress start, std::size_t bytes) const;
  // Bytes of this operation that happen; all, unless the power goes.
  std::size_t bytes_done(const char* kind, core::FlashAddress start, std::size_t bytes);

  std::vector<std::byte> cells_;
  core::FlashGeometry geometry_;
  std::uint64_t operations_ = 0;
  std::optional<NvsPowerCut> cut_;
  bool is_on_ = true;
  nlohmann::json cut_operation_;
};

class NvsBoard {
 public:
  // `vector` has pages and may have readonly, flag_encrypted and initial.
  explicit NvsBoard(const nlohmann::json& vector);
  NvsBoard(const NvsBoard&) = delete;
  NvsBoard& operator=(const NvsBoard&) = delete;

  NvsFlash& flash() { return flash_; }
  std::string image_hash();
  // RAM is lost, flash stays.
  void reboot();
  // Replaces flash, from outside.
  void put_image(const std::string& encoded);

  // Carries out a recorded step; the result has the members that the recording gives for it.
  nlohmann::json carry_out(const nlohmann::json& step);
  // What a new process sees: the member `expect` of the power cuts.
  nlohmann::json look(const nlohmann::json& namespaces, const nlohmann::json& keys);

 private:
  nlohmann::json call(const nlohmann::json& step);
  nlohmann::json set(const nlohmann::json& step);
  nlohmann::json get(const nlohmann::json& step);
  nlohmann::json get_payload(const nlohmann::json& step, bool is_string);
  nlohmann::json stats(const std::string& label);
  nlohmann::json walk(esp_err_t begun, idf::NvsService::Walk& walk);
  nlohmann::json secure_init(const nlohmann::json& step);
  nlohmann::json value_seen(nvs_handle_t handle, const std::string& key);

  formats::PartitionRows rows_;
  NvsFlash flash_;
  core::PartitionAccess access_;
  std::unique_ptr<idf::NvsService> service_;
};

// From the encodings of the recordings.
std::vector<std::byte> unpacked_image(const std::string& encoded, std::size_t bytes);

}  // namespace rota::conformance
