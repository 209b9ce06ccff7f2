#include "cli/proof_plan.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "cli/console.h"
#include "sim/random.h"

namespace rota::cli {
namespace {

const formats::PartitionRow* row_at(const formats::PartitionRows& rows, std::uint32_t address) {
  for (const formats::PartitionRow& row : rows) {
    if (address >= row.offset && address - row.offset < row.size) return &row;
  }
  return nullptr;
}

}  // namespace

CutSampler::CutSampler(std::vector<SeenOperation> operations,
                       const formats::PartitionRows& rows,
                       std::uint64_t seed)
    : operations_(std::move(operations)), rows_(rows) {
  for (const SeenOperation& seen : operations_) {
    const formats::PartitionRow* row = row_at(rows_, seen.address);
    if (row == nullptr || !row->is_app() || seen.kind != board::ChipOperation::kProgram) continue;
    if (last_written_ == 0) first_written_ = seen.address;
    first_written_ = std::min(first_written_, seen.address);
    last_written_ = std::max(last_written_, seen.address);
  }
  for (std::size_t i = 0; i < operations_.size(); ++i) {
    const std::string name = stratum_of(operations_[i]);
    auto known = std::find_if(strata_.begin(), strata_.end(),
                              [&](const CutStratum& stratum) { return stratum.name == name; });
    if (known == strata_.end()) known = strata_.insert(strata_.end(), {name, {}});
    known->operations.push_back(i);
  }
  // Each stratum in an order of its own; the strata take turns.
  std::vector<std::vector<std::pair<std::size_t, CutWay>>> cuts(strata_.size());
  std::size_t most = 0;
  for (std::size_t s = 0; s < strata_.size(); ++s) {
    for (const std::size_t operation : strata_[s].operations) {
      for (std::size_t way = 0; way < kCutWays; ++way) {
        cuts[s].emplace_back(operation, static_cast<CutWay>(way));
      }
    }
    for (std::size_t left = cuts[s].size(); left > 1; --left) {
      std::swap(cuts[s][left - 1], cuts[s][sim::mix(seed + s, left) % left]);
    }
    most = std::max(most, cuts[s].size());
  }
  for (std::size_t turn = 0; turn < most; ++turn) {
    for (const auto& of_stratum : cuts) {
      if (turn < of_stratum.size()) order_.push_back(of_stratum[turn]);
    }
  }
}

std::string CutSampler::stratum_of(const SeenOperation& seen) const {
  const formats::PartitionRow* row = row_at(rows_, seen.address);
  const std::string when = seen.boot > 1 ? " after the restart" : "";
  const char* what = seen.kind == board::ChipOperation::kErase ? "erase" : "write";
  if (row == nullptr) return fmt::format("{} outside of all partitions", what);
  if (!row->is_app()) {
    // Each operation on OTA data decides something of its own.
    const bool is_ota_data =
        row->type == formats::PartitionType::kData && row->subtype == formats::kDataOta;
    if (is_ota_data) {
      return fmt::format("OTA data {} at 0x{:x}{}", what, seen.address - row->offset, when);
    }
    return fmt::format("{} {}{}", printable(row->label()), what, when);
  }
  const std::uint32_t room = core::kSectorBytes;
  const char* where = seen.address < first_written_ + room  ? "first sector"
                      : seen.address + room > last_written_ ? "last sector"
                                                            : "middle";
  return fmt::format("slot {}, {}{}", what, where, when);
}

std::string CutSampler::place_of(std::uint32_t address) const {
  const formats::PartitionRow* row = row_at(rows_, address);
  if (row == nullptr) return fmt::format("0x{:x}", address);
  return fmt::format("{}+0x{:x}", printable(row->label()), address - row->offset);
}

PlannedCut CutSampler::cut(std::size_t number) const {
  const auto& [operation, way] = order_[number];
  return cut_of(operation, way);
}

// By place, not by number: threads and sockets of a program vary from run to run.
PlannedCut CutSampler::cut_of(std::size_t operation, CutWay way) const {
  const SeenOperation& seen = operations_[operation];
  PlannedCut cut;
  cut.operation = operation;
  cut.way = way;
  cut.stratum = stratum_of(seen);
  cut.plan.kind = seen.kind;
  cut.plan.range_start = seen.address;
  cut.plan.range_bytes = 1;
  cut.plan.nth = 1;
  for (std::size_t i = 0; i < operation; ++i) {
    const SeenOperation& before = operations_[i];
    const bool touches = before.kind == seen.kind && before.address <= seen.address &&
                         seen.address - before.address < before.bytes;
    if (touches) ++cut.plan.nth;
  }
  cut.plan.moment = way == CutWay::kBefore  ? board::CutMoment::kBefore
                    : way == CutWay::kAfter ? board::CutMoment::kAfter
                                            : board::CutMoment::kInside;
  std::string done;
  switch (way) {
    case CutWay::kFirstByte:
      cut.plan.bytes_done = 1;
      done = ", 1 byte done";
      break;
    case CutWay::kHalf:
      done = ", half done";
      break;
    case CutWay::kAllButOne:
      cut.plan.bytes_done = seen.bytes - 1;
      done = ", all but 1 byte done";
      break;
    case CutWay::kBefore:
    case CutWay::kAfter:
      break;
  }
  constexpr std::array<const char*, kCutWays> kWhen{"before", "inside", "inside", "inside",
                                                    "after"};
  cut.sentence = fmt::format("{} the {} of {} at {}{}", kWhen[static_cast<std::size_t>(way)],
                             seen.kind == board::ChipOperation::kErase ? "erase" : "write",
                             size_text(seen.bytes), place_of(seen.address), done);
  return cut;
}

}  // namespace rota::cli
