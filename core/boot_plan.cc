#include "core/boot_plan.h"

#include <bit>

#include "base/assert.h"

namespace rota::core {

using formats::OtaRecord;
using formats::OtaState;

FlashRange BootTable::range_of(BootPosition position) const {
  if (position.index == BootPosition::kFactory) return factory;
  if (position.index == BootPosition::kTest) return test;
  if (!position.is_slot()) return {};
  const auto index = static_cast<std::uint32_t>(position.index);
  return index < slot_count && index < slots.size() ? slots[index] : FlashRange{};
}

BootTable boot_table_of(const formats::PartitionRows& rows) {
  BootTable table;
  for (const formats::PartitionRow& row : rows) {
    const FlashRange range{{row.offset}, row.size};
    if (row.type == formats::PartitionType::kData && row.subtype == formats::kDataOta) {
      table.ota_data = range;
    }
    if (!row.is_app()) continue;
    if (row.subtype == formats::kAppFactory) table.factory = range;
    if (row.subtype == formats::kAppTest) table.test = range;
    if (row.is_ota_slot()) {
      table.slots[row.subtype & 0x0FU] = range;
      ++table.slot_count;
    }
  }
  return table;
}

namespace {
std::uint32_t low_bits(std::uint32_t count) {
  return count >= 32 ? 0xFFFFFFFFU : (1U << count) - 1U;
}
bool exists(const FlashRange& range) { return range.start.value != 0; }
bool is_blank(const formats::OtaRecord& record) {
  return record.sequence == formats::kBlankSequence || !record.check_is_good();
}
}  // namespace

std::uint32_t secure_version_of_fuses(std::uint32_t bits, std::uint8_t width) {
  return static_cast<std::uint32_t>(std::popcount(bits & low_bits(width)));
}

Result<std::uint32_t> fuse_bits_to_burn(std::uint32_t bits,
                                        std::uint8_t width,
                                        std::uint32_t version) {
  if (version > width) return Error::kSecureVersionWidth;
  const std::uint32_t current = secure_version_of_fuses(bits, width);
  if (current > version) return Error::kSecureVersionBehind;
  return low_bits(version) & ~low_bits(current);
}

BootPlan::BootPlan(const BootInputs& inputs) : inputs_(inputs), records_(inputs.records) {}

void BootPlan::apply(BootRule rule, BootPosition position, int sector, std::uint32_t value) {
  if (rule_count_ == rules_.size()) return;  // the first rules are the ones that decide
  rules_[rule_count_++] =
      AppliedRule{rule, position, static_cast<std::int8_t>(sector), value, std::nullopt};
}

std::uint32_t BootPlan::fuse_version() const {
  return secure_version_of_fuses(inputs_.secure_version_fuses,
                                 inputs_.settings.secure_version_width);
}

BootStep BootPlan::write_step(int sector) {
  BootStep step;
  step.kind = BootStep::Kind::kWriteRecord;
  step.sector = static_cast<std::uint8_t>(sector);
  step.record = records_[static_cast<std::size_t>(sector)];
  return step;
}

bool BootPlan::fast_wake_candidate() {
  if (inputs_.retained_image) {
    candidate_ = BootPosition{BootPosition::kRetained};
    candidate_range_ = *inputs_.retained_image;
    return candidate_range_.size_bytes != 0;
  }
  if (!exists(inputs_.table.ota_data) || !inputs_.ota_data_readable) return false;
  const int active = formats::active_record(records_);
  candidate_ = BootPosition{BootPosition::kFactory};
  if (active >= 0 && inputs_.table.slot_count > 0) {
    candidate_.index = static_cast<int>(formats::slot_of(
        records_[static_cast<std::size_t>(active)].sequence, inputs_.table.slot_count));
  }
  candidate_range_ = inputs_.table.range_of(candidate_);
  return candidate_range_.size_bytes != 0;
}

BootStep BootPlan::next() {
  for (;;) {
    if (const std::optional<BootStep> step = step_of_phase()) return *step;
  }
}

BootStep BootPlan::try_step(bool validate) {
  BootStep step;
  step.kind = BootStep::Kind::kTryImage;
  step.position = candidate_;
  step.range = candidate_range_;
  step.validate = validate;
  return step;
}

std::optional<BootStep> BootPlan::read_description_step() {
  BootStep step;
  step.kind = BootStep::Kind::kReadDescription;
  step.range = candidate_range_;
  return step;
}

std::optional<BootStep> BootPlan::burn_step(std::uint32_t version,
                                            BootPosition position,
                                            int sector) {
  if (!inputs_.settings.anti_rollback) return std::nullopt;
  const auto bits = fuse_bits_to_burn(inputs_.secure_version_fuses,
                                      inputs_.settings.secure_version_width, version);
  if (!bits || *bits == 0) return std::nullopt;
  apply(BootRule::kConfirmedBurnsVersion, position, sector, version);
  inputs_.secure_version_fuses |= *bits;
  BootStep step;
  step.kind = BootStep::Kind::kBurnFuses;
  step.fuse_bits = *bits;
  return step;
}

// One phase: a step for the port, or nothing when the phase only moved on.
std::optional<BootStep> BootPlan::step_of_phase() {
  switch (phase_) {
    case Phase::kFastWake:
      phase_ = Phase::kAbortPending;
      if (!inputs_.woke_from_deep_sleep || !inputs_.settings.skip_validate_in_deep_sleep) {
        return std::nullopt;
      }
      apply(BootRule::kDeepSleepFastPath);
      if (!fast_wake_candidate()) {
        apply(BootRule::kDeepSleepFastPathFailed);
        return std::nullopt;
      }
      phase_ = Phase::kFastWakeTried;
      return try_step(false);

    case Phase::kAbortPending:
      return abort_pending();
    case Phase::kSelect:
      return select();
    case Phase::kChoose:
      choose_active(active_);
      return std::nullopt;
    case Phase::kMarkPending:
      phase_ = Phase::kPins;
      return write_step(active_);
    case Phase::kBurnConfirmed:
      phase_ = Phase::kPins;
      return burn_step(versions_[static_cast<std::size_t>(active_)], selected_, active_);

    case Phase::kPins: {
      begin_trial();
      if (phase_ != Phase::kAfterFactoryReset) return std::nullopt;
      BootStep step;
      step.kind = BootStep::Kind::kEraseData;
      step.also_ota_data = inputs_.settings.factory_reset_erases_ota_data;
      return step;
    }

    case Phase::kTrial:
      candidate_range_ = inputs_.table.range_of(candidate_);
      if (candidate_range_.size_bytes == 0) {
        phase_ = next_candidate() ? Phase::kTrial : Phase::kReset;
        return std::nullopt;
      }
      if (!inputs_.settings.anti_rollback) {
        phase_ = Phase::kTry;
        return std::nullopt;
      }
      if (!exists(candidate_range_)) {
        refuse_candidate(std::nullopt);
        return std::nullopt;
      }
      phase_ = Phase::kAwaitTrialVersion;
      return read_description_step();

    case Phase::kTry: {
      const formats::BootloaderSettings& settings = inputs_.settings;
      phase_ = Phase::kAwaitTry;
      return try_step(!settings.skip_validate_always &&
                      !(settings.skip_validate_on_power_on && inputs_.is_power_on_reset));
    }

    case Phase::kRecordInitial:
      return record_initial();
    case Phase::kBurnInitial:
      phase_ = Phase::kStart;
      return burn_step(candidate_version_, candidate_, 0);

    case Phase::kStart: {
      BootStep step = try_step(false);
      step.kind = BootStep::Kind::kStart;
      return step;
    }
    case Phase::kReset:
    case Phase::kFastWakeTried:
    case Phase::kAwaitRecordVersion:
    case Phase::kAfterFactoryReset:
    case Phase::kAwaitTrialVersion:
    case Phase::kAwaitTry:
      break;  // next() was called again before the last step was reported
  }
  ROTA_ASSERT(phase_ == Phase::kReset);
  return BootStep{};
}

// Spec 3.3, first part: an image that ran on trial and was not confirmed is given up.
std::optional<BootStep> BootPlan::abort_pending() {
  if (record_index_ == 0) {
    initial_ = false;
    if (!exists(inputs_.table.ota_data)) {
      apply(BootRule::kNoOtaDataPartition);
      decide_index(BootPosition::kFactory);
      return std::nullopt;
    }
    if (!inputs_.ota_data_readable || inputs_.table.ota_data.size_bytes < 2 * kSectorBytes) {
      apply(BootRule::kOtaDataTooSmall, {}, -1, inputs_.table.ota_data.size_bytes);
      phase_ = Phase::kReset;
      return std::nullopt;
    }
  }
  while (inputs_.settings.rollback && record_index_ < 2) {
    const int sector = record_index_++;
    OtaRecord& record = records_[static_cast<std::size_t>(sector)];
    if (record.state != OtaState::kPendingVerify) continue;
    record.state = OtaState::kAborted;
    apply(BootRule::kPendingBecomesAborted, {}, sector, record.sequence);
    return write_step(sector);
  }
  record_index_ = 0;
  usable_ = {};
  phase_ = Phase::kSelect;
  return std::nullopt;
}

// Spec 3.3, second part: the record in charge. With anti-rollback a record counts only if the
// description of its slot is not below the burned version, which the port must read first.
std::optional<BootStep> BootPlan::select() {
  if (!inputs_.settings.anti_rollback) {
    select_without_anti_rollback();
    return std::nullopt;
  }
  if (record_index_ == 0 && is_blank(records_[0]) && is_blank(records_[1])) {
    initial_ = true;
    apply(BootRule::kAntiRollbackBlankFactory);
    decide_index(BootPosition::kFactory);
    return std::nullopt;
  }
  for (; record_index_ < 2; ++record_index_) {
    const OtaRecord& record = records_[static_cast<std::size_t>(record_index_)];
    if (!record.is_selectable()) continue;
    if (inputs_.table.slot_count == 0) {
      apply(BootRule::kSlotArithmeticByZero, {}, record_index_, record.sequence);
      phase_ = Phase::kReset;
      return std::nullopt;
    }
    const BootPosition slot{
        static_cast<int>(formats::slot_of(record.sequence, inputs_.table.slot_count))};
    candidate_range_ = inputs_.table.range_of(slot);
    if (!exists(candidate_range_)) {
      apply(BootRule::kRecordBelowSecureVersion, slot, record_index_, fuse_version());
      continue;
    }
    phase_ = Phase::kAwaitRecordVersion;
    return read_description_step();
  }
  active_ = usable_[0] ? 0 : usable_[1] ? 1 : -1;
  if (usable_[0] && usable_[1]) active_ = records_[0].sequence >= records_[1].sequence ? 0 : 1;
  phase_ = Phase::kChoose;
  return std::nullopt;
}

// Spec 3.4: blank OTA data get the slot that really started.
std::optional<BootStep> BootPlan::record_initial() {
  if (!initial_ || !candidate_.is_slot()) {
    phase_ = Phase::kStart;
    return std::nullopt;
  }
  phase_ = Phase::kBurnInitial;
  records_[0] = OtaRecord::blank();
  records_[0].sequence = static_cast<std::uint32_t>(candidate_.index) + 1;
  records_[0].state = OtaState::kValid;
  records_[0].check = formats::ota_check(records_[0].sequence);
  apply(BootRule::kInitialContentsWritten, candidate_, 0, records_[0].sequence);
  return write_step(0);
}

void BootPlan::select_without_anti_rollback() {
  const bool has_factory = exists(inputs_.table.factory);
  const bool both_rejected = records_[0].is_rejected() && records_[1].is_rejected();
  if (!both_rejected && inputs_.table.slot_count != 0) {
    usable_ = {records_[0].is_selectable(), records_[1].is_selectable()};
    active_ = formats::active_record(records_);
    phase_ = Phase::kChoose;
    return;
  }
  if (has_factory) {
    apply(both_rejected ? BootRule::kBothRejectedFactory : BootRule::kNoSlotsFactory);
    decide_index(BootPosition::kFactory);
    return;
  }
  apply(both_rejected ? BootRule::kBothRejectedNoFactory : BootRule::kNoSlotsNoFactory);
  if (is_blank(records_[0]) && is_blank(records_[1])) {
    initial_ = true;
    apply(BootRule::kBlankStartsInitialContents);
  }
  decide_index(0);
}

void BootPlan::choose_active(int active) {
  active_ = active;
  if (active < 0) {
    apply(exists(inputs_.table.factory) ? BootRule::kNoUsableRecordFactory
                                        : BootRule::kNoUsableRecordTryAll);
    decide_index(BootPosition::kFactory);
    return;
  }
  OtaRecord& record = records_[static_cast<std::size_t>(active)];
  selected_.index = static_cast<int>(formats::slot_of(record.sequence, inputs_.table.slot_count));
  if (!(usable_[0] && usable_[1])) {
    apply(BootRule::kOneRecordUsable, selected_, active, record.sequence);
  } else if (records_[0].sequence == records_[1].sequence) {
    apply(BootRule::kEqualSequencesFirstWins, selected_, active, record.sequence);
  } else {
    apply(BootRule::kLargerSequenceWins, selected_, active, record.sequence);
  }
  phase_ = Phase::kPins;
  if (record.state == OtaState::kNew && inputs_.settings.rollback) {
    record.state = OtaState::kPendingVerify;
    apply(BootRule::kNewBecomesPending, selected_, active, record.sequence);
    phase_ = Phase::kMarkPending;
  } else if (record.state == OtaState::kNew) {
    apply(BootRule::kNewButRollbackOff, selected_, active, record.sequence);
  } else if (record.state == OtaState::kPendingVerify) {
    apply(BootRule::kPendingButRollbackOff, selected_, active, record.sequence);
  } else if (inputs_.settings.anti_rollback && record.state == OtaState::kValid) {
    phase_ = Phase::kBurnConfirmed;
  }
}

// The pins, then the start of the trial order (spec 3.2, 3.4).
void BootPlan::begin_trial() {
  const formats::BootloaderSettings& settings = inputs_.settings;
  if (!inputs_.woke_from_deep_sleep && !after_reset_pin_) {
    if (settings.factory_reset.enabled && inputs_.factory_reset_pin_held) {
      apply(BootRule::kFactoryResetPin, {}, -1, settings.factory_reset.pin);
      phase_ = Phase::kAfterFactoryReset;
      return;
    }
    if (settings.app_test.enabled && inputs_.app_test_pin_held) {
      if (!exists(inputs_.table.test)) {
        apply(BootRule::kTestAppMissing, {}, -1, settings.app_test.pin);
        phase_ = Phase::kReset;
        return;
      }
      apply(BootRule::kTestAppPin, {}, -1, settings.app_test.pin);
      selected_.index = BootPosition::kTest;
      test_only_ = true;
    }
  }
  candidate_ = selected_;
  descending_ = true;
  phase_ = Phase::kTrial;
}

// From slot k: k-1 ... 0, factory, k+1 ... n-1, test (spec 3.4). False: nothing is left.
bool BootPlan::next_candidate() {
  if (test_only_ || test_tried_) {
    apply(BootRule::kNothingBootable);
    return false;
  }
  if (descending_) {
    if (candidate_.index > BootPosition::kFactory) {
      --candidate_.index;
      return true;
    }
    descending_ = false;
    candidate_.index = selected_.index;
  }
  if (candidate_.index + 1 < static_cast<int>(inputs_.table.slot_count)) {
    ++candidate_.index;
    return true;
  }
  test_tried_ = true;
  candidate_.index = BootPosition::kTest;
  return true;
}

void BootPlan::refuse_candidate(std::optional<Error> why) {
  if (why) {
    apply(BootRule::kImageRefused, candidate_);
    rules_[rule_count_ - 1].image_error = why;
  } else {
    apply(BootRule::kSlotBelowSecureVersion, candidate_, -1, fuse_version());
  }
  phase_ = next_candidate() ? Phase::kTrial : Phase::kReset;
}

void BootPlan::report(const BootAnswer& answer) {
  switch (phase_) {
    case Phase::kFastWakeTried:
      phase_ = Phase::kStart;
      if (answer.image_error) {
        apply(BootRule::kDeepSleepFastPathFailed);
        phase_ = Phase::kAbortPending;
      }
      return;

    case Phase::kAwaitRecordVersion: {
      const auto index = static_cast<std::size_t>(record_index_);
      versions_[index] = answer.secure_version.value_or(0);
      usable_[index] = answer.secure_version && *answer.secure_version >= fuse_version();
      if (!usable_[index]) {
        const BootPosition slot{
            static_cast<int>(formats::slot_of(records_[index].sequence, inputs_.table.slot_count))};
        apply(BootRule::kRecordBelowSecureVersion, slot, record_index_, fuse_version());
      }
      ++record_index_;
      phase_ = Phase::kSelect;
      return;
    }

    case Phase::kAfterFactoryReset:
      if (inputs_.settings.factory_reset_erases_ota_data) {
        records_ = {OtaRecord::blank(), OtaRecord::blank()};
      }
      after_reset_pin_ = true;
      record_index_ = 0;
      phase_ = Phase::kAbortPending;
      return;

    case Phase::kAwaitTrialVersion:
      if (!answer.secure_version || *answer.secure_version < fuse_version()) {
        refuse_candidate(std::nullopt);
        return;
      }
      candidate_version_ = *answer.secure_version;
      phase_ = Phase::kTry;
      return;

    case Phase::kAwaitTry:
      if (answer.image_error) {
        refuse_candidate(answer.image_error);
        return;
      }
      if (inputs_.settings.anti_rollback && answer.secure_version.value_or(0) < fuse_version()) {
        refuse_candidate(Error::kImageSecureVersionTooOld);
        return;
      }
      if (test_tried_) apply(BootRule::kTestAppFallback, candidate_);
      apply(candidate_ == selected_ ? BootRule::kImageAccepted : BootRule::kNextInTrialOrder,
            candidate_);
      phase_ = Phase::kRecordInitial;
      return;

    default:
      return;  // writes and burns need no answer: their errors do not change the decision
  }
}

BootRuleText describe(BootRule rule) {
  switch (rule) {
    case BootRule::kNoOtaDataPartition:
      return {"the table has no OTA data partition: the factory image is tried first", "3.3"};
    case BootRule::kOtaDataTooSmall:
      return {
          "the OTA data partition has %v bytes and can not be used: the bootloader resets for "
          "ever; it needs 8192 bytes",
          "3.3"};
    case BootRule::kPendingBecomesAborted:
      return {
          "sector %r (sequence %v) was PENDING_VERIFY: its image ran once and nobody confirmed "
          "it, so it becomes ABORTED",
          "2.6"};
    case BootRule::kBothRejectedFactory:
      return {
          "no record names an image (blank, INVALID or ABORTED): the factory image is tried "
          "first",
          "3.3"};
    case BootRule::kBothRejectedNoFactory:
      return {"no record names an image and there is no factory partition: ota_0 is tried first",
              "3.3"};
    case BootRule::kNoSlotsFactory:
      return {"the table has no OTA slots: the factory image is tried first", "3.3"};
    case BootRule::kNoSlotsNoFactory:
      return {"the table has neither OTA slots nor a factory partition", "3.3"};
    case BootRule::kBlankStartsInitialContents:
      return {"both records are blank: the slot that starts will be recorded as VALID", "3.3"};
    case BootRule::kAntiRollbackBlankFactory:
      return {
          "both records are blank (anti-rollback bootloader): the factory position is tried "
          "first",
          "3.3"};
    case BootRule::kOneRecordUsable:
      return {"only sector %r (sequence %v) holds a usable record: %p is tried first", "2.3"};
    case BootRule::kLargerSequenceWins:
      return {"both records are usable; sector %r holds the larger sequence %v: %p is tried first",
              "2.3"};
    case BootRule::kEqualSequencesFirstWins:
      return {
          "both records are usable and have the same sequence %v; sector 0 wins: %p is tried "
          "first",
          "2.3"};
    case BootRule::kNoUsableRecordFactory:
      return {"no record has a good check word: falling back to the factory image", "3.3"};
    case BootRule::kNoUsableRecordTryAll:
      return {
          "no record has a good check word and there is no factory partition: every slot is "
          "tried, from ota_0 upwards",
          "3.3"};
    case BootRule::kRecordBelowSecureVersion:
      return {
          "sector %r names %p, whose secure version is below the burned %v or unreadable: the "
          "record does not count",
          "3.5"};
    case BootRule::kNewBecomesPending:
      return {
          "sector %r (sequence %v) was NEW: %p starts on trial, the record becomes "
          "PENDING_VERIFY",
          "2.6"};
    case BootRule::kNewButRollbackOff:
      return {
          "sector %r is NEW, but this bootloader was built without rollback: %p runs without a "
          "trial",
          "2.6"};
    case BootRule::kPendingButRollbackOff:
      return {
          "sector %r is PENDING_VERIFY, but this bootloader was built without rollback: %p runs "
          "again",
          "2.6"};
    case BootRule::kConfirmedBurnsVersion:
      return {"%p is confirmed: the secure version %v is burned", "3.3"};
    case BootRule::kFactoryResetPin:
      return {
          "the factory reset pin %v was held: data partitions are erased and OTA data evaluated "
          "again",
          "3.2"};
    case BootRule::kTestAppPin:
      return {"the test app pin %v was held: only the test image is tried", "3.2"};
    case BootRule::kTestAppMissing:
      return {
          "the test app pin %v was held, but the table has no test partition: the bootloader "
          "resets",
          "3.2"};
    case BootRule::kDeepSleepFastPath:
      return {"woke from deep sleep: the image that slept is started without validation", "3.7"};
    case BootRule::kDeepSleepFastPathFailed:
      return {"the fast path of the deep-sleep wake failed: booting as usual", "3.7"};
    case BootRule::kSlotBelowSecureVersion:
      return {"%p is skipped: its secure version is below the burned %v or unreadable", "3.5"};
    case BootRule::kImageRefused:
      return {"%p is not bootable", "3.4"};
    case BootRule::kNextInTrialOrder:
      return {"%p is the next bootable image in the trial order and starts", "3.4"};
    case BootRule::kImageAccepted:
      return {"%p passes every check and starts", "3.4"};
    case BootRule::kInitialContentsWritten:
      return {"sector 0 is written: sequence %v, VALID, for %p", "3.4"};
    case BootRule::kTestAppFallback:
      return {"no other image is bootable: the test image is the last resort", "3.4"};
    case BootRule::kNothingBootable:
      return {"nothing is bootable: the bootloader resets and tries again, for ever", "3.4"};
    case BootRule::kSlotArithmeticByZero:
      return {
          "sector %r (sequence %v) is usable but the table has no OTA slots: the reference "
          "divides by zero here (trap 79); treated as a reset",
          "3.3"};
    case BootRule::kImageCanNotBeMapped:
      return {
          "%p passes every check, but the bootloader can not map it, stops with an assertion and "
          "resets, for ever",
          "3.8"};
  }
  return {"unknown rule", ""};
}

}  // namespace rota::core
