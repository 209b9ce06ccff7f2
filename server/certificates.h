// The server's own certificate authority and the certificate that it serves with, made without a
// question asked. Devices embed ca_cert.pem once; the leaf changes with the addresses.
//
//   ca_cert.pem   P-256, 10 years, path length 0; may only vouch for localhost, .local, this
//                 host's name, and loopback and private addresses: a stolen key can not fake a
//                 public site
//   ca_key.pem    mode 0600
//   server.pem    mode 0600: the leaf's key and certificate in one file, so that they always match;
//                 P-256, 397 days, SAN: localhost, host name, host name.local, every local address
//   lock          held while any of these is read or made
//
// The name constraints are not marked critical, against RFC 5280: mbedTLS, which ESP32 devices use,
// does not know them and refuses a CA with an unknown critical extension. OpenSSL and browsers
// apply them all the same.
#pragma once

#include <chrono>
#include <cstdint>
#include <ctime>
#include <string>
#include <vector>

#include "server/local_names.h"
#include "server/refusal.h"
#include "server/state_folder.h"

namespace rota::server {

struct AuthorityFacts {
  std::string certificate_path;  // .../ca_cert.pem
  std::string certificate_pem;
  std::string fingerprint;  // SHA-256 of the certificate, "AB:CD:..."
  std::time_t not_after = 0;
  bool is_new = false;
};

struct ServerIdentity {
  AuthorityFacts authority;
  std::string chain_pem;  // what TlsContext::server takes
  std::string key_pem;
  std::vector<std::string> names;     // what the leaf is for, as in its SAN
  std::vector<std::string> left_out;  // names and addresses newer than the CA
  std::time_t not_after = 0;
  bool is_new = false;
};

struct IdentityRequest {
  LocalNames names;
  std::time_t now = 0;
  std::chrono::milliseconds lock_patience{10'000};
};

// Makes the CA where there is none. Refuses, naming file and next step, when its files are damaged,
// do not belong together or have expired: a new CA is never made silently, since devices in the
// field trust the old one.
Result<AuthorityFacts, Refusal> ensure_authority(const StateFolder& folder,
                                                 const IdentityRequest& request);

// Makes CA and leaf where needed. The leaf is made anew when names or addresses changed, when it
// has fewer than 30 days left, when the CA did not sign it, or when its file is damaged: nothing is
// lost with a leaf.
Result<ServerIdentity, Refusal> ensure_identity(const StateFolder& folder,
                                                const IdentityRequest& request);

}  // namespace rota::server
