// A file server on 127.0.0.1 in a thread of the test, and clients that send exactly what they are
// told, byte for byte.
#pragma once

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <condition_variable>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "net/descriptor.h"
#include "server/certificate_codec.h"
#include "server/file_server.h"

namespace rota::server {

// Long enough for any machine; only a test that fails waits so long.
inline constexpr timeval kPatience{20, 0};

class ServerForTest {
 public:
  explicit ServerForTest(const std::string& folder, FileServerOptions options = {}) {
    auto opened = Catalog::open(folder);
    EXPECT_TRUE(opened.ok());
    catalog_ = std::make_unique<Catalog>(std::move(opened).value());
    options.bind = "127.0.0.1";
    options.log = [this](std::string_view line) {
      const std::lock_guard lock(mutex_);
      log_.emplace_back(line);
      changed_.notify_all();
    };
    auto listening = FileServer::listen(*catalog_, std::move(options));
    EXPECT_TRUE(listening.ok()) << (listening.ok() ? "" : listening.error().sentence);
    server_ = std::make_unique<FileServer>(std::move(listening).value());
    port_ = server_->port();
    thread_ = std::thread([this] { server_->run(); });
  }
  ServerForTest(const ServerForTest&) = delete;
  ServerForTest& operator=(const ServerForTest&) = delete;
  ~ServerForTest() { stop(); }

  void stop() {
    if (!thread_.joinable()) return;
    server_->stop();
    thread_.join();
  }
  std::uint16_t port() const { return port_; }

  // The first line with that text, waited for; empty when it never came.
  std::string logged(std::string_view text) {
    std::unique_lock lock(mutex_);
    std::string found;
    changed_.wait_for(lock, std::chrono::seconds(kPatience.tv_sec), [&] {
      for (const std::string& line : log_) {
        if (line.find(text) != std::string::npos) found = line;
      }
      return !found.empty();
    });
    if (found.empty()) {
      for (const std::string& line : log_) ADD_FAILURE() << "logged instead: " << line;
    }
    return found;
  }
  std::vector<std::string> log() {
    const std::lock_guard lock(mutex_);
    return log_;
  }

 private:
  std::unique_ptr<Catalog> catalog_;
  std::unique_ptr<FileServer> server_;
  std::uint16_t port_ = 0;
  std::thread thread_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<std::string> log_;
};

struct ReplyForTest {
  std::string head, body;
  int status() const { return head.size() < 12 ? 0 : std::stoi(head.substr(9, 3)); }
  std::string field(std::string_view name) const {
    const std::size_t at = head.find("\r\n" + std::string(name) + ": ");
    if (at == std::string::npos) return "";
    const std::size_t value = at + name.size() + 4;
    return head.substr(value, head.find("\r\n", value) - value);
  }
};

// A blocking client on one connection.
class ClientForTest {
 public:
  explicit ClientForTest(std::uint16_t port, int receive_buffer_bytes = 0)
      : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    if (receive_buffer_bytes > 0) {
      setsockopt(socket_.get(), SOL_SOCKET, SO_RCVBUF, &receive_buffer_bytes,
                 sizeof receive_buffer_bytes);
    }
    setsockopt(socket_.get(), SOL_SOCKET, SO_RCVTIMEO, &kPatience, sizeof kPatience);
    setsockopt(socket_.get(), SOL_SOCKET, SO_SNDTIMEO, &kPatience, sizeof kPatience);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    EXPECT_EQ(::connect(socket_.get(), reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
  }
  ~ClientForTest() {
    SSL_free(tls_);
    SSL_CTX_free(context_);
  }
  ClientForTest(const ClientForTest&) = delete;
  ClientForTest& operator=(const ClientForTest&) = delete;

  // Trusts only `ca_pem`. Returns the verification result; false in `connected` when it failed.
  long start_tls(const std::string& ca_pem, const std::string& address, bool& connected) {
    context_ = SSL_CTX_new(TLS_client_method());
    const X509Pointer ca = certificate_from_pem(ca_pem);
    X509_STORE_add_cert(SSL_CTX_get_cert_store(context_), ca.get());
    SSL_CTX_set_verify(context_, SSL_VERIFY_PEER, nullptr);
    tls_ = SSL_new(context_);
    X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(tls_), address.c_str());
    SSL_set_fd(tls_, socket_.get());
    connected = SSL_connect(tls_) == 1;
    return SSL_get_verify_result(tls_);
  }

  void send(std::string_view bytes) {
    while (!bytes.empty()) {
      const ssize_t sent = tls_ != nullptr
                               ? SSL_write(tls_, bytes.data(), static_cast<int>(bytes.size()))
                               : ::send(socket_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (sent <= 0) return;  // the server may have said enough
      bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
  }
  // At most `most` bytes; what came until the server closed, or failed.
  std::string receive(std::size_t most = SIZE_MAX) {
    std::string received;
    std::vector<char> buffer(64 * 1024);
    while (received.size() < most) {
      const std::size_t wanted = std::min(buffer.size(), most - received.size());
      const ssize_t got = tls_ != nullptr ? SSL_read(tls_, buffer.data(), static_cast<int>(wanted))
                                          : ::recv(socket_.get(), buffer.data(), wanted, 0);
      if (got <= 0) {
        timed_out_ = got < 0 && (errno == EAGAIN || errno == EWOULDBLOCK);
        break;
      }
      received.append(buffer.data(), static_cast<std::size_t>(got));
    }
    return received;
  }
  // One reply, as far as it comes. `has_body`: false after HEAD.
  ReplyForTest reply(bool has_body = true) {
    ReplyForTest answer;
    while (answer.head.find("\r\n\r\n") == std::string::npos) {
      const std::string piece = receive(1);
      if (piece.empty()) return answer;
      answer.head += piece;
    }
    const std::string length = answer.field("Content-Length");
    if (has_body && !length.empty()) answer.body = receive(std::stoul(length));
    return answer;
  }
  ReplyForTest get(const std::string& path, const std::string& lines = "") {
    send("GET " + path + " HTTP/1.1\r\nHost: test\r\n" + lines + "\r\n");
    return reply();
  }
  void half_close() { ::shutdown(socket_.get(), SHUT_WR); }
  // True when the server has ended the connection, false when nothing came for a long time.
  bool is_closed_by_server() {
    receive();
    return !timed_out_;
  }

 private:
  net::Descriptor socket_;
  SSL_CTX* context_ = nullptr;
  SSL* tls_ = nullptr;
  bool timed_out_ = false;
};

}  // namespace rota::server
