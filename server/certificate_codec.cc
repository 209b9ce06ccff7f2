#include "server/certificate_codec.h"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <openssl/bio.h>
#include <openssl/ec.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/x509v3.h>

#include <algorithm>
#include <array>

namespace rota::server {
namespace {

using net::BioPointer;
using net::reader_of;
using ExtensionPointer = std::unique_ptr<X509_EXTENSION, FreedBy<X509_EXTENSION_free>>;
using NumberPointer = std::unique_ptr<BIGNUM, FreedBy<BN_free>>;

// What a CA may vouch for in any case; the same ranges as is_private_address().
constexpr std::array<std::string_view, 8> kPermittedRanges = {
    "127.0.0.0/255.0.0.0",
    "10.0.0.0/255.0.0.0",
    "172.16.0.0/255.240.0.0",
    "192.168.0.0/255.255.0.0",
    "169.254.0.0/255.255.0.0",
    "0:0:0:0:0:0:0:1/FFFF:FFFF:FFFF:FFFF:FFFF:FFFF:FFFF:FFFF",
    "FE80:0:0:0:0:0:0:0/FFC0:0:0:0:0:0:0:0",
    "FC00:0:0:0:0:0:0:0/FE00:0:0:0:0:0:0:0"};

constexpr std::string_view kWholeV4 = "255.255.255.255";
constexpr std::string_view kWholeV6 = "FFFF:FFFF:FFFF:FFFF:FFFF:FFFF:FFFF:FFFF";

using ConstraintsPointer = std::unique_ptr<NAME_CONSTRAINTS, FreedBy<NAME_CONSTRAINTS_free>>;

ConstraintsPointer constraints_of(const X509& authority) {
  return ConstraintsPointer(static_cast<NAME_CONSTRAINTS*>(
      X509_get_ext_d2i(&authority, NID_name_constraints, nullptr, nullptr)));
}

std::string content_of(BIO& bio) {
  char* bytes = nullptr;
  const long length = BIO_get_mem_data(&bio, &bytes);
  return length > 0 ? std::string(bytes, static_cast<std::size_t>(length)) : std::string();
}

bool add_extension(X509& certificate, X509* issuer, int nid, const std::string& value) {
  X509V3_CTX context;
  X509V3_set_ctx_nodb(&context);
  X509V3_set_ctx(&context, issuer, &certificate, nullptr, nullptr, 0);
  const ExtensionPointer extension(X509V3_EXT_conf_nid(nullptr, &context, nid, value.c_str()));
  return extension != nullptr && X509_add_ext(&certificate, extension.get(), -1) == 1;
}

bool set_serial(X509& certificate) {
  const NumberPointer number(BN_new());
  // 127 random bits: positive and at most 20 bytes, as RFC 5280 wants.
  return number != nullptr &&
         BN_rand(number.get(), 127, BN_RAND_TOP_ANY, BN_RAND_BOTTOM_ANY) == 1 &&
         BN_to_ASN1_INTEGER(number.get(), X509_get_serialNumber(&certificate)) != nullptr;
}

bool set_subject(X509& certificate, std::string_view common_name) {
  common_name = common_name.substr(0, 64);  // the upper bound of X.520
  std::string text(common_name);
  X509_NAME* name = X509_get_subject_name(&certificate);
  return X509_NAME_add_entry_by_txt(name, "O", MBSTRING_ASC,
                                    reinterpret_cast<const unsigned char*>("Rota"), -1, -1,
                                    0) == 1 &&
         X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_UTF8,
                                    reinterpret_cast<const unsigned char*>(text.c_str()), -1, -1,
                                    0) == 1;
}

bool set_times(X509& certificate, const CertificatePlan& plan) {
  return ASN1_TIME_set(X509_getm_notBefore(&certificate), plan.not_before) != nullptr &&
         ASN1_TIME_set(X509_getm_notAfter(&certificate), plan.not_after) != nullptr;
}

bool add_authority_extensions(X509& certificate, const CertificatePlan& plan) {
  std::string constraints = "permitted;DNS:local";
  for (const std::string& name : plan.dns) {
    if (!name.ends_with(".local")) constraints += ",permitted;DNS:" + name;
  }
  for (const std::string_view range : kPermittedRanges) {
    constraints += fmt::format(",permitted;IP:{}", range);
  }
  for (const std::string& address : plan.addresses) {
    const bool is_v6 = address.find(':') != std::string::npos;
    constraints += fmt::format(",permitted;IP:{}/{}", address, is_v6 ? kWholeV6 : kWholeV4);
  }
  return add_extension(certificate, &certificate, NID_basic_constraints,
                       "critical,CA:TRUE,pathlen:0") &&
         add_extension(certificate, &certificate, NID_key_usage, "critical,keyCertSign,cRLSign") &&
         add_extension(certificate, &certificate, NID_subject_key_identifier, "hash") &&
         add_extension(certificate, &certificate, NID_name_constraints, constraints);
}

bool add_leaf_extensions(X509& certificate, X509& issuer, const CertificatePlan& plan) {
  std::string names;
  for (const std::string& name : plan.dns) names += (names.empty() ? "DNS:" : ",DNS:") + name;
  for (const std::string& address : plan.addresses) {
    names += (names.empty() ? "IP:" : ",IP:") + address;
  }
  return add_extension(certificate, &issuer, NID_basic_constraints, "critical,CA:FALSE") &&
         add_extension(certificate, &issuer, NID_key_usage, "critical,digitalSignature") &&
         add_extension(certificate, &issuer, NID_ext_key_usage, "serverAuth") &&
         add_extension(certificate, &issuer, NID_subject_key_identifier, "hash") &&
         add_extension(certificate, &issuer, NID_authority_key_identifier, "keyid") &&
         add_extension(certificate, &issuer, NID_subject_alt_name, names);
}

std::time_t seconds_of(const ASN1_TIME* time) {
  std::tm parts{};
  return ASN1_TIME_to_tm(time, &parts) == 1 ? timegm(&parts) : 0;
}

std::string text_of_address(const ASN1_OCTET_STRING& octets) {
  std::array<char, INET6_ADDRSTRLEN> text{};
  const int length = ASN1_STRING_length(&octets);
  if (length != 4 && length != 16) return {};
  const int family = length == 4 ? AF_INET : AF_INET6;
  if (inet_ntop(family, ASN1_STRING_get0_data(&octets), text.data(), text.size()) == nullptr) {
    return {};
  }
  return text.data();
}

std::string text_of_name(const ASN1_IA5STRING& name) {
  return {reinterpret_cast<const char*>(ASN1_STRING_get0_data(&name)),
          static_cast<std::size_t>(ASN1_STRING_length(&name))};
}

// No file of ours has a password; without this OpenSSL would ask at the terminal.
int refuse_password(char*, int, int, void*) { return -1; }

}  // namespace

