// One power-on of the simulated device: the virtual board's bootloader, then an application that
// does what its scenario asks for, until the board is idle, restarts, or loses power.
//
// The application is the pattern that the guides recommend: on trial it tests itself and confirms
// or rejects; otherwise it installs what the server offers unless that runs already or was given
// up.
#pragma once

#include <cstdint>
#include <functional>
#include <string_view>
#include <utility>

#include "sim/defect.h"
#include "sim/defective_chip.h"
#include "sim/faulty_chip.h"
#include "sim/oracle.h"
#include "sim/scenario.h"
#include "sim/test_board.h"

namespace rota::sim {

enum class Program : std::uint8_t {
  kScenario,
  kSettle,      // only what an image does on trial
  kNextUpdate,  // a plain update to kNextUpdateImage
};
inline constexpr ImageId kNextUpdateImage = ImageId::kVersion5;

struct PowerOn {
  enum class End : std::uint8_t { kIdle, kRestarts, kPowerLost, kNothingBoots };
  End end = End::kNothingBoots;
  ImageId image = ImageId::kNone;  // what started
  std::uint32_t address = 0;       // where it lies
  Verdict verdict = Verdict::kFine;
  bool update_failed = false;
  Error error = Error::kWrongState;  // the last one that the application saw
};

class Device {
 public:
  // Borrows everything.
  Device(const TestBoard& board, FaultyChip& chip, const Scenario& scenario, const Defect& defect)
      : board_(board), chip_(chip), scenario_(scenario), defect_(defect) {}

  // One line for each thing that bootloader and application do; absent: silent.
  void log_to(std::function<void(std::string_view)> log) { log_ = std::move(log); }

  // What kNextUpdate updates to.
  void offer(ImageId image) { next_update_ = image; }

  // Boots as after power_on(); the caller has called it.
  PowerOn start(Program program);

 private:
  PowerOn start_on(core::Flash& flash,
                   core::EFuses& fuses,
                   Program program,
                   DefectiveChip* defective);
  bool judge(PowerOn& seen);

  const TestBoard& board_;
  FaultyChip& chip_;
  const Scenario& scenario_;
  const Defect& defect_;
  std::function<void(std::string_view)> log_;
  ImageId next_update_ = kNextUpdateImage;
  SurvivingMemory memory_;  // only devices with a defect use it
};

}  // namespace rota::sim
