#include "board/chip/nor_chip.h"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <type_traits>

namespace rota::board {
namespace {

constexpr std::uint32_t kPageBytes = 256;
constexpr std::uint32_t kErase32k = 0x8000;
constexpr std::uint32_t kErase64k = 0x10000;
constexpr std::size_t kChunkBytes = 4096;

static_assert(std::is_trivially_copyable_v<NorState>, "stored in state.bin as it is");

struct NamedTiming {
  std::string_view name;
  ChipTiming timing;
};
constexpr std::array<NamedTiming, 3> kTimings{{
    {"typical", {45'000, 120'000, 150'000, 400}},
    {"slow", {400'000, 1'600'000, 2'000'000, 3'000}},
    {"off", {}},
}};

constexpr std::array<std::byte, kChunkBytes> blank_chunk() {
  std::array<std::byte, kChunkBytes> chunk{};
  for (std::byte& cell : chunk) cell = std::byte{0xFF};
  return chunk;
}
constexpr std::array<std::byte, kChunkBytes> kBlankChunk = blank_chunk();

bool write_all(int file, Bytes bytes, std::uint32_t at) {
  while (!bytes.empty()) {
    const ssize_t written = ::pwrite(file, bytes.data(), bytes.size(), static_cast<off_t>(at));
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return false;
    bytes = bytes.subspan(static_cast<std::size_t>(written));
    at += static_cast<std::uint32_t>(written);
  }
  return true;
}

void and_into(std::byte* cells, const std::byte* bytes, std::size_t count) {
  for (std::size_t i = 0; i < count; ++i) cells[i] &= bytes[i];
}

core::FlashGeometry geometry_of(std::size_t size_bytes, const ChipTiming& timing) {
  core::FlashGeometry geometry;
  geometry.size_bytes = static_cast<std::uint32_t>(size_bytes);
  geometry.erase_4k_us = timing.erase_4k_us;
  geometry.erase_32k_us = timing.erase_32k_us;
  geometry.erase_64k_us = timing.erase_64k_us;
  geometry.program_page_us = timing.program_page_us;
  return geometry;
}

}  // namespace

const ChipTiming* find_timing_profile(std::string_view name) {
  for (const NamedTiming& named : kTimings) {
    if (named.name == name) return &named.timing;
  }
  return nullptr;
}

std::string_view timing_profile_names() { return "typical, slow, off"; }

NorChip::NorChip(MutableBytes cells,
                 NorState& state,
                 std::span<std::uint32_t> wear,
                 const ChipTiming& timing)
    : cells_(cells.data()),
      writable_cells_(cells.data()),
      state_(&state),
      wear_(wear),
      geometry_(geometry_of(cells.size(), timing)) {
  ROTA_ASSERT(wear.size() >= cells.size() / core::kSectorBytes);
}

NorChip::NorChip(Bytes mapped,
                 int file,
                 NorState& state,
                 std::span<std::uint32_t> wear,
                 const ChipTiming& timing,
                 PowerSwitch* power)
    : cells_(mapped.data()),
      file_(file),
      state_(&state),
      wear_(wear),
      geometry_(geometry_of(mapped.size(), timing)),
      power_(power) {
  ROTA_ASSERT(wear.size() >= mapped.size() / core::kSectorBytes);
}

Status NorChip::read(core::FlashAddress from, MutableBytes into) {
  if (!holds(from.value, into.size())) return Error::kFlashOutOfRange;
  if (!is_on_ || (power_ != nullptr && !power_->is_on())) return Error::kFlashReadFailed;
  if (!into.empty()) std::memcpy(into.data(), cells_ + from.value, into.size());
  return {};
}

Status NorChip::program(core::FlashAddress to, Bytes bytes) {
  if (!holds(to.value, bytes.size())) return Error::kFlashOutOfRange;
  if (!is_on_ || (power_ != nullptr && !power_->begin_operation())) return Error::kFlashReadFailed;
  if (bytes.empty()) {
    if (power_ != nullptr) power_->end_operation(0);
    return {};
  }
  const auto size = static_cast<std::uint32_t>(bytes.size());
  const Stroke stroke = next_stroke(ChipOperation::kProgram, {to, size});
  const bool stored = store_program(to.value, bytes.first(stroke.bytes_done));
  if (witness_ != nullptr) [[unlikely]] {
    witness_->saw(ChipOperation::kProgram, {to, size}, stroke.bytes_done, bytes);
  }
  ++state_->program_count;
  state_->bytes_programmed += stroke.bytes_done;
  const std::uint32_t pages =
      stroke.bytes_done == 0
          ? 0
          : (to.value + stroke.bytes_done - 1) / kPageBytes - to.value / kPageBytes + 1;
  return finish(stroke, pages * geometry_.program_page_us, stored, Error::kFlashProgramFailed);
}

Status NorChip::erase(core::FlashRange range) {
  if (!holds(range.start.value, range.size_bytes)) return Error::kFlashOutOfRange;
  if ((range.start.value | range.size_bytes) % core::kSectorBytes != 0) {
    return Error::kFlashUnaligned;
  }
  if (!is_on_ || (power_ != nullptr && !power_->begin_operation())) return Error::kFlashReadFailed;
  if (range.size_bytes == 0) {
    if (power_ != nullptr) power_->end_operation(0);
    return {};
  }
  const Stroke stroke = next_stroke(ChipOperation::kErase, range);
  const bool stored = store_erase(range.start.value, stroke.bytes_done);
  if (witness_ != nullptr) [[unlikely]] {
    witness_->saw(ChipOperation::kErase, range, stroke.bytes_done, {});
  }
  ++state_->erase_count;
  return finish(stroke, erase_us(range.start.value, stroke.bytes_done), stored,
                Error::kFlashEraseFailed);
}

Status NorChip::finish(const Stroke& stroke, std::uint32_t busy_us, bool stored, Error failure) {
  state_->busy_us += busy_us;
  if (stroke.ends_in_cut) [[unlikely]] {
    is_on_ = false;
    if (power_ != nullptr) power_->cut();
    return Error::kFlashReadFailed;
  }
  if (power_ != nullptr) power_->end_operation(busy_us);
  if (!stored) return failure;
  return {};
}

NorChip::Stroke NorChip::next_stroke(ChipOperation kind, core::FlashRange range) {
  ++state_->operation_count;
  if (!state_->cut.is_armed()) [[likely]]
    return {range.size_bytes, false};
  return cut_stroke(kind, range);
}

NorChip::Stroke NorChip::cut_stroke(ChipOperation kind, core::FlashRange range) {
  CutPlan& plan = state_->cut;
  const bool is_kind =
      (static_cast<std::uint32_t>(plan.kind) & static_cast<std::uint32_t>(kind)) != 0;
  const bool is_place =
      plan.range_bytes == 0 || core::overlaps({{plan.range_start}, plan.range_bytes}, range);
  if (!is_kind || !is_place || --plan.nth > 0) return {range.size_bytes, false};

  std::uint32_t done = 0;
  if (plan.moment == CutMoment::kAfter) done = range.size_bytes;
  if (plan.moment == CutMoment::kInside) {
    done = plan.bytes_done == CutPlan::kHalf ? range.size_bytes / 2
                                             : std::min(plan.bytes_done, range.size_bytes);
  }
  state_->last_cut = {
      state_->operation_count, kind, plan.moment, range.start.value, range.size_bytes, done, 0};
  plan = {};
  return {done, true};
}

bool NorChip::store_program(std::uint32_t to, Bytes bytes) {
  if (writable_cells_ != nullptr) {
    and_into(writable_cells_ + to, bytes.data(), bytes.size());
    return true;
  }
  std::array<std::byte, kChunkBytes> chunk;
  while (!bytes.empty()) {
    const std::size_t count = std::min(bytes.size(), chunk.size());
    std::memcpy(chunk.data(), cells_ + to, count);
    and_into(chunk.data(), bytes.data(), count);
    if (!write_all(file_, Bytes(chunk).first(count), to)) return false;
    bytes = bytes.subspan(count);
    to += static_cast<std::uint32_t>(count);
  }
  return true;
}

bool NorChip::store_erase(std::uint32_t start, std::uint32_t bytes) {
  if (bytes == 0) return true;
  const std::uint32_t last_sector = (start + bytes - 1) / core::kSectorBytes;
  for (std::uint32_t i = start / core::kSectorBytes; i <= last_sector; ++i) ++wear_[i];
  if (writable_cells_ != nullptr) {
    std::memset(writable_cells_ + start, 0xFF, bytes);
    return true;
  }
  while (bytes > 0) {
    const std::uint32_t count = std::min<std::uint32_t>(bytes, kChunkBytes);
    if (!write_all(file_, Bytes(kBlankChunk).first(count), start)) return false;
    start += count;
    bytes -= count;
  }
  return true;
}

std::uint32_t NorChip::erase_us(std::uint32_t start, std::uint32_t bytes) const {
  std::uint32_t total_us = 0;
  while (bytes > 0) {
    std::uint32_t unit = core::kSectorBytes;
    std::uint32_t unit_us = geometry_.erase_4k_us;
    if (geometry_.has_64k_erase && start % kErase64k == 0 && bytes >= kErase64k) {
      unit = kErase64k;
      unit_us = geometry_.erase_64k_us;
    } else if (geometry_.has_32k_erase && start % kErase32k == 0 && bytes >= kErase32k) {
      unit = kErase32k;
      unit_us = geometry_.erase_32k_us;
    }
    total_us += unit_us;
    start += unit;
    bytes -= std::min(bytes, unit);
  }
  return total_us;
}

MemoryChip::MemoryChip(std::uint32_t size_bytes, const ChipTiming& timing)
    : MemoryChip(size_bytes, {}, timing) {}

MemoryChip::MemoryChip(std::uint32_t size_bytes, Bytes content, const ChipTiming& timing)
    : cells(size_bytes, std::byte{0xFF}),
      wear(size_bytes / core::kSectorBytes + 1),
      chip(cells, state, wear, timing) {
  const std::size_t count = std::min<std::size_t>(content.size(), cells.size());
  std::copy_n(content.begin(), count, cells.begin());
}

}  // namespace rota::board
