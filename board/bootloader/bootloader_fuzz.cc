// Any bytes in the flash that a boot reads: table, OTA data, image heads, the bootloader itself,
// with any settings, fuses, pins and reset reasons. Invariants:
// - a boot ends, and says why when nothing starts;
// - what starts is an app row of the table, inside the flash, and was verified (unless the settings
//   skip that);
// - nothing but OTA data changes, and data partitions when a pin asks for a factory reset;
// - a boot that changes neither flash nor fuses gives the same boot again.
#include <algorithm>
#include <array>
#include <cstring>
#include <vector>

#include "base/assert.h"
#include "board/bootloader/bootloader.h"
#include "board/chip/efuse_file.h"
#include "board/chip/nor_chip.h"
#include "core/update_board_for_test.h"
#include "formats/ota_data.h"

namespace {

using namespace rota;

constexpr std::uint32_t kChipBytes = 0x18000;
constexpr std::uint32_t kBootloaderAt = 0x1000;
constexpr std::uint32_t kOtaDataAt = 0xD000;
constexpr std::uint32_t kFirstAppAt = 0x10000;
constexpr std::uint32_t kAppBytes = 0x2000;
constexpr int kBoots = 3;

class Script {
 public:
  explicit Script(Bytes bytes) : bytes_(bytes) {}
  bool is_over() const { return bytes_.empty(); }
  std::uint8_t byte() {
    if (bytes_.empty()) return 0;
    const auto value = std::to_integer<std::uint8_t>(bytes_[0]);
    bytes_ = bytes_.subspan(1);
    return value;
  }
  Bytes take(std::size_t count) {
    const Bytes taken = bytes_.first(std::min(count, bytes_.size()));
    bytes_ = bytes_.subspan(taken.size());
    return taken;
  }

 private:
  Bytes bytes_;
};

struct Board {
  board::MemoryChip chip{kChipBytes};
  board::EfuseRecord fuses;
  board::BootCircumstances circumstances;
  formats::BootloaderSettings settings;

