// Which image starts, and why: the bootloader's decision (spec section 3) as a step machine without
// I/O. The same object drives a virtual board, the power-cut sweeps and `rota why`.
//
// The decision is the reference's for every readable flash state, defects included; a crash, hang
// or trap of the reference becomes kReset with a rule that says so. The plan asks for one step at a
// time, in the order in which a bootloader acts; the port carries it out and reports back:
//
//   BootPlan plan(inputs);
//   for (;;) {
//     const BootStep step = plan.next();
//     if (step.kind == BootStep::Kind::kStart || step.kind == BootStep::Kind::kReset) break;
//     ... carry it out ...
//     plan.report(answer);
//   }
//
// Power contract: a cut between or inside steps leaves what the writes so far left; the next boot
// makes a new plan from flash. The plan remembers every rule that decided, in order.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "base/result.h"
#include "core/flash.h"
#include "formats/bootloader_settings.h"
#include "formats/ota_data.h"
#include "formats/partition_table.h"

namespace rota::core {

// A bootable position: slot 0..15, or one of these.
struct BootPosition {
  static constexpr int kFactory = -1;
  static constexpr int kTest = -2;
  static constexpr int kNone = -99;
  static constexpr int kRetained = -100;  // the place that a deep-sleep wake goes back to
  int index = kNone;

  bool is_slot() const { return index >= 0; }
  friend constexpr bool operator==(BootPosition, BootPosition) = default;
};

// The table as a bootloader sees it (spec 1.7): the last row of a kind wins, rows of slots are
// counted whatever their numbers. A range with start 0 does not exist.
struct BootTable {
  FlashRange ota_data;
  FlashRange factory;
  FlashRange test;
  std::array<FlashRange, formats::kMaxOtaSlots> slots{};
  std::uint32_t slot_count = 0;  // rows, not the highest number

  // The range of a position; empty (size 0) for none and for slots at or above slot_count.
  FlashRange range_of(BootPosition position) const;
};
BootTable boot_table_of(const formats::PartitionRows& rows);

// The number of burned bits among the lowest `width`, which is the secure version (spec 3.5).
std::uint32_t secure_version_of_fuses(std::uint32_t bits, std::uint8_t width);
// The bits that raising the version to `version` burns (trap 90), 0 when nothing is to be burned.
// Errors: kSecureVersionWidth, kSecureVersionBehind.
Result<std::uint32_t> fuse_bits_to_burn(std::uint32_t bits,
                                        std::uint8_t width,
                                        std::uint32_t version);

struct BootInputs {
  BootTable table;
  formats::BootloaderSettings settings;
  formats::OtaRecords records{formats::OtaRecord::blank(), formats::OtaRecord::blank()};
  bool ota_data_readable = true;  // false: the partition is smaller than 8 KiB or a read failed
  std::uint32_t secure_version_fuses = 0;
  bool woke_from_deep_sleep = false;
  bool is_power_on_reset = false;
  bool factory_reset_pin_held = false;  // for the whole hold time
  bool app_test_pin_held = false;
  std::optional<FlashRange> retained_image;  // of a deep-sleep wake on chips with RTC memory
};

// Every rule that can take part in a decision. One line of text and a spec section each.
enum class BootRule : std::uint8_t {
  kNoOtaDataPartition,
  kOtaDataTooSmall,
  kPendingBecomesAborted,
  kBothRejectedFactory,
  kBothRejectedNoFactory,
  kNoSlotsFactory,
  kNoSlotsNoFactory,
  kBlankStartsInitialContents,
  kAntiRollbackBlankFactory,
  kOneRecordUsable,
  kLargerSequenceWins,
  kEqualSequencesFirstWins,
  kNoUsableRecordFactory,
  kNoUsableRecordTryAll,
  kRecordBelowSecureVersion,
  kNewBecomesPending,
  kNewButRollbackOff,
  kPendingButRollbackOff,
  kConfirmedBurnsVersion,
  kFactoryResetPin,
  kTestAppPin,
  kTestAppMissing,
  kDeepSleepFastPath,
  kDeepSleepFastPathFailed,
  kSlotBelowSecureVersion,
  kImageRefused,
  kNextInTrialOrder,
  kImageAccepted,
  kInitialContentsWritten,
  kTestAppFallback,
  kNothingBootable,
  kSlotArithmeticByZero,
  kImageCanNotBeMapped,  // applied by the port, after the plan's last step
};

struct AppliedRule {
  BootRule rule{};
  // The position concerned; for rules about a record, record_sector is 0 or 1, else -1.
  BootPosition position;
  std::int8_t record_sector = -1;
  std::uint32_t value = 0;           // sequence, secure version: whatever the rule's text names
  std::optional<Error> image_error;  // kImageRefused
};

// "sector %r holds the larger sequence number (%v): its slot is tried first" and "2.3".
// In the text, %p = position, %r = record sector, %v = value.
struct BootRuleText {
  std::string_view text;
  std::string_view spec_section;
};
BootRuleText describe(BootRule rule);

struct BootStep {
  enum class Kind : std::uint8_t {
    kWriteRecord,      // sector, record; errors are logged and ignored
    kReadDescription,  // range: answer the secure version of its app description, if it has one
    kBurnFuses,        // fuse_bits
    kEraseData,        // the factory reset's list, and OTA data if also_ota_data
    kTryImage,         // position, range, validate: answer ImageTried
    kStart,            // position, range: final
    kReset,            // final
  };
  Kind kind = Kind::kReset;
  BootPosition position;
  FlashRange range;
  std::uint8_t sector = 0;
  formats::OtaRecord record;
  std::uint32_t fuse_bits = 0;
  bool also_ota_data = false;
  bool validate = true;  // false: structure only (spec 3.6)
};

struct BootAnswer {
  // kReadDescription: nullopt when there is no description. kTryImage: of the loaded image.
  std::optional<std::uint32_t> secure_version;
  // kTryImage: why it was refused; nullopt = loaded.
  std::optional<Error> image_error;
};

class BootPlan {
 public:
  explicit BootPlan(const BootInputs& inputs);

