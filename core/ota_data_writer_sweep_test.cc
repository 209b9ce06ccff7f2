// Power cuts at every operation of every change of OTA data, in every way the chip model knows,
// from every reachable pair of records. Invariants of OtaDataWriting::kCutSafe, with our
// bootloader:
//   1. After a cut, what boots is what would have booted without the change, or what boots after
//   it.
//      Where the record in charge is on trial (NEW, PENDING_VERIFY) it is expendable: then what
//      boots without the trial records may boot, too.
//   2. No slot is confirmed (VALID or UNDEFINED) that was not confirmed before and is not so after
//   the
//      change. (A board whose records are all blank confirms what it starts first, spec 3.4.)
//   3. A confirmed record is never lost before another confirms what must run: with a confirmed
//   record
//      in charge, rule 1 has no exception.
// Controls: without a cut every change does its work; OtaDataWriting::kInPlace loses exactly where
// the decision record 0002 says that it does; the number of distinct situations is printed.
#include <gtest/gtest.h>

#include <cstdio>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "core/boot_plan.h"
#include "core/boot_selection.h"
#include "core/ota_data_writer.h"
#include "core/update_board_for_test.h"
#include "sim/faulty_chip.h"

namespace rota::core {
namespace {

using formats::OtaRecord;
using formats::OtaRecords;
using formats::OtaState;
using formats::PartitionType;
using sim::Fault;
using sim::FaultKind;

constexpr std::uint32_t kOtaData = 0x1000;
constexpr std::uint32_t kFirstApp = 0x10000;
constexpr std::uint32_t kAppBytes = 0x10000;

enum class Change { kConfirm, kReject, kSetBoot, kSetFactory, kForgetOther, kBoot };

// Ways in which one operation can be cut short.
std::vector<Fault> cuts() {
  std::vector<Fault> faults{{FaultKind::kCutBefore, 0}, {FaultKind::kCutAfter, 0}};
  for (const std::uint32_t bytes : {1U, 2U, 3U, 4U, 19U, 20U, 23U, 24U, 27U, 28U, 31U, 2048U}) {
    faults.push_back({FaultKind::kTornBytes, bytes});
  }
  for (std::uint32_t seed = 0; seed < 4; ++seed) {
    faults.push_back({FaultKind::kTornBits, seed});
    faults.push_back({FaultKind::kPreProgram, seed});
    faults.push_back({FaultKind::kUnstable, seed});
  }
  return faults;
}

struct Board {
  int slots = 2;
  bool has_factory = true;
  bool rollback = true;
  OtaDataWriting policy = OtaDataWriting::kCutSafe;
};

// What a change is done to: the records, and the position whose image runs.
struct Situation {
  OtaRecords records;
  int running = BootPosition::kNone;
};

class Sweep {
 public:
  explicit Sweep(const Board& board) : board_(board), chip_(kFirstApp + 5 * kAppBytes, 16) {
    settings_.rollback = board.rollback;
    settings_.ota_data_writing = board.policy;
    settings_.chip.facts = formats::find_chip("esp32");
    add(PartitionType::kData, formats::kDataOta, kOtaData, 2 * kSectorBytes);
    std::uint32_t at = kFirstApp;
    if (board.has_factory) add_app(formats::kAppFactory, at);
    for (int slot = 0; slot < board.slots; ++slot) {
      add_app(static_cast<std::uint8_t>(formats::kAppOtaFirst + slot), at);
    }
  }

  // Every pair of records, then every change from where the first boot leads.
  void run() {
    const std::vector<OtaRecord> choices = all_records();
    for (const OtaRecord& first : choices) {
      for (const OtaRecord& second : choices) {
        const Situation raw{{first, second}, BootPosition::kNone};
        sweep_change(raw, Change::kBoot, -1);
        put(raw.records);
        const std::optional<int> running = boot();
        if (!running) continue;
        const Situation situation{records(), *running};
        if (!seen_.insert(key_of(situation)).second) continue;
        sweep_change(situation, Change::kConfirm, -1);
        sweep_change(situation, Change::kReject, -1);
        sweep_change(situation, Change::kForgetOther, -1);
        for (int slot = 0; slot < board_.slots; ++slot) {
          sweep_change(situation, Change::kSetBoot, slot);
        }
        if (board_.has_factory) sweep_change(situation, Change::kSetFactory, -1);
      }
    }
  }

  std::size_t situations() const { return seen_.size(); }
  std::size_t cuts_done() const { return cuts_done_; }
  std::size_t completed(Change change) const {
    const auto found = completed_.find(change);
    return found == completed_.end() ? 0 : found->second;
  }
  // What was lost, by change; one example each.
  const std::map<std::string, std::string>& losses() const { return losses_; }

 private:
  void add(PartitionType type, std::uint8_t subtype, std::uint32_t offset, std::uint32_t size) {
    Partition row;
    row.type = type;
    row.subtype = subtype;
    row.offset = offset;
    row.size = size;
    ASSERT_TRUE(rows_.push_back(row));
  }
  void add_app(std::uint8_t subtype, std::uint32_t& at) {
    add(PartitionType::kApp, subtype, at, kAppBytes);
    chip_.put(at, ImageForTest{.payload_bytes = 64}.build());
    at += kAppBytes;
  }

