#include "tests/support/boot_model.h"

#include <bitset>

namespace rota::model {
namespace {

enum State : std::uint32_t { kNew = 0, kPending = 1, kValid = 2, kInvalid = 3, kAborted = 4 };

std::uint32_t word(const Record& record, std::size_t at) {
  std::uint32_t value = 0;
  for (std::size_t i = 4; i > 0; --i) value = value * 256 + record[at + i - 1];
  return value;
}
void set_word(Record& record, std::size_t at, std::uint32_t value) {
  for (std::size_t i = 0; i < 4; ++i) record[at + i] = static_cast<std::uint8_t>(value >> (8 * i));
}
std::uint32_t seq(const Record& record) { return word(record, 0); }
std::uint32_t state(const Record& record) { return word(record, 24); }

// The ROM's CRC-32 of four bytes with start value FFFFFFFF, which is a register of 0 (2.2).
std::uint32_t crc(std::uint32_t sequence) {
  std::uint32_t value = sequence;
  for (int bit = 0; bit < 32; ++bit) value = (value >> 1) ^ ((value & 1) != 0 ? 0xEDB88320U : 0U);
  return ~value;
}
bool crc_is_good(const Record& record) { return word(record, 28) == crc(seq(record)); }
bool invalid(const Record& record) {
  return seq(record) == 0xFFFFFFFF || state(record) == kInvalid || state(record) == kAborted;
}

struct Bootloader {
  Board& board;
  int ota_data = -1;
  int factory = -1;
  int test = -1;
  std::array<int, 16> slots;
  int count = 0;

  explicit Bootloader(Board& b) : board(b) {
    slots.fill(-1);
    for (int i = 0; i < static_cast<int>(board.rows.size()); ++i) {
      const Row& row = board.rows[static_cast<std::size_t>(i)];
      if (row.type == 1 && row.subtype == 0) ota_data = i;
      if (row.type != 0) continue;
      if (row.subtype == 0x00) factory = i;
      if (row.subtype == 0x20) test = i;
      if (row.subtype / 16 != 1) continue;
      slots[static_cast<std::size_t>(row.subtype % 16)] = i;
      ++count;
    }
  }

  int fuse_version() const { return static_cast<int>(std::bitset<32>(board.fuses).count()); }
  int slot_row(std::uint32_t number) const { return number < 16 ? slots[number] : -1; }
  int row_at(int position) const {
    if (position == -1) return factory;
    return position < count ? slot_row(static_cast<std::uint32_t>(position)) : -1;
  }
  const Image& image(int row) const { return board.rows[static_cast<std::size_t>(row)].image; }
  bool version_suffices(int row) const {
    if (!board.anti_rollback) return true;
    if (row < 0 || !image(row).secure_version) return false;
    return *image(row).secure_version >= static_cast<std::uint32_t>(fuse_version());
  }
  void burn(std::uint32_t version) {
    if (!board.anti_rollback || version > 32) return;
    for (int bit = fuse_version(); bit < static_cast<int>(version); ++bit) {
      board.fuses |= 1U << bit;
    }
  }

  // 3.3. nullopt: reset. Sets `initial`.
  std::optional<int> select(bool& initial) {
    if (ota_data < 0) return -1;
    if (board.rows[static_cast<std::size_t>(ota_data)].size < 0x2000) return std::nullopt;
    auto& [e0, e1] = board.records;
    for (Record& e : board.records) {
      if (board.rollback && state(e) == kPending) set_word(e, 24, kAborted);
    }
    const auto blank = [](const Record& e) { return seq(e) == 0xFFFFFFFF || !crc_is_good(e); };
    const bool both_blank = blank(e0) && blank(e1);
    if (board.anti_rollback && both_blank) return initial = true, -1;
    if (!board.anti_rollback && ((invalid(e0) && invalid(e1)) || count == 0)) {
      if (factory >= 0) return -1;
      initial = both_blank;
      return 0;
    }
    std::array<bool, 2> usable{};
    for (std::size_t i = 0; i < 2; ++i) {
      const Record& e = board.records[i];
      usable[i] = !invalid(e) && crc_is_good(e);
      if (!usable[i] || !board.anti_rollback) continue;
      if (count == 0) return std::nullopt;  // the reference divides by zero
      const std::uint32_t slot = (seq(e) - 1) % static_cast<std::uint32_t>(count);
      usable[i] = version_suffices(slot_row(slot));
    }
    if (!usable[0] && !usable[1]) return -1;
    Record& active = usable[0] && (!usable[1] || seq(e0) >= seq(e1)) ? e0 : e1;
    const auto slot = static_cast<int>((seq(active) - 1) % static_cast<std::uint32_t>(count));
    if (board.rollback && state(active) == kNew) set_word(active, 24, kPending);
    if (state(active) == kValid && row_at(slot) >= 0 && image(row_at(slot)).secure_version) {
      burn(*image(row_at(slot)).secure_version);
    }
    return slot;
  }
};

}  // namespace

Boot boot(Board& board) {
  Bootloader loader(board);
  Boot result;
  bool initial = false;
  const std::optional<int> start = loader.select(initial);
  if (!start) return result;

  std::vector<int> order;  // 3.4
  for (int i = *start; i >= -1; --i) order.push_back(i);
  for (int i = *start + 1; i < loader.count; ++i) order.push_back(i);
  for (const int position : order) {
    const int row = loader.row_at(position);
    if (row < 0) continue;
    if (result.first_tried < 0) result.first_tried = row;
    if (!loader.version_suffices(row) || !loader.image(row).verifies) continue;
    result.started = row;
    if (position < 0 || !initial) return result;
    board.records[0].fill(0xFF);
    set_word(board.records[0], 0, static_cast<std::uint32_t>(position) + 1);
    set_word(board.records[0], 24, kValid);
    set_word(board.records[0], 28, crc(static_cast<std::uint32_t>(position) + 1));
    loader.burn(*loader.image(row).secure_version);
    result.wrote_initial_record = true;
    return result;
  }
  if (loader.test >= 0) {
    if (result.first_tried < 0) result.first_tried = loader.test;
    if (loader.version_suffices(loader.test) && loader.image(loader.test).verifies) {
      result.started = loader.test;
    }
  }
  return result;
}

}  // namespace rota::model