KeyPointer make_key() { return KeyPointer(EVP_EC_gen("P-256")); }

X509Pointer issue(const CertificatePlan& plan, EVP_PKEY& key, X509* issuer, EVP_PKEY& issuer_key) {
  X509Pointer certificate(X509_new());
  if (certificate == nullptr) return nullptr;
  X509& made = *certificate;
  if (X509_set_version(&made, X509_VERSION_3) != 1 || !set_serial(made) ||
      !set_subject(made, plan.common_name) || !set_times(made, plan) ||
      X509_set_pubkey(&made, &key) != 1) {
    return nullptr;
  }
  X509& signer = issuer == nullptr ? made : *issuer;
  if (X509_set_issuer_name(&made, X509_get_subject_name(&signer)) != 1) return nullptr;
  const bool extended = plan.is_authority ? add_authority_extensions(made, plan)
                                          : add_leaf_extensions(made, signer, plan);
  if (!extended || X509_sign(&made, &issuer_key, EVP_sha256()) == 0) return nullptr;
  return certificate;
}

std::string pem_of(const X509& certificate) {
  const BioPointer bio(BIO_new(BIO_s_mem()));
  if (bio == nullptr || PEM_write_bio_X509(bio.get(), &certificate) != 1) return {};
  return content_of(*bio);
}

std::string pem_of(const EVP_PKEY& key) {
  const BioPointer bio(BIO_new(BIO_s_mem()));
  if (bio == nullptr ||
      PEM_write_bio_PrivateKey(bio.get(), &key, nullptr, nullptr, 0, nullptr, nullptr) != 1) {
    return {};
  }
  return content_of(*bio);
}

