#include "server/certificates.h"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <algorithm>

#include "server/certificate_codec.h"

namespace rota::server {
namespace {

constexpr std::string_view kCaCertificate = "ca_cert.pem";
constexpr std::string_view kCaKey = "ca_key.pem";
constexpr std::string_view kServerFile = "server.pem";
constexpr std::time_t kDay = 24 * 60 * 60;
constexpr std::time_t kCaLife = 3652 * kDay;  // ten years
constexpr std::time_t kLeafLife = 397 * kDay;
constexpr std::time_t kLeafRenewal = 30 * kDay;
// Of this host, that its new CA vouches for, each by itself; private ranges are vouched for whole.
constexpr std::size_t kMaxPublicAddresses = 16;
// Clocks of devices and hosts differ: a certificate is valid from a day ago.
constexpr std::time_t kClockSkew = kDay;

std::string day_of(std::time_t when) { return fmt::format("{:%Y-%m-%d}", fmt::gmtime(when)); }

struct Authority {
  X509Pointer certificate;
  KeyPointer key;
  AuthorityFacts facts;
};

Failed<Refusal> refuse_damaged(const StateFolder& folder,
                               std::string_view file,
                               std::string_view what) {
  return refuse(fmt::format(
      "{} {}. Restore it from a backup; or move the folder {} away and start again to get a new "
      "certificate authority, which every device must then embed anew.",
      folder.path_of(file), what, folder.path()));
}

AuthorityFacts facts_of(const StateFolder& folder, const X509Pointer& certificate, bool is_new) {
  AuthorityFacts facts;
  facts.certificate_path = folder.path_of(kCaCertificate);
  facts.certificate_pem = pem_of(*certificate);
  facts.fingerprint = fingerprint_of(*certificate);
  facts.not_after = not_after(*certificate);
  facts.is_new = is_new;
  return facts;
}

// The names that devices may use, besides addresses.
std::vector<std::string> dns_names(const LocalNames& names) {
  std::vector<std::string> dns{"localhost"};
  const auto add = [&dns](const std::string& name) {
    if (!name.empty() && std::find(dns.begin(), dns.end(), name) == dns.end()) dns.push_back(name);
  };
  add(names.host_name);
  const std::string label = names.host_name.substr(0, names.host_name.find('.'));
  if (!label.empty() && label != "localhost") add(label + ".local");
  return dns;
}

Result<Authority, Refusal> make_authority(const StateFolder& folder,
                                          const IdentityRequest& request,
                                          KeyPointer key) {
  const bool key_is_new = key == nullptr;
  if (key_is_new) key = make_key();
  CertificatePlan plan;
  plan.common_name = fmt::format("Rota CA {} {}", request.names.host_name, day_of(request.now));
  plan.not_before = request.now - kClockSkew;
  plan.not_after = request.now + kCaLife;
  plan.is_authority = true;
  plan.dns = dns_names(request.names);
  for (const std::string& address : request.names.addresses) {
    if (is_private_address(address)) continue;
    if (plan.addresses.size() < kMaxPublicAddresses) plan.addresses.push_back(address);
  }
  X509Pointer certificate = key == nullptr ? nullptr : issue(plan, *key, nullptr, *key);
  if (certificate == nullptr) {
    return refuse(
        "OpenSSL can not make a P-256 certificate here; check the installation of "
        "OpenSSL 3, and its configuration file (OPENSSL_CONF).");
  }
  // The key first: a certificate without its key would be a CA that nobody can use.
  if (key_is_new) ROTA_TRY(folder.write(kCaKey, pem_of(*key), true));
  AuthorityFacts facts = facts_of(folder, certificate, true);
  ROTA_TRY(folder.write(kCaCertificate, facts.certificate_pem, false));
  return Authority{std::move(certificate), std::move(key), std::move(facts)};
}

Result<Authority, Refusal> load_or_make_authority(const StateFolder& folder,
                                                  const IdentityRequest& request) {
  auto certificate_text = folder.read(kCaCertificate, false);
  if (!certificate_text.ok()) return Failed{certificate_text.error()};
  auto key_text = folder.read(kCaKey, true);
  if (!key_text.ok()) return Failed{key_text.error()};
  KeyPointer key;
  if (key_text->has_value()) {
    key = key_from_pem(**key_text);
    if (key == nullptr)
      return refuse_damaged(folder, kCaKey, "is damaged: it holds no private key");
  }
  // A key alone is what a cut between the two writes leaves: nobody has seen its certificate yet.
  if (!certificate_text->has_value()) return make_authority(folder, request, std::move(key));
  X509Pointer certificate = certificate_from_pem(**certificate_text);
  if (certificate == nullptr) {
    return refuse_damaged(folder, kCaCertificate, "is damaged: it holds no certificate");
  }
  if (key == nullptr) {
    return refuse_damaged(folder, kCaKey, "is missing, but ca_cert.pem beside it needs it");
  }
  if (!belongs_to(*certificate, *key)) {
    return refuse_damaged(folder, kCaKey, "does not belong to ca_cert.pem beside it");
  }
  AuthorityFacts facts = facts_of(folder, certificate, false);
  if (facts.not_after <= request.now) {
    return refuse_damaged(
        folder, kCaCertificate,
        fmt::format("expired on {} (if that is wrong, check this computer's clock)",
                    day_of(facts.not_after)));
  }
  return Authority{std::move(certificate), std::move(key), std::move(facts)};
}

// A CA may be older than this host's name or a public address of it; a certificate with one name
// outside the CA's constraints would be refused whole, so such a name is left out.
CertificatePlan leaf_plan(const Authority& authority,
                          const IdentityRequest& request,
                          std::vector<std::string>& left_out) {
  CertificatePlan plan;
  plan.common_name = "Rota update server";
  plan.not_before = request.now - kClockSkew;
  plan.not_after = std::min(plan.not_before + kLeafLife, authority.facts.not_after);
  const std::vector<std::string> permitted = permitted_dns(*authority.certificate);
  for (const std::string& name : dns_names(request.names)) {
    const bool may_stand = std::any_of(permitted.begin(), permitted.end(), [&](const auto& base) {
      return name == base || name.ends_with("." + base);
    });
    (may_stand ? plan.dns : left_out).push_back(name);
  }
  std::vector<std::string> addresses = request.names.addresses;
  for (const char* loopback : {"127.0.0.1", "::1"}) {
    if (std::find(addresses.begin(), addresses.end(), loopback) == addresses.end()) {
      addresses.emplace_back(loopback);
    }
  }
  std::sort(addresses.begin(), addresses.end());
  for (const std::string& address : addresses) {
    const bool may_stand = permits_address(*authority.certificate, address);
    (may_stand ? plan.addresses : left_out).push_back(address);
  }
  return plan;
}

std::vector<std::string> sorted_names(const CertificatePlan& plan) {
  std::vector<std::string> names = plan.dns;
  names.insert(names.end(), plan.addresses.begin(), plan.addresses.end());
  std::sort(names.begin(), names.end());
  return names;
}

bool still_serves(const X509& leaf,
                  const EVP_PKEY& key,
                  const Authority& authority,
                  const CertificatePlan& plan,
                  std::time_t now) {
  const std::time_t end = not_after(leaf);
  // A leaf that ends with its CA can not be made to last longer.
  const bool lasts = end - now > kLeafRenewal || end >= authority.facts.not_after;
  return lasts && not_before(leaf) <= now && belongs_to(leaf, key) &&
         is_signed_by(leaf, *authority.certificate) &&
         alternative_names(leaf) == sorted_names(plan);
}

Result<ServerIdentity, Refusal> load_or_make_leaf(const StateFolder& folder,
                                                  Authority& authority,
                                                  const IdentityRequest& request) {
  ServerIdentity identity;
  identity.authority = authority.facts;
  const CertificatePlan plan = leaf_plan(authority, request, identity.left_out);
  identity.names = sorted_names(plan);

  const auto text = folder.read(kServerFile, true);
  if (!text.ok()) return Failed{text.error()};
  X509Pointer leaf;
  KeyPointer key;
  if (text->has_value()) {
    leaf = certificate_from_pem(**text);
    key = key_from_pem(**text);
  }
  if (leaf == nullptr || key == nullptr ||
      !still_serves(*leaf, *key, authority, plan, request.now)) {
    key = make_key();
    leaf =
        key == nullptr ? nullptr : issue(plan, *key, authority.certificate.get(), *authority.key);
    if (leaf == nullptr) {
      return refuse("OpenSSL can not make the server's certificate; check its installation.");
    }
    ROTA_TRY(folder.write(kServerFile, pem_of(*key) + pem_of(*leaf), true));
    identity.is_new = true;
  }
  identity.chain_pem = pem_of(*leaf);
  identity.key_pem = pem_of(*key);
  identity.not_after = not_after(*leaf);
  return identity;
}

}  // namespace

Result<AuthorityFacts, Refusal> ensure_authority(const StateFolder& folder,
                                                 const IdentityRequest& request) {
  const auto lock = folder.lock(request.lock_patience);
  if (!lock.ok()) return Failed{lock.error()};
  auto authority = load_or_make_authority(folder, request);
  if (!authority.ok()) return Failed{authority.error()};
  return authority->facts;
}

Result<ServerIdentity, Refusal> ensure_identity(const StateFolder& folder,
                                                const IdentityRequest& request) {
  const auto lock = folder.lock(request.lock_patience);
  if (!lock.ok()) return Failed{lock.error()};
  auto authority = load_or_make_authority(folder, request);
  if (!authority.ok()) return Failed{authority.error()};
  return load_or_make_leaf(folder, *authority, request);
}

}  // namespace rota::server
