// Where a server of the program listens on this machine.
//
// On a chip every board has an address of its own, and any port is free. Here the boards share one
// machine: they listen on 127.0.0.1, at the port that the program wants if they may, at 8000 more
// when it needs rights that they have not (80: 8080), else at any that is free.
// ROTA_LISTEN=ADDRESS[:PORT] in the environment chooses another address, and the port (0: any).
#pragma once

#include <netinet/in.h>

#include <cstdint>
#include <string>
#include <vector>

#include "base/result.h"
#include "net/descriptor.h"

namespace rota::idf {

struct Listener {
  net::Descriptor socket;
  std::string address;  // "127.0.0.1"
  std::uint16_t port = 0;
  std::string remark;  // why it is not the port that was wanted; empty when it is
};

// A failure is a sentence.
Result<Listener, std::string> listen_for_board(std::uint16_t wanted_port, int backlog);

// The same for sockets of the program's own: which address, and which ports to try in turn when one
// needs rights. A port that is in use is the program's business. A failure is a sentence.
struct ServerPlaces {
  in_addr address{};
  std::vector<std::uint16_t> ports;
};
Result<ServerPlaces, std::string> places_for_server(std::uint16_t wanted_port);

}  // namespace rota::idf
