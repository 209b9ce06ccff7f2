// The board that every sweep uses: a genuine layout (bootloader, partition table, OTA data, NVS,
// factory, slots) with small slots, in each configuration of the matrix, and small genuine images.
#pragma once

#include <array>
#include <string>
#include <vector>

#include "core/image_verifier.h"
#include "core/update_settings.h"
#include "formats/partition_table.h"
#include "sim/board_state.h"
#include "sim/faulty_chip.h"

namespace rota::sim {

enum class Rollback : std::uint8_t { kOff, kOn, kWithAntiRollback };

// The partition table of a board of somebody's own, with the sizes of its images, in place of the
// table that is made up here. Needs OTA data of two sectors, two OTA slots that hold both images,
// and nothing at 0 to `table_offset` but the bootloader.
struct BoardLayout {
  formats::PartitionRows rows;
  std::uint32_t table_offset = formats::kDefaultTableOffset;
  std::uint32_t installed_bytes = 0;    // of the images that the board has
  std::uint32_t update_bytes = 0;       // of those that it is offered
  std::uint32_t next_update_bytes = 0;  // of the update that every state must accept at its end
};

// One cell of the matrix.
struct Configuration {
  bool stock_bootloader = false;  // writes records as the reference does
  core::OtaDataWriting records = core::OtaDataWriting::kCutSafe;  // of the application
  core::SlotWriting slot_writing = core::SlotWriting::kChecked;
  Rollback rollback = Rollback::kOn;
  std::uint8_t secure_version_width = 32;
  bool has_factory = true;
  std::uint8_t slots = 2;
  std::uint16_t image_sectors = 3;  // the slots are one sector larger
  // Borrowed; nullptr: a made-up table. `has_factory` and `slots` must say what is in it.
  const BoardLayout* layout = nullptr;

  // Slots in units of 64 KB, so that the large erase units take part.
  bool has_real_size() const { return image_sectors >= 16; }

  // What the design promises to survive: our bootloader with records written cut-safe.
  bool is_promised() const {
    return !stock_bootloader && records == core::OtaDataWriting::kCutSafe;
  }
};
std::string name_of(const Configuration& configuration);  // "ours/cut-safe/rollback/factory/2"

inline constexpr std::array<std::string_view, kImageCount> kImageNames{
    "nothing", "factory", "1", "2", "3", "4", "5", "fails-self-test", "panics", "hangs"};
inline std::string_view name_of(ImageId image) {
  return kImageNames[static_cast<std::size_t>(image)];
}

// A genuine app image of about this size, with pseudo-random content; the version is the image's
// name.
std::vector<std::byte> make_app_image(const formats::ChipFacts& chip,
                                      ImageId id,
                                      std::uint32_t target_bytes);

class TestBoard {
 public:
  explicit TestBoard(const Configuration& configuration);

  const Configuration& configuration() const { return configuration_; }
  const formats::PartitionRows& rows() const { return rows_; }
  const core::Partition& slot(unsigned number) const { return rows_[slot_rows_[number]]; }
  const core::Partition* factory() const { return has_factory_ ? &rows_[factory_row_] : nullptr; }
  // Of a layout without NVS: another partition, which no scenario that applies writes.
  const core::Partition& nvs() const { return rows_[nvs_row_]; }
  const core::Partition& ota_data() const { return rows_[ota_data_row_]; }
  std::uint32_t table_offset() const { return table_offset_; }
  const core::ChipIdentity& chip() const { return chip_; }
  const core::UpdateSettings& settings() const { return settings_; }
  std::uint32_t flash_bytes() const { return flash_bytes_; }
  const std::vector<std::byte>& image(ImageId id) const {
    return images_[static_cast<std::size_t>(id)];
  }
  static std::uint32_t secure_version_of(ImageId id);

  // Replaces the bootloader by one with other settings.
  void write_bootloader(FaultyChip& chip, bool with_rollback) const;
  // Bootloader, table and factory image; OTA data, NVS and slots are blank.
  void write_base(FaultyChip& chip) const;
  void write_image(FaultyChip& chip, const core::Partition& partition, ImageId id) const;
  // A record in a sector of OTA data; sequence 0 leaves it blank.
  void write_record(FaultyChip& chip,
                    int sector,
                    std::uint32_t sequence,
                    formats::OtaState state) const;

  // Which of the images lies at the start of this partition, byte for byte; kNone: none of them.
  ImageId image_in(FaultyChip& chip, const core::Partition& partition) const;
  ImageId image_at(FaultyChip& chip, std::uint32_t address) const;

 private:
  void make_table();
  void find_rows();
  std::uint32_t bytes_of_image(ImageId id) const;
  void make_images();

  Configuration configuration_;
  core::ChipIdentity chip_;
  core::UpdateSettings settings_;
  formats::PartitionRows rows_;
  bool has_factory_;
  std::size_t ota_data_row_ = 0;
  std::size_t nvs_row_ = 0;
  std::size_t factory_row_ = 0;
  std::array<std::size_t, formats::kMaxOtaSlots> slot_rows_{};
  std::uint32_t table_offset_ = formats::kDefaultTableOffset;
  std::uint32_t flash_bytes_ = 0;
  std::array<std::vector<std::byte>, kImageCount> images_;
  std::array<std::vector<std::uint64_t>, kImageCount> sector_hashes_;  // rest of the last one blank
};

}  // namespace rota::sim
