// The NOR chip with everything that can go wrong with it: faults lie as an overlay over the clean
// memory of board/chip's one NOR chip, so all other behaviour is the chip's own.
//
// The chip records each program and erase with the state before it, applies one planned fault, and
// moves between saved states by copying only the sectors that differ. The fuses belong to it, too:
// a burn is an operation like the others.
//
// Power contract: that of core::Flash. After a cut every operation fails with kFlashReadFailed (a
// burn with kEfuseBurnFailed) until power_on().
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "board/chip/nor_chip.h"
#include "core/efuses.h"
#include "core/flash.h"
#include "sim/board_state.h"
#include "sim/fault.h"

namespace rota::sim {

// An operation, what it was to store, and the board right before it.
struct RecordedOperation {
  Operation operation;
  std::vector<std::byte> bytes;
  BoardState before;
};

class FaultyChip final : public core::Flash, public core::EFuses {
 public:
  explicit FaultyChip(std::uint32_t size_bytes, std::uint8_t secure_version_width);

  Status read(core::FlashAddress from, MutableBytes into) override;
  Status program(core::FlashAddress to, Bytes bytes) override;
  Status erase(core::FlashRange range) override;
  const core::FlashGeometry& geometry() const override { return memory_.chip.geometry(); }

  std::uint32_t secure_version_bits() const override { return fuses_; }
  Status burn_secure_version_bits(std::uint32_t bits) override;
  std::uint8_t revoked_key_slots() const override { return 0; }
  Status revoke_key_slot(unsigned) override { return Error::kEfuseBurnFailed; }

  // A reset: the power is on, operations are counted from 0, no fault is planned.
  void power_on();
  bool is_on() const { return memory_.chip.is_on(); }

  // Everything that survives, and back to it.
  BoardState capture();
  void restore(const BoardState& state);
  // A number for everything that survives: equal states have equal keys.
  std::uint64_t key();

  // From here on the chip notes which sectors' present content is looked at, by the device or the
  // oracle, before it is erased: what follows is a function of these and of nothing else.
  void begin_footprint();
  // Their numbers, ascending.
  std::vector<std::uint32_t> end_footprint();
  bool has_overlays() const { return !overlays_.empty(); }

  // Writes every operation from now on into `log`; nullptr stops it.
  void record_into(std::vector<RecordedOperation>* log) { log_ = log; }
  // The operation with this number since power_on() suffers this fault.
  void plan(std::uint32_t operation_number, Fault fault) { planned_ = {operation_number, fault}; }
  std::uint32_t operation_count() const { return operation_count_; }

  // Restores the state before the operation and carries it out with a fault that ends in a cut.
  void repeat_with_cut(const RecordedOperation& recorded, Fault fault);

  // What is stored, without a read operation and without overlays; for set-up and for the oracle.
  Bytes cells() const { return memory_.chip.cells(); }
  void put(std::uint32_t at, Bytes bytes);
  std::uint64_t sector_hash(std::uint32_t sector);
  bool has_unstable_cells() const { return unstable_sectors_ > 0; }
  bool has_unstable_cells_in(core::FlashRange range) const;
  bool has_worn_cells() const { return overlays_.size() > unstable_sectors_; }
  std::span<const std::uint32_t> wear() const { return memory_.chip.wear(); }
  std::uint64_t bytes_programmed() const { return memory_.state.bytes_programmed; }
  Facts& facts() { return facts_; }
  void set_fuses(std::uint32_t bits) { fuses_ = bits; }

 private:
  struct Planned {
    std::uint32_t operation_number = 0xFFFFFFFF;
    Fault fault;
  };

  // Counts and records; the fault that it suffers, if any.
  std::optional<Fault> begin(const Operation& operation, Bytes bytes);
  Status carry_out_program(std::uint32_t to, Bytes bytes, std::optional<Fault> fault);
  Status carry_out_erase(std::uint32_t start, std::uint32_t bytes, std::optional<Fault> fault);
  Status carry_out_burn(std::uint32_t bits, std::optional<Fault> fault);
  struct Bit {
    std::uint32_t byte = 0;
    std::byte mask{0};
  };
  std::uint32_t bits_to_clear(std::uint32_t to, Bytes bytes) const;
  Bit bit_to_clear(std::uint32_t to, Bytes bytes, std::uint32_t number) const;
  void program_some_bits(std::uint32_t to, Bytes bytes, std::uint64_t seed);
  void program_unstable(std::uint32_t to, Bytes bytes, std::uint32_t variant);
  void erase_some_bits(std::uint32_t start, std::uint32_t bytes, std::uint64_t seed);
  void clear_some_bits(std::uint32_t start, std::uint32_t bytes, std::uint64_t seed);
  void erase_unstable(std::uint32_t start, std::uint32_t bytes, std::uint32_t variant);
  void wear_out(std::uint32_t start, std::uint32_t bytes, std::uint64_t seed);
  void erase_cells(std::uint32_t start, std::uint32_t bytes);
  void add_overlay(std::uint32_t sector, bool is_worn, std::uint64_t seed, Bytes mask);
  void forget_unstable_cells(std::uint32_t start, std::uint32_t bytes);
  void show_unstable_cells(std::uint32_t from, MutableBytes into);
  void touch(std::uint32_t start, std::uint32_t bytes);
  void depend_on(std::uint32_t start, std::size_t bytes);
  std::uint64_t hash_of_sector(std::uint32_t sector);
  Status cut();

  board::MemoryChip memory_;
  std::uint32_t fuse_field_;
  std::uint32_t fuses_ = 0;
  std::vector<SectorRef> known_;  // what each sector equals; empty: changed since it was captured
  std::vector<Overlay> overlays_;
  std::size_t unstable_sectors_ = 0;
  std::uint32_t starts_ = 0;
  std::uint32_t reads_ = 0;
  std::uint32_t operation_count_ = 0;
  Planned planned_;
  std::vector<RecordedOperation>* log_ = nullptr;
  enum class Seen : std::uint8_t { kNot, kLookedAt, kErased };
  std::vector<Seen> footprint_;  // empty: not noted
  Facts facts_;
};

}  // namespace rota::sim
