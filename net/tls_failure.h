// From what OpenSSL reports to a sentence for a person. No state, no I/O.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "net/peer_certificate.h"
#include "net/tls.h"

namespace rota::net {

// All that is known about a stream when it failed.
struct TlsEvidence {
  bool is_server = false;
  bool is_in_handshake = false;
  std::string_view server_name;  // of a client: whom it wanted to reach
  std::string_view first_bytes;  // of the peer, when they can not be TLS
  std::uint64_t code = 0;        // the first entry of OpenSSL's error queue
  bool has_ended = false;        // the peer closed the connection
  int system_errno = 0;
  long verify_code = 0;  // why the certificate was refused
  std::optional<PeerCertificate> certificate;
};

TlsFailure explain(const TlsEvidence& evidence);

// The first reason in OpenSSL's error queue, for the failures of a context; empties the queue.
TlsFailure configuration_failure(std::string sentence);

}  // namespace rota::net
