// The board as the app inside a process meets it: idf::Platform over the files that the supervisor
// handed down (control_block.h names the descriptors). Flash is mapped read-only: reads are memory
// copies, writes go through the chip model under the lock that all processes of the board share.
//
// Power contract: ProcessPower's: no call returns after the power is off.
#pragma once

#include <memory>
#include <string>

#include "base/result.h"
#include "board/chip/board_state.h"
#include "board/chip/control_block.h"
#include "board/chip/efuse_file.h"
#include "board/chip/mapped_file.h"
#include "board/chip/nor_chip.h"
#include "board/chip/recording.h"
#include "board/native/process_power.h"
#include "idf/platform.h"

namespace rota::board {

class NativeBoard final : public idf::Platform {
 public:
  // Takes over the inherited descriptors. The error is a sentence for the person who started the
  // program by hand or with another version of Rota.
  static Result<std::unique_ptr<NativeBoard>, std::string> attach();

  core::Flash& flash() override { return chip_; }
  core::EFuses& efuses() override { return efuses_; }
  const core::ChipIdentity& chip() const override { return identity_; }
  std::uint32_t table_offset() const override { return control().table_offset; }
  core::FlashAddress running_image() const override { return {control().running_image_start}; }
  std::span<const std::uint8_t, 6> mac_address() const override { return control().mac; }
  idf::ResetReason reset_reason() const override;
  std::span<std::byte> retained_memory() override { return state().retained; }
  int pin_level(int pin, bool pull_up) override;
  void drive_pin(int pin, int level) override;
  void write_console(std::string_view text) override;
  std::string files_folder() override;
  std::uint64_t time_us() override;
  [[noreturn]] void restart(idf::ResetReason reason, std::uint64_t sleep_us) override;

 private:
  struct Files {
    MappedFile control;
    MappedFile flash;
    MappedFile efuse;
    MappedFile state;
  };
  explicit NativeBoard(Files files, const formats::ChipFacts& chip);

  ControlBlock& control() { return *reinterpret_cast<ControlBlock*>(files_.control.data()); }
  const ControlBlock& control() const {
    return *reinterpret_cast<const ControlBlock*>(files_.control.data());
  }
  bool is_recorded() const { return control().is_recorded != 0; }
  BoardState& state() { return *reinterpret_cast<BoardState*>(files_.state.data()); }

  Files files_;
  ProcessPower power_;
  NorChip chip_;
  Recording recording_{kRecordingFile};
  EfuseFile efuses_;
  core::ChipIdentity identity_;
};

}  // namespace rota::board
