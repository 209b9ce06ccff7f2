// The core's half of `rota prove`: the power-cut sweeps of sim/ on somebody's own partition table,
// with their settings and the sizes of their images.
//
// Three rounds. With small images every story is told, faults in pairs on the boot path. With the
// real sizes every story whose time does not grow with the square of the size is told with single
// faults. With small images again the same table is given to a stock bootloader and an application
// that writes as ESP-IDF does, to be compared with.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "formats/bootloader_settings.h"
#include "formats/partition_table.h"
#include "sim/replay.h"
#include "sim/sweep.h"

namespace rota::cli {

// What is proven.
struct ProofSubject {
  formats::PartitionRows rows;
  std::uint32_t table_offset = formats::kDefaultTableOffset;
  formats::BootloaderSettings settings;
  bool settings_are_assumed = false;  // a bootloader of another maker
  std::uint32_t installed_bytes = 0;  // of the image that runs now
  std::uint32_t update_bytes = 0;
  bool app_writes_in_place = false;
  bool slots_as_reference = false;

  bool has_factory() const;
  std::uint32_t slot_count() const;
  // A promise is made for this bootloader and this way of writing.
  bool is_promised() const { return settings.cut_safe_records && !app_writes_in_place; }
  // Why no sweep can be made of it; empty: it can.
  std::string problem() const;
};

// The sum of one round.
struct CoreRound {
  std::uint32_t image_bytes = 0;
  std::uint32_t stories = 0;
  std::uint64_t places = 0;
  std::uint64_t places_without_errors = 0;
  std::uint32_t most_ways = 0;
  std::array<std::uint64_t, sim::kMaxFaults + 1> points{};
  std::uint64_t states = 0;
  std::uint64_t lost = 0;
  std::uint64_t lost_between_operations = 0;
  std::array<std::uint64_t, 11> by_verdict{};
  std::vector<std::string> unfinished;   // stories that the time was too short for
  std::vector<std::string> missed_goal;  // stories that go wrong without any fault
  std::optional<sim::Token> worst_loss;
  sim::Verdict worst_verdict = sim::Verdict::kFine;
  int worst_badness = 0;
  std::optional<sim::Token> slowest;  // the most starts until the same image ran every time
  unsigned starts_to_settle = 1;

  void add(const sim::SweepPlan& plan, const sim::SweepResult& result);
  std::uint64_t all_points() const { return points[1] + points[2] + points[3]; }
};

struct CoreProof {
  CoreRound small;
  CoreRound whole;  // with the real sizes
  CoreRound stock;
  double seconds = 0;
  bool was_stopped = false;

  std::uint64_t lost() const { return small.lost + whole.lost; }
  // Nothing lost, every story comes to its end without a fault, and the round with small images was
  // carried out whole: without it nothing is proven.
  bool is_fine() const {
    return lost() == 0 && small.missed_goal.empty() && whole.missed_goal.empty() &&
           small.unfinished.empty();
  }
};

struct ProofEffort {
  std::chrono::milliseconds budget{60'000};
  unsigned threads = 2;
  const std::atomic<bool>* stop = nullptr;
};

// Owns what the tokens of its result point to for as long as it lives.
class CoreProver {
 public:
  explicit CoreProver(const ProofSubject& subject);

  CoreProof prove(const ProofEffort& effort);

 private:
  sim::Configuration configuration(const sim::BoardLayout& layout, bool as_stock) const;
  std::vector<sim::SweepPlan> plans(const sim::BoardLayout& layout, bool as_stock) const;

  ProofSubject subject_;
  sim::BoardLayout small_;
  sim::BoardLayout whole_;
};

}  // namespace rota::cli
