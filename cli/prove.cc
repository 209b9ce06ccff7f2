// rota prove: cuts the power of somebody's own board and program, and says what came of it.
#include <algorithm>
#include <array>
#include <atomic>
#include <csignal>
#include <thread>

#include "cli/board_access.h"
#include "cli/commands.h"
#include "cli/input_file.h"
#include "cli/proof_report.h"

namespace rota::cli {
namespace {

using std::chrono::milliseconds;

constexpr double kDefaultSeconds = 60;
constexpr std::string_view kDefaultPage = "prove.html";
constexpr std::string_view kPageMark = "Made by rota";
constexpr std::string_view kUpdatePath = "update.bin";

constexpr std::array kOptions = {
    OptionSpec{"--update", "IMAGE",
               "The update; default: the same program under the next version."},
    OptionSpec{"--input", "TEXT",
               "A line for the program's console; may be given again. {server} becomes the update "
               "server's address. Default: the URL of the update."},
    OptionSpec{"--path", "NAME",
               "The update's name on the server; default: what the program's URLs name."},
    OptionSpec{"--http", "", "The program asks for the update without TLS.", OptionKind::kSwitch},
    OptionSpec{"--state", "FOLDER", "Where the server's CA is kept, as of rota serve."},
    OptionSpec{"--budget", "SECONDS", "For each half, the core and your program; default 60."},
    OptionSpec{"--patience", "SECONDS",
               "For the program's first update, without a cut; default 60."},
    OptionSpec{"--cuts", "N", "At most N cuts of your program."},
    OptionSpec{"--boards", "N", "So many boards at the same time; default 2."},
    OptionSpec{"--core-only", "", "Leave your program alone.", OptionKind::kSwitch},
    OptionSpec{"--program-only", "", "Leave the core out.", OptionKind::kSwitch},
    OptionSpec{"--ota-data-writing", "HOW",
               "How the program writes OTA data: cut-safe or in-place; default as the bootloader."},
    OptionSpec{"--slot-writing", "HOW", "checked (default) or reference."},
    OptionSpec{"--seed", "N", "Draws other cuts of your program; default 1."},
    OptionSpec{"--html", "FILE", "Where the page goes; default prove.html."},
    kJsonOption,
    kForceOption,
};

// Ctrl-C ends the proof; what was found until then is told.
std::atomic<bool> stop_asked{false};
extern "C" void ask_to_stop(int) { stop_asked.store(true); }

class StopFlag {
 public:
  StopFlag() {
    stop_asked.store(false);
    struct sigaction action {};
    action.sa_handler = ask_to_stop;
    sigemptyset(&action.sa_mask);
    for (std::size_t i = 0; i < kSignals.size(); ++i) sigaction(kSignals[i], &action, &before_[i]);
  }
  ~StopFlag() {
    for (std::size_t i = 0; i < kSignals.size(); ++i) sigaction(kSignals[i], &before_[i], nullptr);
  }
  StopFlag(const StopFlag&) = delete;
  StopFlag& operator=(const StopFlag&) = delete;

