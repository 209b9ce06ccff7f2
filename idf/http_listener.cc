#include "idf/http_listener.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <cerrno>
#include <charconv>
#include <cstdlib>
#include <cstring>
#include <optional>
#include <string_view>
#include <vector>

namespace rota::idf {

namespace {

constexpr std::uint16_t kFirstFreePort = 1024;  // below it Linux asks for rights
constexpr std::uint16_t kInsteadOffset = 8000;

struct Place {
  std::string address = "127.0.0.1";
  std::optional<std::uint16_t> port;
};

Result<Place, std::string> place_of_environment() {
  const char* text = std::getenv("ROTA_LISTEN");
  Place place;
  if (text == nullptr || *text == '\0') return place;
  const std::string_view whole = text;
  const std::size_t colon = whole.rfind(':');
  place.address = whole.substr(0, colon);
  bool is_good = true;
  if (colon != std::string_view::npos) {
    std::uint16_t port = 0;
    const char* end = whole.data() + whole.size();
    const auto parsed = std::from_chars(whole.data() + colon + 1, end, port);
    is_good = parsed.ec == std::errc{} && parsed.ptr == end;
    place.port = port;
  }
  in_addr unused{};
  if (!is_good || ::inet_pton(AF_INET, place.address.c_str(), &unused) != 1) {
    return "ROTA_LISTEN is '" + std::string(whole) +
           "'; write an IPv4 address, or one with a port, such as 127.0.0.1:8080 or 0.0.0.0.";
  }
  return place;
}

// 0, or errno.
int bind_at(const net::Descriptor& socket, const std::string& address, std::uint16_t port) {
  sockaddr_in at{};
  at.sin_family = AF_INET;
  at.sin_port = htons(port);
  ::inet_pton(AF_INET, address.c_str(), &at.sin_addr);
  return ::bind(socket.get(), reinterpret_cast<const sockaddr*>(&at), sizeof(at)) == 0 ? 0 : errno;
}

std::uint16_t port_of(const net::Descriptor& socket) {
  sockaddr_in at{};
  socklen_t length = sizeof(at);
  ::getsockname(socket.get(), reinterpret_cast<sockaddr*>(&at), &length);
  return ntohs(at.sin_port);
}

std::string failure_at(const Place& place, std::uint16_t port, int problem) {
  return place.address + ":" + std::to_string(port) + " can not be listened at (" +
         std::strerror(problem) + "); choose another place with ROTA_LISTEN=ADDRESS:PORT.";
}

net::Descriptor new_socket() {
  net::Descriptor socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  const int on = 1;
  ::setsockopt(socket.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
  return socket;
}

}  // namespace

Result<ServerPlaces, std::string> places_for_server(std::uint16_t wanted_port) {
  const Result<Place, std::string> asked = place_of_environment();
  if (!asked.ok()) return asked.error();
  ServerPlaces places;
  ::inet_pton(AF_INET, asked.value().address.c_str(), &places.address);
  places.ports.push_back(wanted_port);
  if (wanted_port != 0 && wanted_port < kFirstFreePort) {
    places.ports.push_back(static_cast<std::uint16_t>(wanted_port + kInsteadOffset));
  }
  return places;
}

Result<Listener, std::string> listen_for_board(std::uint16_t wanted_port, int backlog) {
  const Result<Place, std::string> asked = place_of_environment();
  if (!asked.ok()) return asked.error();
  const Place& place = asked.value();
  std::vector<std::uint16_t> ports{place.port.value_or(wanted_port)};
  if (!place.port && wanted_port != 0) {
    if (wanted_port < kFirstFreePort) {
      ports.push_back(static_cast<std::uint16_t>(wanted_port + kInsteadOffset));
    }
    ports.push_back(0);
  }
  Listener listener;
  listener.address = place.address;
  for (const std::uint16_t port : ports) {
    listener.socket = new_socket();
    int problem = listener.socket.is_open() ? bind_at(listener.socket, place.address, port) : errno;
    // Only listen() finds out that two sockets share a port.
    if (problem == 0 && ::listen(listener.socket.get(), backlog) != 0) problem = errno;
    if (problem == 0) {
      listener.port = port_of(listener.socket);
      return listener;
    }
    if (port == ports.back() || (problem != EACCES && problem != EADDRINUSE)) {
      return failure_at(place, port, problem);
    }
    if (listener.remark.empty()) {
      listener.remark = problem == EACCES ? "this machine lets only root use it"
                                          : "another program of this machine uses it";
    }
  }
  return listener;
}

}  // namespace rota::idf
