#include "tests/failing_calls/file_server.h"

#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <stdexcept>

#include "idf/file_server_for_test.h"
#include "net/certificate_for_test.h"
#include "sim/test_board.h"

namespace rota::failing {

namespace {

// In the server's process: serves until it is killed; tells its two URLs.
[[noreturn]] void serve(const net::CertificateForTest& certificate, int tell) {
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  const sim::TestBoard board(sim::Configuration{});
  const std::string file(text_of(board.image(sim::ImageId::kVersion3)));
  const auto answer = [&](const idf::RequestForTest& request) {
    return idf::serve_file(request, file, "\"one\"");
  };
  const idf::FileServerForTest plain(answer);
  const idf::FileServerForTest over_tls(certificate, answer);
  const std::string urls = plain.url() + "\n" + over_tls.url() + "\n";
  if (::write(tell, urls.data(), urls.size()) < 0) ::_exit(1);
  ::close(tell);
  while (true) ::pause();
}

std::string read_all(int from) {
  std::string text;
  std::array<char, 256> bytes{};
  for (ssize_t got = 1; got > 0;) {
    got = ::read(from, bytes.data(), bytes.size());
    if (got > 0) text.append(bytes.data(), static_cast<std::size_t>(got));
  }
  return text;
}

}  // namespace

FileServer& FileServer::the_one() {
  static FileServer server;
  return server;
}

FileServer::FileServer() {
  const net::CertificateForTest certificate = net::make_certificate({});
  authority_pem_ = certificate.pem;
  std::array<int, 2> pipe{};
  if (::pipe(pipe.data()) != 0) throw std::runtime_error("no pipe to the server");
  process_ = ::fork();
  if (process_ < 0) throw std::runtime_error("no process for the server");
  if (process_ == 0) {
    ::close(pipe[0]);
    serve(certificate, pipe[1]);
  }
  ::close(pipe[1]);
  const std::string urls = read_all(pipe[0]);
  ::close(pipe[0]);
  const std::size_t line = urls.find('\n');
  if (line == std::string::npos)
    throw std::runtime_error("the server of the stories did not start");
  url_ = urls.substr(0, line);
  tls_url_ = urls.substr(line + 1, urls.size() - line - 2);
}

FileServer::~FileServer() {
  ::kill(process_, SIGKILL);
  ::waitpid(process_, nullptr, 0);
}

}  // namespace rota::failing
