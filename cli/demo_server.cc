#include "cli/demo_server.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <fstream>
#include <iterator>
#include <sstream>
#include <vector>

namespace rota::cli {
namespace {

using Clock = std::chrono::steady_clock;

std::string content_of(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

// In the child: only calls that are safe after a fork.
[[noreturn]] void become_server(char* const* arguments, int log, int ready, pid_t parent) {
  prctl(PR_SET_PDEATHSIG, SIGTERM);
  if (getppid() != parent) _exit(127);
  setpgid(0, 0);  // Ctrl-C is for the demo, which ends its server in order
  dup2(log, STDOUT_FILENO);
  dup2(log, STDERR_FILENO);
  fcntl(ready, F_SETFD, 0);
  execv(arguments[0], arguments);
  _exit(127);
}

// The line "host port scheme", or what of it came within the time.
std::string read_ready_line(int descriptor, std::chrono::seconds patience) {
  const auto until = Clock::now() + patience;
  std::string line;
  while (!line.ends_with('\n')) {
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(until - Clock::now());
    pollfd wait{descriptor, POLLIN, 0};
    if (left.count() <= 0 || poll(&wait, 1, static_cast<int>(left.count())) <= 0) break;
    std::array<char, 256> bytes{};
    const ssize_t got = read(descriptor, bytes.data(), bytes.size());
    if (got <= 0) break;
    line.append(bytes.data(), static_cast<std::size_t>(got));
  }
  return line;
}

}  // namespace

Result<std::unique_ptr<UpdateServer>, Refusal> UpdateServer::start(const std::string& program,
                                                                   const std::string& folder,
                                                                   const std::string& state_folder,
                                                                   const std::string& log_file,
                                                                   std::chrono::seconds patience,
                                                                   bool plain_http) {
  const int log = open(log_file.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
  if (log < 0) return refuse(system_sentence("write", log_file, errno));
  std::array<int, 2> ready{};
  if (pipe2(ready.data(), O_CLOEXEC) != 0) {
    close(log);
    return refuse(system_sentence("make a pipe to", program, errno));
  }
  std::vector<std::string> words{program,  folder,      "--port",     "0",
                                 "--bind", "127.0.0.1", "--ready-fd", std::to_string(ready[1])};
  if (!state_folder.empty()) words.insert(words.end(), {"--state", state_folder});
  if (plain_http) words.emplace_back("--http");
  std::vector<char*> arguments;
  arguments.reserve(words.size() + 1);
  for (std::string& word : words) arguments.push_back(word.data());
  arguments.push_back(nullptr);
  const pid_t parent = getpid();
  const pid_t process = fork();
  if (process == 0) become_server(arguments.data(), log, ready[1], parent);
  const int fork_error = errno;
  close(log);
  close(ready[1]);
  if (process < 0) {
    close(ready[0]);
    return refuse(system_sentence("start", program, fork_error));
  }
  std::unique_ptr<UpdateServer> server(new UpdateServer(process, log_file));
  std::istringstream line(read_ready_line(ready[0], patience));
  close(ready[0]);
  std::string host;
  std::string port;
  std::string scheme;
  if (!(line >> host >> port >> scheme)) {
    return refuse(fmt::format("the update server did not start; it said: {}", server->log()));
  }
  server->base_url_ = fmt::format("{}://{}:{}", scheme, host, port);
  return server;
}

UpdateServer::~UpdateServer() {
  kill(process_, SIGTERM);
  while (waitpid(process_, nullptr, 0) < 0 && errno == EINTR) {
  }
}

std::string UpdateServer::log() const { return content_of(log_file_); }

Result<std::unique_ptr<StallingServer>, Refusal> StallingServer::start(std::string first_bytes,
                                                                       std::uint64_t total_bytes) {
  std::unique_ptr<StallingServer> server(new StallingServer);
  server->head_and_first_bytes_ =
      fmt::format(
          "HTTP/1.1 200 OK\r\nContent-Type: application/octet-stream\r\n"
          "Content-Length: {}\r\n\r\n",
          total_bytes) +
      first_bytes;
  server->stop_event_ = eventfd(0, EFD_CLOEXEC);
  server->listener_ = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t length = sizeof(address);
  auto* const plain = reinterpret_cast<sockaddr*>(&address);
  if (server->stop_event_ < 0 || server->listener_ < 0 ||
      bind(server->listener_, plain, length) != 0 || listen(server->listener_, 4) != 0 ||
      getsockname(server->listener_, plain, &length) != 0) {
    return refuse(system_sentence("listen at", "127.0.0.1", errno));
  }
  server->port_ = ntohs(address.sin_port);
  server->thread_ = std::thread([raw = server.get()] { raw->serve(); });
  return server;
}

StallingServer::~StallingServer() {
  if (thread_.joinable()) {
    eventfd_write(stop_event_, 1);
    thread_.join();
  }
  if (listener_ >= 0) close(listener_);
  if (stop_event_ >= 0) close(stop_event_);
}

std::string StallingServer::url_of(const std::string& file) const {
  return fmt::format("http://127.0.0.1:{}/{}", port_, file);
}

void StallingServer::serve() {
  for (;;) {
    std::array<pollfd, 2> wait{pollfd{stop_event_, POLLIN, 0}, pollfd{listener_, POLLIN, 0}};
    if (poll(wait.data(), wait.size(), -1) < 0 && errno != EINTR) return;
    if ((wait[0].revents & POLLIN) != 0) return;
    if ((wait[1].revents & POLLIN) == 0) continue;
    const int connection = accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    if (connection < 0) continue;
    answer(connection);
    close(connection);
  }
}

// Reads what comes, answers once a head is whole, then waits for the other side (or the end).
void StallingServer::answer(int connection) const {
  std::string request;
  bool answered = false;
  for (;;) {
    std::array<pollfd, 2> wait{pollfd{stop_event_, POLLIN, 0}, pollfd{connection, POLLIN, 0}};
    if (poll(wait.data(), wait.size(), -1) < 0 && errno != EINTR) return;
    if ((wait[0].revents & POLLIN) != 0) return;
    if (wait[1].revents == 0) continue;
    std::array<char, 2048> bytes{};
    const ssize_t got = recv(connection, bytes.data(), bytes.size(), 0);
    if (got <= 0) return;
    if (request.size() < 64 * 1024) request.append(bytes.data(), static_cast<std::size_t>(got));
    if (answered || request.find("\r\n\r\n") == std::string::npos) continue;
    answered = true;
    const std::string& text = head_and_first_bytes_;
    if (send(connection, text.data(), text.size(), MSG_NOSIGNAL) < 0) return;
  }
}

}  // namespace rota::cli
