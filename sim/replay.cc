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

class Replay {
 public:
  explicit Replay(const Token& token)
      : token_(token),
        board_(token.plan.configuration),
        chip_(board_.flash_bytes(), token.plan.configuration.secure_version_width),
        device_(board_, chip_, *token.plan.scenario, no_defect_) {
    device_.log_to([this](std::string_view line) { print_line(line); });
  }

  bool run();

 private:
  PowerOn start(Program program, const FaultPlace* fault);
  bool suffer(const FaultPlace& place);
  void print_line(std::string_view line);
  void print_operations(std::size_t end);
  void print_operation(std::size_t index, const RecordedOperation& recorded) const;
  void print_records() const;
  void print_end(const PowerOn& seen) const;

  const Token& token_;
  Defect no_defect_;
  TestBoard board_;
  FaultyChip chip_;
  Device device_;
  std::vector<RecordedOperation> log_;  // of the start at hand
  std::size_t printed_ = 0;
  const FaultPlace* fault_ = nullptr;
  bool is_cut_ = false;
  bool in_table_ = false;
};

// In its place among the operations; without the table, which is always the same.
void Replay::print_line(std::string_view line) {
  print_operations(log_.size());
  if (line.find("End of partition table") != std::string_view::npos) {
    in_table_ = false;
    return;
  }
  if (line.find("Partition Table:") != std::string_view::npos) in_table_ = true;
  if (in_table_ || is_cut_) return;
  std::printf("      %.*s\n", static_cast<int>(line.size()), line.data());
}

// Those that were not printed yet. Nothing after a cut really happened.
void Replay::print_operations(std::size_t end) {
  for (; printed_ < end && !is_cut_; ++printed_) {
    print_operation(printed_, log_[printed_]);
    if (fault_ == nullptr || printed_ != fault_->operation) continue;
    std::printf("       FAULT: %s %u\n",
                kFaultNames[static_cast<std::size_t>(fault_->fault.kind)].data(),
                fault_->fault.value);
    is_cut_ = ends_in_cut(fault_->fault.kind);
  }
}

void Replay::print_operation(std::size_t index, const RecordedOperation& recorded) const {
  const Operation& operation = recorded.operation;
  if (operation.kind == OperationKind::kBurn) {
    std::printf("    %2zu burn fuses %08x\n", index, operation.start);
    return;
  }
  const char* where = "?";
  std::uint32_t offset = operation.start;
  for (const core::Partition& row : board_.rows()) {
    if (operation.start < row.offset || operation.start >= row.end()) continue;
    where = row.label_storage.data();
    offset = operation.start - row.offset;
  }
  std::printf("    %2zu %-7s %s+0x%04x, %u bytes\n", index,
              operation.kind == OperationKind::kErase ? "erase" : "program", where, offset,
              operation.bytes);
}

void Replay::print_records() const {
  for (std::uint32_t sector = 0; sector < 2; ++sector) {
    const Bytes bytes =
        chip_.cells().subspan(board_.ota_data().offset + sector * core::kSectorBytes);
    const formats::OtaRecord record =
        formats::decode_ota_record(bytes.first<formats::kOtaRecordBytes>());
    std::printf("    OTA data %u: sequence %08x, state %08x, check %s\n", sector, record.sequence,
                static_cast<unsigned>(record.state), record.check_is_good() ? "good" : "bad");
  }
  std::printf("    fuses %08x%s%s\n", chip_.secure_version_bits(),
              chip_.has_unstable_cells() ? ", there are unstable cells" : "",
              chip_.has_worn_cells() ? ", there are worn cells" : "");
}

void Replay::print_end(const PowerOn& seen) const {
  constexpr std::array<const char*, 4> kEnds{"idle", "restarts", "power lost", "nothing boots"};
  std::printf("    image %s, %s; oracle: %s\n", name_of(seen.image).data(),
              kEnds[static_cast<std::size_t>(seen.end)], name_of(seen.verdict).data());
}

PowerOn Replay::start(Program program, const FaultPlace* fault) {
  log_.clear();
  printed_ = 0;
  is_cut_ = false;
  fault_ = fault;
  chip_.power_on();
  if (fault != nullptr && !ends_in_cut(fault->fault.kind))
    chip_.plan(fault->operation, fault->fault);
  chip_.record_into(&log_);
  const PowerOn seen = device_.start(program);
  chip_.record_into(nullptr);
  print_operations(log_.size());
  if (is_cut_) {
    chip_.repeat_with_cut(log_[fault->operation], fault->fault);
  } else {
    print_end(seen);
  }
  print_records();
  return seen;
}

// The starts up to the one that the fault falls into.
bool Replay::suffer(const FaultPlace& place) {
  for (std::uint32_t i = 0; i <= place.power_on; ++i) {
    std::printf("  start %u\n", i);
    const bool last = i == place.power_on;
    const PowerOn seen = start(Program::kScenario, last ? &place : nullptr);
    if (last) return place.operation < log_.size();
    if (seen.end != PowerOn::End::kRestarts) return false;
  }
  return true;
}

bool Replay::run() {
  prepare(*token_.plan.scenario, board_, chip_);
  std::printf("%s on %s\n", token_.plan.scenario->what.data(),
              name_of(token_.plan.configuration).c_str());
  print_records();
  for (const FaultPlace& place : token_.path) {
    if (!suffer(place)) return false;
  }
  std::printf("Then clean starts:\n");
  for (int i = 1; i <= 5; ++i) {
    std::printf("  clean start %d\n", i);
    start(Program::kSettle, nullptr);
  }
  std::printf("Then the next update:\n");
  for (int i = 0; i < 4; ++i) {
    std::printf("  start %d\n", i);
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

bool replay(const Token& token) { return Replay(token).run(); }

}  // namespace rota::sim
