#include "cli/board_access.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>

#include "cli/console.h"
#include "cli/input_file.h"
#include "cli/table_source.h"

namespace rota::cli {

Result<const formats::ChipFacts*, Refusal> chip_named(std::string_view name) {
  if (const formats::ChipFacts* chip = formats::find_chip(name)) return chip;
  std::string names;
  for (const formats::ChipFacts& chip : formats::all_chips()) {
    names += fmt::format("{}{}", names.empty() ? "" : ", ", chip.target);
  }
  return wrong_use(
      fmt::format("'{}' is not a chip that rota knows; it knows {}.", printable(name), names));
}

Result<board::BoardFolder, Refusal> open_board(std::string_view path, board::Access access) {
  auto folder = board::BoardFolder::open(std::string(path), access);
  if (!folder) return refuse(folder.error().sentence);
  return std::move(folder).value();
}

BootQuestion question_of(const board::BoardFolder& folder) {
  BootQuestion question;
  question.chip = folder.settings().chip;
  question.chip_revision = folder.settings().revision;
  question.secure_version_fuses = folder.efuse_record().secure_version_bits;
  return question;
}

Result<BootQuestion, Refusal> question_of_path(std::string_view path) {
  if (!is_folder(std::string(path))) return BootQuestion{};
  const auto folder = open_board(path, board::Access::kRead);
  if (!folder) return Failed{folder.error()};
  return question_of(*folder);
}

bool is_in_use(const board::BoardFolder& folder) {
  const int lock = open((folder.path() + "/lock").c_str(), O_RDONLY | O_CLOEXEC);
  if (lock < 0) return false;
  const bool in_use = flock(lock, LOCK_SH | LOCK_NB) != 0 && errno == EWOULDBLOCK;
  close(lock);
  return in_use;
}

Result<FlashPicture, Refusal> picture_of_board(const board::BoardFolder& folder) {
  auto flash = InputFile::open(folder.path() + "/flash.bin");
  if (!flash) return Failed{flash.error()};
  std::optional<std::uint32_t> running;
  const board::BoardState& state = folder.state();
  if (state.running_image_bytes != 0 && is_in_use(folder)) running = state.running_image_start;
  return picture_of(*flash, folder.path(), question_of(folder), running);
}

const formats::PartitionRow* find_partition(const formats::PartitionRows& rows,
                                            std::string_view name) {
  for (const formats::PartitionRow& row : rows) {
    if (row.label() == name) return &row;
  }
  for (const formats::PartitionRow& row : rows) {
    if (formats::subtype_keyword(row.type, row.subtype) == name) return &row;
  }
  return nullptr;
}

std::string partition_names(const formats::PartitionRows& rows) {
  std::string names;
  for (const formats::PartitionRow& row : rows) {
    names += fmt::format("{}{}", names.empty() ? "" : ", ", printable(row.label()));
  }
  return names;
}

}  // namespace rota::cli
