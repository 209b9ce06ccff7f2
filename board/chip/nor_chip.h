// The NOR flash chip of every virtual board and every simulation: one class, backed by memory or by
// a file. It programs by AND, erases in units of 4, 32 and 64 KiB, counts wear and operations, adds
// up how long a real chip would have been busy, and loses power where a CutPlan says so.
//
// Power contract: the one of core::Flash. What a cut leaves behind is exact and repeatable: the
// first `bytes_done` bytes of the call are done, the others are as before.
// Once the power is off, every operation fails with kFlashReadFailed (in an app process it never
// returns) until power_on().
//
// Speed: a chip in memory neither allocates nor locks; sweeps run millions of operations.
// The seam for further kinds of fault: next_stroke() decides how much of a call happens,
// store_program() and store_erase() are the only places that change cells.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "core/flash.h"

namespace rota::board {

// How long the chip is busy, in microseconds: typical values of a data sheet.
struct ChipTiming {
  std::uint32_t erase_4k_us = 0;
  std::uint32_t erase_32k_us = 0;
  std::uint32_t erase_64k_us = 0;
  std::uint32_t program_page_us = 0;  // 256 bytes
};
// "typical", "slow" (the guaranteed maximum of an aged chip), "off" (all zero). nullptr: no such
// profile. timing_profile_names() lists them for messages.
const ChipTiming* find_timing_profile(std::string_view name);
std::string_view timing_profile_names();

enum class CutMoment : std::uint32_t { kNone = 0, kBefore = 1, kInside = 2, kAfter = 3 };

enum class ChipOperation : std::uint32_t { kProgram = 1, kErase = 2, kProgramOrErase = 3 };

// Where the power goes: at the `nth` operation from now on (1 = the next one) that is of this kind
// and touches this range (empty: the whole chip). Plain bytes: it is stored in state.bin.
struct CutPlan {
  static constexpr std::uint32_t kHalf = 0xFFFFFFFF;

  CutMoment moment = CutMoment::kNone;
  ChipOperation kind = ChipOperation::kProgramOrErase;
  std::uint32_t range_start = 0;
  std::uint32_t range_bytes = 0;
  std::uint64_t nth = 1;
  std::uint32_t bytes_done = kHalf;  // kInside: bytes of the call that were done
  std::uint32_t reserved = 0;

  bool is_armed() const { return moment != CutMoment::kNone && nth > 0; }
};

// The operation that was cut.
struct CutFacts {
  std::uint64_t operation = 0;  // its number; 0 = there was no cut
  ChipOperation kind = ChipOperation::kProgramOrErase;
  CutMoment moment = CutMoment::kNone;
  std::uint32_t address = 0;
  std::uint32_t bytes = 0;
  std::uint32_t bytes_done = 0;
  std::uint32_t reserved = 0;
};

// What a chip remembers besides its cells; plain bytes, part of state.bin.
struct NorState {
  std::uint64_t operation_count = 0;  // programs and erases
  std::uint64_t program_count = 0;
  std::uint64_t erase_count = 0;
  std::uint64_t bytes_programmed = 0;
  std::uint64_t busy_us = 0;  // accumulated virtual duration
  CutPlan cut;
  CutFacts last_cut;
};

// Mutual exclusion and power around a chip that several processes share. A chip without one is
// always free, and off after a cut. Calls that find the power off may never return.
class PowerSwitch {
 public:
  // False: the power is off.
  virtual bool is_on() = 0;
  // Before an operation: waits for the chip. False: the power is off, and nothing is held.
  virtual bool begin_operation() = 0;
  virtual void end_operation(std::uint32_t busy_us) = 0;
  // The planned cut is due: the bytes are stored, and the chip is still held.
  virtual void cut() = 0;

 protected:
  ~PowerSwitch() = default;
};

// Told of every operation once its bytes are stored, also of one that a cut ended. What it sees is
// what happened, in the order in which it happened: the chip is still held.
class OperationWitness {
 public:
  // `bytes`: what a program was to store; empty for an erase. `bytes_done` of them were.
  virtual void saw(ChipOperation kind,
                   core::FlashRange range,
                   std::uint32_t bytes_done,
                   Bytes bytes) = 0;

 protected:
  ~OperationWitness() = default;
};

class NorChip final : public core::Flash {
 public:
  // A chip in memory. Borrows all three; `wear` has one count for each 4 KiB sector.
  NorChip(MutableBytes cells,
          NorState& state,
          std::span<std::uint32_t> wear,
          const ChipTiming& timing);

  // A chip in a file: `mapped` shows the file's bytes (shared mapping, read-only is enough), writes
  // go through pwrite to `file`. Borrows everything; `power` may be nullptr.
  NorChip(Bytes mapped,
          int file,
          NorState& state,
          std::span<std::uint32_t> wear,
          const ChipTiming& timing,
          PowerSwitch* power);

  Status read(core::FlashAddress from, MutableBytes into) override;
  Status program(core::FlashAddress to, Bytes bytes) override;
  Status erase(core::FlashRange range) override;
  const core::FlashGeometry& geometry() const override { return geometry_; }

  // Arms a cut; replaces one that is armed.
  void plan_cut(const CutPlan& plan) { state_->cut = plan; }
  // Borrows it; nullptr: nobody looks.
  void show_operations_to(OperationWitness* witness) { witness_ = witness; }
  // Without a PowerSwitch: off after a cut or power_off(), until power_on().
  bool is_on() const { return is_on_; }
  void power_off() { is_on_ = false; }
  void power_on() { is_on_ = true; }

  const NorState& state() const { return *state_; }
  // Erase cycles of each sector.
  std::span<const std::uint32_t> wear() const { return wear_; }
  // The cells as they are, without a read operation.
  Bytes cells() const { return {cells_, geometry_.size_bytes}; }

 private:
  struct Stroke {
    std::uint32_t bytes_done;
    bool ends_in_cut;
  };

  bool holds(std::uint32_t start, std::size_t bytes) const {
    return start <= geometry_.size_bytes && bytes <= geometry_.size_bytes - start;
  }
  Stroke next_stroke(ChipOperation kind, core::FlashRange range);
  Stroke cut_stroke(ChipOperation kind, core::FlashRange range);
  bool store_program(std::uint32_t to, Bytes bytes);
  bool store_erase(std::uint32_t start, std::uint32_t bytes);
  std::uint32_t erase_us(std::uint32_t start, std::uint32_t bytes) const;
  // Ends an operation; the error to return, if any.
  Status finish(const Stroke& stroke, std::uint32_t busy_us, bool stored, Error failure);

  const std::byte* cells_;
  std::byte* writable_cells_ = nullptr;  // nullptr: writes go to file_
  int file_ = -1;
  NorState* state_;
  std::span<std::uint32_t> wear_;
  core::FlashGeometry geometry_;
  PowerSwitch* power_ = nullptr;
  OperationWitness* witness_ = nullptr;
  bool is_on_ = true;
};

// A chip in memory that owns what it needs, blank. Not movable: `chip` refers to its neighbours.
struct MemoryChip {
  explicit MemoryChip(std::uint32_t size_bytes, const ChipTiming& timing = {});
  // A chip that holds these bytes (a dump); the rest of `size_bytes` is blank.
  MemoryChip(std::uint32_t size_bytes, Bytes content, const ChipTiming& timing = {});
  MemoryChip(const MemoryChip&) = delete;
  MemoryChip& operator=(const MemoryChip&) = delete;

  std::vector<std::byte> cells;
  std::vector<std::uint32_t> wear;
  NorState state;
  NorChip chip;
};

}  // namespace rota::board
