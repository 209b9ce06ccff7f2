#include "sim/sweep.h"

#include <algorithm>
#include <unordered_set>

#include "sim/random.h"

namespace rota::sim {

namespace {

constexpr unsigned kMaxPowerOns = 12;  // of one run; a story needs at most 6
constexpr unsigned kJudgedStarts = 5;  // 3 to settle, 2 to see that nothing changes
constexpr std::size_t kMaxExamples = 20;

// The faults that an operation can suffer: all of them, or one of each sort where there are many
// operations to go through.
class FaultList {
 public:
  // `round` other than 0 chooses other random bits.
  FaultList(const Operation& operation, bool all, std::uint64_t round)
      : more_(static_cast<std::uint32_t>(round) * 24) {
    add(FaultKind::kCutBefore);
    add(FaultKind::kCutAfter);
    switch (operation.kind) {
      case OperationKind::kProgram:
        all ? add_all_of_program(operation.bytes) : add_some_of_program(operation.bytes);
        if (holds_state(operation)) add_state_bits(all);
        break;
      case OperationKind::kErase:
        all ? add_all_of_erase(operation.bytes) : add_some_of_erase(operation.bytes);
        if (operation.bytes == core::kSectorBytes) {
          add_state_bits(all);
          if (all) add(FaultKind::kTornBits, kCheckWordOnly);
        }
        break;
      case OperationKind::kBurn:
        for (std::uint32_t seed = 0; seed < 3; ++seed) add(FaultKind::kTornBits, seed);
        add(FaultKind::kLying);
        add(FaultKind::kError);
        break;
    }
  }
  const Fault* begin() const { return faults_.data(); }
  const Fault* end() const { return faults_.data() + count_; }

 private:
  void add(FaultKind kind, std::uint32_t value = 0) { faults_[count_++] = {kind, value}; }

  // A program that may be one of a record's state.
  static bool holds_state(const Operation& operation) {
    const std::uint32_t offset = operation.start % core::kSectorBytes;
    return operation.bytes <= 32 && offset <= 24 && offset + operation.bytes >= 28;
  }
  void add_state_bits(bool all) {
    add(FaultKind::kTornBits, kStateBit + 1);  // between NEW and VALID
    if (!all) return;
    add(FaultKind::kTornBits, kStateBit);
    add(FaultKind::kTornBits, kStateBit + 2);
  }
  void add_all_of_program(std::uint32_t bytes) {
    if (bytes <= 32) {
      for (std::uint32_t k = 1; k < bytes; ++k) add(FaultKind::kTornBytes, k);
    } else {
      for (std::uint32_t k : {1U, 32U, bytes / 2, bytes - 1}) add(FaultKind::kTornBytes, k);
    }
    for (std::uint32_t seed = 0; seed < 2; ++seed) add(FaultKind::kTornBits, seed);
    for (std::uint32_t seed = 2; seed < 4; ++seed) add(FaultKind::kTornBits, random(seed));
    for (std::uint32_t kind = 0; kind < 3; ++kind) add(FaultKind::kUnstable, random(kind));
    add(FaultKind::kLying);
    add(FaultKind::kError);
    add(FaultKind::kErrorHalf);
  }
  void add_some_of_program(std::uint32_t bytes) {
    add(FaultKind::kTornBytes, bytes / 2);
    add(FaultKind::kTornBytes, bytes - 1);
    add(FaultKind::kTornBits, 0);
    add(FaultKind::kTornBits, random(2));
    add(FaultKind::kUnstable, random(1));
    add(FaultKind::kLying);
  }
  void add_all_of_erase(std::uint32_t bytes) {
    add(FaultKind::kTornBytes, 16);
    add(FaultKind::kTornBytes, bytes / 2);
    for (std::uint32_t seed = 0; seed < 2; ++seed) add(FaultKind::kTornBits, random(seed));
    for (std::uint32_t seed = 0; seed < 2; ++seed) add(FaultKind::kPreProgram, random(seed));
    for (std::uint32_t kind = 0; kind < 3; ++kind) add(FaultKind::kUnstable, random(kind));
    add(FaultKind::kLying);
    add(FaultKind::kError);
    add(FaultKind::kErrorHalf);
    add(FaultKind::kWorn, 0);
    add(FaultKind::kWorn, 1);
  }
  void add_some_of_erase(std::uint32_t bytes) {
    add(FaultKind::kTornBytes, bytes / 2);
    add(FaultKind::kTornBits, random(0));
    add(FaultKind::kPreProgram, random(0));
    add(FaultKind::kUnstable, random(1));
    add(FaultKind::kLying);
  }

