#include "server/file_server.h"

#include <fmt/format.h>
#include <netinet/tcp.h>

#include <algorithm>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ip/v6_only.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>
#include <csignal>
#include <map>
#include <utility>

namespace rota::server {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

// After the process ran out of descriptors.
constexpr std::chrono::milliseconds kAcceptRetry{100};

std::string text_of_endpoint(const tcp::endpoint& endpoint) {
  const asio::ip::address address = endpoint.address();
  // A dual-stack socket shows IPv4 clients as ::ffff:192.168.1.5.
  if (address.is_v6() && address.to_v6().is_v4_mapped()) {
    return asio::ip::make_address_v4(asio::ip::v4_mapped, address.to_v6()).to_string();
  }
  return address.to_string();
}

Failed<Refusal> refuse_listening(const FileServerOptions& options, const error_code& error) {
  if (error == asio::error::address_in_use) {
    return refuse(
        fmt::format("Port {} is taken by another program, perhaps by another rota serve: "
                    "end that, or choose another port with --port N; --port 0 lets the "
                    "system choose.",
                    options.port));
  }
  if (error == asio::error::access_denied) {
    return refuse(fmt::format(
        "Port {} needs special rights; choose one from 1024 up with --port N.", options.port));
  }
  if (error == boost::system::errc::address_not_available) {
    return refuse(
        fmt::format("{} is no address of this computer; leave out --bind to listen on all "
                    "of them.",
                    options.bind));
  }
  return refuse(
      fmt::format("Can not listen on port {}: {}; try --port 0.", options.port, error.message()));
}

}  // namespace

struct FileServer::State {
  // A client. Completion handlers name it by number and look it up: one that has gone is not found.
  struct Session {
    Session(tcp::socket accepted, asio::io_context& loop)
        : socket(std::move(accepted)), timer(loop) {}
    tcp::socket socket;
    asio::steady_timer timer;
    std::optional<Connection> connection;
  };
  using SessionId = std::uint64_t;

  State(Catalog& catalog, FileServerOptions given)
      : options(std::move(given)),
        answerer(catalog),
        acceptor(loop),
        accept_timer(loop),
        renew_timer(loop),
        signals(loop) {}

  Outcome open_acceptor();
  Outcome use_tls(const TlsMaterial& material);
  void accept_next();
  void take(tcp::socket socket);
  void make_room();
  void advance(SessionId id);
  void arm_timer(SessionId id, Session& session);
  void close(SessionId id);
  void renew_later();
  void stop_all();

  FileServerOptions options;
  Answerer answerer;
  asio::io_context loop{1};
  tcp::acceptor acceptor;
  asio::steady_timer accept_timer;
  asio::steady_timer renew_timer;
  asio::signal_set signals;
  SharedTlsContext context;
  std::map<SessionId, Session> sessions;
  SessionId next_id = 1;
  bool is_accepting = false;
  bool is_stopping = false;
};

Outcome FileServer::State::open_acceptor() {
  error_code error;
  tcp::endpoint endpoint(tcp::v6(), options.port);
  if (!options.bind.empty()) {
    const std::string address = options.bind == "localhost" ? "127.0.0.1" : options.bind;
    endpoint.address(asio::ip::make_address(address, error));
    if (error) {
      return refuse(
          fmt::format("--bind {} is not an IP address; give one like 192.168.1.2.", options.bind));
    }
  }
  const auto open_on = [&](const tcp::endpoint& at) {
    acceptor.open(at.protocol(), error);
    if (error) return;
    acceptor.set_option(asio::socket_base::reuse_address(true), error);
    error_code ignored;
    if (options.bind.empty() && at.address().is_v6()) {
      acceptor.set_option(asio::ip::v6_only(false), ignored);
    }
    acceptor.bind(at, error);
    if (!error) acceptor.listen(asio::socket_base::max_listen_connections, error);
    if (error) acceptor.close(ignored);
  };
  open_on(endpoint);
  // Computers without IPv6.
  const bool has_no_v6 = error == boost::system::errc::address_family_not_supported ||
                         error == boost::system::errc::address_not_available;
  if (options.bind.empty() && has_no_v6) open_on(tcp::endpoint(tcp::v4(), options.port));
  if (error) return refuse_listening(options, error);
  acceptor.non_blocking(true, error);
  return {};
}

Outcome FileServer::State::use_tls(const TlsMaterial& material) {
  auto made = net::TlsContext::server(material.chain_pem, material.key_pem);
  if (!made.ok()) return refuse(made.error().sentence);
  context = std::make_shared<net::TlsContext>(std::move(made).value());
  return {};
}

