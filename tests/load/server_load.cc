// rota-server under load: many downloads at once, while many more connections idle, send their
// request byte by byte, or take their answer byte by byte.
//
//   server_load [--downloads 1000] [--idle 1000] [--dripping 1000] [--bytes 262144]
//
// All from one thread over HTTPS, as devices do. First every connection is made, then all downloads
// are asked for at once. Prints what became of them and how much memory the server took; status 1
// when a download was not whole, a quiet connection was lost, or the memory was not bounded by
// kMaxBytesPerConnection.
#include <arpa/inet.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <charconv>
#include <chrono>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <list>
#include <optional>
#include <string>
#include <vector>

#include "cli/demo_server.h"
#include "cli/neighbour.h"
#include "client/body_framing.h"
#include "client/response_head.h"
#include "net/descriptor.h"
#include "net/tls.h"

namespace rota::load {
namespace {

using Clock = std::chrono::steady_clock;
using net::Wait;

// A TLS session with its buffers, the request, the answer, and what the allocator does not give
// back.
constexpr std::uint64_t kMaxBytesPerConnection = 48 * 1024;
constexpr std::chrono::seconds kPatience{240};
constexpr std::chrono::milliseconds kTick{200};  // a byte of each dripping connection
constexpr std::size_t kAcceptedAtOnce = 64;      // handshakes under way

struct Plan {
  std::size_t downloads = 1000, idle = 1000, dripping = 1000;
  std::size_t bytes = 256 * 1024;
};

enum class Kind : std::uint8_t { kDownload, kIdle, kDripsRequest, kDripsAnswer };
enum class Phase : std::uint8_t { kConnecting, kQuiet, kAsking, kReading, kDone, kLost };

struct Peer {
  Kind kind = Kind::kIdle;
  Phase phase = Phase::kConnecting;
  net::Descriptor socket;
  std::optional<net::TlsStream> tls;
  std::size_t request_sent = 0;
  client::ResponseHeadReader head;
  bool has_head = false;
  std::size_t received = 0;
  Clock::time_point asked, first_byte;
};

const char* const kRequest =
    "GET /app.bin HTTP/1.1\r\nHost: load\r\nUser-Agent: ESP32 HTTP Client/1.0\r\n\r\n";

class Load {
 public:
  Load(const Plan& plan, std::uint16_t port, net::TlsContext& context, const std::string& content)
      : plan_(plan), port_(port), context_(context), content_(content) {}

  // Every connection stands, or false.
  bool connect_all() {
    const std::size_t total = plan_.downloads + plan_.idle + plan_.dripping;
    for (std::size_t i = 0; i < total; ++i) {
      if (!begin(kind_of(i))) return false;
      while (connecting_ >= kAcceptedAtOnce) {
        if (!turn()) return false;
      }
    }
    while (connecting_ > 0) {
      if (!turn()) return false;
    }
    return true;
  }
  bool download_all() {
    drips_ = true;
    for (Peer& peer : peers_) {
      const bool asks = peer.kind == Kind::kDownload || peer.kind == Kind::kDripsAnswer;
      if (!asks || peer.phase != Phase::kQuiet) continue;
      peer.phase = Phase::kAsking;
      peer.asked = Clock::now();
      if (peer.kind == Kind::kDownload) ++downloading_;
      advance(peer);
    }
    while (downloading_ > 0) {
      if (!turn()) return false;
    }
    return true;
  }

  std::size_t count(Kind kind, Phase phase) const {
    std::size_t found = 0;
    for (const Peer& peer : peers_) found += peer.kind == kind && peer.phase == phase ? 1 : 0;
    return found;
  }
  std::size_t lost() const {
    std::size_t found = 0;
    for (const Peer& peer : peers_) found += peer.phase == Phase::kLost ? 1 : 0;
    return found;
  }
  double slowest_first_byte_s() const {
    double slowest = 0;
    for (const Peer& peer : peers_) {
      if (peer.kind != Kind::kDownload || peer.phase != Phase::kDone) continue;
      slowest =
          std::max(slowest, std::chrono::duration<double>(peer.first_byte - peer.asked).count());
    }
    return slowest;
  }
  const std::string& first_loss() const { return first_loss_; }

