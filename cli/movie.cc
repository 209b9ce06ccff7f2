#include "cli/movie.h"

#include <algorithm>
#include <utility>

#include "formats/app_image.h"

namespace rota::cli {

using core::kSectorBytes;

namespace {

constexpr std::size_t kLinesOfOneStep = 8;

bool is_blank(Bytes bytes) {
  return std::all_of(bytes.begin(), bytes.end(),
                     [](std::byte byte) { return byte == std::byte{0xFF}; });
}

std::string_view kind_of(const formats::PartitionRow& row) {
  if (row.is_ota_slot()) return "slot";
  if (row.is_app()) return "app";
  return row.subtype == formats::kDataOta ? "otadata" : "data";
}

// "native_ota 1.0.0", "empty", or "" when the bytes are no app image.
std::string content_of(Bytes bytes) {
  if (is_blank(bytes.first(std::min<std::size_t>(bytes.size(), kSectorBytes)))) return "empty";
  const std::size_t end = formats::kDescriptionOffset + formats::kAppDescriptionBytes;
  if (bytes.size() < end || bytes[0] != std::byte{formats::kImageMagic}) return "";
  const auto description = formats::decode_app_description(
      bytes.subspan<formats::kDescriptionOffset, formats::kAppDescriptionBytes>());
  if (!description) return "";
  return fmt::format("{} {}", printable(description->project_name()),
                     printable(description->version()));
}

Json runs_of(const std::vector<bool>& sectors) {
  Json runs = Json::array();
  for (std::size_t i = 0; i < sectors.size(); ++i) {
    if (!sectors[i]) continue;
    const std::size_t first = i;
    while (i < sectors.size() && sectors[i]) ++i;
    runs.push_back({first, i - first});
  }
  return runs;
}

}  // namespace

MovieBoard movie_board(std::string chip, Bytes flash, const formats::PartitionRows& rows) {
  MovieBoard board;
  board.chip = std::move(chip);
  board.flash_bytes = static_cast<std::uint32_t>(flash.size());
  board.rows = rows;
  for (std::size_t at = 0; at + kSectorBytes <= flash.size(); at += kSectorBytes) {
    board.written.push_back(!is_blank(flash.subspan(at, kSectorBytes)));
  }
  for (const formats::PartitionRow& row : rows) {
    const bool is_inside = row.offset < flash.size() && row.size <= flash.size() - row.offset;
    const Bytes bytes = is_inside ? flash.subspan(row.offset, row.size) : Bytes();
    board.holds.push_back(is_inside && row.is_app() ? content_of(bytes) : "");
    if (kind_of(row) != "otadata" || bytes.size() < 2 * kSectorBytes) continue;
    board.ota_data.assign(bytes.begin(), bytes.begin() + 2 * kSectorBytes);
  }
  return board;
}

Json json_of(const MovieBoard& board) {
  Json lanes = Json::array();
  for (std::size_t i = 0; i < board.rows.size(); ++i) {
    const formats::PartitionRow& row = board.rows[i];
    lanes.push_back({{"label", printable(row.label())},
                     {"kind", kind_of(row)},
                     {"type", static_cast<unsigned>(row.type)},
                     {"subtype", row.subtype},
                     {"offset", row.offset},
                     {"size", row.size},
                     {"holds", board.holds[i]}});
  }
  Json records = Json::array();
  for (std::size_t at = 0; at + formats::kOtaRecordBytes <= board.ota_data.size();
       at += kSectorBytes) {
    records.push_back(hex_text(Bytes(board.ota_data).subspan(at, formats::kOtaRecordBytes)));
  }
  return {{"chip", board.chip},
          {"flash_bytes", board.flash_bytes},
          {"lanes", std::move(lanes)},
          {"written", runs_of(board.written)},
          {"ota_data", std::move(records)}};
}

std::optional<MovieBoard> movie_board_of(const Json& json) {
  MovieBoard board;
  try {
    board.chip = json.at("chip").get<std::string>();
    board.flash_bytes = json.at("flash_bytes").get<std::uint32_t>();
    board.written.resize(board.flash_bytes / kSectorBytes);
    for (const Json& run : json.at("written")) {
      const auto first = run.at(0).get<std::size_t>();
      const auto count = run.at(1).get<std::size_t>();
      for (std::size_t i = first; i < std::min(first + count, board.written.size()); ++i) {
        board.written[i] = true;
      }
    }
    for (const Json& lane : json.at("lanes")) {
      formats::PartitionRow row;
      row.type = static_cast<formats::PartitionType>(lane.at("type").get<unsigned>());
      row.subtype = lane.at("subtype").get<std::uint8_t>();
      row.offset = lane.at("offset").get<std::uint32_t>();
      row.size = lane.at("size").get<std::uint32_t>();
      const auto label = lane.at("label").get<std::string>();
      std::copy_n(label.begin(), std::min<std::size_t>(label.size(), 16),
                  row.label_storage.begin());
      if (!board.rows.push_back(row)) return std::nullopt;
      board.holds.push_back(lane.at("holds").get<std::string>());
    }
    const Json& records = json.at("ota_data");
    if (records.size() == 2) board.ota_data.resize(2 * kSectorBytes, std::byte{0xFF});
    for (std::size_t i = 0; i < records.size() && records.size() == 2; ++i) {
      const auto text = records[i].get<std::string>();
      const MutableBytes into =
          MutableBytes(board.ota_data).subspan(i * kSectorBytes, formats::kOtaRecordBytes);
      if (!bytes_of_hex(text, into)) return std::nullopt;
    }
  } catch (const Json::exception&) {
    return std::nullopt;
  }
  return board;
}

// ---- Steps --------------------------------------------------------------------------------------

MovieMaker::MovieMaker(MovieBoard board) : board_(std::move(board)), start_(cli::json_of(board_)) {
  for (const formats::PartitionRow& row : board_.rows) {
    if (row.is_ota_slot()) ++slot_count_;
    if (kind_of(row) == "otadata" && !board_.ota_data.empty()) {
      ota_data_ = core::FlashRange{{row.offset}, 2 * kSectorBytes};
    }
  }
  start_records_ = json_of_records();
  start_.erase("ota_data");
}

void MovieMaker::at_time_us(std::uint64_t time_us) {
  if (!first_us_) first_us_ = time_us;
  now_us_ = time_us;
}

bool MovieMaker::has_room() {
  if (bytes_ < kMovieMaxBytes) return true;
  if (is_full_) return false;
  is_full_ = true;
  Json full;
  full["kind"] = "note";
  full["text"] =
      "The run goes on; the movie has its largest size here and shows only how it ended.";
  steps_.push_back(std::move(full));
  return false;
}

// The step is valid until the next one.
Json& MovieMaker::step(std::string_view kind, std::string_view text) {
  Json made;
  made["kind"] = kind;
  made["text"] = printable(text);
  if (first_us_) made["ms"] = (now_us_ - *first_us_) / 1000;
  steps_.push_back(std::move(made));
  bytes_ += text.size() + 80;
  return steps_.back();
}

void MovieMaker::flush() {
  flush_console();
  flush_run();
}

void MovieMaker::flush_console() {
  if (!pending_text_.empty()) {
    const std::string line = std::exchange(pending_text_, {});
    take_line(pending_source_, line);
  }
  if (lines_.empty() || !has_room()) return;
  const std::string text = lines_.back()[1].get<std::string>();
  Json& made = step("console", text);
  if (first_us_) made["ms"] = (lines_us_ - *first_us_) / 1000;
  made["lines"] = std::exchange(lines_, Json::array());
}

void MovieMaker::take_line(std::string_view source, std::string_view line) {
  if (lines_.size() >= kLinesOfOneStep) flush_console();
  if (lines_.empty()) lines_us_ = now_us_;
  lines_.push_back({source, printable(line)});
  bytes_ += line.size() + 20;
}

void MovieMaker::console(std::string_view source, std::string_view text) {
  flush_run();
  if (source != pending_source_ && !pending_text_.empty()) {
    const std::string line = std::exchange(pending_text_, {});
    take_line(pending_source_, line);
  }
  pending_source_ = source;
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    pending_text_ += text.substr(0, end);
    if (end == std::string_view::npos) return;
    text.remove_prefix(end + 1);
    std::string line = std::exchange(pending_text_, {});
    if (line.ends_with('\r')) line.pop_back();
    if (has_room()) take_line(source, line);
  }
}

