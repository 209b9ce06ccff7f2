#include "core/app_update.h"

#include <utility>

#include "core/boot_plan.h"
#include "core/image_signature.h"

namespace rota::core {

using formats::PartitionType;

namespace {
bool is_image_type(PartitionType type) {
  return type == PartitionType::kApp || type == PartitionType::kBootloader;
}
bool is_dangerous_type(PartitionType type) {
  return type == PartitionType::kBootloader || type == PartitionType::kPartitionTable;
}
}  // namespace

AppUpdate::Update* AppUpdate::find(std::uint32_t handle) {
  return const_cast<Update*>(std::as_const(*this).find(handle));
}

const AppUpdate::Update* AppUpdate::find(std::uint32_t handle) const {
  if (handle == 0) return nullptr;
  for (const Update& update : updates_) {
    if (update.handle == handle) return &update;
  }
  return nullptr;
}

// From the moment the slot's content changes, its record must not promise a bootable image (spec
// 5.2 step 8). The reference does it in begin(), before it knows what will arrive.
void AppUpdate::Update::about_to_change() {
  if (owner->settings_.rollback && staging->is_ota_slot() && !resumed) {
    static_cast<void>(owner->selection_.erase_inactive_record(false));
  }
}

Status AppUpdate::check_may_update(const Partition& partition) const {
  if (partition.is_app() && !partition.is_ota_slot()) return Error::kNotAnOtaSlot;
  if (&partition == &running_) return Error::kPartitionIsRunning;
  if (partition.is_app() && settings_.rollback) {
    const auto state = selection_.state_of(running_);
    if (state.ok() && *state == formats::OtaState::kPendingVerify) {
      return Error::kRunningImageOnTrial;
    }
  }
  return {};
}

Result<AppUpdate::Update*> AppUpdate::open(const Partition& partition,
                                           const SlotWriter::Plan& plan) {
  Update* free_entry = nullptr;
  for (Update& update : updates_) {
    if (update.handle == 0) {
      if (free_entry == nullptr) free_entry = &update;
    } else if (update.staging == &partition || update.final == &partition) {
      return Error::kUpdateInProgress;
    }
  }
  if (free_entry == nullptr) return Error::kTooManyHandles;
  free_entry->staging = &partition;
  free_entry->final = &partition;
  free_entry->finalize_with_copy = false;
  free_entry->resumed = plan.start != 0;
  free_entry->owner = this;
  SlotWriter::Plan own_plan = plan;
  own_plan.partition = &partition;
  own_plan.content = partition.type;
  own_plan.policy = settings_.slot_writing;
  own_plan.chip = settings_.chip;
  own_plan.before_first_change = free_entry;
  free_entry->writer = SlotWriter(access_, own_plan);
  free_entry->handle = ++last_handle_;
  allow_dangerous_writes_as_needed();
  return free_entry;
}

// Only while a bootloader or a table is the target: the reference never takes it back (trap 71).
void AppUpdate::allow_dangerous_writes_as_needed() {
  bool needed = false;
  for (const Update& update : updates_) {
    if (update.handle == 0) continue;
    needed =
        needed || is_dangerous_type(update.staging->type) || is_dangerous_type(update.final->type);
  }
  access_.protection().dangerous_writes_allowed = needed;
}

void AppUpdate::close(Update& update) {
  update = Update{};
  allow_dangerous_writes_as_needed();
}

Result<std::uint32_t> AppUpdate::begin(const Partition& partition, std::uint32_t image_size) {
  ROTA_TRY(check_may_update(partition));
  SlotWriter::Plan plan;
  plan.erase_with_writes = image_size == kUpdateSequentialWrites;
  if (!plan.erase_with_writes) {
    const bool whole = image_size == 0 || image_size == kUpdateSizeUnknown;
    // 32 bits wide, as on the chips: a size within a sector of 2^32 becomes 0, and nothing is
    // erased.
    plan.bulk_erase_bytes = align_up(whole ? partition.size : image_size, kSectorBytes);
  }
  const auto opened = open(partition, plan);
  ROTA_TRY(opened);
  Update& update = **opened;
  if (!plan.erase_with_writes) {
    const Status status = settings_.slot_writing == SlotWriting::kReference
                              ? access_.erase(partition, 0, plan.bulk_erase_bytes)
                              : access_.may_erase(partition, 0, plan.bulk_erase_bytes);
    if (!status.ok()) {
      close(update);
      return status.error();
    }
  }
  if (settings_.slot_writing == SlotWriting::kReference && settings_.rollback &&
      partition.is_ota_slot()) {
    static_cast<void>(selection_.erase_inactive_record(false));
  }
  return update.handle;
}

Result<std::uint32_t> AppUpdate::resume(const Partition& partition,
                                        std::uint32_t erase_size,
                                        std::uint32_t image_offset) {
  if (image_offset > partition.size) return Error::kInvalidArgument;
  ROTA_TRY(check_may_update(partition));
  SlotWriter::Plan plan;
  plan.erase_with_writes = erase_size == kUpdateSequentialWrites;
  plan.start = image_offset;
  // Without sequential erase the rest was erased by the earlier session.
  plan.bulk_erase_bytes = plan.erase_with_writes ? 0 : partition.size;
  const auto opened = open(partition, plan);
  ROTA_TRY(opened);
  (*opened)->resumed = true;
  return (*opened)->handle;
}

// The reference does not count what waits for its unit of encryption.
std::uint32_t AppUpdate::bytes_taken(const Update& update) const {
  return settings_.slot_writing == SlotWriting::kChecked ? update.writer.bytes_accepted()
                                                         : update.writer.bytes_written();
}

Status AppUpdate::may_set_final(std::uint32_t handle) const {
  const Update* update = find(handle);
  if (update == nullptr) return Error::kUnknownHandle;
  if (!update->resumed && bytes_taken(*update) != 0) return Error::kDataAlreadyWritten;
  return {};
}

Status AppUpdate::set_final(std::uint32_t handle, const Partition& final, bool finalize_with_copy) {
  ROTA_TRY(may_set_final(handle));
  Update* update = find(handle);
  if (&final == update->staging) return {};
  update->final = &final;
  update->finalize_with_copy = finalize_with_copy;
  update->writer.set_content(final.type);
  allow_dangerous_writes_as_needed();
  return {};
}

Status AppUpdate::write(std::uint32_t handle, Bytes bytes) {
  if (bytes.empty()) return {};
  Update* update = find(handle);
  if (update == nullptr) return Error::kUnknownHandle;
  const Status status = update->writer.write(bytes);
  if (!status.ok()) detail_ = status.error();
  return status;
}

Status AppUpdate::write_at(std::uint32_t handle, std::uint32_t offset, Bytes bytes) {
  Update* update = find(handle);
  if (update == nullptr) return Error::kUnknownHandle;
  return update->writer.write_at(offset, bytes);
}

Status AppUpdate::verify_image_of(const Update& update, ImageKind kind) {
  const auto facts = verify_image(access_.flash(), settings_.chip,
                                  {range_of(*update.staging), kind, ImageChecks::kApplication});
  if (!facts) return facts.error();
  if (kind != ImageKind::kApp || !settings_.demand_digest || facts->has_digest) return {};
  std::array<std::byte, formats::kImageHeaderBytes> header{};
  ROTA_TRY(access_.read(running_, 0, header));
  const bool running_has_digest = formats::decode_image_header(header).digest_appended != 0;
  return running_has_digest ? Status{Error::kImageDigestMissing} : Status{};
}

Status AppUpdate::verify_table_of(const Update& update) {
  formats::BootloaderTableCheck check(access_.flash().geometry().size_bytes);
  for (std::uint32_t at = 0;; at += formats::kTableRowBytes) {
    std::array<std::byte, formats::kTableRowBytes> row{};
    ROTA_TRY(access_.read(*update.staging, at, row));
    const Result<bool> ended = check.next(row);  // an error at the row that is one too many
    ROTA_TRY(ended);
    if (*ended) return {};
  }
}

Status AppUpdate::verify(const Update& update) {
  Status status;
  if (is_image_type(update.final->type)) {
    const bool is_app = update.final->type == PartitionType::kApp;
    status = verify_image_of(update, is_app ? ImageKind::kApp : ImageKind::kBootloader);
    if (status.ok() && is_app && settings_.demand_signature) {
      status = check_is_signed(access_.flash(), settings_.chip, range_of(*update.staging),
                               settings_.signature);
    }
  } else if (update.final->type == PartitionType::kPartitionTable) {
    status = verify_table_of(update);
  }
  if (status.ok()) return {};
  detail_ = status.error();
  return Error::kValidationFailed;
}

Status AppUpdate::end(std::uint32_t handle) {
  Update* update = find(handle);
  if (update == nullptr) return Error::kUnknownHandle;
  Status status;
  if (bytes_taken(*update) == 0) {
    status = Error::kNothingWritten;
  } else {
    status = update->writer.flush();
    if (!status.ok() && status.error() == Error::kImageTooShort) {
      detail_ = Error::kImageTooShort;
      status = Error::kValidationFailed;
    }
  }
  if (status.ok()) status = verify(*update);
  if (status.ok() && update->finalize_with_copy) {
    status = access_.copy(*update->final, 0, *update->staging, 0, update->final->size);
  }
  close(*update);
  return status;
}

Status AppUpdate::abort(std::uint32_t handle) {
  Update* update = find(handle);
  if (update == nullptr) return Error::kUnknownHandle;
  close(*update);
  return {};
}

Bytes AppUpdate::first_bytes(std::uint32_t handle) const {
  const Update* update = find(handle);
  return update == nullptr ? Bytes{} : update->writer.first_bytes();
}

}  // namespace rota::core