  static std::vector<OtaRecord> all_records() {
    std::vector<OtaRecord> choices{OtaRecord::blank()};
    for (std::uint32_t sequence = 1; sequence <= 3; ++sequence) {
      for (const OtaState state : {OtaState::kNew, OtaState::kPendingVerify, OtaState::kValid,
                                   OtaState::kInvalid, OtaState::kAborted, OtaState::kUndefined}) {
        OtaRecord record = OtaRecord::blank();
        record.sequence = sequence;
        record.state = state;
        record.check = formats::ota_check(sequence);
        choices.push_back(record);
      }
    }
    return choices;
  }

  static std::string show(const OtaRecord& record) {
    if (record.sequence == formats::kBlankSequence) return "blank";
    return std::to_string(record.sequence) + "/" + std::string(name_of(record.state)) +
           (record.check_is_good() ? "" : "?");
  }
  static std::string key_of(const Situation& situation) {
    return show(situation.records[0]) + " " + show(situation.records[1]) + " running " +
           std::to_string(situation.running);
  }

  OtaDataStore store() { return {chip_, {{kOtaData}, 2 * kSectorBytes}, board_.policy}; }
  OtaRecords records() { return *store().read(); }

  void put(const OtaRecords& wanted) {
    chip_.power_on();
    for (std::uint32_t sector = 0; sector < 2; ++sector) {
      (void)chip_.erase({{kOtaData + sector * kSectorBytes}, kSectorBytes});
      (void)chip_.program({kOtaData + sector * kSectorBytes}, formats::encode(wanted[sector]));
    }
    chip_.power_on();
  }

  BootInputs boot_inputs() {
    BootInputs inputs;
    inputs.table = boot_table_of(rows_);
    inputs.settings.rollback = board_.rollback;
    inputs.records = records();
    return inputs;
  }
  // One boot in which all images are good; nullopt: reset or power cut.
  std::optional<int> boot() {
    BootPlan plan(boot_inputs());
    for (;;) {
      const BootStep step = plan.next();
      if (!chip_.is_on() || step.kind == BootStep::Kind::kReset) return std::nullopt;
      if (step.kind == BootStep::Kind::kStart) {
        wrote_initial_record_ = plan.rules().back().rule == BootRule::kInitialContentsWritten;
        return step.position.index;
      }
      if (step.kind == BootStep::Kind::kWriteRecord) {
        (void)store().write(step.sector, step.record);
      }
      plan.report();
    }
  }
  std::optional<int> boot_from(const OtaRecords& wanted) {
    put(wanted);
    return boot();
  }

  const Partition& row_of(int position) const {
    const int subtype = position == BootPosition::kFactory ? formats::kAppFactory
                                                           : formats::kAppOtaFirst + position;
    return *find_partition(rows_, PartitionType::kApp, static_cast<std::uint8_t>(subtype));
  }

  Status change(const Situation& situation, Change what, int slot) {
    if (what == Change::kBoot) {
      (void)boot();
      return {};
    }
    PartitionAccess access(chip_, rows_, false);
    BootSelection selection(access, chip_, row_of(situation.running), settings_);
    switch (what) {
      case Change::kConfirm:
        return selection.confirm();
      case Change::kReject:
        return selection.reject();
      case Change::kSetBoot:
        return selection.set_boot(row_of(slot), true);
      case Change::kSetFactory:
        return selection.set_boot(row_of(BootPosition::kFactory), true);
      case Change::kForgetOther:
        return selection.erase_inactive_record(false);
      case Change::kBoot:
        break;
    }
    return {};
  }

  // Slots that a record confirms.
  std::set<std::uint32_t> confirmed(const OtaRecords& seen) const {
    std::set<std::uint32_t> slots;
    for (const OtaRecord& record : seen) {
      if (!record.is_confirmed()) continue;
      slots.insert(formats::slot_of(record.sequence, static_cast<std::uint32_t>(board_.slots)));
    }
    return slots;
  }

  std::set<int> right_starts_of(const OtaRecords& before, const OtaRecords& after) {
    std::set<int> starts;
    const auto add_start = [&](const OtaRecords& seen) {
      if (const std::optional<int> start = boot_from(seen)) starts.insert(*start);
    };
    add_start(before);
    add_start(after);
    const int active = formats::active_record(before);
    if (active < 0 || before[static_cast<std::size_t>(active)].is_confirmed()) return starts;
    const auto is_trial = [](const OtaRecord& record) {
      return record.state == OtaState::kNew || record.state == OtaState::kPendingVerify;
    };
    for (unsigned lost = 1; lost < 4; ++lost) {
      OtaRecords without = before;
      for (unsigned sector = 0; sector < 2; ++sector) {
        const bool is_lost = (lost >> sector & 1U) != 0;
        if (is_lost && is_trial(before[sector])) without[sector] = OtaRecord::blank();
      }
      add_start(without);
    }
    return starts;
  }