X509Pointer certificate_from_pem(std::string_view text) {
  const BioPointer bio = reader_of(text);
  return X509Pointer(PEM_read_bio_X509(bio.get(), nullptr, refuse_password, nullptr));
}

KeyPointer key_from_pem(std::string_view text) {
  const BioPointer bio = reader_of(text);
  return KeyPointer(PEM_read_bio_PrivateKey(bio.get(), nullptr, refuse_password, nullptr));
}

bool belongs_to(const X509& certificate, const EVP_PKEY& key) {
  return X509_check_private_key(&certificate, &key) == 1;
}

bool is_signed_by(const X509& certificate, const X509& issuer) {
  EVP_PKEY* key = X509_get0_pubkey(&issuer);
  // X509_verify only fills caches inside the certificate.
  return key != nullptr &&
         X509_NAME_cmp(X509_get_issuer_name(&certificate), X509_get_subject_name(&issuer)) == 0 &&
         X509_verify(const_cast<X509*>(&certificate), key) == 1;
}

std::time_t not_before(const X509& certificate) {
  return seconds_of(X509_get0_notBefore(&certificate));
}
std::time_t not_after(const X509& certificate) {
  return seconds_of(X509_get0_notAfter(&certificate));
}

std::string fingerprint_of(const X509& certificate) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned length = 0;
  if (X509_digest(&certificate, EVP_sha256(), digest.data(), &length) != 1) return {};
  std::string text;
  for (unsigned i = 0; i < length; ++i) {
    text += fmt::format("{}{:02X}", i == 0 ? "" : ":", digest.at(i));
  }
  return text;
}

std::vector<std::string> alternative_names(const X509& certificate) {
  std::vector<std::string> found;
  auto* names = static_cast<GENERAL_NAMES*>(
      X509_get_ext_d2i(&certificate, NID_subject_alt_name, nullptr, nullptr));
  for (int i = 0; names != nullptr && i < sk_GENERAL_NAME_num(names); ++i) {
    const GENERAL_NAME* name = sk_GENERAL_NAME_value(names, i);
    if (name->type == GEN_DNS) found.push_back(text_of_name(*name->d.dNSName));
    if (name->type == GEN_IPADD) found.push_back(text_of_address(*name->d.iPAddress));
  }
  GENERAL_NAMES_free(names);
  std::sort(found.begin(), found.end());
  return found;
}

std::vector<std::string> permitted_dns(const X509& authority) {
  std::vector<std::string> found;
  const ConstraintsPointer constraints = constraints_of(authority);
  if (constraints == nullptr) return found;
  for (int i = 0; i < sk_GENERAL_SUBTREE_num(constraints->permittedSubtrees); ++i) {
    const GENERAL_NAME* base = sk_GENERAL_SUBTREE_value(constraints->permittedSubtrees, i)->base;
    if (base->type == GEN_DNS) found.push_back(text_of_name(*base->d.dNSName));
  }
  return found;
}

bool permits_address(const X509& authority, const std::string& address) {
  std::array<unsigned char, 16> wanted{};
  const bool is_v6 = address.find(':') != std::string::npos;
  const std::size_t length = is_v6 ? 16 : 4;
  if (inet_pton(is_v6 ? AF_INET6 : AF_INET, address.c_str(), wanted.data()) != 1) return false;
  const ConstraintsPointer constraints = constraints_of(authority);
  if (constraints == nullptr) return false;
  for (int i = 0; i < sk_GENERAL_SUBTREE_num(constraints->permittedSubtrees); ++i) {
    const GENERAL_NAME* base = sk_GENERAL_SUBTREE_value(constraints->permittedSubtrees, i)->base;
    if (base->type != GEN_IPADD) continue;
    // The address and its mask, one behind the other.
    const ASN1_OCTET_STRING& range = *base->d.iPAddress;
    if (static_cast<std::size_t>(ASN1_STRING_length(&range)) != 2 * length) continue;
    const unsigned char* from = ASN1_STRING_get0_data(&range);
    bool fits = true;
    for (std::size_t at = 0; at < length; ++at) {
      fits = fits && (wanted.at(at) & from[length + at]) == (from[at] & from[length + at]);
    }
    if (fits) return true;
  }
  return false;
}

}  // namespace rota::server
