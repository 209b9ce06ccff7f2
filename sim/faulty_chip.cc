#include "sim/faulty_chip.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>
#include <utility>

#include "sim/random.h"

namespace rota::sim {

using core::kSectorBytes;

namespace {

constexpr std::uint32_t kStateOffset = 24;  // of a record's state in its sector
constexpr std::uint32_t kCheckOffset = 28;

std::uint64_t word_at(const std::byte* bytes) {
  std::uint64_t word = 0;
  std::memcpy(&word, bytes, sizeof word);
  return word;
}

std::byte random_byte(std::uint64_t seed, std::uint64_t position) {
  return static_cast<std::byte>(mix(seed, position));
}

}  // namespace

std::uint64_t hash_of(const std::byte* sector) {
  // Four lanes, so that the multiplications overlap.
  std::array<std::uint64_t, 4> lanes{1, 2, 3, 4};
  for (std::size_t i = 0; i < kSectorBytes; i += 32) {
    for (std::size_t lane = 0; lane < 4; ++lane) {
      lanes[lane] = (lanes[lane] ^ word_at(sector + i + lane * 8)) * 0x9FB21C651E98DF25ULL;
      lanes[lane] ^= lanes[lane] >> 32U;
    }
  }
  return mix(mix(lanes[0], lanes[1]), mix(lanes[2], lanes[3]));
}

FaultyChip::FaultyChip(std::uint32_t size_bytes, std::uint8_t secure_version_width)
    : memory_(size_bytes),
      fuse_field_(secure_version_width >= 32 ? 0xFFFFFFFFU : (1U << secure_version_width) - 1U),
      known_(size_bytes / kSectorBytes) {}

void FaultyChip::power_on() {
  memory_.chip.power_on();
  operation_count_ = 0;
  reads_ = 0;
  planned_ = {};
  if (unstable_sectors_ > 0) ++starts_;
}

Status FaultyChip::cut() {
  memory_.chip.power_off();
  return Error::kFlashReadFailed;
}

void FaultyChip::touch(std::uint32_t start, std::uint32_t bytes) {
  for (std::uint32_t sector = start / kSectorBytes; sector * kSectorBytes < start + bytes;
       ++sector) {
    known_[sector] = SectorRef();
  }
}

void FaultyChip::put(std::uint32_t at, Bytes bytes) {
  std::copy(bytes.begin(), bytes.end(), memory_.cells.begin() + at);
  touch(at, static_cast<std::uint32_t>(bytes.size()));
}

// ---- States -------------------------------------------------------------------------------------

void FaultyChip::begin_footprint() { footprint_.assign(known_.size(), Seen::kNot); }

std::vector<std::uint32_t> FaultyChip::end_footprint() {
  std::vector<std::uint32_t> sectors;
  for (std::uint32_t sector = 0; sector < footprint_.size(); ++sector) {
    if (footprint_[sector] == Seen::kLookedAt) sectors.push_back(sector);
  }
  footprint_.clear();
  return sectors;
}

void FaultyChip::depend_on(std::uint32_t start, std::size_t bytes) {
  if (footprint_.empty()) return;
  const std::size_t end = std::min<std::size_t>(start + bytes, footprint_.size() * kSectorBytes);
  for (std::size_t sector = start / kSectorBytes; sector * kSectorBytes < end; ++sector) {
    if (footprint_[sector] == Seen::kNot) footprint_[sector] = Seen::kLookedAt;
  }
}

std::uint64_t FaultyChip::sector_hash(std::uint32_t sector) {
  depend_on(sector * kSectorBytes, 1);
  return hash_of_sector(sector);
}

std::uint64_t FaultyChip::hash_of_sector(std::uint32_t sector) {
  if (!known_[sector]) {
    auto* content = new SectorRef::Content;  // owned by the counted reference
    std::memcpy(content->bytes.data(), memory_.cells.data() + std::size_t{sector} * kSectorBytes,
                kSectorBytes);
    content->hash = hash_of(content->bytes.data());
    known_[sector] = SectorRef(content);
  }
  return known_[sector]->hash;
}

bool FaultyChip::has_unstable_cells_in(core::FlashRange range) const {
  return std::any_of(overlays_.begin(), overlays_.end(), [range](const Overlay& overlay) {
    return !overlay.is_worn &&
           core::overlaps({{overlay.sector * kSectorBytes}, kSectorBytes}, range);
  });
}

BoardState FaultyChip::capture() {
  for (std::uint32_t sector = 0; sector < known_.size(); ++sector) hash_of_sector(sector);
  return {known_, overlays_, fuses_, starts_, facts_};
}

void FaultyChip::restore(const BoardState& state) {
  for (std::size_t sector = 0; sector < known_.size(); ++sector) {
    if (known_[sector] == state.sectors[sector]) continue;
    known_[sector] = state.sectors[sector];
    std::memcpy(memory_.cells.data() + sector * kSectorBytes, known_[sector]->bytes.data(),
                kSectorBytes);
  }
  overlays_ = state.overlays;
  unstable_sectors_ = static_cast<std::size_t>(std::count_if(
      overlays_.begin(), overlays_.end(), [](const Overlay& o) { return !o.is_worn; }));
  fuses_ = state.fuses;
  starts_ = state.starts;
  facts_ = state.facts;
}

std::uint64_t FaultyChip::key() {
  std::uint64_t key = mix(fuses_);
  for (std::uint32_t sector = 0; sector < known_.size(); ++sector) {
    key ^= mix(hash_of_sector(sector), sector);
  }
  for (const Overlay& overlay : overlays_) {
    key ^= mix(mix(overlay.mask->hash, overlay.seed),
               overlay.sector * 2U + (overlay.is_worn ? 1U : 0U));
  }
  if (unstable_sectors_ > 0) key = mix(key, starts_);
  const std::uint64_t facts = static_cast<std::uint64_t>(facts_.confirmed) |
                              static_cast<std::uint64_t>(facts_.candidate) << 8U |
                              static_cast<std::uint64_t>(facts_.confirmation_began) << 16U |
                              std::uint64_t{facts_.confirmed_version} << 24U |
                              std::uint64_t{facts_.bytes_kept} << 32U;
  return mix(key, facts);
}

// ---- Operations ---------------------------------------------------------------------------------

Status FaultyChip::read(core::FlashAddress from, MutableBytes into) {
  ROTA_TRY(memory_.chip.read(from, into));
  depend_on(from.value, into.size());
  if (unstable_sectors_ > 0) show_unstable_cells(from.value, into);
  return {};
}

void FaultyChip::show_unstable_cells(std::uint32_t from, MutableBytes into) {
  ++reads_;
  const std::uint32_t end = from + static_cast<std::uint32_t>(into.size());
  for (const Overlay& overlay : overlays_) {
    if (overlay.is_worn) continue;
    const std::uint32_t start = overlay.sector * kSectorBytes;
    const std::uint64_t seed = mix(overlay.seed, std::uint64_t{starts_} << 32U | reads_);
    for (std::uint32_t at = std::max(from, start); at < std::min(end, start + kSectorBytes); ++at) {
      const std::byte mask = overlay.mask->bytes[at - start];
      if (mask == std::byte{0}) continue;
      std::byte& shown = into[at - from];
      shown = (shown & ~mask) | (random_byte(seed, at) & mask);
    }
  }
}

std::optional<Fault> FaultyChip::begin(const Operation& operation, Bytes bytes) {
  if (log_ != nullptr) {
    log_->push_back({operation, {bytes.begin(), bytes.end()}, capture()});
  }
  if (operation_count_++ != planned_.operation_number) return std::nullopt;
  return planned_.fault;
}

Status FaultyChip::program(core::FlashAddress to, Bytes bytes) {
  if (!is_on() || bytes.empty()) return memory_.chip.program(to, bytes);
  const auto size = static_cast<std::uint32_t>(bytes.size());
  if (to.value > geometry().size_bytes || size > geometry().size_bytes - to.value) {
    return Error::kFlashOutOfRange;
  }
  return carry_out_program(to.value, bytes,
                           begin({OperationKind::kProgram, to.value, size}, bytes));
}

Status FaultyChip::erase(core::FlashRange range) {
  if (!is_on() || range.size_bytes == 0) return memory_.chip.erase(range);
  if (range.start.value > geometry().size_bytes ||
      range.size_bytes > geometry().size_bytes - range.start.value) {
    return Error::kFlashOutOfRange;
  }
  if ((range.start.value | range.size_bytes) % kSectorBytes != 0) return Error::kFlashUnaligned;
  return carry_out_erase(range.start.value, range.size_bytes,
                         begin({OperationKind::kErase, range.start.value, range.size_bytes}, {}));
}

Status FaultyChip::burn_secure_version_bits(std::uint32_t bits) {
  if (!is_on() || (bits & ~fuse_field_) != 0) return Error::kEfuseBurnFailed;
  return carry_out_burn(bits, begin({OperationKind::kBurn, bits, 4}, {}));
}

void FaultyChip::repeat_with_cut(const RecordedOperation& recorded, Fault fault) {
  restore(recorded.before);
  memory_.chip.power_on();
  const Operation& operation = recorded.operation;
  switch (operation.kind) {
    case OperationKind::kProgram:
      static_cast<void>(carry_out_program(operation.start, recorded.bytes, fault));
      break;
    case OperationKind::kErase:
      static_cast<void>(carry_out_erase(operation.start, operation.bytes, fault));
      break;
    case OperationKind::kBurn:
      static_cast<void>(carry_out_burn(operation.start, fault));
      break;
  }
}

Status FaultyChip::carry_out_program(std::uint32_t to, Bytes bytes, std::optional<Fault> fault) {
  depend_on(to, bytes.size());  // a program only clears bits
  if (!fault) {
    touch(to, static_cast<std::uint32_t>(bytes.size()));
    return memory_.chip.program({to}, bytes);
  }
  Bytes stored;
  switch (fault->kind) {
    case FaultKind::kCutAfter:
      stored = bytes;
      break;
    case FaultKind::kTornBytes:
      stored = bytes.first(std::min<std::size_t>(fault->value, bytes.size()));
      break;
    case FaultKind::kErrorHalf:
      stored = bytes.first(bytes.size() / 2);
      break;
    case FaultKind::kTornBits:
      program_some_bits(to, bytes, fault->value);
      break;
    case FaultKind::kUnstable:
      program_unstable(to, bytes, fault->value);
      break;
    case FaultKind::kCutBefore:
    case FaultKind::kPreProgram:
    case FaultKind::kLying:
    case FaultKind::kError:
    case FaultKind::kWorn:
      break;
  }
  if (!stored.empty()) {
    touch(to, static_cast<std::uint32_t>(stored.size()));
    ROTA_TRY(memory_.chip.program({to}, stored));
  }
  if (ends_in_cut(fault->kind)) return cut();
  return fault->kind == FaultKind::kLying ? Status{} : Status{Error::kFlashProgramFailed};
}

Status FaultyChip::carry_out_erase(std::uint32_t start,
                                   std::uint32_t bytes,
                                   std::optional<Fault> fault) {
  if (!fault) {
    erase_cells(start, bytes);
    for (std::uint32_t at = start; !footprint_.empty() && at < start + bytes; at += kSectorBytes) {
      Seen& seen = footprint_[at / kSectorBytes];
      if (seen == Seen::kNot) seen = Seen::kErased;
    }
    return {};
  }
  depend_on(start, bytes);
  switch (fault->kind) {
    case FaultKind::kCutAfter:
      erase_cells(start, bytes);
      break;
    case FaultKind::kTornBytes:
      touch(start, bytes);
      std::memset(memory_.cells.data() + start, 0xFF, std::min(fault->value, bytes));
      break;
    case FaultKind::kErrorHalf:
      touch(start, bytes);
      std::memset(memory_.cells.data() + start, 0xFF, bytes / 2);
      break;
    case FaultKind::kTornBits:
      erase_some_bits(start, bytes, fault->value);
      break;
    case FaultKind::kPreProgram:
      clear_some_bits(start, bytes, fault->value);
      break;
    case FaultKind::kUnstable:
      erase_unstable(start, bytes, fault->value);
      break;
    case FaultKind::kWorn:
      wear_out(start, bytes, fault->value);
      return {};
    case FaultKind::kCutBefore:
    case FaultKind::kLying:
    case FaultKind::kError:
      break;
  }
  if (ends_in_cut(fault->kind)) return cut();
  return fault->kind == FaultKind::kLying ? Status{} : Status{Error::kFlashEraseFailed};
}

Status FaultyChip::carry_out_burn(std::uint32_t bits, std::optional<Fault> fault) {
  if (!fault) {
    fuses_ |= bits;
    return {};
  }
  if (fault->kind == FaultKind::kCutAfter) fuses_ |= bits;
  if (fault->kind == FaultKind::kTornBits) {
    fuses_ |= bits & static_cast<std::uint32_t>(mix(fault->value, bits));
  }
  if (ends_in_cut(fault->kind)) static_cast<void>(cut());
  return fault->kind == FaultKind::kLying ? Status{} : Status{Error::kEfuseBurnFailed};
}

void FaultyChip::erase_cells(std::uint32_t start, std::uint32_t bytes) {
  touch(start, bytes);
  static_cast<void>(memory_.chip.erase({{start}, bytes}));
  if (overlays_.empty()) return;
  forget_unstable_cells(start, bytes);
  for (const Overlay& overlay : overlays_) {
    const std::uint32_t sector_start = overlay.sector * kSectorBytes;
    if (sector_start < start || sector_start >= start + bytes) continue;
    for (std::uint32_t i = 0; i < kSectorBytes; ++i) {
      memory_.cells[sector_start + i] &= ~overlay.mask->bytes[i];
    }
  }
}

// ---- Faults -------------------------------------------------------------------------------------

// Bits that a program clears, and finding one of them.
std::uint32_t FaultyChip::bits_to_clear(std::uint32_t to, Bytes bytes) const {
  std::uint32_t count = 0;
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    const auto clears = std::to_integer<unsigned>(memory_.cells[to + i] & ~bytes[i]);
    count += static_cast<std::uint32_t>(std::popcount(clears));
  }
  return count;
}