  void sweep_change(const Situation& situation, Change what, int slot) {
    put(situation.records);
    if (!change(situation, what, slot).ok()) return;  // refused: nothing to cut
    const std::uint32_t operations = chip_.operation_count();
    const OtaRecords after = records();
    ++completed_[what];
    if (operations == 0) return;
    const std::set<int> right_starts = right_starts_of(situation.records, after);
    std::set<std::uint32_t> may_be_confirmed = confirmed(situation.records);
    may_be_confirmed.merge(confirmed(after));

    for (std::uint32_t operation = 0; operation < operations; ++operation) {
      for (const Fault& fault : cuts()) {
        put(situation.records);
        chip_.plan(operation, fault);
        (void)change(situation, what, slot);
        if (chip_.is_on()) continue;  // this kind of fault does not exist for this operation
        ++cuts_done_;
        chip_.power_on();
        const OtaRecords torn = records();
        const std::optional<int> start = boot();
        if (!start || right_starts.count(*start) == 0) {
          lose(situation, what, slot, "boots something else", torn);
        }
        for (const std::uint32_t claimed : confirmed(records())) {
          if (wrote_initial_record_ || may_be_confirmed.count(claimed) == 1) continue;
          lose(situation, what, slot, "confirms what nobody confirmed", torn);
        }
      }
    }
  }

  void lose(
      const Situation& situation, Change what, int slot, const char* how, const OtaRecords& torn) {
    const int active = formats::active_record(situation.records);
    const bool is_same_slot =
        active >= 0 && slot >= 0 &&
        formats::slot_of(situation.records[static_cast<std::size_t>(active)].sequence,
                         static_cast<std::uint32_t>(board_.slots)) ==
            static_cast<std::uint32_t>(slot);
    static constexpr const char* kNames[] = {"confirm",           "reject", "set_boot",
                                             "set_boot(factory)", "forget", "boot"};
    std::string name = kNames[static_cast<int>(what)];
    if (what == Change::kSetBoot) name += is_same_slot ? "(same slot)" : "(other slot)";
    if (active >= 0 && !situation.records[static_cast<std::size_t>(active)].is_confirmed()) {
      name += " on trial";
    }
    losses_.emplace(name + " " + how,
                    key_of(situation) + " -> " + show(torn[0]) + " " + show(torn[1]));
  }

  Board board_;
  sim::FaultyChip chip_;
  formats::PartitionRows rows_;
  UpdateSettings settings_;
  std::set<std::string> seen_;
  bool wrote_initial_record_ = false;  // by the last boot that started an image
  std::size_t cuts_done_ = 0;
  std::map<Change, std::size_t> completed_;
  std::map<std::string, std::string> losses_;
};

std::string text_of_losses(const Sweep& sweep) {
  std::string text;
  for (const auto& [what, example] : sweep.losses()) text += "  " + what + ": " + example + "\n";
  return text;
}

class OtaDataCuts : public ::testing::TestWithParam<Board> {};

TEST_P(OtaDataCuts, LoseNothingWhenWrittenCutSafe) {
  Sweep sweep(GetParam());
  sweep.run();
  std::printf("%zu situations, %zu cuts\n", sweep.situations(), sweep.cuts_done());
  EXPECT_TRUE(sweep.losses().empty()) << text_of_losses(sweep);
  EXPECT_GT(sweep.situations(), 40U);
  EXPECT_GT(sweep.cuts_done(), 50000U);
  for (const Change change :
       {Change::kConfirm, Change::kReject, Change::kSetBoot, Change::kForgetOther, Change::kBoot}) {
    EXPECT_GT(sweep.completed(change), 10U) << static_cast<int>(change);
  }
}

INSTANTIATE_TEST_SUITE_P(Boards,
                         OtaDataCuts,
                         ::testing::Values(Board{2, true, true},
                                           Board{2, false, true},
                                           Board{2, true, false},
                                           Board{3, true, true},
                                           Board{3, false, false}));

// Traps 8 and 89, and spec 2.7: the reference's way of writing loses the record that it rewrites.
TEST(OtaDataCutsInPlace, Trap8_TheRecordThatIsRewrittenIsLost) {
  Sweep with_rollback(Board{2, true, true, OtaDataWriting::kInPlace});
  with_rollback.run();
  std::printf("%s", text_of_losses(with_rollback).c_str());
  const auto& losses = with_rollback.losses();
  EXPECT_EQ(losses.count("set_boot(same slot) boots something else"), 1U);
  EXPECT_EQ(losses.count("confirm boots something else"), 1U);
  EXPECT_EQ(losses.count("set_boot(factory) boots something else"), 1U);
  EXPECT_EQ(losses.count("set_boot(other slot) on trial boots something else"), 1U)
      << "the confirmed record gives way to the new one";
  EXPECT_EQ(losses.count("set_boot(other slot) boots something else"), 0U)
      << "a confirmed record in charge is never touched by a switch to another slot";
}

}  // namespace
}  // namespace rota::core
