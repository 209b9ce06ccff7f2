// Certificates of every kind that a test may want to see refused, made on the spot.
#pragma once

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/x509v3.h>

#include <ctime>
#include <string>

#include "net/openssl_pointer.h"

namespace rota::net {

struct CertificateForTest {
  X509Pointer certificate;
  KeyPointer key;
  std::string pem, key_pem;
};

struct CertificateWish {
  std::string common_name = "server";
  std::string alternative_names = "IP:127.0.0.1,DNS:localhost";  // empty: none
  bool is_authority = false;
  long from_days = -1, until_days = 30;  // from now
  int rsa_bits = 0;                      // 0: P-256
  const EVP_MD* digest = EVP_sha256();
  std::string extended_usage;
  std::string key_password;
  const CertificateForTest* issuer = nullptr;  // null: signs itself
};

inline std::string content_for_test(BIO* bio) {
  char* bytes = nullptr;
  const long length = BIO_get_mem_data(bio, &bytes);
  return {bytes, static_cast<std::size_t>(length)};
}

inline void extend_for_test(X509* certificate, X509* issuer, int nid, const std::string& value) {
  X509V3_CTX context;
  X509V3_set_ctx_nodb(&context);
  X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
  X509_EXTENSION* extension = X509V3_EXT_conf_nid(nullptr, &context, nid, value.c_str());
  X509_add_ext(certificate, extension, -1);
  X509_EXTENSION_free(extension);
}

inline CertificateForTest make_certificate(const CertificateWish& wish) {
  constexpr long kDay = 24L * 60 * 60;
  CertificateForTest made;
  made.key.reset(wish.rsa_bits == 0 ? EVP_EC_gen("P-256")
                                    : EVP_RSA_gen(static_cast<unsigned>(wish.rsa_bits)));
  made.certificate.reset(X509_new());
  X509* certificate = made.certificate.get();
  X509_set_version(certificate, X509_VERSION_3);
  static long serial = 1;
  ASN1_INTEGER_set(X509_get_serialNumber(certificate), ++serial);
  X509_NAME_add_entry_by_txt(X509_get_subject_name(certificate), "CN", MBSTRING_UTF8,
                             reinterpret_cast<const unsigned char*>(wish.common_name.c_str()), -1,
                             -1, 0);
  X509* issuer = wish.issuer == nullptr ? certificate : wish.issuer->certificate.get();
  X509_set_issuer_name(certificate, X509_get_subject_name(issuer));
  X509_gmtime_adj(X509_getm_notBefore(certificate), wish.from_days * kDay);
  X509_gmtime_adj(X509_getm_notAfter(certificate), wish.until_days * kDay);
  X509_set_pubkey(certificate, made.key.get());
  extend_for_test(certificate, issuer, NID_basic_constraints,
                  wish.is_authority ? "critical,CA:TRUE" : "CA:FALSE");
  if (!wish.is_authority && !wish.alternative_names.empty()) {
    extend_for_test(certificate, issuer, NID_subject_alt_name, wish.alternative_names);
  }
  if (!wish.extended_usage.empty()) {
    extend_for_test(certificate, issuer, NID_ext_key_usage, wish.extended_usage);
  }
  X509_sign(certificate, wish.issuer == nullptr ? made.key.get() : wish.issuer->key.get(),
            wish.digest);

  const BioPointer text(BIO_new(BIO_s_mem()));
  PEM_write_bio_X509(text.get(), certificate);
  made.pem = content_for_test(text.get());
  const BioPointer key_text(BIO_new(BIO_s_mem()));
  const bool is_locked = !wish.key_password.empty();
  PEM_write_bio_PrivateKey(
      key_text.get(), made.key.get(), is_locked ? EVP_aes_128_cbc() : nullptr,
      is_locked ? reinterpret_cast<const unsigned char*>(wish.key_password.c_str()) : nullptr,
      static_cast<int>(wish.key_password.size()), nullptr, nullptr);
  made.key_pem = content_for_test(key_text.get());
  return made;
}

inline CertificateForTest make_authority(const std::string& name = "Test CA") {
  CertificateWish wish;
  wish.common_name = name;
  wish.is_authority = true;
  return make_certificate(wish);
}

}  // namespace rota::net
