#include "cli/proof_core.h"

#include <fmt/format.h>

#include <algorithm>
#include <thread>

#include "cli/console.h"

namespace rota::cli {

using core::kSectorBytes;

namespace {

constexpr std::uint32_t kSmallImageBytes = 2 * kSectorBytes + 1200;
// From here on the errors of the chip are tried at chosen operations of a slot only.
constexpr std::uint32_t kManyImageBytes = 64 * kSectorBytes;
constexpr std::uint32_t kTriplesOneIn = 500;

// Told with pairs of faults: boot, confirmation, rejection, switch, begin and resume; downloads
// that differ only in the size of their pieces are not.
bool is_told_with_pairs(const sim::Scenario& scenario) {
  return scenario.method == sim::Method::kNativeSequential ||
         scenario.method == sim::Method::kResume;
}

// Each of its states is followed to the end of its download.
bool grows_with_square(const sim::Scenario& scenario) {
  return scenario.method == sim::Method::kResume || scenario.method == sim::Method::kLostStream;
}

// What never starts again is the worst, then what runs another image; a cut between two operations
// is worse than a torn one, because any chip may suffer it.
int badness_of(const sim::Violation& violation) {
  const bool is_between = std::all_of(
      violation.path.begin(), violation.path.end(),
      [](const sim::FaultPlace& place) { return sim::is_whole_operation(place.fault.kind); });
  int badness = is_between ? 1 : 0;
  switch (violation.verdict) {
    case sim::Verdict::kNothingBoots:
      return badness + 6;
    case sim::Verdict::kUnknownImage:
    case sim::Verdict::kAnotherImage:
      return badness + 4;
    case sim::Verdict::kFetchedAgain:
      return badness;
    default:
      return badness + 2;
  }
}

}  // namespace

bool ProofSubject::has_factory() const {
  return std::any_of(rows.begin(), rows.end(), [](const formats::PartitionRow& row) {
    return row.is_app() && row.subtype == formats::kAppFactory;
  });
}

std::uint32_t ProofSubject::slot_count() const {
  return static_cast<std::uint32_t>(
      std::count_if(rows.begin(), rows.end(),
                    [](const formats::PartitionRow& row) { return row.is_ota_slot(); }));
}

std::string ProofSubject::problem() const {
  if (slot_count() < 2) {
    return fmt::format(
        "the table has {} OTA slot{}; updates over the air need two that take turns. rota table "
        "plan makes such a table.",
        slot_count(), slot_count() == 1 ? "" : "s");
  }
  bool has_ota_data = false;
  for (const formats::PartitionRow& row : rows) {
    if (!row.is_app() && row.subtype == formats::kDataOta && row.size >= 2 * kSectorBytes &&
        row.type == formats::PartitionType::kData) {
      has_ota_data = true;
    }
    if (row.is_ota_slot() &&
        row.subtype - formats::kAppOtaFirst >= static_cast<int>(slot_count())) {
      return "the numbers of the OTA slots have a gap; rota doctor explains what that does.";
    }
    if (row.is_ota_slot() && row.size < std::max(installed_bytes, update_bytes)) {
      return fmt::format("{} has {} and the image {} bytes: it does not fit.",
                         printable(row.label()), size_text(row.size),
                         grouped(std::max(installed_bytes, update_bytes)));
    }
  }
  if (!has_ota_data)
    return "the table has no OTA data partition of 8 KB; add one: type data, subtype ota.";
  return {};
}

void CoreRound::add(const sim::SweepPlan& plan, const sim::SweepResult& result) {
  ++stories;
  places += result.places;
  places_without_errors += result.places_without_errors;
  most_ways = std::max(most_ways, result.most_ways);
  for (std::size_t i = 0; i < points.size(); ++i) points[i] += result.points[i];
  states += result.states;
  lost_between_operations += result.whole_operation_violations;
  for (std::size_t i = 0; i < by_verdict.size(); ++i) by_verdict[i] += result.by_verdict[i];
  const std::string name(plan.scenario->what);
  if (!result.is_whole) unfinished.push_back(name);
  if (result.control != sim::Verdict::kFine) missed_goal.push_back(name);
  // A run without faults that goes wrong is no lost cut.
  lost += result.violations - (result.control != sim::Verdict::kFine ? 1 : 0);
  for (const sim::Violation& example : result.examples) {
    if (example.path.empty()) continue;
    const int badness = badness_of(example);
    if (worst_loss && badness <= worst_badness) continue;
    worst_loss = sim::Token{plan, example.path};
    worst_verdict = example.verdict;
    worst_badness = badness;
  }
  if (result.starts_to_settle > starts_to_settle) {
    starts_to_settle = result.starts_to_settle;
    slowest = sim::Token{plan, result.settles_last};
  }
}

CoreProver::CoreProver(const ProofSubject& subject) : subject_(subject) {
  small_.rows = subject.rows;
  small_.table_offset = subject.table_offset;
  small_.installed_bytes = kSmallImageBytes;
  small_.update_bytes = kSmallImageBytes;
  small_.next_update_bytes = kSmallImageBytes;
  whole_ = small_;
  whole_.installed_bytes = std::max(subject.installed_bytes, kSmallImageBytes);
  whole_.update_bytes = std::max(subject.update_bytes, kSmallImageBytes);
}

sim::Configuration CoreProver::configuration(const sim::BoardLayout& layout, bool as_stock) const {
  sim::Configuration made;
  made.layout = &layout;
  made.stock_bootloader = as_stock || !subject_.settings.cut_safe_records;
  made.records = as_stock || subject_.app_writes_in_place ? core::OtaDataWriting::kInPlace
                                                          : core::OtaDataWriting::kCutSafe;
  made.slot_writing = as_stock || subject_.slots_as_reference ? core::SlotWriting::kReference
                                                              : core::SlotWriting::kChecked;
  made.rollback = subject_.settings.anti_rollback ? sim::Rollback::kWithAntiRollback
                  : subject_.settings.rollback    ? sim::Rollback::kOn
                                                  : sim::Rollback::kOff;
  made.secure_version_width = subject_.settings.secure_version_width;
  made.has_factory = subject_.has_factory();
  made.slots = static_cast<std::uint8_t>(subject_.slot_count());
  return made;
}

std::vector<sim::SweepPlan> CoreProver::plans(const sim::BoardLayout& layout, bool as_stock) const {
  std::vector<sim::SweepPlan> plans;
  const bool is_whole = &layout == &whole_;
  for (const sim::Scenario& scenario : sim::all_scenarios()) {
    sim::SweepPlan plan;
    plan.configuration = configuration(layout, as_stock);
    plan.scenario = &scenario;
    plan.shares_judgements = true;
    if (!sim::applies(scenario, plan.configuration)) continue;
    if (is_whole && grows_with_square(scenario)) continue;
    if (is_whole) {
      plan.thins_errors = layout.update_bytes > kManyImageBytes;
    } else if (!as_stock && subject_.is_promised() && is_told_with_pairs(scenario)) {
      plan.faults = sim::kMaxFaults;
      plan.sample_triples_one_in = kTriplesOneIn;
    }
    plans.push_back(plan);
  }
  return plans;
}

CoreProof CoreProver::prove(const ProofEffort& effort) {
  const auto begin = std::chrono::steady_clock::now();
  const auto deadline = begin + effort.budget;
  struct Work {
    sim::SweepPlan plan;
    CoreRound CoreProof::*round;
    sim::SweepResult result;
  };
  std::vector<Work> works;
  const auto add = [&](const sim::BoardLayout& layout, bool as_stock, CoreRound CoreProof::*round) {
    for (const sim::SweepPlan& plan : plans(layout, as_stock)) works.push_back({plan, round, {}});
  };
  add(small_, false, &CoreProof::small);
  add(small_, true, &CoreProof::stock);
  const bool is_larger =
      whole_.update_bytes > kSmallImageBytes || whole_.installed_bytes > kSmallImageBytes;
  if (is_larger) add(whole_, false, &CoreProof::whole);
  std::atomic<std::size_t> next{0};
  const auto work = [&] {
    for (std::size_t i = next++; i < works.size(); i = next++) {
      works[i].plan.deadline = deadline;
      works[i].plan.stop = effort.stop;
      works[i].result = sim::run_sweep(works[i].plan);
    }
  };
  std::vector<std::thread> others;
  for (unsigned i = 1; i < effort.threads; ++i) others.emplace_back(work);
  work();
  for (std::thread& other : others) other.join();

  CoreProof proof;
  for (const Work& one : works) (proof.*one.round).add(one.plan, one.result);
  proof.small.image_bytes = small_.update_bytes;
  proof.stock.image_bytes = small_.update_bytes;
  proof.whole.image_bytes = whole_.update_bytes;
  proof.was_stopped = effort.stop != nullptr && effort.stop->load();
  proof.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  return proof;
}

}  // namespace rota::cli
