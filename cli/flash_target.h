// A flash that a command changes: a dump in a file, or a board folder.
//
// A dump is changed in a copy beside it that takes its place when everything is written: an
// interrupted command leaves the old file. A board is written as a flashing tool writes a chip.
// Both are locked from open() on: a second command that changes the dump waits, a board that runs
// is refused.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>

#include "board/chip/board_folder.h"
#include "cli/boot_forecast.h"
#include "cli/input_file.h"
#include "cli/refusal.h"
#include "cli/unfinished_file.h"
#include "core/flash.h"

namespace rota::cli {

class FlashTarget final : public core::Flash {
 public:
  // Refuses as InputFile::open(), and a board that is in use. Standard input can not be changed.
  static Result<FlashTarget, Refusal> open(std::string_view path);

  FlashTarget(FlashTarget&& other) noexcept;
  FlashTarget& operator=(FlashTarget&&) = delete;
  ~FlashTarget();  // without finish(): a dump stays as it was

  const std::string& name() const { return name_; }  // as a person calls it
  bool is_board() const { return board_.has_value(); }
  const BootQuestion& question() const { return question_; }  // what a board knows beyond its flash

  // Afterwards the range holds these bytes; what else shares a sector with them stays.
  Outcome write(std::uint32_t offset, Bytes bytes);
  // The same with a whole file, piece by piece.
  Outcome write(std::uint32_t offset, InputFile& content);
  // Afterwards the range reads FF. Any alignment on a dump, sectors on a board.
  Outcome fill_with_ff(core::FlashRange range);
  // Puts a changed dump in the place of the old one.
  Outcome finish();

  Status read(core::FlashAddress from, MutableBytes into) override;
  Status program(core::FlashAddress, Bytes) override { return Error::kFlashProtected; }
  Status erase(core::FlashRange) override { return Error::kFlashProtected; }
  const core::FlashGeometry& geometry() const override { return geometry_; }

 private:
  FlashTarget() = default;
  Outcome make_copy();

  std::string name_;
  std::string path_;          // of the dump, links resolved
  UnfinishedFile copy_file_;  // does not exist: nothing was changed yet
  int original_ = -1;
  int copy_ = -1;
  std::optional<board::BoardFolder> board_;
  BootQuestion question_;
  core::FlashGeometry geometry_;
};

// Appends a range of a file to another one, piece by piece.
Outcome copy_range(InputFile& from, std::uint32_t start, std::uint32_t bytes, OutputFile& to);

// The SHA-256 of a whole file.
Result<std::array<std::byte, 32>, Refusal> sha256_of(InputFile& file);

// Refuses when `path` is there already and the command has no --force; `-` never is.
Outcome may_create(std::string_view path, bool force);

}  // namespace rota::cli
