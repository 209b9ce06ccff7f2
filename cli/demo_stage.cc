#include "cli/demo_stage.h"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <cstdlib>
#include <filesystem>
#include <thread>

#include "board/chip/native_image.h"
#include "cli/board_access.h"
#include "cli/bootloader_options.h"
#include "cli/command_line.h"
#include "cli/flash_plan.h"
#include "cli/input_file.h"
#include "cli/neighbour.h"
#include "cli/table_source.h"
#include "core/partition_access.h"

namespace rota::cli {
namespace {

constexpr std::uint32_t kFlashBytes = 4U << 20U;
constexpr std::chrono::seconds kServerPatience{15};
constexpr std::chrono::milliseconds kConsolePatience{30'000};
constexpr std::chrono::milliseconds kSlowLine{80};
constexpr std::size_t kBarCells = 30;

// What a person wants to read of a console; the whole of it is in the board's console.log.
bool is_telling(std::string_view line) {
  const auto holds = [&](std::string_view text) {
    return line.find(text) != std::string_view::npos;
  };
  if (holds("_example: ")) return !holds("SHA-256 for") && !holds("OTA example");
  if (holds("boot: ")) return holds("starts") || holds("tried first") || holds("becomes");
  return line.starts_with("board: ") || line.starts_with("E (");
}

// The percentage in "123 of 456 bytes (27 %)"; nothing for other lines.
std::optional<unsigned> percent_of(std::string_view line) {
  const std::size_t open = line.rfind('(');
  if (line.find(" bytes (") == std::string_view::npos || !line.ends_with(" %)"))
    return std::nullopt;
  unsigned percent = 0;
  const auto result =
      std::from_chars(line.data() + open + 1, line.data() + line.size() - 3, percent);
  if (result.ec != std::errc{} || percent > 100) return std::nullopt;
  return percent;
}

Result<std::vector<std::byte>, Refusal> example_program(const std::string& name) {
  const std::string folder = executable_folder() + "/examples/" + name + "/";
  const std::string path = folder + name + ".payload.elf";
  if (!path_exists(path)) {
    return refuse(
        fmt::format("the example program {} is not built; run ./dev build, which builds what "
                    "the demo needs.",
                    path));
  }
  auto file = InputFile::open(path);
  if (!file) return Failed{file.error()};
  if (file->size() > board::kNativePayloadMaxBytes) {
    return refuse(
        fmt::format("{} has {} bytes and a native image holds {} at most; run ./dev build "
                    "again.",
                    path, grouped(file->size()), grouped(board::kNativePayloadMaxBytes)));
  }
  return file->read_some(0, file->size());
}

}  // namespace

Result<std::unique_ptr<DemoStage>, Refusal> DemoStage::prepare(Console& console,
                                                               const DemoOptions& options) {
  std::unique_ptr<DemoStage> stage(new DemoStage(console, options));
  const auto program = neighbour_program("rota-server");
  if (!program) return Failed{program.error()};
  stage->server_program_ = *program;
  ROTA_TRY(stage->load_programs());
  ROTA_TRY(stage->make_folder());
  return stage;
}

DemoStage::~DemoStage() {
  supervisor_.reset();
  board_.reset();
  server_.reset();
  std::error_code ignored;
  if (owns_folder_) std::filesystem::remove_all(folder_, ignored);
}

Outcome DemoStage::load_programs() {
  auto native = example_program("native_ota");
  if (!native) return Failed{native.error()};
  auto simple = example_program("simple_ota");
  if (!simple) return Failed{simple.error()};
  native_ota_ = std::move(native).value();
  simple_ota_ = std::move(simple).value();
  return {};
}

Outcome DemoStage::make_folder() {
  std::error_code error;
  if (options_.keep_folder.empty()) {
    std::string pattern =
        std::filesystem::temp_directory_path(error).string() + "/rota-demo-XXXXXX";
    if (mkdtemp(pattern.data()) == nullptr) {
      return refuse(system_sentence("make the folder", pattern, errno));
    }
    folder_ = pattern;
    owns_folder_ = true;
  } else {
    folder_ = options_.keep_folder;
    if (std::filesystem::exists(folder_) && !std::filesystem::is_empty(folder_, error)) {
      return refuse(
          fmt::format("{} is not empty; --keep needs a new folder, so that nothing of yours "
                      "is replaced.",
                      folder_));
    }
  }
  std::filesystem::create_directories(folder_ + "/images", error);
  if (error) return refuse(system_sentence("make the folder", folder_ + "/images", error.value()));
  return {};
}

DemoImage DemoStage::pack(const std::string& project,
                          const std::string& version,
                          std::string_view chip) const {
  const Bytes program = project == "native_ota" ? native_ota_ : simple_ota_;
  formats::AppDescription description;
  formats::set_text(description.project_name_field, project);
  formats::set_text(description.version_field, version);
  formats::set_text(description.idf_version_field, "v6.2");
  formats::set_text(description.date_field, "Jan  1 2026");
  formats::set_text(description.time_field, "12:00:00");
  description.elf_sha256 = crypto::sha256(program);
  formats::ImageHeader header;
  header.spi_size = flash_size_code(kFlashBytes);
  return {fmt::format("{} {}", project, version), fmt::format("{}-{}.bin", project, version),
          board::pack_native_image(program, description, *formats::find_chip(chip), header)};
}

Outcome DemoStage::offer(const std::string& file, Bytes content) {
  return write_file(folder_ + "/images/" + file, content);
}

Outcome DemoStage::make_board(const DemoImage& factory) {
  board::BoardSettings settings;
  settings.chip = formats::find_chip("esp32");
  settings.flash_bytes = kFlashBytes;
  const std::string path = folder_ + "/board";
  const auto created = board::BoardFolder::create(path, settings);
  if (!created.ok()) return refuse(created.error().sentence);
  auto folder = open_board(path, board::Access::kReadWrite);
  if (!folder) return Failed{folder.error()};
  board_ = std::make_unique<board::BoardFolder>(std::move(folder).value());

  formats::BootloaderSettings bootloader;
  bootloader.rollback = true;
  const auto source = open_table("two_ota", {}, std::nullopt);
  if (!source) return Failed{source.error()};
  auto table = binary_table(source->rows, true);
  if (!table) return Failed{table.error()};
  const formats::PartitionRow* row = find_partition(source->rows, "factory");
  ROTA_TRY(
      carry_out({settings.chip->bootloader_offset,
                 bootloader_image(*settings.chip, kFlashBytes, bootloader), "", "the bootloader"},
                *board_));
  ROTA_TRY(
      carry_out({bootloader.table_offset, std::move(table).value(), "", "the table"}, *board_));
  ROTA_TRY(carry_out({row->offset, factory.bytes, "", "factory"}, *board_));

  board::SupervisorOptions options;
  options.console = [this](const board::ConsoleLine& line) { on_console(line.text); };
  supervisor_ = std::make_unique<board::Supervisor>(*board_, options);
  return {};
}

Outcome DemoStage::start_server() {
  auto server =
      UpdateServer::start(server_program_, folder_ + "/images", executable_folder() + "/demo/state",
                          folder_ + "/server.log", kServerPatience);
  if (!server) return Failed{server.error()};
  server_ = std::move(server).value();
  return {};
}

void DemoStage::power_cycle() {
  supervisor_->power_off();
  lines_.clear();
  supervisor_->power_on();
}

void DemoStage::power_off() {
  if (supervisor_) supervisor_->power_off();
}

bool DemoStage::wait_for(std::string_view text) {
  const auto end = supervisor_->run_until_text(text, kConsolePatience);
  end_progress();
  return end == board::RunEnd::kLineSeen;
}

bool DemoStage::wait_for_stop() {
  const auto end = supervisor_->run_until_stopped(kConsolePatience);
  end_progress();
  return end == board::RunEnd::kStopped;
}

void DemoStage::type(const std::string& line) { supervisor_->send_input(line + "\n"); }

std::string DemoStage::console_line(std::string_view text) const {
  for (const std::string& line : lines_) {
    if (line.find(text) != std::string::npos) return line;
  }
  return {};
}

std::vector<std::byte> DemoStage::flash() const {
  const Bytes bytes = board_->flash_bytes();
  return {bytes.begin(), bytes.end()};
}

Result<FlashPicture, Refusal> DemoStage::picture() const {
  InputFile dump = InputFile::of_bytes("the board's flash", flash());
  std::optional<std::uint32_t> running;
  if (const board::RunningImage* image = supervisor_->running()) running = image->range.start.value;
  return picture_of(dump, "the board", question_of(*board_), running);
}

core::FlashRange DemoStage::range_of(std::string_view partition) const {
  const auto picture_now = picture();
  if (!picture_now) return {};
  const formats::PartitionRow* row = find_partition(picture_now->forecast.rows, partition);
  return row == nullptr ? core::FlashRange{} : core::range_of(*row);
}

std::vector<std::byte> DemoStage::bytes_of(std::string_view partition) const {
  const core::FlashRange range = range_of(partition);
  const Bytes bytes = board_->flash_bytes().subspan(range.start.value, range.size_bytes);
  return {bytes.begin(), bytes.end()};
}

std::optional<formats::OtaRecord> DemoStage::record_in_charge() const {
  const auto picture_now = picture();
  if (!picture_now) return std::nullopt;
  const formats::OtaRecords& records = picture_now->forecast.records;
  const int active = formats::active_record(records);
  if (active < 0) return std::nullopt;
  return records[static_cast<std::size_t>(active)];
}

crypto::Sha256Digest DemoStage::digest_of(std::string_view partition) const {
  return crypto::sha256(bytes_of(partition));
}

void DemoStage::say(std::string_view text, Ink ink) {
  end_progress();
  console_.write(console_.ink(ink, text) + "\n");
  console_.flush();
}

void DemoStage::show_flash_map() {
  end_progress();
  const auto picture_now = picture();
  console_.write("\n");
  console_.write(picture_now ? render(*picture_now, console_.looks())
                             : picture_now.error().sentence);
  console_.write("\n");
  console_.flush();
  pause(std::chrono::seconds(2));
}

void DemoStage::pause(std::chrono::milliseconds time) const {
  if (options_.is_slow) std::this_thread::sleep_for(time);
}

void DemoStage::on_console(std::string_view line) {
  lines_.emplace_back(line);
  const auto percent = percent_of(line);
  if (percent && console_.looks().progress) {
    show_progress(*percent, line);
    return;
  }
  if (!is_telling(line)) return;
  end_progress();
  std::string text = "    | " + printable(line);
  if (columns(text) > 100) {
    // A long sentence goes on below, so that nothing of it is lost.
    text = wrap(printable(line), 6, 100);
    text.pop_back();
    text.replace(0, 6, "    | ");
  }
  say(text, Ink::kDim);
  pause(kSlowLine);
}

void DemoStage::show_progress(unsigned percent, std::string_view) {
  const std::size_t full = percent * kBarCells / 100;
  std::string bar;
  for (std::size_t i = 0; i < kBarCells; ++i) {
    bar += console_.looks().unicode ? (i < full ? "█" : "░") : (i < full ? "#" : ".");
  }
  console_.write(fmt::format("\r    | download {} {:3} %", bar, percent));
  console_.flush();
  progress_is_shown_ = true;
}

void DemoStage::end_progress() {
  if (progress_is_shown_) console_.write("\n");
  progress_is_shown_ = false;
}

bool StepChecks::check(bool holds, std::string_view sentence, std::string_view difference) {
  const Console& console = stage_.console();
  if (holds) {
    stage_.say(fmt::format("    {}  {}", console.ink(Ink::kGreen, "ok     "), sentence));
    return true;
  }
  const std::string text =
      difference.empty() ? fmt::format("not so: {}", sentence) : std::string(difference);
  stage_.say(fmt::format("    {}  {}", console.ink(Ink::kRed, "DIFFERS"), text));
  differences_.push_back(text);
  return false;
}

bool StepChecks::check(const Outcome& outcome, std::string_view sentence) {
  return check(outcome.ok(), sentence, outcome.ok() ? "" : outcome.error().sentence);
}

bool StepChecks::console_shows(std::string_view text, std::string_view sentence) {
  const std::string line = stage_.console_line(text);
  return check(
      !line.empty(), sentence,
      fmt::format("the console never showed '{}'; its last line was: {}", text,
                  stage_.console_lines().empty() ? std::string("(none)")
                                                 : printable(stage_.console_lines().back())));
}

}  // namespace rota::cli
