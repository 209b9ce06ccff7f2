// What the HTTP clients of a boot share: the certificates for all of them, and the way out of their
// waits when the boot ends.
#pragma once

#include <mutex>
#include <string>
#include <unordered_set>

#include "client/http_exchange.h"
#include "idf/scheduler.h"

namespace rota::idf {

class HttpClients {
 public:
  // Certificates for clients with use_global_ca_store, PEM; empty: none were set.
  std::string global_ca_store;

  // Lives while a client waits for its server: other tasks run, and cancel_all() ends the wait.
  class Wait {
   public:
    Wait(HttpClients& clients, client::Connection& connection);
    Wait(const Wait&) = delete;
    Wait& operator=(const Wait&) = delete;
    ~Wait() noexcept(false);

   private:
    HttpClients& clients_;
    client::Connection& connection_;
    BlockingSection others_run_;
  };

  // Unblocks every client that waits now or later; called at the end of a boot, from any thread.
  void cancel_all();

 private:
  std::mutex mutex_;
  std::unordered_set<client::Connection*> waiting_;
  bool is_cancelled_ = false;
};

}  // namespace rota::idf