void FileServer::State::accept_next() {
  if (is_accepting || is_stopping) return;
  is_accepting = true;
  acceptor.async_accept([this](const error_code& error, tcp::socket socket) {
    is_accepting = false;
    if (is_stopping) return;
    if (!error) {
      take(std::move(socket));
      accept_next();
    } else if (error == asio::error::no_descriptors ||
               error == boost::system::errc::too_many_files_open_in_system) {
      make_room();
      accept_timer.expires_after(kAcceptRetry);
      accept_timer.async_wait([this](const error_code&) { accept_next(); });
    } else {
      accept_next();  // that client has left already
    }
  });
}

void FileServer::State::take(tcp::socket socket) {
  error_code error;
  const tcp::endpoint peer = socket.remote_endpoint(error);
  if (error) return;
  socket.native_non_blocking(true, error);
  socket.set_option(tcp::no_delay(true), error);
  if (sessions.size() >= options.limits.connections) make_room();
  if (sessions.size() >= options.limits.connections) {
    options.log(fmt::format("{}  turned away: {} connections are open and busy",
                            text_of_endpoint(peer), sessions.size()));
    return;
  }
  const SessionId id = next_id++;
  Session& session = sessions.try_emplace(id, std::move(socket), loop).first->second;
  session.connection.emplace(Service{answerer, options.limits, options.log},
                             session.socket.native_handle(), text_of_endpoint(peer), context,
                             Connection::Clock::now());
  advance(id);
}

// The connection that idles longest goes.
void FileServer::State::make_room() {
  auto longest = sessions.end();
  for (auto at = sessions.begin(); at != sessions.end(); ++at) {
    if (!at->second.connection->is_idle()) continue;
    const bool is_longer =
        longest == sessions.end() ||
        at->second.connection->idle_since() < longest->second.connection->idle_since();
    if (is_longer) longest = at;
  }
  if (longest != sessions.end()) close(longest->first);
}

void FileServer::State::advance(SessionId id) {
  const auto found = sessions.find(id);
  if (found == sessions.end()) return;
  Session& session = found->second;
  const net::Wait wait = session.connection->advance(Connection::Clock::now());
  if (wait == net::Wait::kClosed) return close(id);
  arm_timer(id, session);
  session.socket.async_wait(
      wait == net::Wait::kWritable ? tcp::socket::wait_write : tcp::socket::wait_read,
      [this, id](const error_code& error) { error ? close(id) : advance(id); });
}

// The deadline mostly moves away with each byte: the timer is left alone then, and asks again when
// it fires.
void FileServer::State::arm_timer(SessionId id, Session& session) {
  const auto deadline = session.connection->deadline();
  if (session.timer.expiry() > Connection::Clock::now() && session.timer.expiry() <= deadline) {
    return;
  }
  session.timer.expires_at(deadline);
  session.timer.async_wait([this, id](const error_code& error) {
    const auto found = sessions.find(id);
    if (error || found == sessions.end()) return;
    Session& due = found->second;
    if (due.connection->deadline() > Connection::Clock::now()) return arm_timer(id, due);
    due.connection->expire();
    close(id);
  });
}

void FileServer::State::close(SessionId id) { sessions.erase(id); }

void FileServer::State::renew_later() {
  if (!options.renew || is_stopping) return;
  renew_timer.expires_after(options.renew_interval);
  renew_timer.async_wait([this](const error_code& error) {
    if (error || is_stopping) return;
    if (const auto material = options.renew()) {
      if (const Outcome used = use_tls(*material); !used.ok()) options.log(used.error().sentence);
    }
    renew_later();
  });
}

void FileServer::State::stop_all() {
  if (std::exchange(is_stopping, true)) return;
  error_code ignored;
  acceptor.close(ignored);
  accept_timer.cancel();
  renew_timer.cancel();
  signals.cancel(ignored);
  for (auto& [id, session] : sessions) session.connection->stop();
  sessions.clear();
}

FileServer::FileServer(std::unique_ptr<State> state) : state_(std::move(state)) {}
FileServer::FileServer(FileServer&&) noexcept = default;
FileServer& FileServer::operator=(FileServer&&) noexcept = default;
FileServer::~FileServer() = default;

Result<FileServer, Refusal> FileServer::listen(Catalog& catalog, FileServerOptions options) {
  std::signal(SIGPIPE, SIG_IGN);
  auto state = std::make_unique<State>(catalog, std::move(options));
  if (state->options.tls) ROTA_TRY(state->use_tls(*state->options.tls));
  ROTA_TRY(state->open_acceptor());
  if (state->options.stops_on_signals) {
    state->signals.add(SIGINT);
    state->signals.add(SIGTERM);
    state->signals.async_wait([raw = state.get()](const error_code& error, int) {
      if (!error) raw->stop_all();
    });
  }
  return FileServer(std::move(state));
}

std::uint16_t FileServer::port() const {
  error_code ignored;
  return state_->acceptor.local_endpoint(ignored).port();
}

void FileServer::run() {
  state_->accept_next();
  state_->renew_later();
  state_->loop.run();
}

void FileServer::stop() {
  asio::post(state_->loop, [raw = state_.get()] { raw->stop_all(); });
}

}  // namespace rota::server
