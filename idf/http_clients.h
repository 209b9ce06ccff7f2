// The HTTP clients of a boot and what they share.
#pragma once

#include <string>
#include <unordered_set>

struct esp_http_client;

namespace rota::idf {

class HttpClients {
 public:
  // Certificates for clients with use_global_ca_store, PEM; empty: none were set.
  std::string global_ca_store;

  void add(esp_http_client* client) { clients_.insert(client); }
  void remove(esp_http_client* client) { clients_.erase(client); }
  bool holds(esp_http_client* client) const { return clients_.contains(client); }

  // Unblocks every client that waits for its server; called at the end of a boot, from any thread.
  void cancel_all();

 private:
  std::unordered_set<esp_http_client*> clients_;
};

}  // namespace rota::idf