  void put(std::uint32_t at, Bytes bytes) {
    const std::size_t count = std::min<std::size_t>(bytes.size(), kChipBytes - at);
    std::copy_n(bytes.begin(), count, chip.cells.begin() + at);
  }
  std::vector<std::byte> flash() const { return {chip.cells.begin(), chip.cells.end()}; }
  board::BootReport boot() {
    board::EfuseFile file(fuses, 32);
    return board::boot(chip.chip, file, circumstances);
  }
};

void add_row(formats::PartitionRows& rows,
             formats::PartitionType type,
             std::uint8_t subtype,
             std::uint32_t offset,
             std::uint32_t size) {
  formats::PartitionRow row;
  row.type = type;
  row.subtype = subtype;
  row.offset = offset;
  row.size = size;
  ROTA_ASSERT(rows.push_back(row));
}

// A sound board with four apps, as the settings in the script's first bytes have it.
void make_sound(Board& board, Script& script) {
  using formats::PartitionType;
  std::fill(board.chip.cells.begin(), board.chip.cells.end(), std::byte{0xFF});
  board.circumstances.chip.facts = formats::find_chip("esp32");
  const unsigned bits = script.byte() | static_cast<unsigned>(script.byte()) << 8U;
  auto& settings = board.settings;
  settings.rollback = (bits & 1U) != 0;
  settings.anti_rollback = (bits & 2U) != 0;
  settings.skip_validate_always = (bits & 4U) != 0;
  settings.skip_validate_on_power_on = (bits & 8U) != 0;
  settings.skip_validate_in_deep_sleep = (bits & 16U) != 0;
  settings.cut_safe_records = (bits & 32U) != 0;
  settings.factory_reset.enabled = (bits & 64U) != 0;
  settings.factory_reset_erases_ota_data = (bits & 128U) != 0;
  settings.app_test.enabled = (bits & 256U) != 0;
  board.circumstances.is_power_on_reset = (bits & 512U) == 0;
  board.circumstances.woke_from_deep_sleep = (bits & 1024U) != 0;
  const int level = (bits & 2048U) != 0 ? 0 : 1;
  board.circumstances.pin_level = [level](int) { return level; };
  board.fuses.secure_version_bits = (1U << (bits >> 12U)) - 1U;

  std::array<std::byte, formats::kBootloaderImageMaxBytes> image{};
  formats::write_bootloader_image({}, {}, settings, image);
  board.put(kBootloaderAt, image);

  formats::PartitionRows rows;
  add_row(rows, PartitionType::kData, formats::kDataNvs, 0x9000, 0x4000);
  add_row(rows, PartitionType::kData, formats::kDataOta, kOtaDataAt, 0x2000);
  add_row(rows, PartitionType::kApp, formats::kAppFactory, kFirstAppAt, kAppBytes);
  add_row(rows, PartitionType::kApp, formats::kAppOtaFirst, 0x12000, kAppBytes);
  add_row(rows, PartitionType::kApp, formats::kAppOtaFirst + 1, 0x14000, kAppBytes);
  add_row(rows, PartitionType::kApp, formats::kAppTest, 0x16000, kAppBytes);
  std::array<std::byte, formats::kTableBytes> table{};
  ROTA_ASSERT(formats::write_table(rows, true, table).ok());
  board.put(0x8000, table);
  static const std::vector<std::byte> kImage =
      core::ImageForTest{.secure_version = 1, .payload_bytes = 64}.build();
  for (std::uint32_t at = kFirstAppAt; at < kChipBytes; at += kAppBytes) board.put(at, kImage);
}

// Records, tables and heads as the script wants them.
void spoil(Board& board, Script& script) {
  constexpr std::array<std::uint32_t, 8> kPlaces = {
      kBootloaderAt, 0x8000, kOtaDataAt, kOtaDataAt + 0x1000, kFirstAppAt, 0x12000, 0x14000, 0};
  while (!script.is_over()) {
    const std::uint8_t code = script.byte();
    const std::uint32_t place = kPlaces[code % kPlaces.size()];
    if (code < 128) {
      const std::uint32_t at = place + std::uint32_t{script.byte()} * (code < 64 ? 1U : 256U);
      board.put(at % kChipBytes, script.take(script.byte() % 64U + 1U));
      continue;
    }
    formats::OtaRecord record = formats::OtaRecord::blank();  // one that is worth a decision
    record.sequence = script.byte();
    record.state = static_cast<formats::OtaState>(script.byte() % 6U);
    if ((code & 64U) != 0) record.state = formats::OtaState{~0U};
    record.check = formats::ota_check(record.sequence);
    board.put(kOtaDataAt + (code & 1U) * 0x1000U, formats::encode(record));
  }
}

bool is_same(const board::BootReport& one, const board::BootReport& other) {
  return one.result == other.result && one.position.index == other.position.index &&
         one.range.start.value == other.range.start.value && one.sentence == other.sentence;
}

void check_start(const Board& board, const board::BootReport& report) {
  const auto row = std::find_if(report.table.begin(), report.table.end(), [&](const auto& each) {
    return each.is_app() && each.offset == report.range.start.value;
  });
  ROTA_ASSERT(row != report.table.end());
  const auto& settings = report.settings;
  const bool skips = settings.skip_validate_always || settings.skip_validate_on_power_on ||
                     settings.skip_validate_in_deep_sleep;
  if (skips) return;
  ROTA_ASSERT(report.image.has_value());
  ROTA_ASSERT(report.range.start.value < kChipBytes);
  ROTA_ASSERT(board.chip.cells[report.range.start.value] == std::byte{0xE9});
}

// Which bytes a boot may have changed: the rows say so.
void check_changes(const std::vector<std::byte>& before,
                   const Board& board,
                   const board::BootReport& report) {
  const bool may_erase_data = report.settings.factory_reset.enabled;
  for (std::uint32_t sector = 0; sector < kChipBytes; sector += 0x1000) {
    if (std::memcmp(&before[sector], &board.chip.cells[sector], 0x1000) == 0) continue;
    const bool allowed =
        std::any_of(report.table.begin(), report.table.end(), [&](const auto& row) {
          const bool is_inside = sector + 0x1000 > row.offset && sector < row.end();
          const bool is_ota_data = row.subtype == formats::kDataOta && !row.is_app();
          return is_inside && !row.is_app() && (is_ota_data || may_erase_data);
        });
    ROTA_ASSERT(allowed);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  Script script(std::as_bytes(std::span(data, size)));
  static Board board;
  make_sound(board, script);
  spoil(board, script);

  for (int i = 0; i < kBoots; ++i) {
    const auto before = board.flash();
    const std::uint32_t burned = board.fuses.secure_version_bits;
    const board::BootReport report = board.boot();
    ROTA_ASSERT(report.result != board::BootReport::Result::kPowerLost);
    if (report.result == board::BootReport::Result::kStarts) {
      check_start(board, report);
    } else {
      ROTA_ASSERT(!report.sentence.empty());
    }
    check_changes(before, board, report);
    if (before == board.flash() && burned == board.fuses.secure_version_bits) {
      ROTA_ASSERT(is_same(report, board.boot()));
    }
  }
  return 0;
}