  BootStep next();
  void report(const BootAnswer& answer = {});

  static constexpr std::size_t kMaxRules = 96;
  std::span<const AppliedRule> rules() const { return {rules_.data(), rule_count_}; }
  // The records as flash holds them after the writes asked for so far.
  const formats::OtaRecords& records() const { return records_; }
  // The first position in the trial order; meaningful once the trial began.
  BootPosition selected() const { return selected_; }

 private:
  enum class Phase : std::uint8_t {
    kFastWake,
    kFastWakeTried,
    kAbortPending,
    kSelect,
    kAwaitRecordVersion,
    kChoose,
    kMarkPending,
    kBurnConfirmed,
    kPins,
    kAfterFactoryReset,
    kTrial,
    kAwaitTrialVersion,
    kTry,
    kAwaitTry,
    kRecordInitial,
    kBurnInitial,
    kStart,
    kReset,
  };

  void apply(BootRule rule, BootPosition position = {}, int sector = -1, std::uint32_t value = 0);
  std::optional<BootStep> step_of_phase();
  std::optional<BootStep> abort_pending();
  std::optional<BootStep> select();
  std::optional<BootStep> read_description_step();
  std::optional<BootStep> burn_step(std::uint32_t version, BootPosition position, int sector);
  std::optional<BootStep> record_initial();
  BootStep try_step(bool validate);
  void select_without_anti_rollback();
  void choose_active(int active);
  void decide_index(int index) {
    selected_ = BootPosition{index};
    phase_ = Phase::kPins;
  }
  void begin_trial();
  bool next_candidate();
  BootStep write_step(int sector);
  bool fast_wake_candidate();
  std::uint32_t fuse_version() const;
  void refuse_candidate(std::optional<Error> why);

  BootInputs inputs_;
  formats::OtaRecords records_;
  Phase phase_ = Phase::kFastWake;
  std::array<AppliedRule, kMaxRules> rules_{};
  std::size_t rule_count_ = 0;
  BootPosition selected_;
  bool initial_ = false;          // write OTA data once an image was accepted
  bool after_reset_pin_ = false;  // the second evaluation is under way
  int record_index_ = 0;          // of the two records, in loops over them
  std::array<bool, 2> usable_{};
  std::array<std::uint32_t, 2> versions_{};
  int active_ = -1;
  BootPosition candidate_;
  FlashRange candidate_range_;
  bool descending_ = true;
  bool test_only_ = false;
  bool test_tried_ = false;
  std::uint32_t candidate_version_ = 0;
};

}  // namespace rota::core
