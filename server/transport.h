// Bytes to and from one client: the socket itself, or TLS on it. Never waits.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "net/tls.h"

namespace rota::server {

// A context is shared with the connections that were accepted under it: the server may meanwhile
// serve others with a renewed certificate.
using SharedTlsContext = std::shared_ptr<net::TlsContext>;

class Transport {
 public:
  // Borrows a connected, non-blocking socket.
  explicit Transport(int socket) : socket_(socket) {}

  void start_tls(SharedTlsContext context);
  bool is_tls() const { return tls_.has_value(); }
  net::Wait handshake() { return tls_result(tls_->handshake()); }

  // As net::TlsStream. kFailed: failure_sentence() says why.
  net::Wait read(MutableBytes into, std::size_t& bytes);
  // `more_follows`: the rest of an answer comes at once, do not send a packet for this alone.
  net::Wait write(Bytes from, bool more_follows, std::size_t& bytes);
  // Sends from a file without copying where the kernel can. kDone with 0 bytes: the file ended.
  net::Wait send_file(int file, std::uint64_t offset, std::uint64_t count, std::size_t& bytes);
  // Says goodbye, as far as that goes without waiting; the socket can still be read raw.
  void finish_writing();

  const std::string& failure_sentence() const { return failure_; }
  // The client's TLS refused this server's certificate, or what it is signed by.
  bool is_distrusted() const { return is_distrusted_; }

 private:
  net::Wait failed_with(int error_number);
  net::Wait tls_result(net::Wait wait);
  net::Wait flush_piece(std::size_t& bytes);

  int socket_;
  SharedTlsContext context_;
  std::optional<net::TlsStream> tls_;
  // What TLS has not taken yet of the file, and where it came from.
  std::vector<std::byte> piece_;
  std::uint64_t piece_offset_ = 0;
  std::string failure_;
  bool is_distrusted_ = false;
};

}  // namespace rota::server