// Where the bit with this number among them is, as byte and mask.
FaultyChip::Bit FaultyChip::bit_to_clear(std::uint32_t to,
                                         Bytes bytes,
                                         std::uint32_t number) const {
  for (std::uint32_t i = 0; i < bytes.size(); ++i) {
    auto clears = std::to_integer<unsigned>(memory_.cells[to + i] & ~bytes[i]);
    const auto count = static_cast<std::uint32_t>(std::popcount(clears));
    if (number >= count) {
      number -= count;
      continue;
    }
    while (number-- > 0) clears &= clears - 1;
    return {i, static_cast<std::byte>(clears & (0U - clears))};
  }
  return {};
}

// Of the bits that would go to 0: seed 0 all but one, seed 1 only one, others about half of them;
// from kStateBit on all but that bit of the record's state.
void FaultyChip::program_some_bits(std::uint32_t to, Bytes bytes, std::uint64_t seed) {
  touch(to, static_cast<std::uint32_t>(bytes.size()));
  if (is_state_bit(seed)) {
    const std::uint32_t state_at = to / kSectorBytes * kSectorBytes + kStateOffset;
    const std::byte before = memory_.cells[state_at];
    for (std::size_t i = 0; i < bytes.size(); ++i) memory_.cells[to + i] &= bytes[i];
    memory_.cells[state_at] |= before & static_cast<std::byte>(1U << (seed - kStateBit));
    return;
  }
  if (seed > 1) {
    for (std::size_t i = 0; i < bytes.size(); ++i) {
      memory_.cells[to + i] &= bytes[i] | random_byte(seed, i);
    }
    return;
  }
  const std::uint32_t count = bits_to_clear(to, bytes);
  if (count == 0) return;
  const Bit bit = bit_to_clear(to, bytes, static_cast<std::uint32_t>(mix(seed, to) % count));
  if (seed == 0) {
    for (std::size_t i = 0; i < bytes.size(); ++i) memory_.cells[to + i] &= bytes[i];
    memory_.cells[to + bit.byte] |= bit.mask;
  } else {
    memory_.cells[to + bit.byte] &= ~bit.mask;
  }
}

