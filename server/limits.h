// How long and how much a client may take. Generous where devices are slow: ESP-IDF erases a whole
// slot between two reads, which takes up to a minute, and a modem may stall as long.
#pragma once

#include <chrono>
#include <cstddef>

namespace rota::server {

struct Limits {
  std::chrono::milliseconds handshake{15'000};
  std::chrono::milliseconds head{30'000};    // from a request's first byte to its last
  std::chrono::milliseconds idle{75'000};    // between requests, and before the first
  std::chrono::milliseconds stall{120'000};  // without a byte taken by the client
  std::chrono::milliseconds linger{2'000};   // for the client to read the last answer
  std::size_t connections = 4096;            // each takes about 20 KiB with TLS
};

}  // namespace rota::server
