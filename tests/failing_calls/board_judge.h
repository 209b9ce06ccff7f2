// The board of the stories: a chip and images of sim/, and its oracle's word on what would boot.
#pragma once

#include <string>

#include "sim/device.h"
#include "sim/faulty_chip.h"
#include "sim/scenario.h"
#include "sim/test_board.h"

namespace rota::failing {

class JudgedBoard {
 public:
  JudgedBoard(const sim::Configuration& configuration, sim::StartState start, sim::ImageId offered);

  // Boots the board five times and updates it, then puts everything back. `goal`: what must run and
  // be confirmed after that; kNone: whatever the oracle takes for sound.
  std::string judge(sim::ImageId goal);

  // The image that the records and the bootloader would start now; kNone: nothing.
  const core::Partition& running() const { return *running_; }

  const sim::TestBoard& board() const { return board_; }
  sim::FaultyChip& chip() { return chip_; }
  sim::Facts& facts() { return chip_.facts(); }

  // From here on this image may run, too, wherever it lies.
  void announce(sim::ImageId chosen);
  // The same for the image in `target`; call before it is chosen.
  void announce_choice(const core::Partition& target);
  // After it was chosen.
  void note_choice(const core::Partition& target);
  // The image that runs is about to be confirmed, and was.
  void announce_confirmation();
  void note_confirmation() { facts().confirmed = sim_image_running(); }

 private:
  sim::ImageId sim_image_running() { return board_.image_in(chip_, *running_); }
  std::string walk(sim::ImageId goal);

  sim::TestBoard board_;
  sim::FaultyChip chip_;
  sim::Scenario scenario_;
  sim::Defect no_defect_;
  const core::Partition* running_ = nullptr;
};

}  // namespace rota::failing