// The bits that would go to 0 are neither 0 nor 1 (variant mod 3: 0 all, 1 a single
// one, 2 about half); the others are done.
void FaultyChip::program_unstable(std::uint32_t to, Bytes bytes, std::uint32_t variant) {
  std::vector<std::byte> unstable(bytes.size());
  if (variant % 3 == 1) {
    const std::uint32_t count = bits_to_clear(to, bytes);
    if (count == 0) return;
    const Bit bit = bit_to_clear(to, bytes, static_cast<std::uint32_t>(mix(variant, to) % count));
    unstable[bit.byte] = bit.mask;
  } else {
    for (std::size_t i = 0; i < unstable.size(); ++i) {
      unstable[i] = memory_.cells[to + i] & ~bytes[i];
      if (variant % 3 == 2) unstable[i] &= random_byte(variant, i);
    }
  }
  touch(to, static_cast<std::uint32_t>(bytes.size()));
  static_cast<void>(memory_.chip.program({to}, bytes));
  for (std::uint32_t sector = to / kSectorBytes;
       sector * kSectorBytes < to + static_cast<std::uint32_t>(bytes.size()); ++sector) {
    std::array<std::byte, kSectorBytes> mask{};
    for (std::uint32_t i = 0; i < kSectorBytes; ++i) {
      const std::uint32_t at = sector * kSectorBytes + i;
      if (at >= to && at < to + bytes.size()) mask[i] = unstable[at - to];
    }
    add_overlay(sector, false, mix(variant, to), mask);
  }
}

