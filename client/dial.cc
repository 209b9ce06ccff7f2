#include "client/dial.h"

#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <sys/eventfd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <system_error>
#include <thread>

#include "client/failures.h"

namespace rota::client {
namespace {

constexpr std::chrono::milliseconds kNextAttempt{250};

struct FreeAddresses {
  void operator()(addrinfo* list) const { ::freeaddrinfo(list); }
};
using Addresses = std::unique_ptr<addrinfo, FreeAddresses>;

// Zero, or getaddrinfo's error.
int look_up(const std::string& host, std::uint16_t port, int flags, Addresses& found) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = flags | AI_NUMERICSERV;
  addrinfo* list = nullptr;
  const int error = ::getaddrinfo(host.c_str(), std::to_string(port).c_str(), &hints, &list);
  found.reset(error == 0 ? list : nullptr);
  return error;
}

// Shared by who asks and the thread that looks up: either may go first.
struct Lookup {
  std::string host;
  std::uint16_t port = 0;
  net::Descriptor done{::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)};
  Addresses found;  // these three are the thread's until `done` is set
  int error = 0;
  int system_errno = 0;
};

// No signal comes to this thread, nor to those that it starts, while this lives.
class SignalsOff {
 public:
  SignalsOff() {
    sigset_t all;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before_);
  }
  SignalsOff(const SignalsOff&) = delete;
  SignalsOff& operator=(const SignalsOff&) = delete;
  ~SignalsOff() { pthread_sigmask(SIG_SETMASK, &before_, nullptr); }

 private:
  sigset_t before_{};
};

bool start(const std::shared_ptr<Lookup>& lookup) {
  // The program's signals are not for a thread that it does not know of.
  const SignalsOff off;
  try {
    std::thread([lookup] {
      lookup->error = look_up(lookup->host, lookup->port, 0, lookup->found);
      lookup->system_errno = errno;
      [[maybe_unused]] const int told = ::eventfd_write(lookup->done.get(), 1);
    }).detach();
  } catch (const std::system_error&) {
    return false;
  }
  return true;
}

// IPv6 and IPv4 in turns, each in the system's order of preference.
std::vector<Endpoint> in_turns(const addrinfo* list) {
  std::vector<Endpoint> first, second;
  for (const addrinfo* at = list; at != nullptr; at = at->ai_next) {
    if (at->ai_addrlen > sizeof(sockaddr_storage)) continue;
    Endpoint endpoint;
    std::memcpy(&endpoint.address, at->ai_addr, at->ai_addrlen);
    endpoint.length = at->ai_addrlen;
    (at->ai_family == list->ai_family ? first : second).push_back(endpoint);
  }
  std::vector<Endpoint> turns;
  for (std::size_t i = 0; i < std::max(first.size(), second.size()); ++i) {
    if (i < first.size()) turns.push_back(first[i]);
    if (i < second.size()) turns.push_back(second[i]);
  }
  if (turns.size() > kMaxEndpoints) turns.resize(kMaxEndpoints);
  return turns;
}

Failed<Failure> cancelled() { return fail(Reason::kCancelled, "The connection was cancelled."); }

Failed<Failure> not_found(const Url& url, const Lookup& lookup) {
  std::string sentence = "No address is known for '" + url.host + "'";
  if (lookup.error == EAI_AGAIN) {
    sentence += ", since no name server answers: check the network of this device.";
  } else {
    sentence += " (" + std::string(::gai_strerror(lookup.error)) +
                "): check the name in the URL, or use an address.";
  }
  return fail(Reason::kNameNotFound, std::move(sentence),
              lookup.error == EAI_SYSTEM ? lookup.system_errno : 0);
}