 private:
  static constexpr std::array kSignals = {SIGINT, SIGTERM, SIGHUP};
  std::array<struct sigaction, kSignals.size()> before_{};
};

// The board or dump, and what it is to be updated to.
struct Given {
  std::string path;
  bool is_board = false;
  std::vector<std::byte> flash;
  BootForecast forecast;
  ProofImage installed;
  ProofImage update;
};

Result<Given, Refusal> read_given(const Invocation& invocation) {
  Given given;
  given.path = invocation.operands[0];
  given.is_board = is_folder(given.path);
  auto flash = InputFile::open(given.path);
  if (!flash) return Failed{flash.error()};
  const auto question = question_of_path(given.path);
  if (!question) return Failed{question.error()};
  if (given.is_board) {
    const auto folder = open_board(given.path, board::Access::kRead);
    if (!folder) return Failed{folder.error()};
    if (is_in_use(*folder)) {
      return refuse(fmt::format("{} is running; power it down first: its flash changes meanwhile.",
                                given.path));
    }
  }
  auto forecast = forecast_boot(*flash, given.path, *question);
  if (!forecast) return Failed{forecast.error()};
  given.forecast = std::move(forecast).value();
  if (!given.forecast.starts) {
    return refuse(fmt::format("{} boots nothing; flash it first. rota why {} says what it lacks.",
                              given.path, given.path));
  }
  auto bytes = flash->read_some(0, flash->size());
  if (!bytes) return Failed{bytes.error()};
  given.flash = std::move(bytes).value();
  const core::FlashRange range = given.forecast.range;
  auto installed = image_of(Bytes(given.flash).subspan(range.start.value, range.size_bytes),
                            given.forecast.name_of(given.forecast.position));
  if (!installed) return Failed{installed.error()};
  given.installed = std::move(installed).value();
  given.update = renamed(given.installed, version_after(given.installed.version));
  if (const auto path = invocation.value("--update")) {
    auto file = InputFile::open(*path);
    if (!file) return Failed{file.error()};
    const auto content = file->read_some(0, file->size());
    if (!content) return Failed{content.error()};
    auto update = image_of(*content, std::string(*path));
    if (!update) return Failed{update.error()};
    given.update = std::move(update).value();
    if (given.update.bytes == given.installed.bytes) {
      return refuse(fmt::format("{} is what runs already; offer another version.", *path));
    }
  }
  return given;
}

Result<ProofSubject, Refusal> subject_of(const Invocation& invocation, const Given& given) {
  ProofSubject subject;
  subject.rows = given.forecast.rows;
  subject.table_offset = given.forecast.table_offset;
  subject.settings = given.forecast.settings;
  subject.settings_are_assumed = !given.forecast.settings_known;
  // Nobody can know of a foreign bootloader how it writes; a stock one writes in place.
  if (subject.settings_are_assumed) subject.settings.cut_safe_records = false;
  subject.app_writes_in_place =
      given.forecast.settings_known && !given.forecast.settings.cut_safe_records;
  if (const auto how = invocation.value("--ota-data-writing")) {
    if (*how != "in-place" && *how != "cut-safe") {
      return wrong_use("--ota-data-writing is cut-safe or in-place.");
    }
    subject.app_writes_in_place = *how == "in-place";
  }
  if (const auto how = invocation.value("--slot-writing")) {
    if (*how != "reference" && *how != "checked") {
      return wrong_use("--slot-writing is checked or reference.");
    }
    subject.slots_as_reference = *how == "reference";
  }
  subject.installed_bytes = static_cast<std::uint32_t>(given.installed.bytes.size());
  subject.update_bytes = static_cast<std::uint32_t>(given.update.bytes.size());
  const std::string problem = subject.problem();
  if (!problem.empty()) return refuse(fmt::format("{}: {}", given.path, problem));
  return subject;
}

std::string name_of(const ProofImage& image) {
  return fmt::format("{} {}, {} bytes", image.project, image.version, grouped(image.bytes.size()));
}

std::vector<std::pair<std::string, std::string>> facts_of(const Invocation& invocation,
                                                          const Given& given,
                                                          const ProofSubject& subject) {
  std::string table;
  for (const formats::PartitionRow& row : subject.rows) {
    table += fmt::format("{}{} {}", table.empty() ? "" : ", ", printable(row.label()),
                         size_text(row.size));
  }
  const formats::BootloaderSettings& settings = subject.settings;
  return {{"board",
           fmt::format("{}: {}, {} flash, table at 0x{:x}", given.path, given.forecast.chip->target,
                       size_text(given.flash.size()), subject.table_offset)},
          {"table", table},
          {"runs now", fmt::format("{} in {}", name_of(given.installed),
                                   given.forecast.name_of(given.forecast.position))},
          {"update",
           name_of(given.update) +
               (invocation.has("--update") ? "" : " (the same program under the next version)")},
          {"bootloader",
           fmt::format(
               "{}, rollback {}, anti-rollback {}, records written {}",
               subject.settings_are_assumed ? "of another maker, taken for a stock one" : "of Rota",
               settings.rollback ? "armed" : "NOT armed", settings.anti_rollback ? "on" : "off",
               settings.cut_safe_records ? "cut-safe" : "in place")},
          {"program", fmt::format("OTA data written {}, slots {}",
                                  subject.app_writes_in_place ? "in place" : "cut-safe",
                                  subject.slots_as_reference ? "as ESP-IDF does" : "checked")}};
}

ProgramSubject program_subject(const Invocation& invocation, const Given& given) {
  ProgramSubject subject;
  subject.board = given.path;
  subject.forecast = given.forecast;
  subject.installed = given.installed;
  subject.update = given.update;
  subject.next_update = renamed(given.update, version_after(given.update.version));
  subject.state_folder = invocation.value("--state").value_or("");
  const ProgramUrls urls = urls_in(given.installed.bytes);
  subject.plain_http = invocation.has("--http") || urls.uses_plain_http;
  if (const auto path = invocation.value("--path")) {
    subject.paths.emplace_back(path->starts_with('/') ? path->substr(1) : *path);
  } else {
    subject.paths = urls.paths;
    subject.paths.emplace_back(kUpdatePath);
  }
  for (const std::string_view line : invocation.values("--input"))
    subject.inputs.emplace_back(line);
  if (subject.inputs.empty()) subject.inputs = {"{server}/" + subject.paths.back()};
  return subject;
}

// Why the program is not cut at all; empty: it is.
std::string why_no_program(const Invocation& invocation, const Given& given) {
  if (invocation.has("--core-only")) return "left alone, as you asked (--core-only).";
  if (!given.is_board) return "a dump can not be powered; flash it onto a virtual board for that.";
  if (!given.installed.is_native || !given.update.is_native) {
    return "it is machine code of the chip, which this machine does not execute; built with idf.py "
           "of Rota it is a program of this machine.";
  }
  return {};
}

Result<milliseconds, Refusal> time_of(const Invocation& invocation, std::string_view option) {
  double seconds = kDefaultSeconds;
  if (const auto text = invocation.value(option)) {
    const auto parsed = parse_seconds(*text);
    if (!parsed) return wrong_use(fmt::format("{} needs seconds, such as 30 or 2.5.", option));
    seconds = *parsed;
  }
  return milliseconds(static_cast<std::int64_t>(seconds * 1000));
}

std::string page_path(const Invocation& invocation) {
  return std::string(invocation.value("--html").value_or(kDefaultPage));
}

// Before the work: a page of ours may be replaced, another file may not.
Outcome check_page(const Invocation& invocation) {
  const std::string path = page_path(invocation);
  if (!path_exists(path) || invocation.has("--force")) return {};
  auto before = InputFile::open(path);
  if (!before) return Failed{before.error()};
  const auto content = before->read_some(0, before->size());
  if (!content) return Failed{content.error()};
  if (rota::text_of(*content).find(kPageMark) != std::string_view::npos) return {};
  return refuse(
      fmt::format("{} is there already and no page of rota; name another file with --html, "
                  "or give --force.",
                  path));
}

Outcome write_page(const Invocation& invocation, const Proof& proof) {
  const std::string path = page_path(invocation);
  const std::string html = html_of(page_of(proof));
  ROTA_TRY(write_file(path, bytes_of(html), FileContent::kText));
  if (!invocation.has("--json")) {
    invocation.console->print("The worst cases step by step, {}: {}\n", size_text(html.size()),
                              path);
  }
  return {};
}

Outcome prove_program(const Invocation& invocation,
                      const Given& given,
                      const ProgramEffort& effort,
                      Proof& proof) {
  proof.no_program = why_no_program(invocation, given);
  if (!proof.no_program.empty()) return {};
  auto prover = ProgramProver::prepare(program_subject(invocation, given));
  auto found =
      prover ? (*prover)->prove(effort) : Result<ProgramProof, Refusal>(Failed{prover.error()});
  if (found) {
    proof.program = std::move(found).value();
    return {};
  }
  proof.program_failed = true;
  proof.no_program = "it was not cut: see the message.";
  invocation.console->flush();
  invocation.console->write_error(
      fmt::format("rota prove: your program was not cut: {}\n", found.error().sentence));
  return {};
}

Outcome run(const Invocation& invocation) {
  Console& console = *invocation.console;
  const bool is_text = !invocation.has("--json");
  const auto budget = time_of(invocation, "--budget");
  if (!budget) return Failed{budget.error()};
  const auto patience = time_of(invocation, "--patience");
  if (!patience) return Failed{patience.error()};
  const auto boards = invocation.number("--boards", 2, 32);
  if (!boards) return Failed{boards.error()};
  const auto seed = invocation.number("--seed", 1);
  if (!seed) return Failed{seed.error()};
  const auto cuts = invocation.number("--cuts", 0xFFFFFFFF);
  if (!cuts) return Failed{cuts.error()};
  if (invocation.has("--core-only") && invocation.has("--program-only")) {
    return wrong_use("--core-only and --program-only together leave nothing to prove.");
  }
  ROTA_TRY(check_page(invocation));
  const auto given = read_given(invocation);
  if (!given) return Failed{given.error()};
  const auto subject = subject_of(invocation, *given);
  if (!subject) return Failed{subject.error()};

  Proof proof;
  proof.project = given->installed.project;
  proof.facts = facts_of(invocation, *given, *subject);
  proof.is_promised = subject->is_promised();
  proof.threads = std::clamp(std::thread::hardware_concurrency(), 1U, 8U);
  proof.not_tested = {
      "Real silicon: the chip is a model. Radio, sensors and whatever else your program needs of a "
      "real "
      "board.",
      "Cuts before the bootloader runs; damage to bootloader and partition table, which no update "
      "here "
      "writes."};
  const StopFlag stop;
  if (is_text) {
    console.print("{}\n", console.ink(Ink::kBold, "What is proven"));
    for (const auto& [name, value] : proof.facts) {
      console.write(fmt::format("  {:<11}", name) + wrap(value, 13).substr(13));
    }
    console.flush();
  }
  CoreProver prover(*subject);  // what its result names lives as long as it
  if (!invocation.has("--program-only")) {
    proof.core = prover.prove({*budget, proof.threads, &stop_asked});
  }
  ProgramEffort effort;
  effort.budget = *budget;
  effort.patience = *patience;
  effort.boards = *boards;
  effort.seed = *seed;
  effort.most_cuts = *cuts;
  effort.stop = &stop_asked;
  if (stop_asked.load()) {
    proof.no_program = "the proof was stopped before.";
    proof.program_failed = true;
  } else {
    ROTA_TRY(prove_program(invocation, *given, effort, proof));
  }
  proof.was_stopped = stop_asked.load();
  if (proof.was_stopped)
    proof.not_tested.insert(proof.not_tested.begin(),
                            "What was still to come when the proof was stopped.");
  if (is_text) {
    print(proof, console);
  } else {
    print_json(console, json_of(proof));
  }
  ROTA_TRY(write_page(invocation, proof));
  return proof.is_fine() ? Outcome() : answer_is_no();
}

}  // namespace

constinit const CommandSpec kProve{
    .name = "prove",
    .summary = "cut the power of your own board and program everywhere, and show what is lost",
    .usage = "BOARD|DUMP [--update IMAGE] [--input TEXT] [--budget SECONDS] [--json] ...",
    .about =
        "First the core: every flash operation of every kind of update on your partition table, "
        "with "
        "your settings and the sizes of your images, cut and disturbed in every way that flash "
        "knows. "
        "Then your program itself: copies of the board are updated from a server of its own while "
        "the "
        "power goes, and must come back and take the update. Your board is only read. Says what "
        "was "
        "not tested, and writes one page that plays the worst cases. Exit status 0: nothing is "
        "lost. "
        "All connections of the program go to that server; docs/guides/prove-your-ota.md says "
        "more.",
    .example =
        "rota prove build/board\n"
        "rota prove build/board --update build_next/app.bin --budget 120\n"
        "rota prove board-dump.bin --json",
    .options = kOptions,
    .min_operands = 1,
    .max_operands = 1,
    .run = run,
};

}  // namespace rota::cli