 private:
  Kind kind_of(std::size_t i) const {
    if (i < plan_.idle) return Kind::kIdle;
    if (i < plan_.idle + plan_.dripping)
      return i % 2 == 0 ? Kind::kDripsRequest : Kind::kDripsAnswer;
    return Kind::kDownload;
  }

  bool begin(Kind kind) {
    Peer& peer = peers_.emplace_back();
    peer.kind = kind;
    peer.socket = net::Descriptor(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    if (!peer.socket.is_open()) return lose(peer, std::strerror(errno));
    if (kind == Kind::kDripsAnswer) {
      const int small = 4096;
      ::setsockopt(peer.socket.get(), SOL_SOCKET, SO_RCVBUF, &small, sizeof small);
    }
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port_);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (::connect(peer.socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) !=
        0) {
      return lose(peer, std::strerror(errno));
    }
    ::fcntl(peer.socket.get(), F_SETFL, O_NONBLOCK);
    peer.tls.emplace(net::TlsStream::connect(context_, peer.socket.get(), "127.0.0.1"));
    ++connecting_;
    epoll_event event{};
    event.events = EPOLLIN | EPOLLOUT | EPOLLET;
    event.data.ptr = &peer;
    if (::epoll_ctl(poll_.get(), EPOLL_CTL_ADD, peer.socket.get(), &event) != 0) {
      return lose(peer, std::strerror(errno));
    }
    advance(peer);
    return true;
  }

  // One round of the loop; false when time is over.
  bool turn() {
    if (Clock::now() > until_) return false;
    std::array<epoll_event, 256> events;
    const int ready = ::epoll_wait(poll_.get(), events.data(), static_cast<int>(events.size()),
                                   static_cast<int>(kTick.count()));
    for (int i = 0; i < ready; ++i)
      advance(*static_cast<Peer*>(events.at(static_cast<std::size_t>(i)).data.ptr));
    if (drips_ && Clock::now() >= next_drip_) {
      next_drip_ = Clock::now() + kTick;
      for (Peer& peer : peers_) drip(peer);
    }
    return true;
  }

  bool lose(Peer& peer, const std::string& why) {
    if (first_loss_.empty()) first_loss_ = why;
    if (peer.phase == Phase::kConnecting && peer.tls) --connecting_;
    if (peer.kind == Kind::kDownload &&
        (peer.phase == Phase::kAsking || peer.phase == Phase::kReading)) {
      --downloading_;
    }
    peer.phase = Phase::kLost;
    peer.tls.reset();
    peer.socket.reset();
    return false;
  }

  // As far as it goes without waiting.
  void advance(Peer& peer) {
    if (peer.phase == Phase::kConnecting) {
      const Wait wait = peer.tls->handshake();
      if (wait == Wait::kFailed || wait == Wait::kClosed) {
        lose(peer, peer.tls->failure().sentence);
      } else if (wait == Wait::kDone) {
        peer.phase = Phase::kQuiet;
        --connecting_;
      }
    }
    if (peer.phase == Phase::kQuiet) watch(peer);
    if (peer.phase == Phase::kAsking) ask(peer);
    if (peer.phase == Phase::kReading && peer.kind == Kind::kDownload) {
      while (read(peer, 64 * 1024)) {
      }
    }
  }

  // Takes session tickets; sees a server that closes.
  void watch(Peer& peer) {
    std::array<std::byte, 256> bytes;
    std::size_t moved = 0;
    const Wait wait = peer.tls->read(bytes, moved);
    if (wait == Wait::kClosed || wait == Wait::kDone)
      lose(peer, "the server closed or spoke unasked");
    if (wait == Wait::kFailed) lose(peer, peer.tls->failure().sentence);
  }

  void ask(Peer& peer) {
    std::size_t moved = 0;
    const std::string_view rest = std::string_view(kRequest).substr(peer.request_sent);
    const Wait wait = peer.tls->write(bytes_of(rest), moved);
    if (wait == Wait::kFailed) {
      lose(peer, peer.tls->failure().sentence);
      return;
    }
    peer.request_sent += moved;
    if (moved == rest.size()) peer.phase = Phase::kReading;
  }

