// What is to be written where, decided and checked before the first byte of a board changes. Shared
// by `board flash` and the demo.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "board/chip/board_folder.h"
#include "cli/flash_map.h"
#include "cli/refusal.h"

namespace rota::cli {

struct FlashWrite {
  std::uint32_t offset = 0;
  std::vector<std::byte> content;
  std::string what;   // "app.bin, native_ota 1.0.0"
  std::string where;  // "factory", "0x10000"
};

// "factory=app.bin", "0x10000=app.bin", or "app.bin", which goes where its kind belongs: an app to
// the factory partition (or ota_0 without one), a bootloader, a table or a merged image to its
// offset. Refuses what does not fit, an image for another chip, a damaged image, and what is no
// image in an app partition; `force` lets the last three pass.
Result<FlashWrite, Refusal> plan_write(std::string_view order,
                                       const FlashPicture& picture,
                                       bool force);

// Writes as a flashing tool does. Refuses when the flash does.
Outcome carry_out(const FlashWrite& write, board::BoardFolder& folder);

// Erases both OTA data records. Refuses when the table has none.
Outcome erase_ota_data(const FlashPicture& picture, board::BoardFolder& folder);

}  // namespace rota::cli
