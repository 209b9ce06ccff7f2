// OpenSSL's way to the socket: recv() and send() without signals, and what they saw.
#pragma once

#include <openssl/bio.h>

#include <string>

namespace rota::net {

// Belongs to the stream, at an address that stays; the BIO points at it.
struct SocketTrace {
  int socket = -1;
  bool has_read = false;
  std::string first_bytes;  // of the peer; kept only when no TLS record begins so
  bool has_ended = false;   // the peer closed or reset
  int system_errno = 0;     // of the last call that failed for good
};

// Null when memory is short. The trace must outlive the BIO.
BIO* new_socket_bio(SocketTrace& trace);

}  // namespace rota::net
