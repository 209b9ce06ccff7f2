// The folder that is a virtual board:
//
//   flash.bin    the chip's cells, exactly as large as the chip
//   efuse.bin    the fuses (efuse_file.h)
//   state.bin    what the board remembers (board_state.h)
//   board.toml   what the board is made of (board_settings.h)
//   console.log  what its console said; console.log.old when it had grown large
//   lock         held by the process that runs or changes the board; its text is that process's id
//
// Power contract: every file is a whole board at every moment; a process that dies in between
// leaves a board whose power was cut.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "board/chip/board_settings.h"
#include "board/chip/board_state.h"
#include "board/chip/efuse_file.h"
#include "board/chip/mapped_file.h"
#include "board/chip/nor_chip.h"

namespace rota::board {

inline constexpr std::size_t kConsoleLogMaxBytes = 8U << 20U;

class BoardFolder {
 public:
  ~BoardFolder();
  BoardFolder(BoardFolder&&) noexcept;
  BoardFolder& operator=(BoardFolder&&) noexcept;

  // A new board with blank flash and fuses. The folder must be empty or not exist yet; on failure
  // nothing of it stays behind. Errors: kExists, kSettings, kMissing (the folder above),
  // kNoPermission, kDiskFull, kSystem.
  static BasicStatus<BoardProblem> create(const std::string& path, const BoardSettings& settings);

  // kReadWrite takes the lock for as long as the object lives; kRead looks at a board that may be
  // running meanwhile, and changes nothing. A missing state.bin is made anew when writing.
  // Errors: kMissing, kDamaged, kSettings, kInUse, kNoPermission, kDiskFull, kSystem.
  static Result<BoardFolder, BoardProblem> open(const std::string& path, Access access);

  const std::string& path() const;
  const BoardSettings& settings() const;

  const BoardState& state() const;
  // kReadWrite only.
  BoardState& state();
  NorChip& chip();
  EfuseFile& efuses();
  const EfuseRecord& efuse_record() const;

  // The cells as they are now, also while an app changes them.
  Bytes flash_bytes() const;
  std::span<const std::uint32_t> wear() const;

  // Writes as a flashing tool does: erases the sectors that the bytes touch and programs them; what
  // else was in those sectors stays. A planned power cut does not strike here. kReadWrite only.
  // Errors: those of core::Flash.
  Status flash_with_tool(core::FlashAddress to, Bytes bytes);
  Status erase_with_tool(core::FlashRange range);

  // Appends to console.log. False when the disk is full or the like; the board goes on.
  bool append_console(std::string_view text);

  // For the process that is to run an app.
  int flash_descriptor() const;
  int efuse_descriptor() const;
  int state_descriptor() const;

 private:
  struct Parts;
  explicit BoardFolder(std::unique_ptr<Parts> parts);

  std::unique_ptr<Parts> parts_;
};

}  // namespace rota::board
