// A whole update driven by bytes: answers of a server, pieces of an image or of anything else,
// ends, stalls, resets. Invariants, after every event:
// - what boots is what booted before, until finish() said that it switched; then it is the slot;
// - the running image, the bootloader, the table and the other slot keep their bytes;
// - never more bytes are done than the slot holds;
// - after the end of an update its slot can be begun again.
#include <algorithm>
#include <array>
#include <cstring>
#include <optional>
#include <vector>

#include "base/assert.h"
#include "core/update_board_for_test.h"
#include "core/update_conversation.h"

namespace {

using namespace rota;

constexpr std::uint32_t kSlotBytes = 0x4000;

// The input, from its front.
class Script {
 public:
  explicit Script(Bytes bytes) : bytes_(bytes) {}
  bool is_over() const { return bytes_.empty(); }
  std::uint8_t byte() {
    if (bytes_.empty()) return 0;
    const auto value = std::to_integer<std::uint8_t>(bytes_[0]);
    bytes_ = bytes_.subspan(1);
    return value;
  }
  Bytes take(std::size_t count) {
    const Bytes taken = bytes_.first(std::min(count, bytes_.size()));
    bytes_ = bytes_.subspan(taken.size());
    return taken;
  }

 private:
  Bytes bytes_;
};

// A small board: 96 KiB of flash, so that a run costs little.
class Board {
 public:
  Board() {
    using formats::PartitionType;
    settings_.chip.facts = formats::find_chip("esp32");
    settings_.chip.revision = 300;
    add(PartitionType::kData, formats::kDataOta, 0x9000, 0x2000);
    add(PartitionType::kData, formats::kDataUndefined, 0xB000, 0x2000);
    add(PartitionType::kApp, formats::kAppFactory, 0x10000, 0x2000);
    add(PartitionType::kApp, formats::kAppOtaFirst, 0x12000, kSlotBytes);
    add(PartitionType::kApp, formats::kAppOtaFirst + 1, 0x16000, 0x1000);
    fresh_.assign(chip_.cells.begin(), chip_.cells.end());
    std::copy(image().begin(), image().end(), fresh_.begin() + factory().offset);
  }

  void choose(std::uint8_t bits) {
    settings_.slot_writing =
        (bits & 1U) != 0 ? core::SlotWriting::kReference : core::SlotWriting::kChecked;
    settings_.ota_data_writing =
        (bits & 2U) != 0 ? core::OtaDataWriting::kInPlace : core::OtaDataWriting::kCutSafe;
    settings_.rollback = (bits & 4U) != 0;
    encrypted_ = (bits & 8U) != 0;
    for (std::size_t i = 0; i < rows_.size(); ++i) {
      rows_[i].encrypted = encrypted_ && (rows_[i].is_app() || rows_[i].subtype == 0);
    }
  }

  // The flash of a fresh device, then a boot.
  void reset() {
    std::copy(fresh_.begin(), fresh_.end(), chip_.cells.begin());
    boot();
  }
  void boot() {
    access_.emplace(chip_.chip, rows_, encrypted_);
    access_->protection().running = core::range_of(factory());
    access_->protection().protected_below = 0x8C00;
    selection_.emplace(*access_, fuses_, factory(), settings_);
    update_.emplace(*access_, *selection_, factory(), settings_);
  }

  static const std::vector<std::byte>& image() {
    static const std::vector<std::byte> kImage = core::ImageForTest{.payload_bytes = 4000}.build();
    return kImage;
  }
  const core::Partition& factory() const { return rows_[2]; }
  const core::Partition& slot() const { return rows_[3]; }
  const core::Partition& data() const { return rows_[1]; }

  core::UpdateConversation start(const core::UpdateConversation::Options& options) {
    return core::UpdateConversation(*update_, *selection_, *access_, factory(), settings_, options);
  }
  const core::Partition* boots() const { return selection_->boot_partition(); }
  bool may_begin() {
    const auto handle = update_->begin(slot(), core::kUpdateSequentialWrites);
    return handle.ok() && update_->abort(*handle).ok();
  }
  bool others_are_untouched(bool data_may_change) const {
    const auto same = [&](std::uint32_t from, std::uint32_t to) {
      return std::memcmp(chip_.cells.data() + from, fresh_.data() + from, to - from) == 0;
    };
    return same(0, 0x9000) && (data_may_change || same(data().offset, data().end())) &&
           same(factory().offset, factory().end()) && same(slot().end(), 0x18000);
  }

 private:
  void add(formats::PartitionType type,
           std::uint8_t subtype,
           std::uint32_t offset,
           std::uint32_t size) {
    core::Partition row;
    row.type = type;
    row.subtype = subtype;
    row.offset = offset;
    row.size = size;
    ROTA_ASSERT(rows_.push_back(row));
  }

