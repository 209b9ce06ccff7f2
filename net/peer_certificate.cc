#include "net/peer_certificate.h"

#include <arpa/inet.h>
#include <openssl/evp.h>
#include <openssl/objects.h>
#include <openssl/x509v3.h>

#include <algorithm>
#include <array>
#include <ctime>

#include "net/openssl_pointer.h"
#include "net/printable.h"

namespace rota::net {
namespace {

constexpr std::size_t kMaxNames = 100;      // of one certificate
constexpr std::size_t kMaxNamesListed = 6;  // in one sentence
constexpr std::size_t kMaxNameText = 100;

using GeneralNamesPointer = std::unique_ptr<GENERAL_NAMES, FreedBy<GENERAL_NAMES_free>>;

std::string text_of(const ASN1_STRING& string) {
  const auto length = static_cast<std::size_t>(std::max(ASN1_STRING_length(&string), 0));
  return printable({reinterpret_cast<const char*>(ASN1_STRING_get0_data(&string)), length},
                   kMaxNameText);
}

std::string text_of_address(const ASN1_OCTET_STRING& octets) {
  std::array<char, INET6_ADDRSTRLEN> text{};
  const int length = ASN1_STRING_length(&octets);
  if (length != 4 && length != 16) return "an address of a wrong length";
  const int family = length == 4 ? AF_INET : AF_INET6;
  inet_ntop(family, ASN1_STRING_get0_data(&octets), text.data(), text.size());
  return text.data();
}

std::string common_name_of(const X509_NAME& name) {
  const int at = X509_NAME_get_index_by_NID(&name, NID_commonName, -1);
  if (at < 0) return {};
  const ASN1_STRING* value = X509_NAME_ENTRY_get_data(X509_NAME_get_entry(&name, at));
  return value == nullptr ? std::string() : text_of(*value);
}

std::string whole_name(const X509_NAME& name) {
  std::array<char, 200> text{};
  X509_NAME_oneline(&name, text.data(), static_cast<int>(text.size()));
  return text[0] == '\0' ? "no name" : printable(text.data(), kMaxNameText);
}

std::string short_name(const X509_NAME& name) {
  std::string common = common_name_of(name);
  return common.empty() ? whole_name(name) : common;
}

std::string text_of_time(const std::tm& parts) {
  std::array<char, 40> text{};
  std::strftime(text.data(), text.size(), "%Y-%m-%d %H:%M UTC", &parts);
  return text.data();
}

std::string text_of_time(const ASN1_TIME& time) {
  std::tm parts{};
  return ASN1_TIME_to_tm(&time, &parts) == 1 ? text_of_time(parts) : "an unreadable date";
}

void take_alternative_names(X509& certificate, PeerCertificate& into) {
  const GeneralNamesPointer names(static_cast<GENERAL_NAMES*>(
      X509_get_ext_d2i(&certificate, NID_subject_alt_name, nullptr, nullptr)));
  if (names == nullptr) return;
  into.has_alternative_names = true;
  const int count = std::min(sk_GENERAL_NAME_num(names.get()), static_cast<int>(kMaxNames));
  for (int i = 0; i < count; ++i) {
    const GENERAL_NAME& name = *sk_GENERAL_NAME_value(names.get(), i);
    if (name.type == GEN_DNS) into.names.push_back("'" + text_of(*name.d.dNSName) + "'");
    if (name.type == GEN_IPADD) into.names.push_back(text_of_address(*name.d.iPAddress));
  }
}

}  // namespace

PeerCertificate PeerCertificate::of(X509& certificate) {
  PeerCertificate facts;
  const X509_NAME& subject = *X509_get_subject_name(&certificate);
  const X509_NAME& issuer = *X509_get_issuer_name(&certificate);
  facts.common_name = common_name_of(subject);
  facts.subject = short_name(subject);
  facts.issuer = short_name(issuer);
  facts.is_self_issued = X509_NAME_cmp(&subject, &issuer) == 0;
  facts.not_before = text_of_time(*X509_get0_notBefore(&certificate));
  facts.not_after = text_of_time(*X509_get0_notAfter(&certificate));
  take_alternative_names(certificate, facts);
  if (!facts.has_alternative_names && !facts.common_name.empty()) {
    facts.names.push_back("'" + facts.common_name + "'");
  }
  if (const EVP_PKEY* key = X509_get0_pubkey(&certificate); key != nullptr) {
    const char* type = EVP_PKEY_get0_type_name(key);
    facts.key = std::to_string(EVP_PKEY_get_bits(key)) + "-bit " +
                (type == nullptr ? "unknown" : type) + " key";
  }
  const char* signature = OBJ_nid2sn(X509_get_signature_nid(&certificate));
  facts.signature = signature == nullptr ? "unknown" : signature;
  return facts;
}

std::string list_of(const std::vector<std::string>& names) {
  if (names.empty()) return "no name at all";
  std::string list;
  for (std::size_t i = 0; i < std::min(names.size(), kMaxNamesListed); ++i) {
    if (i > 0) list += ", ";
    list += names[i];
  }
  if (names.size() > kMaxNamesListed) {
    list += " and " + std::to_string(names.size() - kMaxNamesListed) + " more";
  }
  return list;
}

std::string time_now() {
  const std::time_t now = std::time(nullptr);
  std::tm parts{};
  gmtime_r(&now, &parts);
  return text_of_time(parts);
}

}  // namespace rota::net
