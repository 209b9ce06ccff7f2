// board.toml: what a virtual board is made of. A strict small part of TOML: `key = value` lines,
// comments, strings in double quotes and whole numbers. A key that is unknown, given twice or
// missing is an error with its line, because a typing error must not silently make another board.
//
//   chip = "esp32"            # a target that `rota board new --help` lists
//   revision = 300            # major * 100 + minor
//   efuse_block_revision = 0  # may be left out
//   flash_size = "4MB"
//   timing = "typical"        # typical, slow or off
//   flash_time = "accounted"  # off, accounted or slept
//   mac = "24:0a:c4:00:00:01"
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"
#include "board/chip/control_block.h"
#include "formats/chips.h"

namespace rota::board {

// Why something with a board's folder could not be done. `sentence` is for people: the cause and
// the next step.
struct BoardProblem {
  enum class Kind : std::uint8_t {
    kExists,    // a new board was to be made where something is
    kMissing,   // no such folder or file
    kDamaged,   // a file is not what it has to be
    kSettings,  // board.toml
    kInUse,     // another process runs the board
    kNoPermission,
    kDiskFull,
    kSystem,  // anything else that the system refused
  };
  Kind kind = Kind::kSystem;
  std::string sentence;
};

struct BoardSettings {
  const formats::ChipFacts* chip = nullptr;
  std::uint16_t revision = 0;
  std::uint16_t efuse_block_revision = 0;
  std::uint32_t flash_bytes = 4U << 20U;
  std::string timing = "typical";
  FlashTime flash_time = FlashTime::kAccounted;
  std::array<std::uint8_t, 6> mac{0x24, 0x0a, 0xc4, 0x00, 0x00, 0x01};
};

inline constexpr std::uint32_t kMinFlashBytes = 1U << 20U;
inline constexpr std::uint32_t kMaxFlashBytes = 128U << 20U;

std::string write_board_settings(const BoardSettings& settings);

// `where` names the file in messages. Errors: kSettings.
Result<BoardSettings, BoardProblem> read_board_settings(std::string_view text,
                                                        std::string_view where);

// "4MB" -> 4194304; 0 when it is no size that a chip comes in (1, 2, 4 ... 128 MB).
std::uint32_t parse_flash_size(std::string_view text);

// One sentence about the first setting that no board can have; empty when all is well.
std::string problem_of(const BoardSettings& settings);

}  // namespace rota::board
