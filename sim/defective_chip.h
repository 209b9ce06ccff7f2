// A layer between the core and the chip that does one thing wrong (sim/defect.h). What the core
// reads back is what it meant to write where the defect needs that, so the mistake goes unnoticed
// until the next reset, as a mistake in the core itself would.
#pragma once

#include <array>
#include <optional>
#include <vector>

#include "sim/defect.h"
#include "sim/faulty_chip.h"
#include "sim/progress_journal.h"
#include "sim/test_board.h"

namespace rota::sim {

// What a device with a defect remembers across resets, which it must not.
struct SurvivingMemory {
  std::optional<std::array<std::array<std::byte, 32>, 2>> records;
  Progress progress;
};

class DefectiveChip final : public core::Flash, public core::EFuses {
 public:
  // For one power-on. Borrows everything.
  DefectiveChip(FaultyChip& chip, const TestBoard& board, DefectKind kind, SurvivingMemory& memory);

  // The bootloader is done, the application runs.
  void enter_application() { in_bootloader_ = false; }

  Status read(core::FlashAddress from, MutableBytes into) override;
  Status program(core::FlashAddress to, Bytes bytes) override;
  Status erase(core::FlashRange range) override;
  const core::FlashGeometry& geometry() const override { return chip_.geometry(); }

  std::uint32_t secure_version_bits() const override { return chip_.secure_version_bits(); }
  Status burn_secure_version_bits(std::uint32_t bits) override;
  std::uint8_t revoked_key_slots() const override { return 0; }
  Status revoke_key_slot(unsigned slot) override { return chip_.revoke_key_slot(slot); }

 private:
  using Head = std::array<std::byte, 32>;

  bool is_ota_data(std::uint32_t address) const;
  bool is_slot(std::uint32_t address) const;
  std::uint32_t sector_of(std::uint32_t address) const;
  std::uint32_t in_other_sector(std::uint32_t address) const;
  Status program_record(std::uint32_t to, Bytes bytes);
  Status program_in_other_order(std::uint32_t to, Bytes bytes);
  Status program_changed(std::uint32_t to, Bytes bytes);
  Status program_slot(std::uint32_t to, Bytes bytes);
  Status erase_record(core::FlashRange range);
  Status erase_slot(core::FlashRange range);
  void read_records(std::uint32_t from, MutableBytes into);
  void read_slot(std::uint32_t from, MutableBytes into);
  Status write_held();
  bool reads_what_was_meant(std::uint32_t sector) const;

  FaultyChip& chip_;
  const TestBoard& board_;
  DefectKind kind_;
  SurvivingMemory& memory_;
  bool in_bootloader_ = true;
  std::array<Head, 2> meant_{};  // the records as the core wrote them
  std::array<std::optional<Head>, 2> first_read_;
  std::array<bool, 2> pretends_{};  // that what was meant is there
  std::array<Head, 2> held_{};      // parts of a record that were not written yet
  std::uint32_t held_at_ = 0;       // of the tail of a slot's data
  std::vector<std::byte> held_tail_;
  std::vector<std::byte>
      meant_cells_;  // of the whole chip, for kVerifiesMemory and kOneReadIsEnough
};

}  // namespace rota::sim
