// One client of esp_http_client.h: what is asked for, the connection that carries it, and what came
// back (spec 7). esp_http_client.cc is the C face over it; http_perform.cc runs whole exchanges.
//
// Safer than the reference in what its callers can not see: a connection is used again only when
// the server agreed and the last answer was read to its end; a redirect to https uses TLS.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "client/http_exchange.h"
#include "esp_http_client.h"
#include "idf/http_authorization.h"
#include "idf/runtime.h"

struct esp_http_client final : rota::idf::KernelObject {
 public:
  using Connection = rota::client::Connection;
  using Failure = rota::client::Failure;
  using Header = rota::client::Header;

  // Copies what it needs, but for certificates, keys and what pointers in `config` lead to.
  explicit esp_http_client(const esp_http_client_config_t& config);
  esp_http_client(const esp_http_client&) = delete;
  esp_http_client& operator=(const esp_http_client&) = delete;
  ~esp_http_client() override = default;

  // ---- What is asked for ----
  // A path alone ("/b.bin") keeps the server. Another server: the credentials and the connection of
  // the one before are dropped. Errors: INVALID_ARG; the log says why.
  esp_err_t set_url(std::string_view text);
  std::string url_text() const;
  void set_header(std::string_view name, std::string_view value);
  // False when it was not set.
  bool delete_header(std::string_view name);
  // nullptr when it is not set; valid until headers change.
  char* header(std::string_view name);
  void delete_all_headers() { headers_.clear(); }
  void set_timeout(int timeout_ms);
  // From now on all waits together end after that time, on this connection and the next ones, each
  // from its beginning; 0: no limit.
  void set_patience(std::chrono::milliseconds total);
  // Whether the last failure was that it ended.
  bool lost_patience() const { return last_reason_ == rota::client::Reason::kDeadline; }
  void set_post_data(const char* data, int bytes);

  // ---- An exchange, step by step ----
  esp_err_t connect();
  // Sends the head, over a new connection if the one before can not be used again.
  esp_err_t send_request(int write_len);
  int write(const char* data, int bytes);
  std::int64_t fetch_headers();
  int read(char* into, int bytes);
  // Reads the rest of the body for nobody. False when it does not come.
  bool drain(int& bytes);
  void close();

  // ---- Whole exchanges (http_perform.cc) ----
  esp_err_t perform();
  esp_err_t follow_redirection();
  esp_err_t add_authorization();
  esp_err_t set_challenge(std::string_view header);
  // Gives up what is under way; the next request begins anew.
  void forget_request();

  // ---- What came back ----
  int status() const { return head_ ? head_->status : 0; }
  std::int64_t content_length() const;
  std::int64_t content_range_total() const;
  bool is_chunked() const { return answers_as_chunked_; }
  bool is_complete() const;
  bool keeps_alive() const { return connection_.has_value() && head_ && head_->keep_alive; }
  char* saved_response_header(std::string_view name);
  // The head of the last answer, whatever options say; nullptr before one came.
  const rota::client::ResponseHead* head() const { return head_ ? &*head_ : nullptr; }
  // Spent in TLS handshakes by all connections so far.
  std::uint64_t tls_us() const { return tls_us_; }
  int take_errno() { return std::exchange(errno_, 0); }
  bool uses_tls() const { return url_.tls; }

  std::string username;
  std::string password;
  esp_http_client_auth_type_t auth_type = HTTP_AUTH_TYPE_NONE;
  esp_http_client_method_t method = HTTP_METHOD_GET;
  void* user_data = nullptr;
  char* post_data = nullptr;
  int post_bytes = 0;
  int redirect_count = 0;
  esp_http_state_t state = HTTP_STATE_INIT;
  esp_tls_last_error_t tls_error{};

 private:
  rota::client::Deadlines deadlines() const;
  // Errors: the sentence why these settings can not work.
  rota::Result<rota::client::TlsOptions, std::string> tls_options() const;
  bool has_server_of(const rota::client::Url& other) const;
  esp_err_t open_connection();
  esp_err_t check_header_sizes(const rota::client::RequestHead& head) const;
  rota::client::RequestHead request_head(int write_len);
  void authorize(rota::client::RequestHead& head);
  void take_head(rota::client::ResponseHead head);

  void remember(const Failure& failure);
  void report(const Failure& failure);
  void dispatch(esp_http_client_event_id_t id, void* data = nullptr, int bytes = 0);
  void dispatch_header(Header& header);
  void post_event(esp_http_client_event_id_t id);

  // perform() in its three stages; each leaves `stage_` at what comes next.
  enum class Stage : std::uint8_t { kIdle, kSend, kHead, kBody };
  esp_err_t go_on();
  esp_err_t send_whole_request();
  esp_err_t receive_head();
  esp_err_t decide();
  esp_err_t redirect();
  esp_err_t receive_body();
  esp_err_t finish();
  // An asynchronous client looks again later, until the whole time has passed.
  bool may_look_again();
  void shorten_waits();

  // Runs one call on the connection while other tasks run.
  template <class Call>
  auto wait_for(Call call);

  esp_http_client_config_t config_;
  bool is_unknown_scheme_ = false;
  rota::client::Url url_;
  std::vector<Header> headers_;
  int timeout_ms_;
  std::chrono::milliseconds patience_{0};
  std::size_t send_buffer_bytes_;
  int max_redirects_;
  int max_authorizations_;

  std::optional<Connection> connection_;
  std::uint64_t tls_us_ = 0;
  std::optional<rota::client::ResponseHead> head_;
  // The connection has carried a request before, and this one only asks: when the server closed it
  // meanwhile, it is asked again over a new connection.
  bool may_ask_again_ = false;
  unsigned requests_on_connection_ = 0;
  bool answers_as_chunked_ = false;
  bool body_is_complete_ = false;
  std::int64_t body_bytes_ = 0;
  std::optional<rota::idf::Challenge> challenge_;
  std::uint32_t nonce_count_ = 0;
  int errno_ = 0;
  rota::client::Reason last_reason_{};

  Stage stage_ = Stage::kIdle;
  bool was_redirected_ = false;
  std::uint64_t last_progress_us_ = 0;
};

namespace rota::idf {

// "GET"; for a number outside of the enumeration, too.
const char* name_of(esp_http_client_method_t method);

}  // namespace rota::idf
