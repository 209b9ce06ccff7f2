// The C library's calls of sockets, as the program's sources call them (rota_newlib.h gives them
// these names; Rota's own code calls the C library). While one waits for the network the other
// tasks run, as with lwIP on a chip; and a server of the program listens where the board's servers
// listen, not to the whole world (NET-3).
#include <netdb.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/select.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "esp_log.h"
#include "idf/http_listener.h"
#include "idf/runtime.h"

using rota::idf::BlockingSection;

namespace {

constexpr const char* kTag = "lwip";

// Lets the other tasks run until the call comes back; errno is the call's.
template <class Call>
auto while_others_run(Call call) {
  int error = 0;
  const auto result = [&] {
    const BlockingSection others_run;
    const auto value = call();
    error = errno;
    return value;
  }();
  errno = error;
  return result;
}

bool is_socket(int descriptor) {
  const int before = errno;
  struct stat facts {};
  const bool is = ::fstat(descriptor, &facts) == 0 && S_ISSOCK(facts.st_mode);
  errno = before;
  return is;
}

}  // namespace

// A program may have a function of its own by one of these names; then it is the program's.
#pragma weak rota_accept
#pragma weak rota_accept4
#pragma weak rota_bind
#pragma weak rota_connect
#pragma weak rota_getaddrinfo
#pragma weak rota_gethostbyname
#pragma weak rota_poll
#pragma weak rota_read
#pragma weak rota_recv
#pragma weak rota_recvfrom
#pragma weak rota_recvmsg
#pragma weak rota_select
#pragma weak rota_send
#pragma weak rota_sendmsg
#pragma weak rota_sendto
#pragma weak rota_write

extern "C" {

int rota_accept(int socket, sockaddr* address, socklen_t* length) {
  return while_others_run([&] { return ::accept(socket, address, length); });
}

int rota_accept4(int socket, sockaddr* address, socklen_t* length, int flags) {
  return while_others_run([&] { return ::accept4(socket, address, length, flags); });
}

int rota_bind(int socket, const sockaddr* address, socklen_t length) {
  sockaddr_in at{};
  const bool is_ipv4 = address != nullptr && address->sa_family == AF_INET && length >= sizeof(at);
  if (is_ipv4) std::memcpy(&at, address, sizeof(at));
  if (!is_ipv4 || at.sin_addr.s_addr != htonl(INADDR_ANY) ||
      rota::idf::runtime_if_any() == nullptr) {
    return ::bind(socket, address, length);
  }
  const auto places = rota::idf::places_for_server(ntohs(at.sin_port));
  if (!places.ok()) {
    ESP_LOGE(kTag, "%s", places.error().c_str());
    errno = EADDRNOTAVAIL;
    return -1;
  }
  at.sin_addr = places.value().address;
  for (const std::uint16_t port : places.value().ports) {
    at.sin_port = htons(port);
    if (::bind(socket, reinterpret_cast<const sockaddr*>(&at), sizeof(at)) == 0) {
      if (port != places.value().ports.front()) {
        ESP_LOGW(kTag, "Port %u needs root on this machine; the board has port %u instead.",
                 places.value().ports.front(), port);
      }
      return 0;
    }
    if (errno != EACCES) break;
  }
  if (errno == EADDRINUSE) {
    ESP_LOGW(kTag, "Port %u is in use on this machine, by another board perhaps.",
             ntohs(at.sin_port));
    errno = EADDRINUSE;
  }
  return -1;
}

int rota_connect(int socket, const sockaddr* address, socklen_t length) {
  return while_others_run([&] { return ::connect(socket, address, length); });
}

int rota_getaddrinfo(const char* node,
                     const char* service,
                     const addrinfo* hints,
                     addrinfo** into) {
  return while_others_run([&] { return ::getaddrinfo(node, service, hints, into); });
}

hostent* rota_gethostbyname(const char* name) {
  return while_others_run([&] { return ::gethostbyname(name); });
}

int rota_poll(pollfd* descriptors, nfds_t count, int timeout_ms) {
  return while_others_run([&] { return ::poll(descriptors, count, timeout_ms); });
}

ssize_t rota_read(int descriptor, void* into, std::size_t size) {
  if (!is_socket(descriptor)) return ::read(descriptor, into, size);
  return while_others_run([&] { return ::read(descriptor, into, size); });
}

ssize_t rota_recv(int socket, void* into, std::size_t size, int flags) {
  return while_others_run([&] { return ::recv(socket, into, size, flags); });
}

ssize_t rota_recvfrom(
    int socket, void* into, std::size_t size, int flags, sockaddr* address, socklen_t* length) {
  return while_others_run([&] { return ::recvfrom(socket, into, size, flags, address, length); });
}

ssize_t rota_recvmsg(int socket, msghdr* message, int flags) {
  return while_others_run([&] { return ::recvmsg(socket, message, flags); });
}

int rota_select(int count, fd_set* readable, fd_set* writable, fd_set* failed, timeval* timeout) {
  return while_others_run([&] { return ::select(count, readable, writable, failed, timeout); });
}

ssize_t rota_send(int socket, const void* bytes, std::size_t size, int flags) {
  return while_others_run([&] { return ::send(socket, bytes, size, flags | MSG_NOSIGNAL); });
}

ssize_t rota_sendmsg(int socket, const msghdr* message, int flags) {
  return while_others_run([&] { return ::sendmsg(socket, message, flags | MSG_NOSIGNAL); });
}

ssize_t rota_sendto(int socket,
                    const void* bytes,
                    std::size_t size,
                    int flags,
                    const sockaddr* address,
                    socklen_t length) {
  return while_others_run(
      [&] { return ::sendto(socket, bytes, size, flags | MSG_NOSIGNAL, address, length); });
}

// A peer that went away is an error here, not the end of the program.
ssize_t rota_write(int descriptor, const void* bytes, std::size_t size) {
  if (!is_socket(descriptor)) return ::write(descriptor, bytes, size);
  return while_others_run([&] { return ::send(descriptor, bytes, size, MSG_NOSIGNAL); });
}
}