  // Keeps what a value means by its remainders of 2 and 3, and stays clear of kStateBit.
  std::uint32_t random(std::uint32_t value) const {
    return more_ == 0 ? value : 1000 * 24 + more_ + value;
  }

  std::uint32_t more_;
  std::array<Fault, 64> faults_{};
  std::size_t count_ = 0;
};

class Sweep {
 public:
  explicit Sweep(const SweepPlan& plan)
      : plan_(plan),
        board_(plan.configuration),
        chip_(board_.flash_bytes(), plan.configuration.secure_version_width),
        device_(board_, chip_, *plan.scenario, plan.defect != nullptr ? *plan.defect : no_defect_) {
  }

  SweepResult run();

 private:
  struct Future {  // of a state, one start further
    ImageId image;
    Verdict verdict;
    std::uint64_t next;
  };
  using Points = std::array<std::uint64_t, kMaxFaults + 1>;

  void control();
  Points explore(const BoardState& from, unsigned level);
  void explore_operation(const RecordedOperation& recorded,
                         const BoardState& power_on,
                         unsigned level,
                         Points& points);
  void point(unsigned level, Points& points);
  void recover(std::uint64_t key, const BoardState& state);
  bool remembers_progress() const {
    return plan_.scenario->method == Method::kResume ||
           plan_.scenario->method == Method::kLostStream;
  }
  Verdict judge(std::uint64_t key);
  Verdict walk(std::uint64_t key, const BoardState& from);
  // A judgement with what it depends on.
  struct Judgement {
    Verdict verdict = Verdict::kFine;
    unsigned starts = 1;  // until the same image ran every time
  };
  struct Footprint {
    std::vector<std::uint32_t> sectors;
    std::unordered_map<std::uint64_t, Judgement> judgements;
  };
  Judgement judge_by_footprint();
  Judgement walk_plainly();
  std::uint64_t key_of(const Footprint& footprint);
  void note_settling(unsigned starts);
  bool is_thinned(const RecordedOperation& recorded) const;
  Verdict next_update();
  void note(Verdict verdict);
  bool is_done() const {
    if (plan_.stops_at_first_violation && result_.violations > 0) return true;
    if (plan_.stop != nullptr && plan_.stop->load(std::memory_order_relaxed)) return true;
    return plan_.deadline && std::chrono::steady_clock::now() >= *plan_.deadline;
  }

