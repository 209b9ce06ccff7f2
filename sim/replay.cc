#include "sim/replay.h"

#include <algorithm>
#include <charconv>
#include <cstdio>

#include "formats/ota_data.h"
#include "sim/matrix.h"

namespace rota::sim {

namespace {

constexpr std::uint32_t kMaxImageSectors = 256;

// The text up to the next `separator`, which is taken away with it.
std::string_view next_part(std::string_view& text, char separator) {
  const std::size_t end = std::min(text.find(separator), text.size());
  const std::string_view part = text.substr(0, end);
  text.remove_prefix(std::min(end + 1, text.size()));
  return part;
}

std::optional<std::uint32_t> number(std::string_view text) {
  std::uint32_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

std::optional<FaultPlace> parse_place(std::string_view text) {
  const auto power_on = number(next_part(text, '.'));
  const auto operation = number(next_part(text, '.'));
  const std::string_view kind = next_part(text, '.');
  const auto value = number(text);
  const auto* name = std::find(kFaultNames.begin(), kFaultNames.end(), kind);
  if (!power_on || !operation || !value || name == kFaultNames.end()) return std::nullopt;
  return FaultPlace{
      *power_on, *operation, {static_cast<FaultKind>(name - kFaultNames.begin()), *value}};
}

// The timeline as text.
class PrintedTimeline final : public ReplayListener {
 public:
  void begins(const TestBoard& board, FaultyChip& chip) override {
    board_ = &board;
    print_records(chip);
  }
  void chapter(std::string_view title) override { print("", title); }
  void power_on(std::string_view name) override { print("  ", name); }
  void line(std::string_view text, FaultyChip&) override { print("      ", text); }
  void operation(std::size_t index, const RecordedOperation& recorded, const Fault* fault) override;
  void ends(const PowerOn* seen, FaultyChip& chip) override;

 private:
  static void print(const char* indent, std::string_view text) {
    std::printf("%s%.*s\n", indent, static_cast<int>(text.size()), text.data());
  }
  void print_operation(std::size_t index, const Operation& operation) const;
  void print_records(FaultyChip& chip) const;

  const TestBoard* board_ = nullptr;
};

void PrintedTimeline::operation(std::size_t index,
                                const RecordedOperation& recorded,
                                const Fault* fault) {
  print_operation(index, recorded.operation);
  if (fault == nullptr) return;
  std::printf("       FAULT: %s %u\n", kFaultNames[static_cast<std::size_t>(fault->kind)].data(),
              fault->value);
}

void PrintedTimeline::print_operation(std::size_t index, const Operation& operation) const {
  if (operation.kind == OperationKind::kBurn) {
    std::printf("    %2zu burn fuses %08x\n", index, operation.start);
    return;
  }
  const char* where = "?";
  std::uint32_t offset = operation.start;
  for (const core::Partition& row : board_->rows()) {
    if (operation.start < row.offset || operation.start >= row.end()) continue;
    where = row.label_storage.data();
    offset = operation.start - row.offset;
  }
  std::printf("    %2zu %-7s %s+0x%04x, %u bytes\n", index,
              operation.kind == OperationKind::kErase ? "erase" : "program", where, offset,
              operation.bytes);
}

void PrintedTimeline::print_records(FaultyChip& chip) const {
  for (std::uint32_t sector = 0; sector < 2; ++sector) {
    const Bytes bytes =
        chip.cells().subspan(board_->ota_data().offset + sector * core::kSectorBytes);
    const formats::OtaRecord record =
        formats::decode_ota_record(bytes.first<formats::kOtaRecordBytes>());
    std::printf("    OTA data %u: sequence %08x, state %08x, check %s\n", sector, record.sequence,
                static_cast<unsigned>(record.state), record.check_is_good() ? "good" : "bad");
  }
  std::printf("    fuses %08x%s%s\n", chip.secure_version_bits(),
              chip.has_unstable_cells() ? ", there are unstable cells" : "",
              chip.has_worn_cells() ? ", there are worn cells" : "");
}

void PrintedTimeline::ends(const PowerOn* seen, FaultyChip& chip) {
  constexpr std::array<const char*, 4> kEnds{"idle", "restarts", "power lost", "nothing boots"};
  if (seen != nullptr) {
    std::printf("    image %s, %s; oracle: %s\n", name_of(seen->image).data(),
                kEnds[static_cast<std::size_t>(seen->end)], name_of(seen->verdict).data());
  }
  print_records(chip);
}

class Replay {
 public:
  Replay(const Token& token, ReplayListener& listener)
      : token_(token),
        listener_(listener),
        board_(token.plan.configuration),
        chip_(board_.flash_bytes(), token.plan.configuration.secure_version_width),
        device_(board_, chip_, *token.plan.scenario, no_defect_) {
    device_.log_to([this](std::string_view line) { take_line(line); });
  }

  bool run();

 private:
  PowerOn start(Program program, const FaultPlace* fault);
  bool suffer(const FaultPlace& place);
  void take_line(std::string_view line);
  void tell_operations(std::size_t end);

  const Token& token_;
  ReplayListener& listener_;
  Defect no_defect_;
  TestBoard board_;
  FaultyChip chip_;
  Device device_;
  std::vector<RecordedOperation> log_;  // of the start at hand
  std::size_t told_ = 0;
  const FaultPlace* fault_ = nullptr;
  bool is_cut_ = false;
  bool in_table_ = false;
};

// In its place among the operations.
void Replay::take_line(std::string_view line) {
  tell_operations(log_.size());
  if (line.find("End of partition table") != std::string_view::npos) {
    in_table_ = false;
    return;
  }
  if (line.find("Partition Table:") != std::string_view::npos) in_table_ = true;
  if (in_table_ || is_cut_) return;
  listener_.line(line, chip_);
}

// Those that were not told yet. Nothing after a cut really happened.
void Replay::tell_operations(std::size_t end) {
  for (; told_ < end && !is_cut_; ++told_) {
    const bool suffers = fault_ != nullptr && told_ == fault_->operation;
    listener_.operation(told_, log_[told_], suffers ? &fault_->fault : nullptr);
    is_cut_ = suffers && ends_in_cut(fault_->fault.kind);
  }
}

PowerOn Replay::start(Program program, const FaultPlace* fault) {
  log_.clear();
  told_ = 0;
  is_cut_ = false;
  fault_ = fault;
  chip_.power_on();
  if (fault != nullptr && !ends_in_cut(fault->fault.kind))
    chip_.plan(fault->operation, fault->fault);
  chip_.record_into(&log_);
  const PowerOn seen = device_.start(program);
  chip_.record_into(nullptr);
  tell_operations(log_.size());
  if (is_cut_) chip_.repeat_with_cut(log_[fault->operation], fault->fault);
  listener_.ends(is_cut_ ? nullptr : &seen, chip_);
  return seen;
}

// The starts up to the one that the fault falls into.
bool Replay::suffer(const FaultPlace& place) {
  for (std::uint32_t i = 0; i <= place.power_on; ++i) {
    listener_.power_on("start " + std::to_string(i));
    const bool last = i == place.power_on;
    const PowerOn seen = start(Program::kScenario, last ? &place : nullptr);
    if (last) return place.operation < log_.size();
    if (seen.end != PowerOn::End::kRestarts) return false;
  }
  return true;
}

bool Replay::run() {
  prepare(*token_.plan.scenario, board_, chip_);
  listener_.chapter(std::string(token_.plan.scenario->what) + " on " +
                    name_of(token_.plan.configuration));
  listener_.begins(board_, chip_);
  for (const FaultPlace& place : token_.path) {
    if (!suffer(place)) return false;
  }
  listener_.chapter("Then clean starts:");
  for (int i = 1; i <= 5; ++i) {
    listener_.power_on("clean start " + std::to_string(i));
    start(Program::kSettle, nullptr);
  }
  listener_.chapter("Then the next update:");
  for (int i = 0; i < 4; ++i) {
    listener_.power_on("start " + std::to_string(i));
    const PowerOn seen = start(Program::kNextUpdate, nullptr);
    if (seen.end != PowerOn::End::kRestarts) break;
  }
  return true;
}

}  // namespace

std::optional<Token> parse_token(std::string_view text) {
  Token token;
  token.plan.scenario = find_scenario(next_part(text, ':'));
  std::string_view configuration = next_part(text, ':');
  const std::size_t size_at = configuration.rfind('x');
  std::optional<std::uint32_t> sectors;
  if (size_at != std::string_view::npos && size_at > configuration.rfind('/')) {
    sectors = number(configuration.substr(size_at + 1));
    if (!sectors || *sectors > kMaxImageSectors) return std::nullopt;
    configuration = configuration.substr(0, size_at);
  }
  if (token.plan.scenario == nullptr) return std::nullopt;
  const std::vector<Configuration> all = all_configurations();
  const auto known = std::find_if(
      all.begin(), all.end(),
      [configuration](const Configuration& one) { return name_of(one) == configuration; });
  if (known == all.end()) return std::nullopt;
  token.plan.configuration = *known;
  if (sectors) token.plan.configuration.image_sectors = static_cast<std::uint16_t>(*sectors);
  while (!text.empty()) {
    const auto place = parse_place(next_part(text, ','));
    if (!place) return std::nullopt;
    token.path.push_back(*place);
  }
  return token;
}

bool replay(const Token& token, ReplayListener& listener) { return Replay(token, listener).run(); }

bool replay(const Token& token) {
  PrintedTimeline timeline;
  return Replay(token, timeline).run();
}

}  // namespace rota::sim