// One attempt; no descriptor: it failed at once, with errno.
net::Descriptor begin_connect(const Endpoint& to) {
  net::Descriptor socket(
      ::socket(to.address.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (!socket.is_open()) return {};
  const int on = 1;
  ::setsockopt(socket.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  const int begun =
      ::connect(socket.get(), reinterpret_cast<const sockaddr*>(&to.address), to.length);
  if (begun != 0 && errno != EINPROGRESS) return {};
  return socket;
}

int error_of(int socket) {
  int error = 0;
  socklen_t length = sizeof error;
  return ::getsockopt(socket, SOL_SOCKET, SO_ERROR, &error, &length) == 0 ? error : errno;
}

Failed<Failure> not_connected(const Url& url, int error) {
  const std::string place = place_of(url);
  switch (error) {
    case ECONNREFUSED:
      return fail(Reason::kConnectRefused,
                  "Nothing listens at " + place + ": start the server, or check the port.", error);
    case ETIMEDOUT:
      return fail(Reason::kConnectTimeout,
                  place +
                      " does not answer: check its address, whether it is switched on, and that "
                      "no firewall stands between.",
                  error);
    case ENETUNREACH:
    case EHOSTUNREACH:
    case EADDRNOTAVAIL:
      return fail(Reason::kConnectFailed,
                  "There is no way to " + place + " (" + std::strerror(error) +
                      "): check the network of this device.",
                  error);
    default:
      return fail(Reason::kConnectFailed,
                  "No connection to " + place + ": " + std::strerror(error) + ".", error);
  }
}

// The attempts under way.
class Race {
 public:
  // False: it failed at once.
  bool begin(const Endpoint& endpoint) {
    net::Descriptor socket = begin_connect(endpoint);
    if (!socket.is_open()) {
      note(errno);
      return false;
    }
    polled_.push_back({socket.get(), POLLOUT, 0});
    sockets_.push_back(std::move(socket));
    return true;
  }
  bool is_empty() const { return sockets_.empty(); }
  std::vector<pollfd>& polled() { return polled_; }
  int error() const { return error_; }

  // The first socket that is connected; those that failed leave the race.
  net::Descriptor take_winner() {
    for (std::size_t i = 0; i < sockets_.size();) {
      if (polled_[i].revents == 0) {
        ++i;
        continue;
      }
      const int error = error_of(sockets_[i].get());
      if (error == 0) return std::move(sockets_[i]);
      note(error);
      sockets_.erase(sockets_.begin() + static_cast<std::ptrdiff_t>(i));
      polled_.erase(polled_.begin() + static_cast<std::ptrdiff_t>(i));
    }
    return {};
  }

 private:
  // A refusal tells most: somebody is there.
  void note(int error) {
    if (error_ != ECONNREFUSED) error_ = error;
  }

  std::vector<net::Descriptor> sockets_;
  std::vector<pollfd> polled_;
  int error_ = 0;
};

}  // namespace

std::string place_of(const Url& url) {
  const bool is_v6 = url.host.find(':') != std::string::npos;
  return (is_v6 ? "[" + url.host + "]" : url.host) + ":" + std::to_string(url.port);
}

Url place_to_dial(const Url& url) {
  const char* elsewhere = std::getenv("ROTA_CONNECT_TO");
  if (elsewhere == nullptr || *elsewhere == '\0') return url;
  const auto place = Url::parse("http://" + std::string(elsewhere));
  if (!place.ok()) return url;
  Url dialled = url;
  dialled.host = place->host;
  dialled.port = place->port;
  return dialled;
}

Outcome<std::vector<Endpoint>> resolve(const Url& url,
                                       const Cancellation& cancellation,
                                       Clock::time_point until) {
  const auto lookup = std::make_shared<Lookup>();
  lookup->host = url.host;
  lookup->port = url.port;
  if (look_up(url.host, url.port, AI_NUMERICHOST, lookup->found) == 0) {
    return in_turns(lookup->found.get());
  }
  if (!start(lookup)) {
    return fail(Reason::kNameNotFound,
                "No thread can be started to look up '" + url.host + "': too many are running.");
  }
  pollfd done{lookup->done.get(), POLLIN, 0};
  switch (wait_for({&done, 1}, cancellation, until)) {
    case Woken::kCancelled:
      return cancelled();
    case Woken::kLate:
      return fail(Reason::kNameNotFound, "No name server told the address of '" + url.host +
                                             "' in time: check the network of this device.");
    case Woken::kReady:
      break;
  }
  eventfd_t told = 0;  // read, so that a thread checker sees who wrote before
  ::eventfd_read(lookup->done.get(), &told);
  if (lookup->error != 0) return not_found(url, *lookup);
  return in_turns(lookup->found.get());
}

Outcome<net::Descriptor> connect_to_first(const std::vector<Endpoint>& endpoints,
                                          const Url& url,
                                          const Cancellation& cancellation,
                                          Clock::time_point until) {
  Race race;
  std::size_t next = 0;
  while (true) {
    const bool has_more = next < endpoints.size();
    if (race.is_empty() && !has_more) return not_connected(url, race.error());
    if (has_more && !race.begin(endpoints[next++])) continue;
    const Clock::time_point pause =
        next < endpoints.size() ? std::min(until, Clock::now() + kNextAttempt) : until;
    const Woken woken = wait_for(race.polled(), cancellation, pause);
    if (woken == Woken::kCancelled) return cancelled();
    if (woken == Woken::kLate && pause == until) return not_connected(url, ETIMEDOUT);
    if (woken == Woken::kLate) continue;
    net::Descriptor winner = race.take_winner();
    if (winner.is_open()) return winner;
  }
}

}  // namespace rota::client