  SweepPlan plan_;
  Defect no_defect_;
  TestBoard board_;
  FaultyChip chip_;
  Device device_;
  SweepResult result_;
  std::vector<FaultPlace> path_;
  Operation operation_;  // the one that the last fault of the path fell into
  std::unordered_map<std::uint64_t, Points> explored_;
  std::unordered_map<std::uint64_t, Future> futures_;
  std::unordered_map<std::uint64_t, Verdict> verdicts_;
  std::unordered_map<std::uint64_t, Verdict> next_updates_;
  std::unordered_set<std::uint64_t> recovered_;
  std::vector<Footprint> footprints_;
};

SweepResult Sweep::run() {
  prepare(*plan_.scenario, board_, chip_);
  if (plan_.defect != nullptr && plan_.defect->kind == DefectKind::kBootsWithoutRollback) {
    board_.write_bootloader(chip_, false);
  }
  const BoardState start = chip_.capture();
  control();
  if (plan_.faults > 0 && !(result_.control != Verdict::kFine && plan_.stops_at_first_violation)) {
    const Points points = explore(start, 1);
    for (std::size_t n = 1; n < points.size(); ++n) result_.covered[n] = points[n];
  }
  result_.states = verdicts_.size();
  result_.is_whole = !is_done() || plan_.stops_at_first_violation;
  return result_;
}

// Without a fault the story must come to its end: a sweep in which nothing happens proves nothing.
void Sweep::control() {
  PowerOn seen;
  for (unsigned i = 0; i < kMaxPowerOns; ++i) {
    chip_.power_on();
    seen = device_.start(Program::kScenario);
    result_.operations += chip_.operation_count();
    if (seen.verdict != Verdict::kFine) result_.control = seen.verdict;
    if (seen.end != PowerOn::End::kRestarts) break;
  }
  const ImageId goal = plan_.scenario->goal;
  if (result_.control == Verdict::kFine && goal != ImageId::kNone &&
      (seen.end != PowerOn::End::kIdle || seen.image != goal || chip_.facts().confirmed != goal)) {
    result_.control = Verdict::kGoalMissed;
  }
  if (result_.control != Verdict::kFine) note(result_.control);
}

void Sweep::note(Verdict verdict) {
  ++result_.violations;
  ++result_.by_verdict[static_cast<std::size_t>(verdict)];
  const bool whole = std::all_of(path_.begin(), path_.end(), [](const FaultPlace& place) {
    return is_whole_operation(place.fault.kind);
  });
  if (whole) ++result_.whole_operation_violations;
  if (path_.size() == 1) {
    ++result_.windows[{operation_.kind, operation_.bytes, path_[0].fault.kind, verdict}];
  }
  if (result_.examples.size() < kMaxExamples) {
    result_.examples.push_back({verdict, token_of(plan_, path_), path_});
  }
}

// Runs on from a state, and branches at every operation. The points below it, itself included.
Sweep::Points Sweep::explore(const BoardState& from, unsigned level) {
  Points points{};
  BoardState at = from;
  path_.push_back({});
  for (unsigned power_on = 0; power_on < kMaxPowerOns && !is_done(); ++power_on) {
    chip_.restore(at);
    const std::uint64_t key = mix(chip_.key(), level);
    const auto [known, is_new] = explored_.try_emplace(key);
    if (!is_new) {
      for (std::size_t n = level; n < points.size(); ++n) points[n] += known->second[n];
      break;
    }
    path_.back().power_on = power_on;
    std::vector<RecordedOperation> log;
    chip_.power_on();
    chip_.record_into(&log);
    const PowerOn seen = device_.start(Program::kScenario);
    chip_.record_into(nullptr);
    if (level > 1 && seen.verdict == Verdict::kFetchedAgain) {
      path_.pop_back();
      note(seen.verdict);
      path_.push_back({power_on, 0, {}});
    }
    const BoardState next = chip_.capture();
    Points own{};
    for (std::uint32_t i = 0; i < log.size() && !is_done(); ++i) {
      path_.back().operation = i;
      explore_operation(log[i], at, level, own);
    }
    explored_[key] = own;
    for (std::size_t n = level; n < points.size(); ++n) points[n] += own[n];
    if (seen.end != PowerOn::End::kRestarts) break;
    at = next;
  }
  path_.pop_back();
  return points;
}

void Sweep::explore_operation(const RecordedOperation& recorded,
                              const BoardState& power_on,
                              unsigned level,
                              Points& points) {
  const bool is_thinned_here = plan_.thins_errors && is_thinned(recorded);
  std::uint32_t ways = 0;
  for (const Fault& fault :
       FaultList(recorded.operation, level == 1 || plan_.all_kinds_again, plan_.seed)) {
    if (is_thinned_here && !ends_in_cut(fault.kind)) continue;
    ++ways;
    result_.kinds |= std::uint64_t{1} << static_cast<unsigned>(fault.kind);
    path_.back().fault = fault;
    operation_ = recorded.operation;
    if (ends_in_cut(fault.kind)) {
      chip_.repeat_with_cut(recorded, fault);
    } else {
      chip_.restore(power_on);
      chip_.power_on();
      chip_.plan(path_.back().operation, fault);
      const PowerOn seen = device_.start(Program::kScenario);
      if (seen.verdict == Verdict::kFetchedAgain) note(seen.verdict);
    }
    point(level, points);
    if (is_done()) return;
  }
  if (level > 1) return;
  ++result_.places;
  if (is_thinned_here) ++result_.places_without_errors;
  result_.most_ways = std::max(result_.most_ways, ways);
}

// In the middle of a slot, where the operations before and after do the same to their sectors.
bool Sweep::is_thinned(const RecordedOperation& recorded) const {
  constexpr std::uint32_t kEdge = 4 * core::kSectorBytes;
  constexpr std::uint32_t kBlock = 0x10000;
  const Operation& operation = recorded.operation;
  if (operation.kind == OperationKind::kBurn || operation.bytes > core::kSectorBytes) return false;
  const std::uint32_t image = static_cast<std::uint32_t>(board_.image(ImageId::kVersion3).size());
  for (const core::Partition& row : board_.rows()) {
    if (!row.is_app() || operation.start < row.offset || operation.start >= row.end()) continue;
    const std::uint32_t offset = operation.start - row.offset;
    const std::uint32_t in_block = operation.start % kBlock;
    return offset >= kEdge && offset + kEdge < image && in_block >= core::kSectorBytes &&
           in_block < kBlock - core::kSectorBytes;
  }
  return false;
}

void Sweep::point(unsigned level, Points& points) {
  ++points[level];
  ++result_.points[level];
  const std::uint64_t key = chip_.key();
  const bool goes_on = level < plan_.faults &&
                       (level < 2 || mix(key, plan_.seed) % plan_.sample_triples_one_in == 0);
  const auto explored = explored_.find(mix(key, level + 1));
  const bool explores = goes_on && explored == explored_.end();
  const bool recovers = !goes_on && remembers_progress() && !recovered_.contains(key);
  BoardState state;
  if (explores || recovers) state = chip_.capture();
  const Verdict verdict = judge(key);
  result_.trace = mix(result_.trace, key ^ static_cast<std::uint64_t>(verdict));
  if (verdict != Verdict::kFine) return note(verdict);
  if (!goes_on) return recover(key, state);
  const Points below = explores ? explore(state, level + 1) : explored->second;
  for (std::size_t n = level + 1; n < points.size(); ++n) points[n] += below[n];
}

// A download that remembers how far it came must not fetch too much again: the story is told to its
// end.
void Sweep::recover(std::uint64_t key, const BoardState& state) {
  if (!remembers_progress() || !recovered_.insert(key).second) return;
  chip_.restore(state);
  for (unsigned i = 0; i < kMaxPowerOns; ++i) {
    chip_.power_on();
    const PowerOn seen = device_.start(Program::kScenario);
    if (seen.verdict != Verdict::kFine) return note(seen.verdict);
    if (seen.end != PowerOn::End::kRestarts) return;
  }
}

// ---- Judgement ----------------------------------------------------------------------------------

Verdict Sweep::judge(std::uint64_t key) {
  const auto known = verdicts_.find(key);
  if (known != verdicts_.end()) return known->second;
  Verdict verdict = Verdict::kFine;
  if (plan_.shares_judgements && !chip_.has_overlays()) {
    const Judgement judgement = judge_by_footprint();
    verdict = judgement.verdict;
    note_settling(judgement.starts);
  } else {
    verdict = walk(key, chip_.capture());
  }
  verdicts_.emplace(key, verdict);
  return verdict;
}

void Sweep::note_settling(unsigned starts) {
  if (starts <= result_.starts_to_settle) return;
  result_.starts_to_settle = starts;
  result_.settles_last = path_;
}

// Everything that a judgement depends on besides these sectors: fuses and facts. How far a download
// came is not among them: no start and no next update looks at it.
std::uint64_t Sweep::key_of(const Footprint& footprint) {
  const Facts& facts = chip_.facts();
  std::uint64_t key = mix(chip_.secure_version_bits(),
                          static_cast<std::uint64_t>(facts.confirmed) |
                              static_cast<std::uint64_t>(facts.candidate) << 8U |
                              static_cast<std::uint64_t>(facts.confirmation_began) << 16U |
                              std::uint64_t{facts.confirmed_version} << 24U);
  for (const std::uint32_t sector : footprint.sectors) {
    key = mix(key, chip_.sector_hash(sector));
  }
  return key;
}

Sweep::Judgement Sweep::judge_by_footprint() {
  for (const Footprint& footprint : footprints_) {
    const auto known = footprint.judgements.find(key_of(footprint));
    if (known != footprint.judgements.end()) return known->second;
  }
  const BoardState from = chip_.capture();
  chip_.begin_footprint();
  const Judgement judgement = walk_plainly();
  std::vector<std::uint32_t> sectors = chip_.end_footprint();
  auto found = std::find_if(footprints_.begin(), footprints_.end(),
                            [&](const Footprint& known) { return known.sectors == sectors; });
  if (found == footprints_.end()) {
    footprints_.push_back({std::move(sectors), {}});
    found = footprints_.end() - 1;
  }
  chip_.restore(from);
  found->judgements.emplace(key_of(*found), judgement);
  return judgement;
}

// As walk(), every start carried out.
Sweep::Judgement Sweep::walk_plainly() {
  Judgement judgement;
  std::array<ImageId, kJudgedStarts> images{};
  for (unsigned i = 0; i < kJudgedStarts; ++i) {
    chip_.power_on();
    const PowerOn seen = device_.start(Program::kSettle);
    judgement.verdict = seen.verdict;
    if (seen.verdict != Verdict::kFine) return judgement;
    images[i] = seen.image;
    if (i > 0 && images[i] != images[i - 1]) judgement.starts = i + 1;
  }
  for (unsigned i = 3; i < kJudgedStarts; ++i) {
    if (images[i] != images[2]) judgement.verdict = Verdict::kKeepsChanging;
  }
  if (judgement.verdict == Verdict::kFine) judgement.verdict = next_update();
  return judgement;
}

// Starts the board five times. Futures that are known are not run again; where one is missing, the
// chip is brought there first.
Verdict Sweep::walk(std::uint64_t key, const BoardState& from) {
  std::array<ImageId, kJudgedStarts> images{};
  std::uint64_t at = key;
  std::uint64_t chip_at = key;
  const auto bring_chip = [&](unsigned starts) {
    if (chip_at == at) return;
    chip_.restore(from);
    for (unsigned i = 0; i < starts; ++i) {
      chip_.power_on();
      device_.start(Program::kSettle);
    }
    chip_at = at;
  };
  for (unsigned i = 0; i < kJudgedStarts; ++i) {
    auto known = futures_.find(at);
    if (known == futures_.end()) {
      bring_chip(i);
      chip_.power_on();
      const PowerOn seen = device_.start(Program::kSettle);
      chip_at = chip_.key();
      known = futures_.emplace(at, Future{seen.image, seen.verdict, chip_at}).first;
    }
    if (known->second.verdict != Verdict::kFine) return known->second.verdict;
    images[i] = known->second.image;
    at = known->second.next;
  }
  for (unsigned i = 3; i < kJudgedStarts; ++i) {
    if (images[i] != images[2]) return Verdict::kKeepsChanging;
  }
  const auto known = next_updates_.find(at);
  if (known != next_updates_.end()) return known->second;
  bring_chip(kJudgedStarts);
  const Verdict verdict = next_update();
  next_updates_.emplace(at, verdict);
  return verdict;
}

// Whether it arrives.
Verdict Sweep::next_update() {
  Verdict verdict = Verdict::kUpdateRefused;
  // A worn sector may refuse; it must only not spoil anything.
  if (chip_.has_worn_cells()) verdict = Verdict::kFine;
  for (unsigned i = 0; i < 4; ++i) {
    chip_.power_on();
    const PowerOn seen = device_.start(Program::kNextUpdate);
    if (seen.verdict != Verdict::kFine) {
      verdict = seen.verdict;
      break;
    }
    if (seen.image == kNextUpdateImage && chip_.facts().confirmed == kNextUpdateImage) {
      verdict = Verdict::kFine;
      break;
    }
  }
  return verdict;
}

}  // namespace

std::string token_of(const SweepPlan& plan, const std::vector<FaultPlace>& path) {
  std::string token = std::string(plan.scenario->name) + ":" + name_of(plan.configuration) + ":";
  for (std::size_t i = 0; i < path.size(); ++i) {
    if (i > 0) token += ",";
    const FaultPlace& place = path[i];
    token += std::to_string(place.power_on) + "." + std::to_string(place.operation) + "." +
             std::string(kFaultNames[static_cast<std::size_t>(place.fault.kind)]) + "." +
             std::to_string(place.fault.value);
  }
  return token;
}

SweepResult run_sweep(const SweepPlan& plan) { return Sweep(plan).run(); }

}  // namespace rota::sim
