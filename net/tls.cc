#include "net/tls.h"

#include <arpa/inet.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <optional>
#include <utility>

#include "net/openssl_pointer.h"
#include "net/peer_certificate.h"
#include "net/printable.h"
#include "net/socket_bio.h"
#include "net/tls_failure.h"

namespace rota::net {
namespace {

using Outcome = BasicStatus<TlsFailure>;

Failed<TlsFailure> refuse(std::string sentence) {
  return {configuration_failure(std::move(sentence))};
}

SslContextPointer new_context(const SSL_METHOD* method) {
  ERR_clear_error();
  SslContextPointer context(SSL_CTX_new(method));
  if (context == nullptr) return nullptr;
  SSL_CTX_set_mode(context.get(), SSL_MODE_ENABLE_PARTIAL_WRITE |
                                      SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER |
                                      SSL_MODE_RELEASE_BUFFERS);
  SSL_CTX_set_options(context.get(), SSL_OP_NO_RENEGOTIATION);
  SSL_CTX_set_min_proto_version(context.get(), TLS1_2_VERSION);
  return context;
}

// The password that was given, or none: without this OpenSSL would ask at the terminal.
int give_password(char* into, int size, int, void* password) {
  const auto* given = static_cast<const std::string*>(password);
  if (given == nullptr || given->empty() || std::cmp_greater(given->size(), size)) return -1;
  std::copy(given->begin(), given->end(), into);
  return static_cast<int>(given->size());
}

X509Pointer next_certificate(BIO& reader) {
  return X509Pointer(PEM_read_bio_X509(&reader, nullptr, give_password, nullptr));
}

std::string beginning(std::string_view bytes) {
  return std::to_string(bytes.size()) + " bytes that begin with '" + printable(bytes, 30) + "'";
}

// Embedded text files end with a NUL.
std::string_view without_nul(std::string_view pem) { return pem.substr(0, pem.find('\0')); }

Outcome trust(SSL_CTX& context, std::string_view authorities) {
  X509_STORE* store = SSL_CTX_get_cert_store(&context);
  constexpr char kDerSequence = 0x30;
  if (authorities.starts_with(kDerSequence)) {
    const auto* at = reinterpret_cast<const unsigned char*>(authorities.data());
    const X509Pointer one(d2i_X509(nullptr, &at, static_cast<long>(authorities.size())));
    if (one != nullptr && X509_STORE_add_cert(store, one.get()) == 1) return {};
    return refuse("The CA certificate looks like DER, but can not be read (" +
                  std::to_string(authorities.size()) + " bytes): was the file cut?");
  }
  const BioPointer reader = reader_of(without_nul(authorities));
  int count = 0;
  while (X509Pointer one = next_certificate(*reader)) {
    if (X509_STORE_add_cert(store, one.get()) == 1) ++count;
  }
  if (count == 0) {
    return refuse("The CA certificate can not be read; it is " + beginning(authorities) +
                  ": give a PEM file with -----BEGIN CERTIFICATE-----, and all of it.");
  }
  ERR_clear_error();  // the end of the text
  return {};
}

Outcome trust_system(SSL_CTX& context) {
  if (const char* file = std::getenv("ROTA_CA_FILE"); file != nullptr && *file != '\0') {
    if (SSL_CTX_load_verify_file(&context, file) == 1) return {};
    return refuse(
        "The file that ROTA_CA_FILE names holds no certificates that can be read: give a PEM file "
        "with -----BEGIN CERTIFICATE----- that exists and that every user may read.");
  }
  if (SSL_CTX_set_default_verify_paths(&context) == 1) return {};
  return refuse("The certificates of this system can not be read; name a file in ROTA_CA_FILE.");
}

// `whose`: "client" or "server".
Outcome use_certificate(SSL_CTX& context,
                        std::string_view chain,
                        std::string_view key,
                        const std::string& password,
                        const std::string& whose) {
  const BioPointer chain_reader = reader_of(without_nul(chain));
  const X509Pointer leaf = next_certificate(*chain_reader);
  if (leaf == nullptr) {
    return refuse("The " + whose + " certificate can not be read; it is " + beginning(chain) + ".");
  }
  if (SSL_CTX_use_certificate(&context, leaf.get()) != 1) {
    const PeerCertificate facts = PeerCertificate::of(*leaf);
    return refuse("The " + whose + " certificate is too weak to be used (" + facts.key +
                  ", signed by " + facts.signature +
                  "): make one on P-256 or RSA-2048, signed with SHA-256.");
  }
  while (const X509Pointer next = next_certificate(*chain_reader)) {
    SSL_CTX_add1_chain_cert(&context, next.get());
  }
  ERR_clear_error();
  const BioPointer key_reader = reader_of(without_nul(key));
  const KeyPointer private_key(PEM_read_bio_PrivateKey(key_reader.get(), nullptr, give_password,
                                                       const_cast<std::string*>(&password)));
  if (private_key == nullptr) {
    const bool has_password = key.find("ENCRYPTED") != std::string_view::npos;
    return refuse("The key of the " + whose + " certificate can not be read" +
                  (has_password ? ": it is locked with a password, and the one given does not fit."
                                : "; give it as PEM, all of it."));
  }
  if (SSL_CTX_use_PrivateKey(&context, private_key.get()) != 1) {
    return refuse("The key does not belong to the " + whose +
                  " certificate: give the two that were made together.");
  }
  return {};
}

Outcome use_versions(SSL_CTX& context, int least, int most) {
  const auto is_known = [](int version) { return version == 0 || version == 12 || version == 13; };
  const auto number = [](int version) { return version == 12 ? TLS1_2_VERSION : TLS1_3_VERSION; };
  if (!is_known(least) || !is_known(most) || (most != 0 && least > most)) {
    return refuse("Only TLS 1.2 and 1.3 can be chosen, the lower one as the minimum.");
  }
  if (least != 0) SSL_CTX_set_min_proto_version(&context, number(least));
  if (most != 0) SSL_CTX_set_max_proto_version(&context, number(most));
  return {};
}

Outcome use_alpn(SSL_CTX& context, const std::vector<std::string>& protocols) {
  constexpr std::size_t kMostOfOne = 255;
  std::string wire;
  for (const std::string& protocol : protocols) {
    if (protocol.empty() || protocol.size() > kMostOfOne) {
      return refuse("The name of an ALPN protocol has 1 to 255 characters.");
    }
    wire += static_cast<char>(protocol.size());
    wire += protocol;
  }
  if (wire.empty()) return {};
  const auto* bytes = reinterpret_cast<const unsigned char*>(wire.data());
  if (SSL_CTX_set_alpn_protos(&context, bytes, static_cast<unsigned>(wire.size())) == 0) return {};
  return refuse("The ALPN protocols can not be used.");
}

// A server of HTTP/1.1 says so to those that ask, and goes on without a choice with others.
int choose_http_1_1(SSL*,
                    const unsigned char** chosen,
                    unsigned char* chosen_size,
                    const unsigned char* offered,
                    unsigned offered_size,
                    void*) {
  static constexpr std::array<unsigned char, 9> kOurs = {8, 'h', 't', 't', 'p', '/', '1', '.', '1'};
  unsigned char* found = nullptr;
  if (SSL_select_next_proto(&found, chosen_size, kOurs.data(), kOurs.size(), offered,
                            offered_size) != OPENSSL_NPN_NEGOTIATED) {
    return SSL_TLSEXT_ERR_NOACK;
  }
  *chosen = found;
  return SSL_TLSEXT_ERR_OK;
}

bool is_address(const std::string& name) {
  std::array<unsigned char, 16> binary;
  return inet_pton(AF_INET, name.c_str(), binary.data()) == 1 ||
         inet_pton(AF_INET6, name.c_str(), binary.data()) == 1;
}

// The certificates of the tutorials name the server's address as common name and nothing else.
bool is_named_in_common_name(const PeerCertificate& peer, const std::string& server_name) {
  return !peer.has_alternative_names && peer.common_name == server_name;
}

}  // namespace

struct TlsContext::State {
  SslContextPointer ssl;
  bool verifies = false;
  bool checks_name = false;
};

TlsContext::TlsContext(std::unique_ptr<State> state) : state_(std::move(state)) {}
TlsContext::TlsContext(TlsContext&&) noexcept = default;
TlsContext& TlsContext::operator=(TlsContext&&) noexcept = default;
TlsContext::~TlsContext() = default;

Result<TlsContext, TlsFailure> TlsContext::client(const TlsClientOptions& options) {
  auto state = std::make_unique<State>();
  state->ssl = new_context(TLS_client_method());
  if (state->ssl == nullptr) return refuse("OpenSSL can not be used: out of memory?");
  SSL_CTX& context = *state->ssl;
  state->verifies = !options.verify_nothing;
  state->checks_name = !options.verify_nothing && !options.skip_name_check;
  ROTA_TRY(use_versions(context, options.min_version, options.max_version));
  ROTA_TRY(use_alpn(context, options.alpn));
  if (state->verifies) {
    if (options.ca_pem.empty() && !options.use_system_store) {
      return refuse(
          "No certificate is trusted, so no server can be: embed the certificate of the "
          "server's authority, or use the certificate bundle.");
    }
    // Whatever is trusted ends a chain, also an intermediate or the server's own certificate.
    X509_VERIFY_PARAM_set_flags(SSL_CTX_get0_param(&context), X509_V_FLAG_PARTIAL_CHAIN);
    if (!options.ca_pem.empty()) ROTA_TRY(trust(context, options.ca_pem));
    if (options.use_system_store) ROTA_TRY(trust_system(context));
  }
  if (!options.certificate_pem.empty()) {
    ROTA_TRY(use_certificate(context, options.certificate_pem, options.key_pem,
                             options.key_password, "client"));
  }
  return TlsContext(std::move(state));
}

Result<TlsContext, TlsFailure> TlsContext::server(std::string_view chain_pem,
                                                  std::string_view key_pem) {
  auto state = std::make_unique<State>();
  state->ssl = new_context(TLS_server_method());
  if (state->ssl == nullptr) return refuse("OpenSSL can not be used: out of memory?");
  ROTA_TRY(use_certificate(*state->ssl, chain_pem, key_pem, "", "server"));
  SSL_CTX_set_alpn_select_cb(state->ssl.get(), choose_http_1_1, nullptr);
  return TlsContext(std::move(state));
}

struct TlsStream::State {
  SocketTrace trace;  // before the SSL object, whose BIO points here
  SslPointer ssl;
  bool is_server = false;
  bool has_met = false;  // the handshake is done
  bool has_failed = false;
  std::string server_name;
  bool accepts_common_name = false;
  long verify_code = X509_V_OK;
  std::optional<PeerCertificate> certificate;
  TlsFailure failure;