// About half of the bits; from kStateBit on only that bit of the record's state.
void FaultyChip::erase_some_bits(std::uint32_t start, std::uint32_t bytes, std::uint64_t seed) {
  touch(start, bytes);
  if (is_state_bit(seed)) {
    if (seed == kCheckWordOnly) {
      std::memset(memory_.cells.data() + start + kCheckOffset, 0xFF, 4);
    } else {
      memory_.cells[start + kStateOffset] |= static_cast<std::byte>(1U << (seed - kStateBit));
    }
    return;
  }
  for (std::uint32_t at = start; at < start + bytes; ++at) {
    memory_.cells[at] |= random_byte(seed + 100, at);
  }
}

void FaultyChip::clear_some_bits(std::uint32_t start, std::uint32_t bytes, std::uint64_t seed) {
  touch(start, bytes);
  for (std::uint32_t at = start; at < start + bytes; ++at) {
    // Early in the phase few bits are low yet, late most of them: even and odd seeds.
    std::byte kept = random_byte(seed + 200, at);
    kept = seed % 2 == 0 ? kept | random_byte(seed + 300, at) : kept & random_byte(seed + 300, at);
    memory_.cells[at] &= kept;
  }
}

// Variant mod 3: 0 every cell of the range; 1 one cell in 64, the others as before the erase; 2 one
// cell in 64, the others erased.
void FaultyChip::erase_unstable(std::uint32_t start, std::uint32_t bytes, std::uint32_t variant) {
  if (variant % 3 == 2) erase_cells(start, bytes);
  for (std::uint32_t sector = start / kSectorBytes; sector * kSectorBytes < start + bytes;
       ++sector) {
    std::array<std::byte, kSectorBytes> mask{};
    for (std::uint32_t i = 0; i < kSectorBytes; i += 8) {
      const std::uint64_t word = mix(variant + 400, std::uint64_t{sector} << 32U | i);
      if (variant % 3 == 0) {
        std::memset(mask.data() + i, 0xFF, 8);
      } else {
        mask[i + (word >> 3U) % 8] = static_cast<std::byte>(1U << (word % 8));
      }
    }
    add_overlay(sector, false, mix(variant + 500, sector), mask);
  }
}

