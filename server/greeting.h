// What the server says when it starts: what it serves, under which URLs, and how a device comes to
// trust it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "server/certificates.h"
#include "server/listing.h"

namespace rota::server {

struct Greeting {
  std::string folder;
  std::string bind;  // empty: all addresses
  std::uint16_t port = 0;
  LocalNames names;
  std::optional<ServerIdentity> identity;  // none: plain HTTP
  bool is_pretty = false;
};

// The addresses under which devices reach the server, best first, never empty; with HTTPS those
// that the certificate is for.
std::vector<std::string> device_hosts(const Greeting& greeting);

std::string greeting_text(const Greeting& greeting,
                          const Entries& entries,
                          const std::vector<std::string>& complaints);

// A word for a shell: quoted only where it must be.
std::string shell_word(const std::string& word);

}  // namespace rota::server
