// From a host name to a connected socket: looks the name up, and tries its addresses a quarter of a
// second apart (RFC 8305), so that one that is unreachable costs no more than that.
#pragma once

#include <sys/socket.h>

#include <string>
#include <vector>

#include "client/http_exchange.h"
#include "client/waiting.h"
#include "net/descriptor.h"

namespace rota::client {

struct Endpoint {
  sockaddr_storage address{};
  socklen_t length = 0;
};

// At most kMaxEndpoints, IPv6 and IPv4 in turns. A lookup that the deadline or a cancel overtakes
// is left to end by itself in a thread of its own: the system's resolver can not be interrupted.
inline constexpr std::size_t kMaxEndpoints = 16;
static_assert(kMaxEndpoints <= kMaxWaited);
Outcome<std::vector<Endpoint>> resolve(const Url& url,
                                       const Cancellation& cancellation,
                                       Clock::time_point until);

// A connected, non-blocking socket without Nagle's delay.
Outcome<net::Descriptor> connect_to_first(const std::vector<Endpoint>& endpoints,
                                          const Url& url,
                                          const Cancellation& cancellation,
                                          Clock::time_point until);

// Where a connection to this URL really goes: there, or to the HOST:PORT that ROTA_CONNECT_TO in
// the environment names, for every URL. `rota prove` answers a program in its server's place with
// it. The certificate then has to be for that host; what the program says to the server stays the
// same.
Url place_to_dial(const Url& url);

// "host:port", as sentences name the server.
std::string place_of(const Url& url);

}  // namespace rota::client
