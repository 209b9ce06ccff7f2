#include "tests/failing_calls/board_judge.h"

#include <stdexcept>

#include "board/bootloader/bootloader.h"

namespace rota::failing {

using sim::ImageId;
using sim::PowerOn;
using sim::Verdict;

namespace {
constexpr unsigned kSettledStarts = 5;
constexpr unsigned kStartsOfUpdate = 4;
}  // namespace

JudgedBoard::JudgedBoard(const sim::Configuration& configuration,
                         sim::StartState start,
                         ImageId offered)
    : board_(configuration), chip_(board_.flash_bytes(), configuration.secure_version_width) {
  scenario_.name = "calls";
  scenario_.start = start;
  scenario_.offered = offered;
  prepare(scenario_, board_, chip_);
  chip_.power_on();
  // The boot that the story happens in.
  board::BootCircumstances circumstances;
  circumstances.chip = board_.chip();
  const board::BootReport report = board::boot(chip_, chip_, circumstances);
  for (const core::Partition& row : board_.rows()) {
    if (row.is_app() && row.offset == report.range.start.value) running_ = &row;
  }
  if (running_ == nullptr) throw std::logic_error("the board of a story does not boot");
}

std::string JudgedBoard::judge(ImageId goal) {
  const sim::BoardState before = chip_.capture();
  const std::string said = walk(goal);
  chip_.restore(before);
  chip_.power_on();
  return said;
}

std::string JudgedBoard::walk(ImageId goal) {
  sim::Device device(board_, chip_, scenario_, no_defect_);
  PowerOn last;
  for (unsigned i = 0; i < kSettledStarts; ++i) {
    chip_.power_on();
    const PowerOn seen = device.start(sim::Program::kSettle);
    if (seen.verdict != Verdict::kFine) return std::string(name_of(seen.verdict));
    if (i >= 3 && seen.image != last.image) return std::string(name_of(Verdict::kKeepsChanging));
    last = seen;
  }
  if (goal != ImageId::kNone && last.image != goal) {
    return "it says that all is done, but " + std::string(name_of(last.image)) +
           " runs instead of " + std::string(name_of(goal));
  }
  for (unsigned i = 0; i < kStartsOfUpdate; ++i) {
    chip_.power_on();
    const PowerOn seen = device.start(sim::Program::kNextUpdate);
    if (seen.verdict != Verdict::kFine) return std::string(name_of(seen.verdict));
    if (seen.image == sim::kNextUpdateImage && facts().confirmed == sim::kNextUpdateImage)
      return {};
  }
  return std::string(name_of(Verdict::kUpdateRefused));
}

void JudgedBoard::announce(ImageId chosen) {
  if (chosen == facts().confirmed) return;
  facts().candidate = chosen;
  facts().confirmation_began = !board_.settings().rollback;
}

void JudgedBoard::announce_choice(const core::Partition& target) {
  announce(board_.image_in(chip_, target));
  if (target.subtype == formats::kAppFactory) facts().confirmation_began = true;
}

void JudgedBoard::note_choice(const core::Partition& target) {
  const ImageId chosen = board_.image_in(chip_, target);
  if (facts().candidate == chosen && facts().confirmation_began) facts().confirmed = chosen;
}

void JudgedBoard::announce_confirmation() {
  facts().confirmation_began = true;
  facts().confirmed_version =
      std::max(facts().confirmed_version,
               static_cast<std::uint8_t>(sim::TestBoard::secure_version_of(sim_image_running())));
}

}  // namespace rota::failing