  board::MemoryChip chip_{0x18000};
  std::vector<std::byte> fresh_;
  core::FusesForTest fuses_;
  core::UpdateSettings settings_;
  formats::PartitionRows rows_;
  bool encrypted_ = false;
  std::optional<core::PartitionAccess> access_;
  std::optional<core::BootSelection> selection_;
  std::optional<core::AppUpdate> update_;
};

core::UpdateConversation::Options options_from(Script& script, const Board& board) {
  const std::uint8_t bits = script.byte();
  core::UpdateConversation::Options options;
  options.staging = &board.slot();
  options.final = (bits & 1U) != 0 ? &board.data() : &board.slot();
  options.finalize_with_copy = (bits & 2U) != 0;
  options.bulk_erase = (bits & 4U) != 0;
  options.resumption = (bits & 8U) != 0;
  options.partial_download = (bits & 16U) != 0;
  if ((bits & 32U) != 0) options.max_request_bytes = std::uint32_t{script.byte()} * 16;
  if ((bits & 64U) != 0) options.encrypted_header_bytes = 512;
  if (options.resumption) options.resume_at = std::uint32_t{script.byte()} * 80;
  return options;
}

core::HttpAnswer any_answer(Script& script) {
  constexpr std::array<int, 12> kStatuses = {200, 206, 301, 302, 304, 401,
                                             403, 404, 416, 500, 100, 999};
  core::HttpAnswer answer;
  answer.status = kStatuses[script.byte() % kStatuses.size()];
  const auto length = [&]() -> std::int64_t {
    const std::uint8_t kind = script.byte();
    if (kind < 8) return -1;
    if (kind < 16) return 0x100000000 + kind;
    return std::int64_t{kind} * 64;
  };
  answer.content_length = length();
  answer.range_first = length();
  answer.range_total = length();
  return answer;
}

// What a server with this image says to the request.
core::HttpAnswer good_answer(const core::Wish& wish) {
  const auto size = static_cast<std::int64_t>(Board::image().size());
  if (!wish.range) return {200, size, -1, -1};
  if (wish.range->first >= size) return {416, 0, -1, -1};
  const std::int64_t last = std::min<std::int64_t>(wish.range->last.value_or(~0U), size - 1);
  return {206, last - wish.range->first + 1, wish.range->first, size};
}

class Run {
 public:
  Run(Board& board, Script& script)
      : board_(board), script_(script), options_(options_from(script, board)) {
    conversation_.emplace(board_.start(options_));
  }

  void go_on() {
    while (!script_.is_over() && !is_over_) {
      event(script_.byte());
      check();
    }
    if (!is_over_) end(false);
    check();
    ROTA_ASSERT(board_.may_begin());
  }

 private:
  void event(std::uint8_t code) {
    core::UpdateConversation& now = *conversation_;
    switch (code % 16) {
      case 0:
        now.next();
        break;
      case 1:
        now.on_response(any_answer(script_));
        break;
      case 2:
        good_bytes(script_.byte() * std::size_t{16});
        break;
      case 3:
        now.on_bytes(script_.take(script_.byte()));
        break;
      case 4:
        now.on_end(script_.byte() % 2 != 0);
        break;
      case 5:
        now.on_stalled();
        break;
      case 6:
        now.on_read_failed();
        break;
      case 7:
        now.on_connection_failed();
        break;
      case 8:
        now.on_redirected(script_.byte() % 2 != 0);
        break;
      case 9:
        now.on_authorized(script_.byte() % 2 != 0);
        break;
      case 10:
        end(true);
        break;
      case 11:
        end(false);
        break;
      case 12:
        start_again();
        break;
      case 13:
        serve();
        break;
      case 14:
        now.on_bytes(script_.take(script_.byte()), script_.byte());
        break;
      default:
        good_bytes(~std::size_t{0});
        break;
    }
  }

  // The right bytes for where the conversation is, as a server would send them.
  void good_bytes(std::size_t count) {
    const Bytes image(Board::image());
    const std::size_t at = std::min<std::size_t>(conversation_->bytes_done(), image.size());
    conversation_->on_bytes(image.subspan(at, std::min(count, image.size() - at)));
  }

  // One wish, fulfilled.
  void serve() {
    const core::Wish wish = conversation_->next();
    switch (wish.kind) {
      case core::Wish::Kind::kRequest:
        conversation_->on_response(good_answer(wish));
        break;
      case core::Wish::Kind::kRedirect:
        conversation_->on_redirected(true);
        break;
      case core::Wish::Kind::kAuthorize:
        conversation_->on_authorized(true);
        break;
      case core::Wish::Kind::kRead:
        good_bytes(wish.read_exactly != 0 ? 1024 : 1400);
        break;
      default:
        break;
    }
  }

  // A reset in the middle: another session goes on where this one was.
  void start_again() {
    options_.resumption = true;
    options_.resume_at = conversation_->bytes_done();
    board_.boot();
    conversation_.emplace(board_.start(options_));
  }

  void end(bool finishes) {
    is_over_ = true;
    if (!finishes) {
      ROTA_ASSERT(conversation_->abort().ok());
      return;
    }
    const bool was_complete = conversation_->is_complete();
    const Status finished = conversation_->finish();
    ROTA_ASSERT(!conversation_->switched() || (was_complete && finished.ok()));
  }

  void check() {
    ROTA_ASSERT(conversation_->bytes_done() <= kSlotBytes + options_.resume_at);
    ROTA_ASSERT(board_.boots() == (conversation_->switched() ? &board_.slot() : &board_.factory()));
    const bool copies = options_.finalize_with_copy && options_.final == &board_.data();
    ROTA_ASSERT(board_.others_are_untouched(copies));
  }

  Board& board_;
  Script& script_;
  core::UpdateConversation::Options options_;
  std::optional<core::UpdateConversation> conversation_;
  bool is_over_ = false;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static Board board;
  Script script(std::as_bytes(std::span(data, size)));
  board.choose(script.byte());
  board.reset();
  Run(board, script).go_on();
  return 0;
}
