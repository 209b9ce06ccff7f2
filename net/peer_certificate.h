// The facts of a certificate that a person needs to see why it was refused. Everything here was
// written by the peer: it is made printable and short.
#pragma once

#include <openssl/x509.h>

#include <string>
#include <vector>

namespace rota::net {

struct PeerCertificate {
  std::string subject;                // the common name, or the whole subject without one
  std::string issuer;                 // likewise
  std::vector<std::string> names;     // alternative names (DNS and addresses), else the common name
  std::string not_before, not_after;  // "2026-01-31 12:00 UTC"
  bool is_self_issued = false;
  bool has_alternative_names = false;
  std::string common_name;
  std::string key;        // "1024-bit RSA key"
  std::string signature;  // "RSA-SHA1"

  static PeerCertificate of(X509& certificate);
};

// "'a.local', 'b.local', 192.168.1.2 and 4 more"; "no name at all" for an empty list.
std::string list_of(const std::vector<std::string>& names);

// Now, in the form of the dates above.
std::string time_now();

}  // namespace rota::net