  static std::unique_ptr<State> make(SSL_CTX& context, int socket);
  static int index();
  static int verify(int is_good, X509_STORE_CTX* chain);
  void expect(std::string_view name, bool checks_name);
  Wait outcome(int returned);
  Wait fail(std::uint64_t code);
  template <class Operation>
  Wait run(Operation operation);
};

// Where an SSL object keeps its State.
int TlsStream::State::index() {
  static const int number = SSL_get_ex_new_index(0, nullptr, nullptr, nullptr, nullptr);
  return number;
}

std::unique_ptr<TlsStream::State> TlsStream::State::make(SSL_CTX& context, int socket) {
  auto state = std::make_unique<State>();
  state->trace.socket = socket;
  state->ssl.reset(SSL_new(&context));
  BIO* bio = new_socket_bio(state->trace);
  if (state->ssl == nullptr || bio == nullptr) {
    BIO_free(bio);
    state->failure = configuration_failure("Out of memory for a TLS connection.");
    state->has_failed = true;
    return state;
  }
  SSL_set_bio(state->ssl.get(), bio, bio);
  SSL_set_ex_data(state->ssl.get(), index(), state.get());
  return state;
}

// Keeps what the first complaint was about. OpenSSL's own verdict stands, but for one: an address
// in the common name of a certificate without alternative names, as mbedTLS accepts it.
int TlsStream::State::verify(int is_good, X509_STORE_CTX* chain) {
  if (is_good == 1) return 1;
  const auto* ssl = static_cast<const SSL*>(
      X509_STORE_CTX_get_ex_data(chain, SSL_get_ex_data_X509_STORE_CTX_idx()));
  auto& state = *static_cast<State*>(SSL_get_ex_data(ssl, index()));
  const int code = X509_STORE_CTX_get_error(chain);
  X509* certificate = X509_STORE_CTX_get_current_cert(chain);
  if (certificate == nullptr) certificate = X509_STORE_CTX_get0_cert(chain);
  if (certificate == nullptr) return 0;
  PeerCertificate peer = PeerCertificate::of(*certificate);
  if (code == X509_V_ERR_IP_ADDRESS_MISMATCH && is_named_in_common_name(peer, state.server_name)) {
    X509_STORE_CTX_set_error(chain, X509_V_OK);
    return 1;
  }
  state.verify_code = code;
  state.certificate = std::move(peer);
  return 0;
}

void TlsStream::State::expect(std::string_view name, bool checks_name) {
  server_name = name.substr(0, name.find('%'));  // without the zone of a link-local address
  const bool is_ip = is_address(server_name);
  if (!is_ip) {
    // The macro for this has a cast that our warnings refuse.
    SSL_ctrl(ssl.get(), SSL_CTRL_SET_TLSEXT_HOSTNAME, TLSEXT_NAMETYPE_host_name,
             server_name.data());
  }
  if (!checks_name) return;
  X509_VERIFY_PARAM* parameters = SSL_get0_param(ssl.get());
  if (is_ip) {
    X509_VERIFY_PARAM_set1_ip_asc(parameters, server_name.c_str());
  } else {
    X509_VERIFY_PARAM_set_hostflags(parameters, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
    X509_VERIFY_PARAM_set1_host(parameters, server_name.c_str(), server_name.size());
  }
}

Wait TlsStream::State::fail(std::uint64_t code) {
  TlsEvidence evidence;
  evidence.is_server = is_server;
  evidence.is_in_handshake = !has_met;
  evidence.server_name = server_name;
  evidence.first_bytes = trace.first_bytes;
  evidence.code = code;
  evidence.has_ended = trace.has_ended;
  evidence.system_errno = trace.system_errno;
  evidence.verify_code = verify_code;
  evidence.certificate = certificate;
  failure = explain(evidence);
  has_failed = true;
  ERR_clear_error();
  return Wait::kFailed;
}

Wait TlsStream::State::outcome(int returned) {
  if (returned > 0) {
    has_met = true;
    return Wait::kDone;
  }
  const std::uint64_t code = ERR_peek_error();
  switch (SSL_get_error(ssl.get(), returned)) {
    case SSL_ERROR_WANT_READ:
      return Wait::kReadable;
    case SSL_ERROR_WANT_WRITE:
      return Wait::kWritable;
    case SSL_ERROR_ZERO_RETURN:
      return Wait::kClosed;
    default:
      return fail(code);
  }
}

// OpenSSL's error queue belongs to the thread, not to the stream: it must be empty before each
// call.
template <class Operation>
Wait TlsStream::State::run(Operation operation) {
  if (has_failed) return Wait::kFailed;
  ERR_clear_error();
  return outcome(operation());
}

TlsStream::TlsStream(std::unique_ptr<State> state) : state_(std::move(state)) {}
TlsStream::TlsStream(TlsStream&&) noexcept = default;
TlsStream& TlsStream::operator=(TlsStream&&) noexcept = default;
TlsStream::~TlsStream() = default;

TlsStream TlsStream::connect(TlsContext& context, int socket, std::string_view server_name) {
  auto state = State::make(*context.state_->ssl, socket);
  if (!state->has_failed) {
    state->expect(server_name, context.state_->checks_name);
    SSL_set_verify(state->ssl.get(), context.state_->verifies ? SSL_VERIFY_PEER : SSL_VERIFY_NONE,
                   context.state_->verifies ? State::verify : nullptr);
    SSL_set_connect_state(state->ssl.get());
  }
  return TlsStream(std::move(state));
}

TlsStream TlsStream::accept(TlsContext& context, int socket) {
  auto state = State::make(*context.state_->ssl, socket);
  state->is_server = true;
  if (!state->has_failed) SSL_set_accept_state(state->ssl.get());
  return TlsStream(std::move(state));
}

Wait TlsStream::handshake() {
  return state_->run([this] { return SSL_do_handshake(state_->ssl.get()); });
}

Wait TlsStream::read(MutableBytes into, std::size_t& bytes) {
  bytes = 0;
  return state_->run(
      [&] { return SSL_read_ex(state_->ssl.get(), into.data(), into.size(), &bytes); });
}

Wait TlsStream::write(Bytes from, std::size_t& bytes) {
  bytes = 0;
  if (from.empty()) return Wait::kDone;
  return state_->run(
      [&] { return SSL_write_ex(state_->ssl.get(), from.data(), from.size(), &bytes); });
}

Wait TlsStream::shutdown() {
  return state_->run([this] {
    const int returned = SSL_shutdown(state_->ssl.get());
    return returned == 0 ? 1
                         : returned;  // 0: our goodbye is out; the peer's need not be waited for
  });
}

const TlsFailure& TlsStream::failure() const { return state_->failure; }

std::string_view TlsStream::version() const {
  return state_->ssl == nullptr ? "none" : SSL_get_version(state_->ssl.get());
}

}  // namespace rota::net
