// X.509 by OpenSSL's C API, and nothing of its policy: what goes into a certificate is decided in
// certificates.cc. Pointers are null when OpenSSL refuses.
#pragma once

#include <ctime>
#include <string>
#include <string_view>
#include <vector>

#include "net/openssl_pointer.h"

namespace rota::server {

using net::FreedBy;
using net::KeyPointer;
using net::X509Pointer;

struct CertificatePlan {
  std::string common_name;
  std::time_t not_before = 0, not_after = 0;
  // With a CA: the DNS names and addresses it may vouch for (.local and the private address ranges
  // are added); else the names the certificate is for.
  std::vector<std::string> dns;
  std::vector<std::string> addresses;
  bool is_authority = false;
};

KeyPointer make_key();  // P-256
// Without an issuer the certificate signs itself.
X509Pointer issue(const CertificatePlan& plan, EVP_PKEY& key, X509* issuer, EVP_PKEY& issuer_key);

std::string pem_of(const X509& certificate);
std::string pem_of(const EVP_PKEY& key);
// The first certificate or private key of the text; keys with a password are refused.
X509Pointer certificate_from_pem(std::string_view text);
KeyPointer key_from_pem(std::string_view text);

bool belongs_to(const X509& certificate, const EVP_PKEY& key);
bool is_signed_by(const X509& certificate, const X509& issuer);
std::time_t not_before(const X509& certificate);
std::time_t not_after(const X509& certificate);
std::string fingerprint_of(const X509& certificate);                  // SHA-256, "AB:CD:..."
std::vector<std::string> alternative_names(const X509& certificate);  // sorted
std::vector<std::string> permitted_dns(const X509& authority);
// Whether a leaf of this CA may name the address.
bool permits_address(const X509& authority, const std::string& address);

}  // namespace rota::server
