#include "server/run.h"

#include <cstdio>
#include <ctime>

#include "server/certificates.h"

namespace rota::server {
namespace {

Result<StateFolder, Refusal> open_state(const Options& options) {
  std::string path = options.state;
  if (path.empty()) {
    auto found = default_state_folder();
    if (!found.ok()) return Failed{found.error()};
    path = std::move(found).value();
  }
  return StateFolder::open(path, options.folder);
}

IdentityRequest identity_request() { return {local_names(), std::time(nullptr)}; }

Outcome make_ca(const Options& options) {
  const auto folder = open_state(options);
  if (!folder.ok()) return Failed{folder.error()};
  const auto authority = ensure_authority(*folder, identity_request());
  if (!authority.ok()) return Failed{authority.error()};
  if (!options.quiet) {
    std::printf("%s\nSHA-256 %s\n", authority->certificate_path.c_str(),
                authority->fingerprint.c_str());
  }
  return {};
}

void print(std::string_view text) {
  std::fwrite(text.data(), 1, text.size(), stdout);
  std::fflush(stdout);
}

}  // namespace

Outcome run(const Options& options) {
  if (options.help) {
    print(help_text());
    return {};
  }
  if (options.version) {
    print("rota-server 0.1.0\n");
    return {};
  }
  if (options.make_ca) return make_ca(options);
  return refuse("Serving needs the network layer, which this build does not have.");
}

}  // namespace rota::server
