#include "core/slot_writer.h"

#include <algorithm>

namespace rota::core {

using formats::PartitionType;

namespace {
constexpr std::uint32_t kUnitBytes = 16;  // of encrypted flash
constexpr std::uint32_t kBlock32 = 0x8000;
constexpr std::uint32_t kBlock64 = 0x10000;
// A cell that a cut left between 0 and 1 reads right so many times in a row once in 65,536.
constexpr int kReadsOfSettledSector = 16;
}  // namespace

SlotWriter::SlotWriter(PartitionAccess& access, const Plan& plan)
    : access_(&access), plan_(plan), position_(plan.start) {
  // The sector that a resumed transfer starts in was erased by the earlier session.
  settled_until_ = align_up(plan.start, kSectorBytes);
  judged_ = plan.start != 0;
}

std::size_t SlotWriter::hold_target() const {
  switch (plan_.content) {
    case PartitionType::kApp:
      return formats::kImagePreambleBytes;
    case PartitionType::kBootloader:
      return formats::kDescriptionOffset + formats::kBootloaderDescriptionBytes;
    case PartitionType::kPartitionTable:
      return formats::kTableRowBytes;
    default:
      return 0;
  }
}

Status SlotWriter::judge_first_byte(Bytes bytes) const {
  const bool is_image =
      plan_.content == PartitionType::kApp || plan_.content == PartitionType::kBootloader;
  if (is_image && bytes[0] != std::byte{formats::kImageMagic}) return Error::kFirstByteWrong;
  if (plan_.content == PartitionType::kPartitionTable && bytes.size() >= 2 &&
      load_u16(bytes.data()) != 0x50AA) {
    return Error::kFirstByteWrong;
  }
  return {};
}

Status SlotWriter::judge_held() const {
  if (plan_.content == PartitionType::kPartitionTable) return {};
  const Bytes first(first_);
  const formats::ImageHeader header =
      formats::decode_image_header(first.first<formats::kImageHeaderBytes>());
  if (header.segment_count > formats::kMaxSegments) return Error::kImageTooManySegments;
  const ImageKind kind =
      plan_.content == PartitionType::kApp ? ImageKind::kApp : ImageKind::kBootloader;
  return check_image_fits_chip(header, kind, plan_.chip);
}

Status SlotWriter::write(Bytes bytes) {
  if (bytes.empty()) return {};
  const bool is_start = position_ == 0 && held_bytes_ == 0 && tail_bytes_ == 0;
  if (plan_.policy == SlotWriting::kReference) {
    if (plan_.erase_with_writes) {
      ROTA_TRY(erase_for_reference(static_cast<std::uint32_t>(bytes.size())));
    }
    if (is_start) {
      first_count_ = static_cast<std::uint32_t>(std::min(bytes.size(), first_.size()));
      std::copy_n(bytes.begin(), first_count_, first_.begin());
      ROTA_TRY(judge_first_byte(bytes));
    }
    return write_in_units(bytes);
  }

  // Before anything is written, so that what waits for its unit of encryption still fits.
  const std::uint32_t size = plan_.partition->size;
  if (bytes.size() > size - std::min(bytes_accepted(), size)) return Error::kPartitionOverrun;
  if (judged_ || hold_target() == 0) return write_through(bytes);
  const std::uint32_t held_before = held_bytes_;
  const std::size_t taken = std::min<std::size_t>(bytes.size(), hold_target() - held_bytes_);
  std::copy_n(bytes.begin(), taken, first_.begin() + held_before);
  first_count_ = held_before + static_cast<std::uint32_t>(taken);
  if (is_start) ROTA_TRY(judge_first_byte(bytes));
  held_bytes_ = first_count_;
  if (held_bytes_ < hold_target()) return {};

  Status status = judge_held();
  if (status.ok()) {
    held_bytes_ = 0;
    judged_ = true;
    // In one piece where the call holds it in one piece, so that whole sectors stay visible.
    if (held_before == 0) {
      status = write_through(bytes);
    } else {
      status = write_through(Bytes(first_).first(first_count_));
      if (status.ok()) status = write_through(bytes.subspan(taken));
    }
  }
  if (!status.ok()) {  // as before the call: the caller may write the same bytes again
    held_bytes_ = held_before;
    position_ = 0;
    tail_bytes_ = 0;
    judged_ = false;
  }
  return status;
}

Status SlotWriter::write_at(std::uint32_t offset, Bytes bytes) {
  if (plan_.erase_with_writes) return Error::kSequentialHandle;
  if (access_->encrypted_flash() && bytes.size() % kUnitBytes != 0) return Error::kInvalidArgument;
  const auto size = static_cast<std::uint32_t>(bytes.size());
  if (plan_.policy == SlotWriting::kReference) {
    ROTA_TRY(access_->write(*plan_.partition, offset, bytes));
  } else if (size > 0) {
    if (offset > plan_.partition->size) return Error::kPartitionOffsetBeyondEnd;
    const std::uint64_t end = std::uint64_t{offset} + size;
    if (end > plan_.partition->size) return Error::kPartitionOverrun;
    ROTA_TRY(settle_until(std::max(plan_.bulk_erase_bytes, static_cast<std::uint32_t>(end))));
    ROTA_TRY(program_checked(offset, bytes));
  }
  position_ += size;
  return {};
}

Status SlotWriter::flush() {
  if (held_bytes_ > 0) return Error::kImageTooShort;
  if (tail_bytes_ == 0) return {};
  if (plan_.policy == SlotWriting::kChecked) {
    std::fill(tail_.begin() + tail_bytes_, tail_.end(), std::byte{0xFF});
    tail_bytes_ = 0;
    return put(tail_).ok() ? Status{} : Status{Error::kTailNotWritten};
  }
  if (!access_->write(*plan_.partition, position_, tail_).ok()) return Error::kTailNotWritten;
  position_ += kUnitBytes;
  tail_bytes_ = 0;
  return {};
}

// Spec 5.3.3 step 4. Encrypted tails play no part in it (trap 29).
Status SlotWriter::erase_for_reference(std::uint32_t bytes) {
  const std::uint32_t first = position_ / kSectorBytes;
  const std::uint32_t last = (position_ + bytes - 1) / kSectorBytes;
  if (position_ % kSectorBytes == 0) {
    return access_->erase(*plan_.partition, position_, (last - first + 1) * kSectorBytes);
  }
  if (first == last) return {};
  return access_->erase(*plan_.partition, (first + 1) * kSectorBytes,
                        (last - first) * kSectorBytes);
}

// Spec 5.3.3 step 6, with the reference's order of effects on encrypted flash.
Status SlotWriter::write_in_units(Bytes bytes) {
  if (!access_->encrypted_flash()) {
    ROTA_TRY(access_->write(*plan_.partition, position_, bytes));
    position_ += static_cast<std::uint32_t>(bytes.size());
    return {};
  }
  if (tail_bytes_ != 0) {
    const std::size_t fill = std::min<std::size_t>(kUnitBytes - tail_bytes_, bytes.size());
    std::copy_n(bytes.begin(), fill, tail_.begin() + tail_bytes_);
    bytes = bytes.subspan(fill);
    tail_bytes_ += static_cast<std::uint32_t>(fill);
    if (tail_bytes_ < kUnitBytes) return {};
    ROTA_TRY(access_->write(*plan_.partition, position_, tail_));
    tail_.fill(std::byte{0xFF});
    position_ += kUnitBytes;
    tail_bytes_ = 0;
  }
  tail_bytes_ = static_cast<std::uint32_t>(bytes.size() % kUnitBytes);
  const Bytes whole = bytes.first(bytes.size() - tail_bytes_);
  std::copy_n(bytes.end() - tail_bytes_, tail_bytes_, tail_.begin());
  ROTA_TRY(access_->write(*plan_.partition, position_, whole));
  position_ += static_cast<std::uint32_t>(whole.size());
  return {};
}

Status SlotWriter::write_through(Bytes bytes) {
  if (!access_->encrypted_flash()) return put(bytes);
  const std::uint32_t position_before = position_;
  const std::uint32_t tail_before = tail_bytes_;
  const std::array<std::byte, 16> tail_copy = tail_;
  Status status;
  if (tail_bytes_ != 0) {
    const std::size_t fill = std::min<std::size_t>(kUnitBytes - tail_bytes_, bytes.size());
    std::copy_n(bytes.begin(), fill, tail_.begin() + tail_bytes_);
    bytes = bytes.subspan(fill);
    tail_bytes_ += static_cast<std::uint32_t>(fill);
    if (tail_bytes_ < kUnitBytes) return {};
    tail_bytes_ = 0;
    status = put(tail_);
  }
  const std::size_t rest = bytes.size() % kUnitBytes;
  if (status.ok()) status = put(bytes.first(bytes.size() - rest));
  if (!status.ok()) {
    position_ = position_before;
    tail_bytes_ = tail_before;
    tail_ = tail_copy;
    return status;
  }
  std::copy(bytes.end() - static_cast<std::ptrdiff_t>(rest), bytes.end(), tail_.begin());
  tail_bytes_ = static_cast<std::uint32_t>(rest);
  return {};
}

// kChecked: sector by sector; on a failure the position is the one before the call.
Status SlotWriter::put(Bytes bytes) {
  std::uint32_t at = position_;
  while (!bytes.empty()) {
    const std::uint32_t room = kSectorBytes - at % kSectorBytes;
    const auto count = std::min<std::uint32_t>(room, static_cast<std::uint32_t>(bytes.size()));
    const Bytes piece = bytes.first(count);
    bool is_there = false;
    if (count == kSectorBytes && settled_until_ <= at) {
      const Result<bool> holds = holds_settled(at, piece);
      ROTA_TRY(holds);
      is_there = *holds;
    }
    if (is_there) {
      settled_until_ = at + kSectorBytes;
    } else {
      ROTA_TRY(settle_until(at + count));
      ROTA_TRY(program_checked(at, piece));
    }
    at += count;
    bytes = bytes.subspan(count);
  }
  position_ = at;
  return {};
}

void SlotWriter::announce_change() {
  if (plan_.before_first_change == nullptr) return;
  plan_.before_first_change->about_to_change();
  plan_.before_first_change = nullptr;
}

// Erases ahead up to `end`, in the largest unit that is aligned and lies inside what will be
// overwritten anyway.
Status SlotWriter::settle_until(std::uint32_t end) {
  const FlashGeometry& geometry = access_->flash().geometry();
  const std::uint32_t announced = plan_.erase_with_writes
                                      ? plan_.partition->size
                                      : align_up(plan_.bulk_erase_bytes, kSectorBytes);
  const std::uint32_t limit = std::max(announced, align_up(end, kSectorBytes));
  while (settled_until_ < end) {
    const std::uint32_t address = plan_.partition->offset + settled_until_;
    const std::uint32_t left = limit - settled_until_;
    std::uint32_t unit = kSectorBytes;
    if (geometry.has_64k_erase && address % kBlock64 == 0 && left >= kBlock64) {
      unit = kBlock64;
    } else if (geometry.has_32k_erase && address % kBlock32 == 0 && left >= kBlock32) {
      unit = kBlock32;
    }
    ROTA_TRY(access_->may_erase(*plan_.partition, settled_until_, unit));
    announce_change();
    ROTA_TRY(access_->erase(*plan_.partition, settled_until_, unit));
    ROTA_TRY(check_erased(settled_until_, unit));
    settled_until_ += unit;
  }
  return {};
}

// A chip short of power can report an erase that did not happen; programming on top of what is left
// there may even read back right.
Status SlotWriter::check_erased(std::uint32_t offset, std::uint32_t bytes) const {
  std::array<std::byte, 512> blank;
  blank.fill(std::byte{0xFF});
  for (std::uint32_t done = 0; done < bytes; done += static_cast<std::uint32_t>(blank.size())) {
    const Result<bool> holds = already_holds(offset + done, blank);
    ROTA_TRY(holds);
    if (!*holds) return Error::kFlashEraseFailed;
  }
  return {};
}

Status SlotWriter::program_checked(std::uint32_t offset, Bytes bytes) {
  announce_change();
  ROTA_TRY(access_->write(*plan_.partition, offset, bytes));
  const Result<bool> holds = already_holds(offset, bytes);
  ROTA_TRY(holds);
  return *holds ? Status{} : Status{Error::kFlashVerifyMismatch};
}

Result<bool> SlotWriter::already_holds(std::uint32_t offset, Bytes bytes) const {
  std::array<std::byte, 512> storage{};
  while (!bytes.empty()) {
    const std::size_t count = std::min(bytes.size(), storage.size());
    const MutableBytes read_back = MutableBytes(storage).first(count);
    ROTA_TRY(access_->read(*plan_.partition, offset, read_back));
    if (std::memcmp(read_back.data(), bytes.data(), count) != 0) return false;
    bytes = bytes.subspan(count);
    offset += static_cast<std::uint32_t>(count);
  }
  return true;
}

// Whether what lies there needs no writing: the sector may be the one that a cut tore.
Result<bool> SlotWriter::holds_settled(std::uint32_t offset, Bytes bytes) const {
  for (int reads = 0; reads < kReadsOfSettledSector; ++reads) {
    const Result<bool> holds = already_holds(offset, bytes);
    ROTA_TRY(holds);
    if (!*holds) return false;
  }
  return true;
}

}  // namespace rota::core
