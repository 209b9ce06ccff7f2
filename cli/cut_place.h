// Where a person wants the power to go.
#pragma once

#include <string_view>

#include "board/chip/nor_chip.h"
#include "cli/refusal.h"
#include "formats/partition_table.h"

namespace rota::cli {

// PARTITION[+OFFSET][:BYTES] as a plan: inside the first program or erase that touches this byte,
// after so many bytes of it (default: half of them). Refuses names and offsets that the table does
// not have.
Result<board::CutPlan, Refusal> cut_place(std::string_view text,
                                          const formats::PartitionRows& rows);

}  // namespace rota::cli
