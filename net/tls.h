// TLS over a socket that somebody else polls: OpenSSL straight on the descriptor, non-blocking; an
// idle stream holds no buffers. Used by the blocking client and by the server's event loop alike.
// Nothing here waits, and a peer that left raises no signal.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"

namespace rota::net {

// What an operation needs before it can go on.
enum class Wait : std::uint8_t { kDone, kReadable, kWritable, kClosed, kFailed };

struct TlsFailure {
  enum class Kind : std::uint8_t {
    kConfiguration,  // what the caller gave can not be used
    kHandshake,      // not a TLS peer, no common version or cipher
    kUntrusted,      // the chain does not end in a trusted certificate
    kExpired,        // expired or not yet valid
    kName,           // the certificate is for other names
    kCut,            // the peer left without the goodbye of TLS; system_errno 0: an orderly FIN
    kOther,
  };
  Kind kind = Kind::kOther;
  std::string sentence;    // cause and next step; names what was expected and what was presented
  std::uint64_t code = 0;  // OpenSSL error or X509 verification code
  int system_errno = 0;
};

struct TlsClientOptions {
  std::string ca_pem;             // trusted certificates, PEM (or DER of one)
  bool use_system_store = false;  // trusts the host's as well; ROTA_CA_FILE names another file
  bool verify_nothing = false;
  bool skip_name_check = false;
  int min_version = 0, max_version = 0;  // 0 any, 12, 13
  std::string certificate_pem, key_pem, key_password;
  std::vector<std::string> alpn;
};

class TlsContext {
 public:
  static Result<TlsContext, TlsFailure> client(const TlsClientOptions& options);
  static Result<TlsContext, TlsFailure> server(std::string_view chain_pem,
                                               std::string_view key_pem);
  TlsContext(TlsContext&&) noexcept;
  TlsContext& operator=(TlsContext&&) noexcept;
  ~TlsContext();

 private:
  friend class TlsStream;
  struct State;
  explicit TlsContext(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

// One TLS connection on a connected, non-blocking socket. Borrows the descriptor; the context must
// outlive it.
class TlsStream {
 public:
  // `server_name`: for SNI and the name check (an IP address is checked as one).
  static TlsStream connect(TlsContext& context, int socket, std::string_view server_name);
  static TlsStream accept(TlsContext& context, int socket);
  TlsStream(TlsStream&&) noexcept;
  TlsStream& operator=(TlsStream&&) noexcept;
  ~TlsStream();

  Wait handshake();
  // kDone: `bytes` were moved (at least 1). kClosed: the peer said goodbye (read only); one that
  // leaves without is a kFailed of kind kCut, so that nobody can shorten a message unseen.
  // After kReadable or kWritable, write() takes the same bytes again, at any address.
  Wait read(MutableBytes into, std::size_t& bytes);
  Wait write(Bytes from, std::size_t& bytes);
  Wait shutdown();

  // After kFailed.
  const TlsFailure& failure() const;
  std::string_view version() const;  // "TLSv1.3"

 private:
  struct State;
  explicit TlsStream(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace rota::net