void MovieMaker::power_on() {
  flush();
  if (!has_room()) return;
  step("power", "The power comes on.")["mark"] = true;
}

void MovieMaker::power_off(std::string_view why) {
  flush();
  running_.clear();
  if (!has_room()) return;
  Json& made = step("power", why);
  made["runs"] = nullptr;
  made["mark"] = true;
}

void MovieMaker::boots(std::string_view why) {
  flush();
  running_.clear();
  rules_ = Json::array();
  if (!has_room()) return;
  Json& made = step("boot", fmt::format("The bootloader starts after {}.", why));
  made["runs"] = nullptr;
  made["rules"] = rules_;
  made["mark"] = true;
}

void MovieMaker::rule(std::string_view sentence) { rules_.push_back(printable(sentence)); }

void MovieMaker::starts(std::string_view position, std::string_view image) {
  flush();
  running_ = position;
  if (!has_room()) return;
  std::string text = fmt::format("The bootloader starts {}", position);
  if (!image.empty()) text += fmt::format(": {}", image);
  Json& made = step("start", text + ".");
  made["runs"] = running_;
  made["rules"] = rules_;
  if (!image.empty()) made["holds"] = {{running_, printable(image)}};
  made["mark"] = true;
}

// ---- Flash --------------------------------------------------------------------------------------

