#include "sim/defective_chip.h"

#include <algorithm>

#include "formats/ota_data.h"
#include "sim/oracle.h"

namespace rota::sim {

using core::FlashAddress;
using core::kSectorBytes;
using Kind = DefectKind;

namespace {

constexpr std::uint32_t kStateAt = 24;
constexpr std::uint32_t kCheckAt = 28;
constexpr std::uint32_t kHeadBytes = 32;
constexpr std::size_t kTailBytes = 16;

bool is_zero(Bytes bytes) {
  return std::all_of(bytes.begin(), bytes.end(), [](std::byte b) { return b == std::byte{0}; });
}

}  // namespace

DefectiveChip::DefectiveChip(FaultyChip& chip,
                             const TestBoard& board,
                             DefectKind kind,
                             SurvivingMemory& memory)
    : chip_(chip), board_(board), kind_(kind), memory_(memory) {
  for (std::uint32_t sector = 0; sector < 2; ++sector) {
    const Bytes head =
        chip.cells().subspan(board.ota_data().offset + sector * kSectorBytes, kHeadBytes);
    std::copy(head.begin(), head.end(), meant_[sector].begin());
  }
  if (kind == Kind::kVerifiesMemory || kind == Kind::kOneReadIsEnough) {
    meant_cells_.assign(chip.cells().begin(), chip.cells().end());
  }
}

bool DefectiveChip::is_ota_data(std::uint32_t address) const {
  return address >= board_.ota_data().offset && address < board_.ota_data().end();
}

bool DefectiveChip::is_slot(std::uint32_t address) const {
  return address >= board_.slot(0).offset;
}

std::uint32_t DefectiveChip::sector_of(std::uint32_t address) const {
  return (address - board_.ota_data().offset) / kSectorBytes;
}

std::uint32_t DefectiveChip::in_other_sector(std::uint32_t address) const {
  return sector_of(address) == 0 ? address + kSectorBytes : address - kSectorBytes;
}

// Always where the defect shows in what is stored; where it shows only in between, until the end of
// what it does in another way.
bool DefectiveChip::reads_what_was_meant(std::uint32_t sector) const {
  switch (kind_) {
    case Kind::kNoReadBack:
    case Kind::kRecordNotErased:
    case Kind::kWrongSector:
    case Kind::kStateUndefined:
    case Kind::kNewIsValid:
    case Kind::kSequenceOffByOne:
    case Kind::kNoCheckWord:
    case Kind::kPendingIsValid:
      return true;
    default:
      return pretends_[sector];
  }
}

// ---- Reading ------------------------------------------------------------------------------------

Status DefectiveChip::read(FlashAddress from, MutableBytes into) {
  ROTA_TRY(chip_.read(from, into));
  if (is_ota_data(from.value) && into.size() <= kHeadBytes) read_records(from.value, into);
  if (is_slot(from.value)) read_slot(from.value, into);
  return {};
}

void DefectiveChip::read_records(std::uint32_t from, MutableBytes into) {
  const std::uint32_t sector = sector_of(from);
  const std::uint32_t offset = from % kSectorBytes;
  if (reads_what_was_meant(sector)) {
    std::copy_n(meant_[sector].begin() + offset, into.size(), into.begin());
    return;
  }
  if (into.size() != kHeadBytes) return;
  std::byte* state = into.data() + kStateAt;
  switch (kind_) {
    case Kind::kCheckWordIgnored:
      if (load_u32(into.data()) != formats::kBlankSequence) {
        store_u32(into.data() + kCheckAt, formats::ota_check(load_u32(into.data())));
      }
      return;
    case Kind::kReadsOneSector:
      if (in_bootloader_ && sector == 1) std::fill(into.begin(), into.end(), std::byte{0xFF});
      return;
    case Kind::kTrialNeverEnds:
      if (in_bootloader_ && load_u32(state) == 1) store_u32(state, 0);
      return;
    case Kind::kNoSettling:
      if (!first_read_[sector]) {
        first_read_[sector].emplace();
        std::copy(into.begin(), into.end(), first_read_[sector]->begin());
      }
      std::copy(first_read_[sector]->begin(), first_read_[sector]->end(), into.begin());
      return;
    case Kind::kRecordsSurviveReset:
      if (in_bootloader_) return;
      if (!memory_.records) memory_.records = meant_;
      std::copy((*memory_.records)[sector].begin(), (*memory_.records)[sector].end(), into.begin());
      return;
    default:
      return;
  }
}

void DefectiveChip::read_slot(std::uint32_t from, MutableBytes into) {
  if (kind_ == Kind::kTailHeldBack) {
    for (std::size_t i = 0; i < held_tail_.size(); ++i) {
      const std::uint32_t at = held_at_ + static_cast<std::uint32_t>(i);
      if (at >= from && at < from + into.size()) into[at - from] = held_tail_[i];
    }
  }
  const bool in_memory = kind_ == Kind::kVerifiesMemory || kind_ == Kind::kOneReadIsEnough;
  if (in_memory && !in_bootloader_) {
    std::copy_n(meant_cells_.begin() + from, into.size(), into.begin());
  }
}

// ---- Writing ------------------------------------------------------------------------------------

Status DefectiveChip::program(FlashAddress to, Bytes bytes) {
  ROTA_TRY(write_held());
  for (std::size_t i = 0; i < bytes.size() && !meant_cells_.empty(); ++i) {
    meant_cells_[to.value + i] &= bytes[i];
  }
  if (is_ota_data(to.value) && bytes.size() <= kHeadBytes) return program_record(to.value, bytes);
  if (is_slot(to.value)) return program_slot(to.value, bytes);
  if (kind_ == Kind::kNvsIntoOtaData && to.value >= board_.nvs().offset && !in_bootloader_) {
    return chip_.program({to.value - board_.nvs().size}, bytes);
  }
  return chip_.program(to, bytes);
}

Status DefectiveChip::program_record(std::uint32_t to, Bytes bytes) {
  const std::uint32_t sector = sector_of(to);
  const std::uint32_t offset = to % kSectorBytes;
  for (std::size_t i = 0; i < bytes.size() && offset + i < kHeadBytes; ++i) {
    meant_[sector][offset + i] &= bytes[i];
    if (memory_.records && !in_bootloader_) (*memory_.records)[sector][offset + i] &= bytes[i];
    first_read_[sector].reset();
  }
  const bool is_check = offset == kCheckAt && !is_zero(bytes);
  const bool is_disarming = offset == kCheckAt && is_zero(bytes);
  switch (kind_) {
    case Kind::kNoDisarm:
      pretends_[sector] = is_disarming;
      return is_disarming ? Status{} : chip_.program({to}, bytes);
    case Kind::kDisarmsBySequence:
      pretends_[sector] = is_disarming;
      return chip_.program({is_disarming ? to - kCheckAt : to}, bytes);
    case Kind::kWrongSector:
      return chip_.program({in_other_sector(to)}, bytes);
    case Kind::kNoCheckWord:
      return is_check ? Status{} : chip_.program({to}, bytes);
    case Kind::kCheckWordFirst:
    case Kind::kStateLast:
    case Kind::kOneWrite:
      return is_disarming ? chip_.program({to}, bytes) : program_in_other_order(to, bytes);
    case Kind::kStateUndefined:
    case Kind::kNewIsValid:
    case Kind::kPendingIsValid:
    case Kind::kSequenceOffByOne:
      return is_disarming ? chip_.program({to}, bytes) : program_changed(to, bytes);
    case Kind::kRecordTwice: {
      ROTA_TRY(chip_.program({to}, bytes));
      if (!is_check || in_bootloader_) return {};
      const std::uint32_t other = in_other_sector(to - kCheckAt);
      ROTA_TRY(chip_.erase({{other}, kSectorBytes}));
      return chip_.program({other}, meant_[sector]);
    }
    default:
      return chip_.program({to}, bytes);
  }
}

Status DefectiveChip::program_in_other_order(std::uint32_t to, Bytes bytes) {
  const std::uint32_t sector = sector_of(to);
  const std::uint32_t offset = to % kSectorBytes;
  const std::uint32_t start = to - offset;
  std::copy(bytes.begin(), bytes.end(), held_[sector].begin() + offset);
  pretends_[sector] = offset != kCheckAt;
  if (offset != kCheckAt) return {};
  const Bytes all(held_[sector]);
  const Bytes check = all.subspan(kCheckAt);
  const Bytes label_and_state = all.subspan(4, kCheckAt - 4);
  if (kind_ == Kind::kOneWrite) return chip_.program({start}, all);
  if (kind_ == Kind::kCheckWordFirst) ROTA_TRY(chip_.program({start + kCheckAt}, check));
  ROTA_TRY(chip_.program({start}, all.first(4)));
  if (kind_ == Kind::kStateLast) ROTA_TRY(chip_.program({start + kCheckAt}, check));
  return chip_.program({start + 4}, label_and_state);
}

Status DefectiveChip::program_changed(std::uint32_t to, Bytes bytes) {
  const std::uint32_t sector = sector_of(to);
  const std::uint32_t offset = to % kSectorBytes;
  std::vector<std::byte> changed(bytes.begin(), bytes.end());
  const bool holds_state = offset == 4 && bytes.size() == kCheckAt - 4;
  if (holds_state) {
    std::byte* state = changed.data() + kStateAt - 4;
    if (kind_ == Kind::kStateUndefined) store_u32(state, 0xFFFFFFFF);
    if (kind_ == Kind::kNewIsValid && load_u32(state) == 0) store_u32(state, 2);
    if (kind_ == Kind::kPendingIsValid && load_u32(state) == 1) store_u32(state, 2);
  }
  if (kind_ == Kind::kSequenceOffByOne && !in_bootloader_) {
    const std::uint32_t next = load_u32(meant_[sector].data()) + 1;
    if (offset == 0) store_u32(changed.data(), next);
    if (offset == kCheckAt) store_u32(changed.data(), formats::ota_check(next));
  }
  return chip_.program({to}, changed);
}

Status DefectiveChip::program_slot(std::uint32_t to, Bytes bytes) {
  if (kind_ != Kind::kTailHeldBack || bytes.size() <= kTailBytes) return chip_.program({to}, bytes);
  const std::size_t now = bytes.size() - kTailBytes;
  held_at_ = to + static_cast<std::uint32_t>(now);
  held_tail_.assign(bytes.begin() + static_cast<std::ptrdiff_t>(now), bytes.end());
  return chip_.program({to}, bytes.first(now));
}

Status DefectiveChip::write_held() {
  if (held_tail_.empty()) return {};
  const std::vector<std::byte> tail = std::exchange(held_tail_, {});
  return chip_.program({held_at_}, tail);
}

// ---- Erasing ------------------------------------------------------------------------------------

Status DefectiveChip::erase(core::FlashRange range) {
  if (!is_slot(range.start.value)) {
    if (is_ota_data(range.start.value) && range.size_bytes == kSectorBytes)
      return erase_record(range);
    return chip_.erase(range);
  }
  ROTA_TRY(write_held());
  if (!meant_cells_.empty()) {
    std::fill_n(meant_cells_.begin() + range.start.value, range.size_bytes, std::byte{0xFF});
  }
  return erase_slot(range);
}

Status DefectiveChip::erase_record(core::FlashRange range) {
  const std::uint32_t sector = sector_of(range.start.value);
  meant_[sector].fill(std::byte{0xFF});
  held_[sector].fill(std::byte{0xFF});
  first_read_[sector].reset();
  pretends_[sector] = false;
  if (memory_.records && !in_bootloader_) (*memory_.records)[sector].fill(std::byte{0xFF});
  const Bytes ota_data = chip_.cells().subspan(board_.ota_data().offset, board_.ota_data().size);
  const core::FlashRange other{{in_other_sector(range.start.value)}, kSectorBytes};
  switch (kind_) {
    case Kind::kRecordNotErased:
      return {};
    case Kind::kWrongSector:
      return chip_.erase(other);
    case Kind::kErasesBoth:
      return chip_.erase(core::range_of(board_.ota_data()));
    case Kind::kErasesNewest: {
      const int newest = oracle_record_in_charge(ota_data);
      if (newest >= 0 && static_cast<std::uint32_t>(newest) != sector) ROTA_TRY(chip_.erase(other));
      return chip_.erase(range);
    }
    case Kind::kErasesConfirmedFirst: {
      const OracleRecord record = oracle_record(ota_data, static_cast<int>(1 - sector));
      const bool is_confirmed =
          record.is_usable() && (record.state == 2 || record.state == 0xFFFFFFFF);
      if (is_confirmed && in_bootloader_) ROTA_TRY(chip_.erase(other));
      return chip_.erase(range);
    }
    default:
      return chip_.erase(range);
  }
}

Status DefectiveChip::erase_slot(core::FlashRange range) {
  switch (kind_) {
    case Kind::kSlotNotErased:
      return {};
    case Kind::kErasesSectorBefore:
      return chip_.erase({{range.start.value - kSectorBytes}, range.size_bytes + kSectorBytes});
    case Kind::kErasesTooMuch: {
      const std::uint32_t start = range.start.value / 0x8000 * 0x8000;
      const std::uint32_t end = std::min(start + 0x8000, geometry().size_bytes);
      return chip_.erase(
          {{std::max(start, board_.nvs().end())}, end - std::max(start, board_.nvs().end())});
    }
    default:
      return chip_.erase(range);
  }
}

Status DefectiveChip::burn_secure_version_bits(std::uint32_t bits) {
  if (kind_ == Kind::kBurnsOneMore) bits |= bits << 1U;
  return chip_.burn_secure_version_bits(bits);
}

}  // namespace rota::sim
