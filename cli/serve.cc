// rota serve: starts rota-server, the update server, in place of this process. The server lives in
// an executable of its own so that the offline commands load neither TLS nor an event loop.
#include <unistd.h>

#include <array>
#include <cerrno>
#include <string>
#include <vector>

#include "cli/commands.h"
#include "cli/neighbour.h"

namespace rota::cli {
namespace {

constexpr std::array kOptions = {
    OptionSpec{"--port", "N", "The port to listen on; default 8070, 0 lets the system choose."},
    OptionSpec{"--http", "", "Plain HTTP instead of HTTPS, for tests only.", OptionKind::kSwitch},
    OptionSpec{"--bind", "ADDRESS", "Listen on this address only; default all."},
    OptionSpec{"--state", "FOLDER", "Where CA and keys are kept; default your state folder."},
    OptionSpec{"--ready-fd", "N", "Write 'host port scheme' to this descriptor once listening."},
    OptionSpec{"--quiet", "", "Print errors and downloads only.", OptionKind::kSwitch},
};

Outcome run(const Invocation& invocation) {
  const auto program = neighbour_program("rota-server");
  if (!program) return Failed{program.error()};
  std::vector<std::string> words{*program};
  for (const auto& [name, value] : invocation.given) {
    words.emplace_back(name);
    if (!value.empty()) words.emplace_back(value);
  }
  const std::string folder(invocation.operands[0]);
  words.push_back(folder.starts_with('-') ? "./" + folder : folder);
  std::vector<char*> arguments;
  for (std::string& word : words) arguments.push_back(word.data());
  arguments.push_back(nullptr);
  invocation.console->flush();
  execv(program->c_str(), arguments.data());
  return refuse(system_sentence("start", *program, errno));
}

}  // namespace

constinit const CommandSpec kServe{
    .name = "serve",
    .summary = "serve the firmware images of a folder over HTTPS, with a CA of its own",
    .usage = "DIR [--port N] [--http] [--bind ADDRESS] [--state FOLDER]",
    .about =
        "Reads every image in DIR, lists version, project, chip and size, and serves exactly what "
        "the list names. Makes its certificate authority and certificate by itself and prints "
        "the line that embeds the CA into a project. Stops on Ctrl-C.",
    .example = "rota serve build/images --port 8070",
    .options = kOptions,
    .min_operands = 1,
    .max_operands = 1,
    .run = run,
};

}  // namespace rota::cli