std::optional<std::size_t> MovieMaker::row_at(std::uint32_t address) const {
  for (std::size_t i = 0; i < board_.rows.size(); ++i) {
    const formats::PartitionRow& row = board_.rows[i];
    if (address >= row.offset && address - row.offset < row.size) return i;
  }
  return std::nullopt;
}

std::string MovieMaker::place_of(std::uint32_t address) const {
  const auto row = row_at(address);
  if (!row) return fmt::format("0x{:x}", address);
  return fmt::format("{}+0x{:x}", printable(board_.rows[*row].label()),
                     address - board_.rows[*row].offset);
}

bool MovieMaker::joins_run(std::size_t row, core::FlashRange range) const {
  if (!run_ || run_->row != row) return false;
  const std::uint32_t end = range.start.value + range.size_bytes;
  return range.start.value >= run_->start && range.start.value <= run_->end &&
         end - run_->start <= kMovieRunBytes;
}

void MovieMaker::add_to_run(std::size_t row, core::FlashRange range, bool is_erase) {
  const std::uint32_t start = range.start.value;
  const std::uint32_t end = start + range.size_bytes;
  if (!joins_run(row, range)) {
    flush_run();
    run_ = Run{};
    run_->row = row;
    run_->start = start;
    run_->end = end;
    run_us_ = now_us_;
  }
  run_->end = std::max(run_->end, end);
  std::uint32_t& first = is_erase ? run_->erase_start : run_->write_start;
  std::uint32_t& last = is_erase ? run_->erase_end : run_->write_end;
  if (last == 0) first = start;
  last = std::max(last, end);
  ++run_->operations;
  run_->last_bytes = range.size_bytes;
}

