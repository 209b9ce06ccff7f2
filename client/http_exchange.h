// One HTTP(S) connection to one server, blocking, with deadlines and constant memory: the transport
// under the ESP-IDF face's esp_http_client and under Rota's own tools. It follows no redirects and
// knows no update: callers decide.
//
// Every wait is bounded twice: `no_progress` (time without a single byte moving) and `total` (from
// open() on; 0 = none). Reads fill the buffer unless the stream ends or a deadline passes.
// Thread use: one thread at a time; cancel() may be called from any thread.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"

namespace rota::client {

enum class Reason : std::uint8_t {
  kUrl,           // not a URL we can use
  kNameNotFound,  // DNS
  kConnectRefused,
  kConnectTimeout,
  kConnectFailed,
  kTlsHandshake,      // not a TLS server, no common version or cipher
  kTlsUntrusted,      // the chain does not end in a trusted certificate
  kTlsExpired,        // expired or not yet valid
  kTlsName,           // the certificate is for other names; the sentence lists them
  kTlsConfiguration,  // our CA or key does not parse
  kSend,
  kClosed,  // closed before the message was complete
  kReset,
  kStalled,   // no_progress passed
  kDeadline,  // total passed
  kHeadTooLarge,
  kBadHead,     // what came is not HTTP
  kBadFraming,  // chunk or length framing is broken
  kCancelled,
};

// What went wrong, as a sentence for a person (cause and next step), plus what programs need.
struct Failure {
  Reason reason{};
  std::string sentence;
  int system_errno = 0;
  std::uint64_t tls_code = 0;  // OpenSSL error or X509 verification code
};

template <class T>
using Outcome = Result<T, Failure>;
using Done = BasicStatus<Failure>;

struct Deadlines {
  std::chrono::milliseconds connect{5000};  // name, connection and TLS handshake, together
  std::chrono::milliseconds no_progress{5000};
  std::chrono::milliseconds total{0};
};

struct TlsOptions {
  std::string ca_pem;             // trusted certificates, PEM (or DER of one certificate)
  bool use_system_store = false;  // the host's store as well (ROTA_CA_FILE overrides the path)
  bool skip_name_check = false;
  std::string expected_name;    // instead of the URL's host
  bool verify_nothing = false;  // only when the caller explicitly configured no verification
  int min_version = 0;          // 0 any, 12, 13
  int max_version = 0;
  std::string client_certificate_pem, client_key_pem, client_key_password;
  std::vector<std::string> alpn;
};

struct Url {
  bool tls = false;
  std::string host;  // without brackets
  std::uint16_t port = 0;
  std::string target;          // path and query, at least "/"
  std::string user, password;  // from user:password@, decoded

  // Refuses (kUrl) what has no scheme, host or sensible port, or holds spaces or control
  // characters. Other characters than ASCII's in the path are escaped; a fragment is dropped.
  static Outcome<Url> parse(std::string_view text);
  std::string authority() const;  // host[:port] as the Host header wants it
};

struct Header {
  std::string name, value;
};

struct RequestHead {
  std::string method = "GET";
  std::string target = "/";
  std::vector<Header> headers;  // Host is added when missing
};

struct ResponseHead {
  int status = 0;
  int version_minor = 1;  // HTTP/1.x
  std::string reason;
  std::vector<Header> headers;  // in order; the first kMaxKeptHeaders
  std::optional<std::uint64_t> content_length;
  bool chunked = false;
  bool keep_alive = true;

  // First header of that name, any case; empty view when absent.
  std::string_view header(std::string_view name) const;
};

inline constexpr std::size_t kMaxUrlBytes = 8 * 1024;      // signed URLs have about 1 KB
inline constexpr std::size_t kMaxHeadBytes = 64 * 1024;    // whole heads, those of 1xx included
inline constexpr std::size_t kMaxHeaderBytes = 16 * 1024;  // one line; a longer one is refused
inline constexpr std::size_t kMaxKeptHeaders = 128;        // the rest is checked and forgotten

struct ReadResult {
  std::size_t bytes = 0;
  bool end = false;  // the message is complete (length reached, last chunk, or FIN without length)
};

class Connection {
 public:
  // Resolves, connects (to each address the name has, a little apart, the first that answers wins),
  // does the TLS handshake with certificate and name checks.
  static Outcome<Connection> open(const Url& url,
                                  const TlsOptions& tls,
                                  const Deadlines& deadlines);

  Connection(Connection&&) noexcept;
  Connection& operator=(Connection&&) noexcept;
  ~Connection();

  // Header lines go out as they are; a body is announced by them and sent as it is. Refuses (kSend)
  // what would break the head: line ends in a value, spaces in the target.
  Done send_head(const RequestHead& head);
  Done send_body(Bytes bytes);

  // A failure of any call is final: later ones fail for the same reason. But after kStalled,
  // reading may be tried again, as often as the caller's patience lasts.

  // Reads the next final response head (1xx are skipped). The body of the response before must have
  // been read to its end. `head_request`: the answer has no body whatever its headers say.
  Outcome<ResponseHead> read_head(bool head_request = false);

  // Body bytes of the current response, framing removed. Fills `into` unless the body ends or
  // something fails; on a failure after some bytes it returns these and fails at the next call.
  Outcome<ReadResult> read_body(MutableBytes into);

  // The whole message was read, and the server did not ask to close: another request may follow.
  bool is_reusable() const;
  bool body_is_complete() const;

  // Unblocks any call from another thread; it and all later ones fail with kCancelled.
  void cancel();

  // Microseconds spent, for the line that splits an update's time.
  struct Times {
    std::uint64_t resolve_us = 0, connect_us = 0, tls_us = 0, waiting_us = 0;
  };
  const Times& times() const;
  void set_deadlines(const Deadlines& deadlines);  // `total` starts anew
  void set_no_progress(std::chrono::milliseconds limit);

 private:
  struct State;
  explicit Connection(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace rota::client
