#include "net/tls_failure.h"

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509_vfy.h>

#include <cerrno>
#include <cstring>

#include "net/printable.h"

namespace rota::net {
namespace {

using Kind = TlsFailure::Kind;

TlsFailure failure(Kind kind, std::string sentence, std::uint64_t code) {
  TlsFailure made;
  made.kind = kind;
  made.sentence = std::move(sentence);
  made.code = code;
  return made;
}

std::string quoted(std::string_view text) { return "'" + std::string(text) + "'"; }

std::string reason_text(std::uint64_t code) {
  const char* text = ERR_reason_error_string(static_cast<unsigned long>(code));
  return text == nullptr ? "error " + std::to_string(code) : text;
}

TlsFailure untrusted(const PeerCertificate& peer, long code) {
  const std::string who = "The server's certificate (for " + list_of(peer.names) + ")";
  std::string sentence;
  switch (code) {
    case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
      sentence = who +
                 " is signed by itself and is not among the trusted certificates: trust this "
                 "very certificate, or the one of the authority that should have signed it.";
      break;
    case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
      sentence = "The server's certificates end in the authority '" + peer.subject +
                 "', which is not trusted: embed the certificate of that authority, or check "
                 "whether this is the right server.";
      break;
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT:
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
    case X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
      sentence = "The certificate of '" + peer.subject + "' is signed by '" + peer.issuer +
                 "', which is not trusted: embed the certificate of that authority; if it is an "
                 "intermediate, let the server send it along.";
      break;
    case X509_V_ERR_CERT_SIGNATURE_FAILURE:
      sentence = "The certificate of '" + peer.subject + "' names '" + peer.issuer +
                 "' as its issuer, but its signature is not of the trusted certificate of that "
                 "name: the authority was made anew; embed its present certificate.";
      break;
    case X509_V_ERR_EE_KEY_TOO_SMALL:
    case X509_V_ERR_CA_KEY_TOO_SMALL:
      sentence = "The certificate of '" + peer.subject + "' has a weak key (" + peer.key +
                 "): make a new one, P-256 or RSA with at least 2048 bits.";
      break;
    case X509_V_ERR_CA_MD_TOO_WEAK:
      sentence = "The certificate of '" + peer.subject + "' is signed with a weak digest (" +
                 peer.signature + "): have it signed anew with SHA-256.";
      break;
    case X509_V_ERR_INVALID_PURPOSE:
      sentence = "The certificate of '" + peer.subject +
                 "' is not made for a TLS server: make one "
                 "with the extended key usage serverAuth.";
      break;
    case X509_V_ERR_PERMITTED_VIOLATION:
    case X509_V_ERR_EXCLUDED_VIOLATION:
      sentence = who + " is for names that its authority may not vouch for.";
      break;
    default:
      sentence = who + " was refused: " + X509_verify_cert_error_string(code) + ".";
      break;
  }
  return failure(Kind::kUntrusted, std::move(sentence), static_cast<std::uint64_t>(code));
}

TlsFailure explain_certificate(const TlsEvidence& evidence) {
  const PeerCertificate& peer = *evidence.certificate;
  const auto code = static_cast<std::uint64_t>(evidence.verify_code);
  switch (evidence.verify_code) {
    case X509_V_ERR_HOSTNAME_MISMATCH:
    case X509_V_ERR_IP_ADDRESS_MISMATCH:
      return failure(Kind::kName,
                     "The server's certificate is for " + list_of(peer.names) + ", not for " +
                         quoted(evidence.server_name) +
                         ": use one of these names in the URL, or make a certificate that names " +
                         quoted(evidence.server_name) + ".",
                     code);
    case X509_V_ERR_CERT_HAS_EXPIRED:
      return failure(Kind::kExpired,
                     "The certificate of '" + peer.subject + "' expired at " + peer.not_after +
                         " (the clock here says " + time_now() +
                         "): renew it at the server, or set the clock.",
                     code);
    case X509_V_ERR_CERT_NOT_YET_VALID:
      return failure(Kind::kExpired,
                     "The certificate of '" + peer.subject + "' is valid only from " +
                         peer.not_before + " (the clock here says " + time_now() +
                         "): set the clock, here or where it was made.",
                     code);
    default:
      return untrusted(peer, evidence.verify_code);
  }
}

TlsFailure explain_end(const TlsEvidence& evidence) {
  const std::string_view peer = evidence.is_server ? "The client" : "The server";
  const bool is_reset = evidence.system_errno != 0;
  std::string sentence(peer);
  if (is_reset && evidence.system_errno != ECONNRESET && evidence.system_errno != EPIPE) {
    sentence = "The connection failed: " + std::string(std::strerror(evidence.system_errno));
  } else {
    sentence += is_reset ? " reset" : " closed";
    sentence += " the connection in the middle of ";
    sentence += evidence.is_in_handshake ? "the TLS handshake" : "a TLS session";
    if (!evidence.is_in_handshake && !is_reset) sentence += ", without the goodbye of TLS";
    if (evidence.is_in_handshake && !evidence.is_server) {
      sentence += ": check that the port in the URL is the one of HTTPS";
    }
  }
  TlsFailure made = failure(Kind::kCut, sentence + ".", evidence.code);
  made.system_errno = evidence.system_errno;
  return made;
}

TlsFailure explain_for_client(const TlsEvidence& evidence) {
  std::string sentence;
  // In TLS 1.3 the verdict on a client certificate comes after the handshake.
  Kind kind = Kind::kHandshake;
  switch (ERR_GET_REASON(static_cast<unsigned long>(evidence.code))) {
    case SSL_R_TLSV1_ALERT_PROTOCOL_VERSION:
    case SSL_R_UNSUPPORTED_PROTOCOL:
    case SSL_R_VERSION_TOO_LOW:
      sentence =
          "The server speaks no TLS version that is allowed here (TLS 1.2 or 1.3, unless "
          "narrowed): update the server.";
      break;
    case SSL_R_SSLV3_ALERT_HANDSHAKE_FAILURE:
    case SSL_R_NO_SHARED_CIPHER:
      sentence = "The server found no common way to encrypt, or it wants a client certificate.";
      break;
    case SSL_R_TLSV13_ALERT_CERTIFICATE_REQUIRED:
      sentence = "The server wants a client certificate, and none was given.";
      break;
    case SSL_R_TLSV1_ALERT_UNKNOWN_CA:
    case SSL_R_SSLV3_ALERT_BAD_CERTIFICATE:
    case SSL_R_SSLV3_ALERT_CERTIFICATE_EXPIRED:
    case SSL_R_SSLV3_ALERT_CERTIFICATE_UNKNOWN:
    case SSL_R_SSLV3_ALERT_UNSUPPORTED_CERTIFICATE:
      sentence = "The server refused the client certificate: " + reason_text(evidence.code) + ".";
      break;
    case SSL_R_TLSV1_UNRECOGNIZED_NAME:
      sentence = "The server does not know the name " + quoted(evidence.server_name) +
                 ": check the name in the URL.";
      break;
    default:
      sentence = std::string(evidence.is_in_handshake ? "The TLS handshake with "
                                                      : "The TLS session with ") +
                 quoted(evidence.server_name) + " failed: " + reason_text(evidence.code) +
                 "; something between may have changed the bytes: try again.";
      if (!evidence.is_in_handshake) kind = Kind::kOther;
      break;
  }
  return failure(kind, std::move(sentence), evidence.code);
}

TlsFailure explain_for_server(const TlsEvidence& evidence) {
  std::string sentence;
  switch (ERR_GET_REASON(static_cast<unsigned long>(evidence.code))) {
    case SSL_R_TLSV1_ALERT_UNKNOWN_CA:
    case SSL_R_SSLV3_ALERT_BAD_CERTIFICATE:
    case SSL_R_SSLV3_ALERT_CERTIFICATE_EXPIRED:
    case SSL_R_SSLV3_ALERT_CERTIFICATE_UNKNOWN:
    case SSL_R_SSLV3_ALERT_UNSUPPORTED_CERTIFICATE:
      sentence = "the client does not trust this server's certificate (" +
                 reason_text(evidence.code) + ").";
      break;
    case SSL_R_UNSUPPORTED_PROTOCOL:
    case SSL_R_VERSION_TOO_LOW:
      sentence = "the client speaks no TLS 1.2 or 1.3; update it.";
      break;
    case SSL_R_NO_SHARED_CIPHER:
    case SSL_R_NO_SHARED_GROUPS:
    case SSL_R_NO_SUITABLE_SIGNATURE_ALGORITHM:
      sentence = "no way to encrypt or sign is common with the client (" +
                 reason_text(evidence.code) +
                 "); the certificate here is on P-256, which it must support.";
      break;
    case SSL_R_WRONG_VERSION_NUMBER:
    case SSL_R_UNKNOWN_PROTOCOL:
    case SSL_R_HTTP_REQUEST:
      sentence = "what the client sends is not TLS.";
      break;
    default:
      sentence = reason_text(evidence.code) + ".";
      break;
  }
  return failure(evidence.is_in_handshake ? Kind::kHandshake : Kind::kOther, std::move(sentence),
                 evidence.code);
}

}  // namespace

TlsFailure explain(const TlsEvidence& evidence) {
  if (evidence.certificate && evidence.verify_code != X509_V_OK) {
    return explain_certificate(evidence);
  }
  if (!evidence.first_bytes.empty() && !evidence.is_server) {
    return failure(Kind::kHandshake,
                   "The server does not speak TLS at this port; it answered '" +
                       printable(evidence.first_bytes) +
                       "': use http:// in the URL, or the port of HTTPS.",
                   evidence.code);
  }
  if (evidence.has_ended) return explain_end(evidence);
  return evidence.is_server ? explain_for_server(evidence) : explain_for_client(evidence);
}

TlsFailure configuration_failure(std::string sentence) {
  const std::uint64_t code = ERR_peek_error();
  ERR_clear_error();
  return failure(Kind::kConfiguration, std::move(sentence), code);
}

}  // namespace rota::net