void MovieMaker::flush_run() {
  if (!run_) return;
  const Run run = *std::exchange(run_, std::nullopt);
  if (!has_room()) return;
  const char* what = run.write_end == 0   ? "Erases"
                     : run.erase_end == 0 ? "Writes"
                                          : "Erases and writes";
  std::string text =
      fmt::format("{} {}, {}", what, place_of(run.start), size_text(run.end - run.start));
  if (run.operations > 1) text += fmt::format(" in {} operations", grouped(run.operations));
  Json& made = step("flash", text + ".");
  if (first_us_) made["ms"] = (run_us_ - *first_us_) / 1000;
  if (run.erase_end != 0) made["erase"] = {{run.erase_start, run.erase_end - run.erase_start}};
  if (run.write_end != 0) made["write"] = {{run.write_start, run.write_end - run.write_start}};
}

formats::OtaRecords MovieMaker::records() const {
  formats::OtaRecords records{formats::OtaRecord::blank(), formats::OtaRecord::blank()};
  for (std::size_t i = 0; i < 2 && !board_.ota_data.empty(); ++i) {
    records[i] = formats::decode_ota_record(
        Bytes(board_.ota_data).subspan(i * kSectorBytes).first<formats::kOtaRecordBytes>());
  }
  return records;
}

std::string MovieMaker::record_sentence(const formats::OtaRecord& record) const {
  if (record == formats::OtaRecord::blank()) return "blank";
  std::string text = record.sequence == formats::kBlankSequence
                         ? "no sequence"
                         : fmt::format("sequence {}", record.sequence);
  if (slot_count_ > 0 && record.sequence != formats::kBlankSequence) {
    text += fmt::format(" (ota_{})", formats::slot_of(record.sequence, slot_count_));
  }
  text += fmt::format(", {}", formats::name_of(record.state));
  return text + (record.check_is_good() ? "" : ", check word bad");
}

Json MovieMaker::json_of_records() const {
  if (board_.ota_data.empty()) return nullptr;
  const formats::OtaRecords now = records();
  const int active = formats::active_record(now);
  Json json = Json::array();
  for (std::size_t i = 0; i < 2; ++i) {
    const formats::OtaRecord& record = now[i];
    Json one;
    one["blank"] = record == formats::OtaRecord::blank();
    one["sequence"] = record.sequence;
    one["state"] = formats::name_of(record.state);
    one["check"] = record.check_is_good();
    one["slot"] = nullptr;
    if (slot_count_ > 0 && record.sequence != formats::kBlankSequence) {
      one["slot"] = fmt::format("ota_{}", formats::slot_of(record.sequence, slot_count_));
    }
    one["in_charge"] = active == static_cast<int>(i);
    json.push_back(std::move(one));
  }
  return json;
}

// False: the operation does not touch OTA data.
bool MovieMaker::change_ota_data(core::FlashRange range,
                                 std::uint32_t bytes_done,
                                 Bytes data,
                                 bool is_erase) {
  if (!ota_data_ || !core::overlaps(range, *ota_data_)) return false;
  for (std::uint32_t i = 0; i < bytes_done; ++i) {
    const std::uint32_t at = range.start.value + i;
    if (at < ota_data_->start.value || at - ota_data_->start.value >= ota_data_->size_bytes)
      continue;
    std::byte& cell = board_.ota_data[at - ota_data_->start.value];
    if (is_erase) cell = std::byte{0xFF};
    if (!is_erase && i < data.size()) cell &= data[i];
  }
  return true;
}

std::string MovieMaker::ota_sentence(const formats::OtaRecords& before,
                                     std::string_view otherwise) const {
  const formats::OtaRecords now = records();
  for (std::size_t i = 0; i < 2; ++i) {
    if (now[i] == before[i]) continue;
    return fmt::format("OTA data record {}: {} -> {}.", i, record_sentence(before[i]),
                       record_sentence(now[i]));
  }
  return std::string(otherwise);
}

