// rota board movie: a recorded run as one HTML page.
#include <array>

#include "cli/commands.h"
#include "cli/input_file.h"
#include "cli/json.h"
#include "cli/movie.h"
#include "cli/recorded_run.h"

namespace rota::cli {
namespace {

constexpr std::array kOptions = {
    OptionSpec{"--output", "FILE", "Where the page goes; default movie.html.", OptionKind::kValue,
               "-o"},
    OptionSpec{"--json", "", "Print the steps as JSON instead of making a page.",
               OptionKind::kSwitch},
    kForceOption,
};

Outcome run(const Invocation& invocation) {
  const std::string path(invocation.operands[0]);
  auto run = movie_of_recording(path);
  if (!run) return Failed{run.error()};
  Console& console = *invocation.console;
  if (invocation.has("--json")) {
    print_json(console, run->movie);
    return {};
  }
  const std::string output(invocation.value("--output").value_or("movie.html"));
  if (output != "-" && path_exists(output) && !invocation.has("--force")) {
    return refuse(fmt::format("{} is there already; name another file, or give --force.", output));
  }
  MoviePage page;
  page.title = "Update movie";
  const std::size_t steps = run->movie.at("steps").size();
  page.movies.push_back(std::move(run->movie));
  const std::string html = html_of(page);
  ROTA_TRY(write_file(output, bytes_of(html), FileContent::kText));
  if (output == "-") return {};
  console.print("{}: {} steps, {}. Open it in a browser; it needs nothing else.\n", output,
                grouped(steps), size_text(html.size()));
  if (run->was_full) console.write("The recording was full before the run ended.\n");
  return {};
}

}  // namespace

constinit const CommandSpec kBoardMovie{
    .name = "board movie",
    .summary = "show a recorded run step by step: one HTML page that needs nothing else",
    .usage = "RECORDING [-o FILE] [--json]",
    .about =
        "The page plays what rota board run --record wrote down: every flash operation, both OTA "
        "data records, what the bootloader decided by, the console, and where the power went. "
        "Arrow keys step, Space plays. docs/formats/recording.md is the recording's format.",
    .example =
        "rota board run myboard --record update.jsonl --timeout 30\n"
        "rota board movie update.jsonl -o update.html",
    .options = kOptions,
    .min_operands = 1,
    .max_operands = 1,
    .run = run,
};

}  // namespace rota::cli
