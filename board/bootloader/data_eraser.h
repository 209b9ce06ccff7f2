// What a factory reset erases: data partitions whose label is in a list, and OTA data (spec 3.2).
#pragma once

#include <functional>
#include <string_view>

#include "core/flash.h"
#include "formats/partition_table.h"

namespace rota::board {

// Whole-word search in a list separated by commas or blanks, case-sensitive, as the reference does
// it: a label may itself hold a blank. An empty label, for which the reference may search for ever,
// is in a list that starts with a delimiter and in no other.
bool list_names(std::string_view list, std::string_view label);

enum class Erasure : std::uint8_t { kNotChosen, kErased, kFailed };

// Erases the data partitions that the list names, and OTA data (by type, whatever their label) when
// `also_ota_data`. Goes on after an error; false: not all chosen partitions were erased.
// Applications are never erased, even when the list names them. `seen` is told about each data
// partition.
bool erase_data_partitions(
    core::Flash& flash,
    const formats::PartitionRows& rows,
    std::string_view list,
    bool also_ota_data,
    const std::function<void(const formats::PartitionRow&, Erasure)>& seen = nullptr);

}  // namespace rota::board
