// How many erases an update costs, and how long the most used sector lasts: ten thousand real
// updates, each confirmed, on one board.
#pragma once

#include <cstdint>

#include "sim/test_board.h"

namespace rota::sim {

inline constexpr std::uint32_t kRatedCycles = 100'000;  // of a sector, by the chips' data sheets

struct Wear {
  std::uint32_t updates = 0;       // that arrived and were confirmed
  std::uint64_t ota_data[2] = {};  // erases of each record's sector
  std::uint64_t busiest_slot_sector = 0;
  std::uint64_t bytes_programmed = 0;
  std::uint32_t image_bytes = 0;

  double ota_data_erases_per_update() const;  // of the busier sector
  double lifetime_updates() const;            // until some sector reaches its rating
};

Wear wear_of_updates(const Configuration& configuration, std::uint32_t updates);

}  // namespace rota::sim