  // True: more may be there.
  bool read(Peer& peer, std::size_t most) {
    std::array<std::byte, 64 * 1024> buffer;
    std::size_t moved = 0;
    const Wait wait =
        peer.tls->read(MutableBytes(buffer).first(std::min(most, buffer.size())), moved);
    if (wait == Wait::kFailed) return lose(peer, peer.tls->failure().sentence);
    if (wait == Wait::kClosed) return lose(peer, "the server closed in the middle of an answer");
    if (wait != Wait::kDone) return false;
    Bytes bytes = Bytes(buffer).first(moved);
    if (!peer.has_head) {
      peer.first_byte = Clock::now();
      const auto step = peer.head.take(bytes);
      if (step == client::ResponseHeadReader::Step::kMore) return true;
      if (step == client::ResponseHeadReader::Step::kFailed || peer.head.head().status != 200) {
        return lose(peer, "the server answered with an error");
      }
      peer.has_head = true;
    }
    if (bytes.size() > content_.size() - peer.received ||
        text_of(bytes) != std::string_view(content_).substr(peer.received, bytes.size())) {
      return lose(peer, "wrong bytes came");
    }
    peer.received += bytes.size();
    if (peer.received < content_.size()) return true;
    if (peer.kind == Kind::kDownload) --downloading_;
    peer.phase = Phase::kDone;
    return false;
  }

  void drip(Peer& peer) {
    if (peer.kind == Kind::kDripsAnswer && peer.phase == Phase::kReading) read(peer, 1);
    if (peer.kind != Kind::kDripsRequest || peer.phase != Phase::kQuiet) return;
    // Never the whole: the server waits for more.
    const std::string_view request = kRequest;
    if (peer.request_sent + 2 >= request.size()) return;
    std::size_t moved = 0;
    const Wait wait = peer.tls->write(bytes_of(request.substr(peer.request_sent, 1)), moved);
    if (wait == Wait::kFailed) lose(peer, peer.tls->failure().sentence);
    peer.request_sent += moved;
  }

  Plan plan_;
  std::uint16_t port_;
  net::TlsContext& context_;
  const std::string& content_;
  net::Descriptor poll_{::epoll_create1(EPOLL_CLOEXEC)};
  std::list<Peer> peers_;
  std::size_t connecting_ = 0, downloading_ = 0;
  bool drips_ = false;
  Clock::time_point next_drip_ = Clock::now();
  Clock::time_point until_ = Clock::now() + kPatience;
  std::string first_loss_;
};

// A line like "VmRSS:  1234 kB" of the process, in bytes.
std::uint64_t memory_of(pid_t process, const std::string& name) {
  std::ifstream status(fmt::format("/proc/{}/status", process));
  std::string word;
  std::uint64_t kilobytes = 0;
  while (status >> word) {
    if (word == name + ":" && status >> kilobytes) return kilobytes * 1024;
  }
  return 0;
}

struct Place {
  Place() {
    std::string name = (std::filesystem::temp_directory_path() / "rota_load_XXXXXX").string();
    folder = mkdtemp(name.data()) == nullptr ? "" : name;
  }
  ~Place() {
    std::error_code ignored;
    std::filesystem::remove_all(folder, ignored);
  }
  Place(const Place&) = delete;
  Place& operator=(const Place&) = delete;
  std::string folder;
};

int fail(std::string_view sentence) {
  fmt::print(stderr, "server_load: {}\n", sentence);
  return EXIT_FAILURE;
}

// The server inherits the limit.
bool raise_descriptors(std::size_t wanted) {
  rlimit limit{};
  getrlimit(RLIMIT_NOFILE, &limit);
  if (limit.rlim_cur >= wanted) return true;
  limit.rlim_cur = std::min<rlim_t>(limit.rlim_max, wanted);
  return setrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur >= wanted;
}

bool parse(int count, char** words, Plan& plan) {
  for (int i = 1; i + 1 < count; i += 2) {
    const std::string_view name = words[i];
    const std::string_view text = words[i + 1];
    std::size_t* value = name == "--downloads"  ? &plan.downloads
                         : name == "--idle"     ? &plan.idle
                         : name == "--dripping" ? &plan.dripping
                         : name == "--bytes"    ? &plan.bytes
                                                : nullptr;
    if (value == nullptr) return false;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), *value);
    if (error != std::errc() || end != text.data() + text.size()) return false;
  }
  return count % 2 == 1;
}

