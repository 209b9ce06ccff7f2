// rota demo: the whole story on one virtual board.
#include <array>
#include <charconv>
#include <random>

#include "cli/commands.h"
#include "cli/demo_stage.h"
#include "cli/demo_story.h"

namespace rota::cli {
namespace {

constexpr std::array kOptions = {
    OptionSpec{"--slow", "", "Pause between lines and steps, so that one can watch.",
               OptionKind::kSwitch},
    OptionSpec{"--keep", "DIR",
               "Keep the board, its console and the server's log in this new folder."},
    OptionSpec{"--seed", "N", "Where the power is cut in step 6; default: drawn anew and printed."},
};

Outcome run(const Invocation& invocation) {
  DemoOptions options;
  options.is_slow = invocation.has("--slow");
  if (const auto folder = invocation.value("--keep")) options.keep_folder = *folder;
  options.seed = std::random_device{}();
  if (const auto text = invocation.value("--seed")) {
    const auto result = std::from_chars(text->data(), text->data() + text->size(), options.seed);
    if (result.ec != std::errc{} || result.ptr != text->data() + text->size()) {
      return wrong_use("--seed needs a number, as an earlier run printed it.");
    }
  }
  auto stage = DemoStage::prepare(*invocation.console, options);
  if (!stage) return Failed{stage.error()};
  (*stage)->say("rota demo: one virtual board, one update server, real TLS, real flash bytes.",
                Ink::kBold);
  (*stage)->say(fmt::format("Seed {} (rota demo --seed {} plays the same power cut again)",
                            options.seed, options.seed));
  const Outcome told = tell_story(**stage);
  if (!options.keep_folder.empty()) {
    (*stage)->say(
        fmt::format("Kept in {}: board/ (console.log, flash.bin), images/, server.log. Look "
                    "around: rota board show {}/board",
                    options.keep_folder, options.keep_folder));
  }
  return told;
}

}  // namespace

constinit const CommandSpec kDemo{
    .name = "demo",
    .summary =
        "show a virtual board that updates itself over HTTPS, rolls back, survives a power cut",
    .usage = "[--slow] [--keep DIR] [--seed N]",
    .about =
        "Eight steps; each says what it expects, shows the flash map, and checks flash bytes and "
        "console. Exit status 1 when a step differs from what it expects.",
    .example = "rota demo --slow --keep /tmp/rota-demo",
    .options = kOptions,
    .run = run,
};

}  // namespace rota::cli
