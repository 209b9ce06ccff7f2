#include "server/options.h"

#include <fmt/format.h>

#include <charconv>
#include <limits>

namespace rota::server {
namespace {

std::optional<int> number(std::string_view text, int largest) {
  int value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  if (value < 0 || value > largest) return std::nullopt;
  return value;
}

bool takes_value(std::string_view name) {
  return name == "--port" || name == "--bind" || name == "--state" || name == "--ready-fd";
}

Outcome take_value(Options& options, std::string_view name, std::string_view value) {
  if (name == "--bind") options.bind = value;
  if (name == "--state") options.state = value;
  if ((name == "--bind" || name == "--state") && value.empty()) {
    return refuse(fmt::format("{} has an empty value.", name));
  }
  if (name == "--port") {
    const auto port = number(value, 65535);
    if (!port) {
      return refuse(
          fmt::format("--port {} is not a port: give a number from 1 to 65535, or 0 to "
                      "let the system choose.",
                      value));
    }
    options.port = static_cast<std::uint16_t>(*port);
  }
  if (name == "--ready-fd") {
    options.ready_fd = number(value, std::numeric_limits<int>::max());
    if (!options.ready_fd) {
      return refuse(fmt::format("--ready-fd {} is not the number of an open descriptor.", value));
    }
  }
  return {};
}

bool take_switch(Options& options, std::string_view name) {
  if (name == "--http") return options.http = true;
  if (name == "--quiet" || name == "-q") return options.quiet = true;
  if (name == "--make-ca") return options.make_ca = true;
  if (name == "--help" || name == "-h") return options.help = true;
  if (name == "--version") return options.version = true;
  return false;
}

}  // namespace

Result<Options, Refusal> parse_options(std::span<const std::string_view> words) {
  Options options;
  bool only_operands = false;
  for (std::size_t i = 0; i < words.size(); ++i) {
    const std::string_view word = words[i];
    if (only_operands || !word.starts_with('-')) {
      if (!options.folder.empty()) {
        return refuse(fmt::format("One folder is served at a time, but two are named: {} and {}.",
                                  options.folder, word));
      }
      if (word.empty()) return refuse("The name of the folder to serve is empty.");
      options.folder = word;
      continue;
    }
    if (word == "--") {
      only_operands = true;
      continue;
    }
    if (take_switch(options, word)) continue;
    const std::size_t equals = word.find('=');
    const std::string_view name = word.substr(0, equals);
    if (!takes_value(name)) {
      return refuse(fmt::format("There is no option {}; see rota-server --help.", name));
    }
    if (equals == std::string_view::npos && i + 1 == words.size()) {
      return refuse(fmt::format("A value is missing after {}; see rota-server --help.", name));
    }
    const std::string_view value =
        equals == std::string_view::npos ? words[++i] : word.substr(equals + 1);
    ROTA_TRY(take_value(options, name, value));
  }
  if (options.help || options.version) return options;
  if (options.make_ca && !options.folder.empty()) {
    return refuse("--make-ca serves nothing: leave out the folder, or leave out --make-ca.");
  }
  if (!options.make_ca && options.folder.empty()) {
    return refuse("Name the folder that holds the images, for example: rota serve build/images");
  }
  return options;
}

std::string_view help_text() {
  return R"(rota-server: serve the firmware images of a folder to devices, over HTTPS

  rota-server DIR [--port N] [--http] [--bind ADDRESS] [--state FOLDER]
  rota-server --make-ca [--state FOLDER]

  --port N         the port to listen on; default 8070, 0 lets the system choose
  --http           plain HTTP instead of HTTPS, for tests only
  --bind ADDRESS   listen on this address only; default all
  --state FOLDER   where the certificate authority and the keys are kept; default $ROTA_STATE_DIR,
                   else $XDG_STATE_HOME/rota, else ~/.local/state/rota
  --ready-fd N     write "host port scheme" to this descriptor once listening
  --quiet          print errors and downloads only
  --make-ca        only make sure that the certificate authority exists
  --version        print the version
  --help           this text

Example: rota-server build/images --port 8070
Ends with 0 after Ctrl-C, 1 when it can not serve, 2 when the command makes no sense.
)";
}

}  // namespace rota::server