int measure(const Plan& plan,
            const cli::UpdateServer& server,
            const std::string& ca_pem,
            const std::string& content) {
  net::TlsClientOptions options;
  options.ca_pem = ca_pem;
  auto context = net::TlsContext::client(options);
  if (!context.ok()) return fail(context.error().sentence);
  const std::string& base = server.base_url();
  const auto port = static_cast<std::uint16_t>(std::stoi(base.substr(base.rfind(':') + 1)));
  const std::uint64_t before = memory_of(server.process(), "VmRSS");

  Load load(plan, port, *context, content);
  const auto begun = Clock::now();
  if (!load.connect_all()) return fail("not all connections could be made: " + load.first_loss());
  const double connecting_s = std::chrono::duration<double>(Clock::now() - begun).count();
  const std::uint64_t quiet = memory_of(server.process(), "VmRSS");
  const auto asked = Clock::now();
  if (!load.download_all()) return fail("the downloads did not end in time: " + load.first_loss());
  const double seconds = std::chrono::duration<double>(Clock::now() - asked).count();
  const std::uint64_t peak = memory_of(server.process(), "VmHWM");

  const std::size_t connections = plan.downloads + plan.idle + plan.dripping;
  const std::size_t whole = load.count(Kind::kDownload, Phase::kDone);
  const auto per_connection = [&](std::uint64_t bytes) {
    return static_cast<double>(bytes - std::min(bytes, before)) / 1024.0 /
           static_cast<double>(connections);
  };
  fmt::print("{} connections over HTTPS: {} downloads of {} bytes at once, {} idle, {} dripping\n",
             connections, plan.downloads, plan.bytes, plan.idle, plan.dripping);
  fmt::print("  whole downloads        {} of {}\n", whole, plan.downloads);
  fmt::print("  connections lost       {}\n", load.lost());
  fmt::print("  handshakes             {:.0f} a second\n",
             static_cast<double>(connections) / connecting_s);
  fmt::print("  all downloads          {:.2f} s, {:.0f} MB/s\n", seconds,
             static_cast<double>(plan.downloads * plan.bytes) / 1e6 / seconds);
  fmt::print("  slowest first byte     {:.2f} s\n", load.slowest_first_byte_s());
  fmt::print(
      "  server's memory        {:.1f} MB before, {:.1f} MB with all connected, {:.1f} MB at "
      "most\n",
      static_cast<double>(before) / 1e6, static_cast<double>(quiet) / 1e6,
      static_cast<double>(peak) / 1e6);
  fmt::print("  per connection         {:.1f} KiB quiet, {:.1f} KiB at most (limit {} KiB)\n",
             per_connection(quiet), per_connection(peak), kMaxBytesPerConnection / 1024);
  if (whole != plan.downloads || load.lost() > 0) return fail(load.first_loss());
  if (peak > before + connections * kMaxBytesPerConnection)
    return fail("the memory is not bounded");
  return EXIT_SUCCESS;
}

int run(int count, char** words) {
  Plan plan;
  if (!parse(count, words, plan)) {
    fail("server_load [--downloads N] [--idle N] [--dripping N] [--bytes N]");
    return 2;
  }
  const std::size_t connections = plan.downloads + plan.idle + plan.dripping;
  if (!raise_descriptors(2 * connections + 200)) {
    return fail("too few descriptors are allowed (ulimit -n); ask for fewer connections");
  }
  const Place place;
  std::filesystem::create_directories(place.folder + "/files");
  std::string content(plan.bytes, '\0');
  for (std::size_t i = 0; i < content.size(); ++i)
    content[i] = static_cast<char>(i * 2654435761U >> 13U);
  std::ofstream(place.folder + "/files/app.bin", std::ios::binary) << content;
  const auto program = cli::neighbour_program("rota-server");
  if (!program.ok()) return fail(program.error().sentence);
  const auto server =
      cli::UpdateServer::start(*program, place.folder + "/files", place.folder + "/state",
                               place.folder + "/log", std::chrono::seconds(20));
  if (!server.ok()) return fail(server.error().sentence);
  std::ifstream ca(place.folder + "/state/ca_cert.pem", std::ios::binary);
  const std::string ca_pem{std::istreambuf_iterator<char>(ca), std::istreambuf_iterator<char>()};
  return measure(plan, **server, ca_pem, content);
}

}  // namespace
}  // namespace rota::load

int main(int count, char** words) { return rota::load::run(count, words); }
