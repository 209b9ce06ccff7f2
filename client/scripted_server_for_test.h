// A server on 127.0.0.1 that does what a test tells it, byte for byte: each connection runs a
// script in a thread of its own. No wait is without an end: a script that waits for its client ends
// when the client closes or the server stops.
#pragma once

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>

#include <atomic>
#include <cerrno>
#include <functional>
#include <list>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "base/bytes.h"
#include "net/certificate_for_test.h"
#include "net/descriptor.h"
#include "net/tls.h"

namespace rota::client {

// One connection, as its script sees it.
class PeerForTest {
 public:
  PeerForTest(net::Descriptor socket, int stop_event, int number)
      : socket_(std::move(socket)), stop_event_(stop_event), number_(number) {}

  int number() const { return number_; }  // 0: the server's first connection

  bool start_tls(net::TlsContext& context) {
    tls_.emplace(net::TlsStream::accept(context, socket_.get()));
    return move([&](std::size_t&) { return tls_->handshake(); }).has_value();
  }

  // False: the client has gone, or the test ends.
  bool send(std::string_view text) {
    while (!text.empty()) {
      const auto sent = move([&](std::size_t& bytes) { return write(text, bytes); });
      if (!sent) return false;
      text.remove_prefix(*sent);
    }
    return true;
  }
  // At most 64 KiB; empty: the client has closed, or the test ends.
  std::string receive() {
    std::string text(64 * 1024, '\0');
    const auto got = move([&](std::size_t& bytes) { return read(text, bytes); });
    text.resize(got.value_or(0));
    return text;
  }
  // Up to the empty line.
  std::string request() {
    std::string head;
    while (head.find("\r\n\r\n") == std::string::npos) {
      const std::string more = receive();
      if (more.empty()) return head;
      head += more;
    }
    return head;
  }
  // One byte every few milliseconds. False: the client has gone, or the test ends.
  bool drip(std::string_view text) {
    for (const char byte : text) {
      pollfd stop{stop_event_, POLLIN, 0};
      if (::poll(&stop, 1, 5) != 0 || !send({&byte, 1})) return false;
    }
    return true;
  }
  // Says nothing until the client leaves.
  void stall() {
    while (!receive().empty()) {
    }
  }
  // Past TLS, if there is any.
  void send_raw(std::string_view text) {
    tls_.reset();
    send(text);
  }
  void say_goodbye() {
    if (tls_) static_cast<void>(tls_->shutdown());
  }
  void reset() {
    const linger hard{1, 0};
    ::setsockopt(socket_.get(), SOL_SOCKET, SO_LINGER, &hard, sizeof hard);
    socket_.reset();
  }
  bool is_stopping() const {
    pollfd stop{stop_event_, POLLIN, 0};
    return ::poll(&stop, 1, 0) > 0;
  }
  // True when the time passed without an end of the test: for peers that drip.
  bool pause(int milliseconds) const {
    pollfd stop{stop_event_, POLLIN, 0};
    return ::poll(&stop, 1, milliseconds) == 0;
  }

 private:
  using Wait = net::Wait;

  Wait read(std::string& text, std::size_t& bytes) {
    const MutableBytes into = std::as_writable_bytes(std::span(text));
    if (tls_) return tls_->read(into, bytes);
    const ssize_t got = ::recv(socket_.get(), into.data(), into.size(), 0);
    bytes = got > 0 ? static_cast<std::size_t>(got) : 0;
    if (got < 0 && errno == EAGAIN) return Wait::kReadable;
    return got > 0 ? Wait::kDone : Wait::kClosed;
  }
  Wait write(std::string_view text, std::size_t& bytes) {
    if (tls_) return tls_->write(bytes_of(text), bytes);
    const ssize_t sent = ::send(socket_.get(), text.data(), text.size(), MSG_NOSIGNAL);
    bytes = sent > 0 ? static_cast<std::size_t>(sent) : 0;
    if (sent < 0 && errno == EAGAIN) return Wait::kWritable;
    return sent > 0 ? Wait::kDone : Wait::kFailed;
  }
  template <class Operation>
  std::optional<std::size_t> move(Operation operation) {
    while (socket_.is_open()) {
      std::size_t bytes = 0;
      const Wait wait = operation(bytes);
      if (wait == Wait::kDone) return bytes;
      if (wait == Wait::kClosed || wait == Wait::kFailed) return std::nullopt;
      pollfd polled[2] = {
          {socket_.get(), static_cast<short>(wait == Wait::kReadable ? POLLIN : POLLOUT), 0},
          {stop_event_, POLLIN, 0}};
      ::poll(polled, 2, -1);
      if (polled[1].revents != 0) return std::nullopt;
    }
    return std::nullopt;
  }

  net::Descriptor socket_;
  int stop_event_;
  int number_;
  std::optional<net::TlsStream> tls_;
};

class ScriptedServer {
 public:
  using Script = std::function<void(PeerForTest&)>;

  explicit ScriptedServer(Script script) : script_(std::move(script)) {
    listener_ = net::Descriptor(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    auto* generic = reinterpret_cast<sockaddr*>(&address);
    socklen_t length = sizeof address;
    EXPECT_EQ(::bind(listener_.get(), generic, length), 0);
    EXPECT_EQ(::listen(listener_.get(), SOMAXCONN), 0);
    EXPECT_EQ(::getsockname(listener_.get(), generic, &length), 0);
    port_ = ntohs(address.sin_port);
    accepting_ = std::thread([this] { accept_all(); });
  }
  // As the plain one; the script runs after the handshake.
  ScriptedServer(const net::CertificateForTest& certificate, Script script)
      : ScriptedServer(std::move(script), certificate) {}
  ScriptedServer(const ScriptedServer&) = delete;
  ScriptedServer& operator=(const ScriptedServer&) = delete;
  ~ScriptedServer() {
    ::eventfd_write(stop_event_.get(), 1);
    accepting_.join();
    for (std::thread& connection : connections_) connection.join();
  }

  std::uint16_t port() const { return port_; }
  std::string url(const std::string& path = "/app.bin") const {
    return std::string(context_ ? "https" : "http") + "://127.0.0.1:" + std::to_string(port_) +
           path;
  }
  int accepted() const { return accepted_; }

 private:
  ScriptedServer(Script script, const net::CertificateForTest& certificate)
      : ScriptedServer([this, inner = std::move(script)](PeerForTest& peer) {
          if (peer.start_tls(*context_)) inner(peer);
        }) {
    auto made = net::TlsContext::server(certificate.pem, certificate.key_pem);
    EXPECT_TRUE(made.ok()) << (made.ok() ? "" : made.error().sentence);
    context_.emplace(std::move(made).value());
  }

  void accept_all() {
    while (true) {
      pollfd polled[2] = {{listener_.get(), POLLIN, 0}, {stop_event_.get(), POLLIN, 0}};
      ::poll(polled, 2, -1);
      if (polled[1].revents != 0) return;
      net::Descriptor socket(
          ::accept4(listener_.get(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC));
      if (!socket.is_open()) continue;
      auto peer = std::make_shared<PeerForTest>(std::move(socket), stop_event_.get(), accepted_++);
      connections_.emplace_back([this, peer] { script_(*peer); });
    }
  }

  Script script_;
  std::optional<net::TlsContext> context_;
  net::Descriptor listener_;
  net::Descriptor stop_event_{::eventfd(0, EFD_CLOEXEC)};
  std::uint16_t port_ = 0;
  std::atomic<int> accepted_ = 0;
  std::list<std::thread> connections_;
  std::thread accepting_;
};

}  // namespace rota::client
