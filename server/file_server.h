// The event loop around the connections: accepts, waits, expires, stops. One thread.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "server/catalog.h"
#include "server/connection.h"
#include "server/limits.h"
#include "server/refusal.h"

namespace rota::server {

struct TlsMaterial {
  std::string chain_pem, key_pem;
};

struct FileServerOptions {
  std::string bind;                // an address of this computer; empty: all, IPv4 and IPv6
  std::uint16_t port = 0;          // 0: the system chooses
  std::optional<TlsMaterial> tls;  // none: plain HTTP
  Limits limits;
  Log log = [](std::string_view) {};
  // Asked every `renew_interval`; what it returns serves the connections accepted from then on.
  std::function<std::optional<TlsMaterial>()> renew;
  std::chrono::milliseconds renew_interval{60'000};
  bool stops_on_signals = false;  // SIGINT and SIGTERM end run()
};

class FileServer {
 public:
  // Listens; nothing is accepted before run(). Borrows the catalog. Ignores SIGPIPE from now on:
  // a client that leaves is an ordinary event. Refuses, with the next step, when the port is taken,
  // the address is not of this computer, or the key material is of no use.
  static Result<FileServer, Refusal> listen(Catalog& catalog, FileServerOptions options);
  FileServer(FileServer&&) noexcept;
  FileServer& operator=(FileServer&&) noexcept;
  ~FileServer();

  std::uint16_t port() const;

  // Serves until stop(), then breaks off what is under way and closes everything.
  void run();
  // May be called from any thread, also before run().
  void stop();

 private:
  struct State;
  explicit FileServer(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace rota::server
