#include "cli/proof_movie.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "cli/movie.h"
#include "sim/test_board.h"

namespace rota::cli {
namespace {

constexpr std::string_view kBootMark = " boot: ";
constexpr std::string_view kLoaded = "Loaded app from partition at offset 0x";

std::string name_of_image(sim::ImageId image) {
  return fmt::format("image {}", sim::name_of(image));
}

class Listener final : public sim::ReplayListener {
 public:
  void begins(const sim::TestBoard& board, sim::FaultyChip& chip) override {
    board_ = &board;
    MovieBoard start =
        movie_board(std::string(board.chip().facts->target), chip.cells(), board.rows());
    for (std::size_t i = 0; i < board.rows().size(); ++i) {
      if (!board.rows()[i].is_app()) continue;
      const sim::ImageId image = board.image_in(chip, board.rows()[i]);
      if (image != sim::ImageId::kNone) start.holds[i] = name_of_image(image);
    }
    maker_.emplace(std::move(start));
  }
  void chapter(std::string_view title) override {
    if (maker_) maker_->note(title);
  }
  void power_on(std::string_view name) override {
    maker_->boots(name == "start 0" || was_cut_ ? "power on" : "a reset");
    was_cut_ = false;
  }
  void line(std::string_view text, sim::FaultyChip& chip) override;
  void operation(std::size_t,
                 const sim::RecordedOperation& recorded,
                 const sim::Fault* fault) override;
  void ends(const sim::PowerOn* seen, sim::FaultyChip& chip) override;

  MovieMaker& finish();

 private:
  void show(const sim::RecordedOperation& recorded, std::uint32_t bytes_done);
  const sim::TestBoard* board_ = nullptr;
  std::optional<MovieMaker> maker_;
  bool was_cut_ = false;
  std::optional<sim::Verdict> lost_;
  sim::ImageId last_ = sim::ImageId::kNone;
};

void Listener::line(std::string_view text, sim::FaultyChip& chip) {
  const std::size_t boot = text.find(kBootMark);
  maker_->console(boot == std::string_view::npos ? "app" : "bootloader", std::string(text) + "\n");
  if (boot == std::string_view::npos) return;
  const std::string_view said = text.substr(boot + kBootMark.size());
  if (!said.starts_with(kLoaded)) {
    if (!said.starts_with("2nd stage")) maker_->rule(said);
    return;
  }
  const auto address =
      static_cast<std::uint32_t>(std::stoul(std::string(said.substr(kLoaded.size())), nullptr, 16));
  for (const core::Partition& row : board_->rows()) {
    if (row.offset != address || !row.is_app()) continue;
    maker_->starts(row.label(), name_of_image(board_->image_in(chip, row)));
  }
}

// How much of an operation is there for certain afterwards; the rest of what it names is torn.
std::uint32_t bytes_done_of(const sim::Operation& operation, const sim::Fault& fault) {
  switch (fault.kind) {
    case sim::FaultKind::kCutAfter:
    case sim::FaultKind::kWorn:
      return operation.bytes;
    case sim::FaultKind::kTornBytes:
      return std::min(fault.value, operation.bytes);
    case sim::FaultKind::kErrorHalf:
      return operation.bytes / 2;
    default:
      return 0;
  }
}

void Listener::show(const sim::RecordedOperation& recorded, std::uint32_t bytes_done) {
  const sim::Operation& operation = recorded.operation;
  const core::FlashRange range{{operation.start}, operation.bytes};
  switch (operation.kind) {
    case sim::OperationKind::kProgram:
      return maker_->programs(range, bytes_done, recorded.bytes);
    case sim::OperationKind::kErase:
      return maker_->erases(range, bytes_done);
    case sim::OperationKind::kBurn:
      return maker_->burns(operation.start);
  }
}

void Listener::operation(std::size_t,
                         const sim::RecordedOperation& recorded,
                         const sim::Fault* fault) {
  const sim::Operation& operation = recorded.operation;
  if (fault == nullptr) return show(recorded, operation.bytes);
  std::string what = fmt::format("the burn of the fuse bits 0x{:x}", operation.start);
  if (operation.kind != sim::OperationKind::kBurn) {
    what = fmt::format("the {} of {} at {}",
                       operation.kind == sim::OperationKind::kErase ? "erase" : "write",
                       size_text(operation.bytes), maker_->place_of(operation.start));
  }
  const bool touches_nothing = fault->kind == sim::FaultKind::kCutBefore ||
                               fault->kind == sim::FaultKind::kLying ||
                               fault->kind == sim::FaultKind::kError;
  if (!touches_nothing) show(recorded, bytes_done_of(operation, *fault));
  maker_->fault("FAULT: " + sentence_of(*fault, what) + ".");
}

void Listener::ends(const sim::PowerOn* seen, sim::FaultyChip& chip) {
  was_cut_ = seen == nullptr;
  const core::Partition& ota_data = board_->ota_data();
  const Bytes records = chip.cells().subspan(ota_data.offset, 2 * core::kSectorBytes);
  maker_->note(was_cut_ ? "The power is off. This is what the flash holds now."
               : seen->end == sim::PowerOn::End::kRestarts ? "The application restarts the board."
               : seen->end == sim::PowerOn::End::kIdle     ? "Nothing more happens in this start."
                                                           : "The start ends here.");
  maker_->ota_data_is(records);
  if (seen == nullptr) return;
  last_ = seen->image;
  if (seen->verdict != sim::Verdict::kFine && !lost_) lost_ = seen->verdict;
}

MovieMaker& Listener::finish() {
  if (lost_) {
    maker_->verdict(false, fmt::format("Lost: {}.", sim::name_of(*lost_)));
  } else {
    maker_->verdict(true, fmt::format("Not lost: {} runs at the end, after the next update.",
                                      name_of_image(last_)));
  }
  return *maker_;
}

}  // namespace

std::string sentence_of(const sim::Fault& fault, const std::string& what) {
  switch (fault.kind) {
    case sim::FaultKind::kCutBefore:
      return "the power goes before " + what;
    case sim::FaultKind::kCutAfter:
      return "the power goes right after " + what;
    case sim::FaultKind::kTornBytes:
      return fmt::format("the power goes inside {}, after {}", what,
                         fault.value == 1 ? "1 byte" : fmt::format("{} bytes", fault.value));
    case sim::FaultKind::kTornBits:
      return fmt::format("the power goes inside {}; only some of the bits are done", what);
    case sim::FaultKind::kPreProgram:
      return fmt::format("the power goes inside {}, before its cells rise: some bits went to 0",
                         what);
    case sim::FaultKind::kUnstable:
      return fmt::format("the power goes inside {}; some cells read differently each time", what);
    case sim::FaultKind::kLying:
      return fmt::format("the chip reports {} as done, and stored nothing", what);
    case sim::FaultKind::kError:
      return "the chip refuses " + what;
    case sim::FaultKind::kErrorHalf:
      return fmt::format("the chip refuses {} after half of it", what);
    case sim::FaultKind::kWorn:
      return fmt::format("the sector is worn: after {} some bits stay at 0", what);
  }
  return "a fault";
}

Json movie_of_sweep(const sim::Token& token,
                    const std::string& title,
                    const std::string& subtitle) {
  Listener listener;
  if (!sim::replay(token, listener)) return nullptr;
  return listener.finish().finish(title, subtitle);
}

}  // namespace rota::cli
