// Boards and chips as people name them on the command line.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "board/chip/board_folder.h"
#include "cli/boot_forecast.h"
#include "cli/flash_map.h"
#include "cli/refusal.h"

namespace rota::cli {

// Wrong use, with the list of names, when there is no such chip.
Result<const formats::ChipFacts*, Refusal> chip_named(std::string_view name);

// The board folder, or its problem as a sentence.
Result<board::BoardFolder, Refusal> open_board(std::string_view path, board::Access access);

// What a board knows beyond its flash: chip, revision, fuses.
BootQuestion question_of(const board::BoardFolder& folder);
// The same for a path that may be a board or a dump; all defaults for a dump.
Result<BootQuestion, Refusal> question_of_path(std::string_view path);

// True while another process runs the board.
bool is_in_use(const board::BoardFolder& folder);

// The flash map of a board as it lies in its folder. The slot that runs is known while it runs.
Result<FlashPicture, Refusal> picture_of_board(const board::BoardFolder& folder);

// The partition that a person means: a label, or a keyword such as ota_0 when no label fits.
// nullptr: none.
const formats::PartitionRow* find_partition(const formats::PartitionRows& rows,
                                            std::string_view name);
// "nvs, otadata, factory": for messages.
std::string partition_names(const formats::PartitionRows& rows);

}  // namespace rota::cli
