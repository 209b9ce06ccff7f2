// The power of the board, as one of its processes sees it: the chip lock and the power flag of the
// control block. An app process knows power cuts by not surviving them.
//
// Power contract: at a planned cut the torn bytes are stored, the power is marked off, and the
// process dies by SIGKILL with the lock in hand. Every call that finds the power off ends the same
// way, so nothing that happens after a power cut is ever seen.
#pragma once

#include "board/chip/control_block.h"
#include "board/chip/nor_chip.h"

namespace rota::board {

class ProcessPower final : public PowerSwitch {
 public:
  // Borrows the block.
  explicit ProcessPower(ControlBlock& block) : block_(block) {}

  bool is_on() override;
  bool begin_operation() override;
  void end_operation(std::uint32_t busy_us) override;
  [[noreturn]] void cut() override;

 private:
  [[noreturn]] static void die();

  ControlBlock& block_;
};

}  // namespace rota::board
