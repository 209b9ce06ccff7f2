#include "sim/wear.h"

#include <algorithm>
#include <array>

#include "sim/device.h"

namespace rota::sim {

double Wear::ota_data_erases_per_update() const {
  return static_cast<double>(std::max(ota_data[0], ota_data[1])) / std::max(updates, 1U);
}

double Wear::lifetime_updates() const {
  const std::uint64_t busiest = std::max({ota_data[0], ota_data[1], busiest_slot_sector});
  return static_cast<double>(kRatedCycles) * updates /
         static_cast<double>(std::max<std::uint64_t>(busiest, 1));
}

Wear wear_of_updates(const Configuration& configuration, std::uint32_t updates) {
  const TestBoard board(configuration);
  FaultyChip chip(board.flash_bytes(), configuration.secure_version_width);
  const Scenario& scenario = *find_scenario("native-sequential");
  const Defect no_defect;
  Device device(board, chip, scenario, no_defect);
  prepare(scenario, board, chip);

  Wear wear;
  wear.image_bytes = static_cast<std::uint32_t>(board.image(ImageId::kVersion3).size());
  while (wear.updates < updates) {
    // Three images, so that a slot never gets the one that it holds.
    constexpr std::array kImages{ImageId::kVersion3, ImageId::kVersion4, ImageId::kVersion5};
    const ImageId offered = kImages[wear.updates % kImages.size()];
    device.offer(offered);
    chip.power_on();
    const PowerOn updating = device.start(Program::kNextUpdate);
    chip.power_on();
    const PowerOn confirming = device.start(Program::kSettle);
    if (updating.verdict != Verdict::kFine || confirming.verdict != Verdict::kFine ||
        chip.facts().confirmed != offered) {
      break;
    }
    ++wear.updates;
  }
  const std::uint32_t ota_data = board.ota_data().offset / core::kSectorBytes;
  wear.ota_data[0] = chip.wear()[ota_data];
  wear.ota_data[1] = chip.wear()[ota_data + 1];
  const std::span<const std::uint32_t> slots =
      chip.wear().subspan(board.slot(0).offset / core::kSectorBytes);
  wear.busiest_slot_sector = *std::max_element(slots.begin(), slots.end());
  wear.bytes_programmed = chip.bytes_programmed();
  return wear;
}

}  // namespace rota::sim