// The erase works, but one cell in about 500 stays at 0 from now on (seed 0: only cells of the
// first 32 bytes, where a record lies).
void FaultyChip::wear_out(std::uint32_t start, std::uint32_t bytes, std::uint64_t seed) {
  for (std::uint32_t sector = start / kSectorBytes; sector * kSectorBytes < start + bytes;
       ++sector) {
    std::array<std::byte, kSectorBytes> mask{};
    const std::uint32_t cells = seed == 0 ? 1 : 64;
    for (std::uint32_t i = 0; i < cells; ++i) {
      const std::uint64_t word = mix(seed + 600, std::uint64_t{sector} << 32U | i);
      const std::uint64_t at = word % (seed == 0 ? 32 : kSectorBytes);
      mask[at] |= static_cast<std::byte>(1U << ((word >> 40U) % 8));
    }
    add_overlay(sector, true, seed, mask);
  }
  erase_cells(start, bytes);
}

void FaultyChip::add_overlay(std::uint32_t sector, bool is_worn, std::uint64_t seed, Bytes mask) {
  auto* content = new SectorRef::Content;  // owned by the counted reference
  std::copy(mask.begin(), mask.end(), content->bytes.begin());
  for (Overlay& overlay : overlays_) {
    if (overlay.sector != sector || overlay.is_worn != is_worn) continue;
    for (std::size_t i = 0; i < kSectorBytes; ++i) content->bytes[i] |= overlay.mask->bytes[i];
    content->hash = hash_of(content->bytes.data());
    overlay.mask = SectorRef(content);
    return;
  }
  content->hash = hash_of(content->bytes.data());
  overlays_.push_back({sector, is_worn, seed, SectorRef(content)});
  if (!is_worn) ++unstable_sectors_;
}

void FaultyChip::forget_unstable_cells(std::uint32_t start, std::uint32_t bytes) {
  const auto is_gone = [start, bytes](const Overlay& overlay) {
    const std::uint32_t at = overlay.sector * kSectorBytes;
    return !overlay.is_worn && at >= start && at < start + bytes;
  };
  const auto removed = std::erase_if(overlays_, is_gone);
  unstable_sectors_ -= removed;
  if (unstable_sectors_ == 0) starts_ = 0;
}

}  // namespace rota::sim
