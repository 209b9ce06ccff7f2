// Which cuts of a real program are tried: the flash operations of a run without cuts are sorted
// into strata (erases and writes of the slot at its start, middle and end, each operation on OTA
// data, NVS, other data; before and after the first restart), and cuts are drawn from the strata in
// turns, so that a short time reaches all of them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "board/chip/nor_chip.h"
#include "formats/partition_table.h"

namespace rota::cli {

// One flash operation of the run without cuts.
struct SeenOperation {
  board::ChipOperation kind = board::ChipOperation::kProgram;
  std::uint32_t address = 0;
  std::uint32_t bytes = 0;
  std::uint32_t boot = 1;  // in which it happened, from 1
};

enum class CutWay : std::uint8_t { kBefore, kFirstByte, kHalf, kAllButOne, kAfter };
inline constexpr std::size_t kCutWays = 5;

struct PlannedCut {
  std::size_t operation = 0;  // its number in the run without cuts
  CutWay way = CutWay::kHalf;
  std::string stratum;   // "slot write, middle"
  std::string sentence;  // "inside the write of 1,024 bytes at ota_0+0x1000, half of them done"
  board::CutPlan plan;
};

struct CutStratum {
  std::string name;
  std::vector<std::size_t> operations;
};

class CutSampler {
 public:
  CutSampler(std::vector<SeenOperation> operations,
             const formats::PartitionRows& rows,
             std::uint64_t seed);

  const std::vector<CutStratum>& strata() const { return strata_; }
  std::size_t operation_count() const { return operations_.size(); }
  // How many different cuts there are.
  std::size_t size() const { return operations_.size() * kCutWays; }

  // The cut with this number, each one once; number < size(). The same seed gives the same order.
  PlannedCut cut(std::size_t number) const;

 private:
  PlannedCut cut_of(std::size_t operation, CutWay way) const;
  std::string stratum_of(const SeenOperation& seen) const;
  std::string place_of(std::uint32_t address) const;

  std::vector<SeenOperation> operations_;
  formats::PartitionRows rows_;
  std::uint32_t first_written_ = 0;  // of the slot that is written
  std::uint32_t last_written_ = 0;
  std::vector<CutStratum> strata_;
  std::vector<std::pair<std::size_t, CutWay>> order_;
};

}  // namespace rota::cli
