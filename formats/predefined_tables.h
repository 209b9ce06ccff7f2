// The partition tables that ESP-IDF offers by name (spec 1.8), as CSV text.
#pragma once

#include <span>
#include <string_view>

namespace rota::formats {

struct PredefinedTable {
  std::string_view name;     // "two_ota"
  std::string_view summary;  // what it is for
  std::string_view csv;
};

std::span<const PredefinedTable> predefined_tables();

// "two_ota", "partitions_two_ota" or "partitions_two_ota.csv"; nullptr: no such table.
const PredefinedTable* find_predefined_table(std::string_view name);

}  // namespace rota::formats
