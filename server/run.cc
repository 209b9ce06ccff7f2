#include "server/run.h"

#include <fmt/chrono.h>
#include <fmt/format.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <ctime>

#include "server/certificates.h"
#include "server/file_server.h"
#include "server/greeting.h"

namespace rota::server {
namespace {

constexpr rlim_t kWantedDescriptors = 8192;
constexpr rlim_t kDescriptorsOfOurOwn = 64;

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

void print(std::string_view text) {
  std::fwrite(text.data(), 1, text.size(), stdout);
  std::fflush(stdout);
}

void log_with_time(std::string_view line) {
  print(fmt::format("{:%H:%M:%S}  {}\n", fmt::localtime(std::time(nullptr)), line));
}

Outcome make_ca(const Options& options) {
  const auto folder = open_state(options);
  if (!folder.ok()) return Failed{folder.error()};
  const auto authority = ensure_authority(*folder, identity_request());
  if (!authority.ok()) return Failed{authority.error()};
  if (!options.quiet) {
    print(fmt::format("{}\nSHA-256 {}\n", authority->certificate_path, authority->fingerprint));
  }
  return {};
}

// A connection with a download holds two descriptors.
std::size_t connections_that_fit(std::size_t wanted) {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return wanted;
  if (limit.rlim_cur < kWantedDescriptors) {
    const rlimit raised{std::min(limit.rlim_max, kWantedDescriptors), limit.rlim_max};
    if (setrlimit(RLIMIT_NOFILE, &raised) == 0) limit = raised;
  }
  const rlim_t room =
      limit.rlim_cur > kDescriptorsOfOurOwn ? (limit.rlim_cur - kDescriptorsOfOurOwn) / 2 : 1;
  return std::min<std::size_t>(wanted, static_cast<std::size_t>(room));
}

Outcome tell_ready(int descriptor, const std::string& line) {
  std::string_view rest = line;
  while (!rest.empty()) {
    const ssize_t written = ::write(descriptor, rest.data(), rest.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) {
      return refuse(
          fmt::format("Can not write to descriptor {} of --ready-fd: {}; the program that "
                      "starts this one must open it.",
                      descriptor, std::strerror(errno)));
    }
    rest.remove_prefix(static_cast<std::size_t>(written));
  }
  ::close(descriptor);
  return {};
}

// Looks once a minute whether names or addresses changed, or the leaf nears its end.
std::optional<TlsMaterial> renewed(const StateFolder& folder, std::string& served_chain) {
  IdentityRequest request = identity_request();
  request.lock_patience = std::chrono::milliseconds(0);  // devices wait: rather next time
  const auto identity = ensure_identity(folder, request);
  if (!identity.ok()) {
    log_with_time("the certificate could not be renewed: " + identity.error().sentence);
    return std::nullopt;
  }
  if (identity->chain_pem == served_chain) return std::nullopt;
  served_chain = identity->chain_pem;
  log_with_time("addresses changed: serving with a new certificate of the same authority");
  return TlsMaterial{identity->chain_pem, identity->key_pem};
}

Outcome serve(const Options& options) {
  auto catalog = Catalog::open(options.folder);
  if (!catalog.ok()) return Failed{catalog.error()};

  Greeting greeting;
  FileServerOptions server_options;
  std::optional<StateFolder> folder;
  std::string served_chain;
  if (!options.http) {
    auto opened = open_state(options);
    if (!opened.ok()) return Failed{opened.error()};
    folder = std::move(opened).value();
    auto identity = ensure_identity(*folder, identity_request());
    if (!identity.ok()) return Failed{identity.error()};
    server_options.tls = TlsMaterial{identity->chain_pem, identity->key_pem};
    served_chain = identity->chain_pem;
    server_options.renew = [&] { return renewed(*folder, served_chain); };
    greeting.identity = std::move(identity).value();
  }
  server_options.bind = options.bind;
  server_options.port = options.port;
  server_options.stops_on_signals = true;
  server_options.limits.connections = connections_that_fit(server_options.limits.connections);
  server_options.log = log_with_time;
  auto server = FileServer::listen(*catalog, std::move(server_options));
  if (!server.ok()) return Failed{server.error()};

  greeting.folder = catalog->folder();
  greeting.bind = options.bind;
  greeting.port = server->port();
  greeting.names = local_names();
  greeting.is_pretty = ::isatty(STDOUT_FILENO) == 1;
  if (!options.quiet) print(greeting_text(greeting, catalog->entries(), catalog->complaints()));
  if (options.ready_fd) {
    ROTA_TRY(
        tell_ready(*options.ready_fd, fmt::format("{} {} {}\n", device_hosts(greeting).front(),
                                                  greeting.port, options.http ? "http" : "https")));
  }
  server->run();
  if (!options.quiet) print("Stopped.\n");
  return {};
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
  return options.make_ca ? make_ca(options) : serve(options);
}

}  // namespace rota::server