void MovieMaker::erases(core::FlashRange range, std::uint32_t bytes_done) {
  flush_console();
  const auto row = row_at(range.start.value);
  const bool is_whole = bytes_done == range.size_bytes;
  if (row && board_.rows[*row].is_app() && is_whole) return add_to_run(*row, range, true);
  flush_run();
  const formats::OtaRecords before = records();
  const bool is_ota_data = change_ota_data(range, bytes_done, {}, true);
  if (!has_room()) return;
  const std::string plain =
      fmt::format("Erases {}, {}.", place_of(range.start.value), size_text(range.size_bytes));
  Json& made = step("flash", is_ota_data ? ota_sentence(before, plain) : plain);
  made["erase"] = {{range.start.value, bytes_done}};
  if (!is_whole) made["torn"] = {range.start.value, range.size_bytes};
  if (is_ota_data) made["ota"] = json_of_records();
}

void MovieMaker::programs(core::FlashRange range, std::uint32_t bytes_done, Bytes data) {
  flush_console();
  const auto row = row_at(range.start.value);
  const bool is_whole = bytes_done == range.size_bytes;
  if (row && board_.rows[*row].is_app() && is_whole) return add_to_run(*row, range, false);
  flush_run();
  const formats::OtaRecords before = records();
  const bool is_ota_data = change_ota_data(range, bytes_done, data, false);
  if (!has_room()) return;
  const std::string plain =
      fmt::format("Writes {}, {}.", place_of(range.start.value), size_text(range.size_bytes));
  Json& made = step("flash", is_ota_data ? ota_sentence(before, plain) : plain);
  made["write"] = {{range.start.value, bytes_done}};
  if (!is_whole) made["torn"] = {range.start.value, range.size_bytes};
  if (is_ota_data) made["ota"] = json_of_records();
}

void MovieMaker::burns(std::uint32_t bits) {
  flush();
  if (has_room())
    step("flash", fmt::format("Burns the fuse bits 0x{:x} of the secure version.", bits));
}

void MovieMaker::fault(std::string_view sentence) {
  flush();
  Json& made = step("fault", sentence);
  made["mark"] = true;
  made["ota"] = json_of_records();
}

void MovieMaker::ota_data_is(Bytes bytes) {
  if (!ota_data_ || bytes.size() < 2 * kSectorBytes) return;
  if (std::equal(board_.ota_data.begin(), board_.ota_data.end(), bytes.begin())) return;
  board_.ota_data.assign(bytes.begin(), bytes.begin() + 2 * kSectorBytes);
  if (!steps_.empty()) steps_.back()["ota"] = json_of_records();
}

void MovieMaker::board_is(const MovieBoard& board) {
  flush();
  const Json now = cli::json_of(board);
  const bool is_same_ota = board.ota_data == board_.ota_data;
  board_.ota_data = board.ota_data;
  if (!has_room()) return;
  Json& made = step("note", is_same_ota ? "A later run of the same board."
                                        : "A later run; OTA data were changed in between.");
  made["written"] = now.at("written");
  made["ota"] = json_of_records();
  made["mark"] = true;
  Json holds = Json::object();
  for (std::size_t i = 0; i < board.rows.size(); ++i) {
    holds[printable(board.rows[i].label())] = board.holds[i];
  }
  made["holds"] = std::move(holds);
}

void MovieMaker::note(std::string_view sentence) {
  flush();
  if (has_room()) step("note", sentence);
}

void MovieMaker::verdict(bool is_good, std::string_view sentence) {
  flush();
  Json& made = step("verdict", sentence);
  made["good"] = is_good;
  made["mark"] = true;
}

Json MovieMaker::finish(std::string_view title, std::string_view subtitle) {
  flush();
  Json movie;
  movie["title"] = title;
  movie["subtitle"] = subtitle;
  movie["board"] = start_;
  movie["ota"] = start_records_;
  movie["steps"] = std::move(steps_);
  return movie;
}

}  // namespace rota::cli
