#include "cli/recorded_run.h"

#include <fmt/format.h>

#include <optional>

#include "cli/board_access.h"
#include "cli/input_file.h"
#include "cli/movie.h"
#include "cli/table_source.h"

namespace rota::cli {
namespace {

constexpr std::string_view kFirstWord = "{\"recording\":1";

Failed<Refusal> no_recording(const std::string& path) {
  return refuse(fmt::format(
      "{} is no recording of a board; make one with rota board run BOARD --record FILE.", path));
}

Result<formats::PartitionRows, Refusal> rows_of(const board::BoardFolder& folder) {
  auto flash = InputFile::open(folder.path() + "/flash.bin");
  if (!flash) return Failed{flash.error()};
  // A board without a table can run, too: it says what it lacks.
  const auto forecast = forecast_boot(*flash, folder.path(), question_of(folder));
  return forecast ? forecast->rows : formats::PartitionRows();
}

class Reader {
 public:
  explicit Reader(std::string path) : path_(std::move(path)) {}

  Outcome take(std::string_view line);
  Result<RecordedRun, Refusal> finish();

 private:
  Outcome take_picture(const Json& json);
  void take_event(const std::string& name, const std::string& text);
  void take_operation(const Json& json);

  std::string path_;
  std::optional<MovieMaker> maker_;
  std::string chip_;
  std::size_t line_ = 0;
  bool was_full_ = false;
};

Outcome Reader::take_picture(const Json& json) {
  auto board = movie_board_of(json.at("board"));
  if (!board)
    return refuse(fmt::format("{}, line {}: this is no picture of a board.", path_, line_));
  if (maker_) {
    maker_->board_is(*board);
  } else {
    chip_ = board->chip;
    maker_.emplace(std::move(*board));
  }
  return {};
}

void Reader::take_event(const std::string& name, const std::string& text) {
  if (name == "power_on") return maker_->power_on();
  if (name == "power_off") return maker_->power_off("The power is switched off.");
  if (name == "cut") return maker_->fault(fmt::format("FAULT: {}.", text));
  if (name == "boot") return maker_->boots(text);
  if (name == "rule") return maker_->rule(text);
  if (name == "start") {
    const std::size_t space = text.find(' ');
    return maker_->starts(text.substr(0, space),
                          space == std::string::npos ? "" : text.substr(space + 1));
  }
  if (name == "full") was_full_ = true;
}

void Reader::take_operation(const Json& json) {
  const core::FlashRange range{{json.at("at").get<std::uint32_t>()},
                               json.at("bytes").get<std::uint32_t>()};
  const auto done = json.value("done", range.size_bytes);
  if (json.at("op") == "erase") return maker_->erases(range, done);
  const auto hex = json.value("data", std::string());
  std::vector<std::byte> data(hex.size() / 2);
  if (!bytes_of_hex(hex, data)) data.clear();
  maker_->programs(range, done, data);
}

Outcome Reader::take(std::string_view line) {
  ++line_;
  try {
    const Json json = Json::parse(printable(line));
    if (json.contains("recording")) return take_picture(json);
    if (!maker_) return no_recording(path_);
    maker_->at_time_us(json.at("t").get<std::uint64_t>());
    if (json.contains("op")) {
      take_operation(json);
    } else if (json.contains("console")) {
      maker_->console(json.at("console").get<std::string>(), json.at("text").get<std::string>());
    } else if (json.contains("event")) {
      take_event(json.at("event").get<std::string>(), json.value("text", std::string()));
    }
  } catch (const Json::exception&) {
    // Cut off with its board's process; what came before is whole.
    return refuse(fmt::format("{}, line {}: this is no line of a recording: {}", path_, line_,
                              printable(line.substr(0, 60))));
  }
  return {};
}

Result<RecordedRun, Refusal> Reader::finish() {
  if (!maker_) return no_recording(path_);
  if (was_full_) maker_->note("The recording was full here; the run went on.");
  RecordedRun run;
  run.was_full = was_full_;
  if (maker_->step_count() == 0) maker_->note("Nothing was recorded.");
  run.movie = maker_->finish("Recorded run", fmt::format("What happened on this {}.", chip_));
  return run;
}

}  // namespace

Result<board::Recording, Refusal> begin_recording(const std::string& path,
                                                  const board::BoardFolder& folder) {
  if (path_exists(path)) {
    auto before = InputFile::open(path);
    if (!before) return Failed{before.error()};
    const auto start = before->read_some(0, kFirstWord.size());
    if (!start) return Failed{start.error()};
    if (before->size() > 0 && rota::text_of(*start) != kFirstWord) {
      return refuse(
          fmt::format("{} is a file of another kind; name a new file to record into.", path));
    }
  }
  const auto rows = rows_of(folder);
  if (!rows) return Failed{rows.error()};
  auto recording = board::Recording::open(path);
  if (!recording) return refuse(recording.error().sentence);
  Json picture;
  picture["recording"] = 1;
  picture["board"] = json_of(
      movie_board(std::string(folder.settings().chip->target), folder.flash_bytes(), *rows));
  recording->line(picture.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n");
  return std::move(recording).value();
}

namespace {

Result<std::vector<std::byte>, Refusal> read_recording(const std::string& path) {
  auto file = InputFile::open(path);
  if (!file) return Failed{file.error()};
  if (file->size() > 2 * board::kRecordingMaxBytes) return no_recording(path);
  auto bytes = file->read_some(0, file->size());
  if (!bytes) return Failed{bytes.error()};
  if (!rota::text_of(*bytes).starts_with(kFirstWord)) return no_recording(path);
  return bytes;
}

}  // namespace

Result<std::vector<SeenOperation>, Refusal> operations_of_recording(const std::string& path) {
  const auto bytes = read_recording(path);
  if (!bytes) return Failed{bytes.error()};
  std::vector<SeenOperation> operations;
  std::uint32_t boot = 0;
  std::string_view text = rota::text_of(*bytes);
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    if (end == std::string_view::npos) break;
    const Json json = Json::parse(printable(text.substr(0, end)), nullptr, false);
    text.remove_prefix(end + 1);
    if (!json.is_object()) continue;
    if (json.value("event", "") == "boot") ++boot;
    if (!json.contains("op")) continue;
    SeenOperation seen;
    if (json.at("op") == "erase") seen.kind = board::ChipOperation::kErase;
    seen.address = json.value("at", 0U);
    seen.bytes = json.value("bytes", 0U);
    seen.boot = boot;
    if (seen.bytes > 0) operations.push_back(seen);
  }
  return operations;
}

Result<RecordedRun, Refusal> movie_of_recording(const std::string& path) {
  const auto bytes = read_recording(path);
  if (!bytes) return Failed{bytes.error()};
  std::string_view text = rota::text_of(*bytes);
  Reader reader(path);
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    if (end == std::string_view::npos) break;  // The last line was not finished.
    ROTA_TRY(reader.take(text.substr(0, end)));
    text.remove_prefix(end + 1);
  }
  return reader.finish();
}

}  // namespace rota::cli
