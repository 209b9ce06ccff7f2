#include "core/boot_selection.h"

#include <array>

#include "core/boot_plan.h"
#include "core/image_signature.h"
#include "core/update_settings.h"

namespace rota::core {

using formats::OtaRecord;
using formats::OtaState;
using formats::PartitionType;

Result<formats::AppDescription> read_app_description(const PartitionAccess& access,
                                                     const Partition& partition) {
  if (!partition.is_app()) return Error::kPartitionUnsupported;
  std::array<std::byte, formats::kAppDescriptionBytes> bytes{};
  ROTA_TRY(access.read(partition, formats::kDescriptionOffset, bytes));
  return formats::decode_app_description(bytes);
}

const Partition* BootSelection::ota_data_partition() const {
  return find_partition(access_.rows(), PartitionType::kData, formats::kDataOta);
}

OtaDataStore BootSelection::store() const {
  return {access_.flash(), range_of(*ota_data_partition()), settings_.ota_data_writing};
}

Result<BootSelection::View> BootSelection::view() const {
  const Partition* partition = ota_data_partition();
  if (partition == nullptr) return Error::kOtaDataMissing;
  const OtaDataStore data = store();
  if (!data.is_large_enough()) return Error::kOtaDataMissing;
  const auto records = data.read();
  if (!records) return Error::kOtaDataMissing;
  return View{*records, formats::active_record(*records), app_slot_count(access_.rows())};
}

const Partition* BootSelection::slot(std::uint32_t number) const {
  return find_partition(access_.rows(), PartitionType::kApp,
                        static_cast<std::uint8_t>(formats::kAppOtaFirst + number));
}

const Partition& BootSelection::slot_named_by(const OtaRecord& record, const View& view) const {
  return *slot(formats::slot_of(record.sequence, view.app_slots));
}

bool BootSelection::verifies(const Partition& partition, Error* why) const {
  Status good = check_image(access_.flash(), settings_.chip,
                            {range_of(partition), ImageKind::kApp, ImageChecks::kApplication});
  if (good.ok() && settings_.demand_signature) {
    good =
        check_is_signed(access_.flash(), settings_.chip, range_of(partition), settings_.signature);
  }
  if (!good.ok() && why != nullptr) *why = good.error();
  return good.ok();
}

std::uint32_t BootSelection::burned_version() const {
  return secure_version_of_fuses(efuses_.secure_version_bits(), settings_.secure_version_width);
}

// A function of its own: its description would be on the stack while an image is verified.
[[gnu::noinline]] bool BootSelection::is_not_below_burned_version(
    const Partition& partition) const {
  const auto description = read_app_description(access_, partition);
  return description.ok() && description->secure_version >= burned_version();
}

Status BootSelection::check_secure_version(const Partition& partition) {
  const auto description = read_app_description(access_, partition);
  ROTA_TRY(description);
  if (description->secure_version >= burned_version()) return {};
  ROTA_TRY(access_.erase(partition, 0, partition.size));
  return Error::kSecureVersionTooOld;
}

// A version that no fuse can hold would be noticed at the confirmation only, after the switch.
Status BootSelection::check_version_fits(const Partition& partition) const {
  const auto description = read_app_description(access_, partition);
  ROTA_TRY(description);
  const bool fits = description->secure_version <= settings_.secure_version_width;
  return fits ? Status{} : Status{Error::kSecureVersionWidth};
}

Status BootSelection::record_slot(const Partition& partition) {
  const auto now = view();
  ROTA_TRY(now);
  // No slot's number when another image runs, factory for example.
  const std::uint32_t running =
      running_.is_ota_slot() ? running_.subtype & 0x0FU : formats::kMaxOtaSlots;
  const auto placement =
      place_record(now->records, partition.subtype & 0x0FU, now->app_slots,
                   boot_slot_count(access_.rows()), settings_.ota_data_writing, running);
  ROTA_TRY(placement);
  if (settings_.anti_rollback) ROTA_TRY(check_version_fits(partition));
  OtaRecord record = now->records[static_cast<std::size_t>(placement->sector)];  // keeps the label
  record.sequence = placement->sequence;
  record.check = formats::ota_check(record.sequence);
  record.state = settings_.rollback ? OtaState::kNew : OtaState::kUndefined;
  unfinished_.reset();
  return store().write(placement->sector, record);
}

Status BootSelection::write_verdict(const Verdict& verdict) {
  unfinished_ = verdict;
  ROTA_TRY(store().write(verdict.sector, verdict.record));
  unfinished_.reset();
  return {};
}

Status BootSelection::set_boot(const Partition& partition, bool skip_validation) {
  if (!skip_validation && !verifies(partition, &detail_)) return Error::kValidationFailed;
  if (!partition.is_app()) return Error::kInvalidArgument;
  if (partition.subtype == formats::kAppFactory) {
    if (ota_data_partition() == nullptr) return Error::kOtaDataMissing;
    unfinished_.reset();
    return store().erase_all();
  }
  if (!partition.is_ota_slot()) return Error::kNotAnOtaSlot;
  if (settings_.anti_rollback) ROTA_TRY(check_secure_version(partition));
  return record_slot(partition);
}

const Partition* BootSelection::boot_partition() const {
  const auto now = view();
  if (!now) return nullptr;
  const bool none_named = (now->records[0].is_rejected() && now->records[1].is_rejected()) ||
                          now->app_slots == 0 || now->active < 0;
  if (!none_named) {
    return &slot_named_by(now->records[static_cast<std::size_t>(now->active)], *now);
  }
  const Partition* factory =
      find_partition(access_.rows(), PartitionType::kApp, formats::kAppFactory);
  if (factory != nullptr) return factory;
  for (std::uint32_t number = 0; number < formats::kMaxOtaSlots; ++number) {
    if (const Partition* found = slot(number)) return found;
  }
  return find_partition(access_.rows(), PartitionType::kApp, formats::kAppTest);
}

const Partition* BootSelection::next_update_partition(const Partition& start) const {
  const Partition* first = nullptr;
  bool take_next = false;
  for (std::uint32_t number = 0; number < formats::kMaxOtaSlots; ++number) {
    const Partition* found = slot(number);
    if (found == nullptr) continue;
    if (first == nullptr) first = found;
    if (take_next) return found;
    take_next = found == &start;
  }
  return first;
}

Result<OtaState> BootSelection::state_of(const Partition& partition) const {
  if (!partition.is_ota_slot()) return Error::kPartitionUnsupported;
  const auto now = view();
  ROTA_TRY(now);
  if (now->app_slots == 0) return Error::kOtaDataMissing;
  for (const OtaRecord& record : now->records) {
    if (formats::slot_of(record.sequence, now->app_slots) == (partition.subtype & 0x0FU) &&
        record.check_is_good()) {
      return record.state;
    }
  }
  return Error::kNoActiveRecord;
}

const Partition* BootSelection::last_invalid_partition() const {
  const auto now = view();
  if (!now || now->app_slots == 0) return nullptr;
  const OtaRecord* oldest = nullptr;
  for (const OtaRecord& record : now->records) {
    const bool given_up = record.state == OtaState::kInvalid || record.state == OtaState::kAborted;
    if (record.sequence == formats::kBlankSequence || !record.check_is_good() || !given_up)
      continue;
    if (oldest == nullptr || record.sequence < oldest->sequence) oldest = &record;
  }
  if (oldest == nullptr) return nullptr;
  const Partition& partition = slot_named_by(*oldest, *now);
  return verifies(partition) ? &partition : nullptr;
}

Status BootSelection::burn_running_version() {
  const auto description = read_app_description(access_, running_);
  ROTA_TRY(description);
  const auto bits = fuse_bits_to_burn(efuses_.secure_version_bits(), settings_.secure_version_width,
                                      description->secure_version);
  ROTA_TRY(bits);
  if (*bits == 0) return {};
  return efuses_.burn_secure_version_bits(*bits);
}

// A burn that failed is tried again by the next confirm(): the record alone does not tell.
Status BootSelection::burn_as_confirmed() {
  if (!settings_.anti_rollback) return {};
  burn_is_unfinished_ = true;
  ROTA_TRY(burn_running_version());
  burn_is_unfinished_ = false;
  return {};
}

Status BootSelection::confirm() {
  if (has_unfinished(OtaState::kValid)) {
    ROTA_TRY(write_verdict(Verdict(*unfinished_)));
    return burn_as_confirmed();
  }
  const auto now = view();
  ROTA_TRY(now);
  if (now->active < 0 || now->app_slots == 0) return Error::kNoActiveRecord;
  OtaRecord record = now->records[static_cast<std::size_t>(now->active)];
  if (settings_.confirm_only_running && &slot_named_by(record, *now) != &running_) {
    return Error::kRunningIsNotActive;
  }
  if (record.state == OtaState::kValid) {
    return burn_is_unfinished_ ? burn_as_confirmed() : Status{};
  }
  // UNDEFINED is confirmed already, and the other record is the way back: worth more than a word.
  if (is_cut_safe() && record.is_confirmed() && other_slot_is_confirmed(*now)) {
    return burn_as_confirmed();
  }

  const auto placement =
      place_confirmation(now->records, now->active, now->app_slots, boot_slot_count(access_.rows()),
                         settings_.ota_data_writing);
  ROTA_TRY(placement);
  record.sequence = placement->sequence;
  record.check = formats::ota_check(record.sequence);
  record.state = OtaState::kValid;
  ROTA_TRY(write_verdict({placement->sector, record}));
  return burn_as_confirmed();
}

Status BootSelection::reject() {
  if (has_unfinished(OtaState::kInvalid)) return write_verdict(Verdict(*unfinished_));
  const auto now = view();
  ROTA_TRY(now);
  if (now->active < 0 || now->app_slots == 0) return Error::kNoActiveRecord;
  if (!has_way_back(*now)) return Error::kRollbackImpossible;
  OtaRecord record = now->records[static_cast<std::size_t>(now->active)];
  if (settings_.confirm_only_running && &slot_named_by(record, *now) != &running_) {
    return Error::kRunningIsNotActive;
  }
  record.state = OtaState::kInvalid;
  // A second record of this slot would start the rejected image again.
  if (is_cut_safe() && both_name_one_slot(*now)) {
    ROTA_TRY(store().erase_record(1 - now->active));
  }
  return write_verdict({now->active, record});
}

bool BootSelection::is_cut_safe() const {
  return settings_.ota_data_writing == OtaDataWriting::kCutSafe;
}

bool BootSelection::both_name_one_slot(const View& view) const {
  const auto slot_of = [&](int sector) {
    return formats::slot_of(view.records[static_cast<std::size_t>(sector)].sequence,
                            view.app_slots);
  };
  return view.records[static_cast<std::size_t>(1 - view.active)].is_selectable() &&
         slot_of(0) == slot_of(1);
}

bool BootSelection::other_slot_is_confirmed(const View& view) const {
  return view.records[static_cast<std::size_t>(1 - view.active)].is_confirmed() &&
         !both_name_one_slot(view);
}

bool BootSelection::rollback_is_possible() const {
  const auto now = view();
  return now.ok() && now->app_slots != 0 && now->active >= 0 && has_way_back(*now);
}

bool BootSelection::has_way_back(const View& now) const {
  const OtaRecord& other = now.records[static_cast<std::size_t>(1 - now.active)];
  if (!other.is_selectable() || (is_cut_safe() && both_name_one_slot(now))) {
    if (settings_.anti_rollback) return false;
    const Partition* factory =
        find_partition(access_.rows(), PartitionType::kApp, formats::kAppFactory);
    return factory != nullptr && verifies(*factory);
  }
  const Partition& partition = slot_named_by(other, now);
  if (!verifies(partition)) return false;
  return !settings_.anti_rollback || is_not_below_burned_version(partition);
}

Status BootSelection::erase_inactive_record(bool image_too) {
  const auto now = view();
  if (!now || now->active < 0 || now->app_slots == 0) return Error::kNoActiveRecord;
  const int other_sector = 1 - now->active;
  const OtaRecord& active = now->records[static_cast<std::size_t>(now->active)];
  const OtaRecord& other = now->records[static_cast<std::size_t>(other_sector)];
  if (other.sequence == formats::kBlankSequence || !other.check_is_good()) {
    return Error::kNoActiveRecord;
  }
  const Partition& partition = slot_named_by(other, *now);
  if (&partition == &running_) return Error::kNoActiveRecord;
  // Never the only confirmed record (docs/decisions/0002-cut-safe-ota-data.md).
  if (is_cut_safe() && other.is_confirmed() && !active.is_confirmed()) {
    return Error::kNoActiveRecord;
  }
  if (image_too) ROTA_TRY(access_.erase(partition, 0, partition.size));
  unfinished_.reset();
  return store().erase_record(other_sector);
}

BootSelection::Rollback BootSelection::observed_rollback() const {
  const auto now = view();
  if (!now || now->active < 0 || now->app_slots == 0) return Rollback::kUnknown;
  const OtaRecord& record = now->records[static_cast<std::size_t>(now->active)];
  if (&slot_named_by(record, *now) != &running_) return Rollback::kUnknown;
  if (record.state == OtaState::kNew) return Rollback::kNotArmed;
  if (record.state == OtaState::kPendingVerify) return Rollback::kArmed;
  return Rollback::kUnknown;
}

}  // namespace rota::core
