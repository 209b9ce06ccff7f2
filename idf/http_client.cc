#include "idf/http_client.h"

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <span>
#include <string>

#include "esp_event.h"
#include "esp_log.h"
#include "esp_random.h"
#include "idf/http_clients.h"

using rota::Bytes;
using rota::MutableBytes;
using rota::client::Failure;
using rota::client::Header;
using rota::client::Reason;
using rota::client::RequestHead;
using rota::client::ResponseHead;
using rota::client::TlsOptions;
using rota::client::Url;
using rota::idf::BlockingSection;
using rota::idf::config;
using rota::idf::HttpClients;
using rota::idf::runtime;

namespace {

constexpr const char* kTag = "HTTP_CLIENT";
constexpr const char* kDefaultUserAgent = "ESP32 HTTP Client/1.0";
constexpr int kDefaultTimeoutMs = 5000;
constexpr int kDefaultTries = 10;
constexpr std::size_t kMostDrainedBytes = 64 * 1024;

bool same_word(std::string_view a, std::string_view b) {
  return a.size() == b.size() && ::strncasecmp(a.data(), b.data(), a.size()) == 0;
}

int or_default(int value, int default_value) { return value > 0 ? value : default_value; }

// What a person sees as the scheme; empty when the text has none.
std::string_view scheme_of(std::string_view url) {
  const std::size_t end = url.find("://");
  return end == std::string_view::npos ? std::string_view{} : url.substr(0, end);
}

// Certificates and keys: NUL-terminated text, or bytes with a length that may count the NUL.
std::string text_of(const char* bytes, std::size_t length) {
  if (bytes == nullptr) return {};
  if (length == 0) return bytes;
  std::string text(bytes, length);
  if (text.starts_with("-----BEGIN") && text.back() == '\0') text.pop_back();
  return text;
}

int errno_of(const Failure& failure) {
  if (failure.system_errno != 0) return failure.system_errno;
  switch (failure.reason) {
    case Reason::kStalled:
    case Reason::kDeadline:
      return EAGAIN;
    case Reason::kClosed:
      return ENOTCONN;
    case Reason::kReset:
      return ECONNRESET;
    case Reason::kConnectRefused:
      return ECONNREFUSED;
    case Reason::kConnectTimeout:
      return ETIMEDOUT;
    case Reason::kNameNotFound:
      return EHOSTUNREACH;
    case Reason::kCancelled:
      return ECANCELED;
    default:
      return EIO;
  }
}

esp_err_t tls_error_of(Reason reason) {
  switch (reason) {
    case Reason::kNameNotFound:
      return ESP_ERR_ESP_TLS_CANNOT_RESOLVE_HOSTNAME;
    case Reason::kConnectTimeout:
      return ESP_ERR_ESP_TLS_CONNECTION_TIMEOUT;
    case Reason::kConnectRefused:
    case Reason::kConnectFailed:
      return ESP_ERR_ESP_TLS_FAILED_CONNECT_TO_HOST;
    case Reason::kTlsHandshake:
    case Reason::kTlsUntrusted:
    case Reason::kTlsExpired:
    case Reason::kTlsName:
      return ESP_ERR_MBEDTLS_SSL_HANDSHAKE_FAILED;
    case Reason::kTlsConfiguration:
      return ESP_ERR_MBEDTLS_X509_CRT_PARSE_FAILED;
    case Reason::kStalled:
      return ESP_ERR_ESP_TLS_SERVER_HANDSHAKE_TIMEOUT;
    case Reason::kClosed:
    case Reason::kReset:
      return ESP_ERR_ESP_TLS_TCP_CLOSED_FIN;
    default:
      return ESP_FAIL;
  }
}

bool sends_body(esp_http_client_method_t method) {
  return method == HTTP_METHOD_POST || method == HTTP_METHOD_PUT || method == HTTP_METHOD_PATCH;
}

std::string new_client_nonce() {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string nonce;
  for (std::uint32_t bits = esp_random(), i = 0; i < 8; ++i, bits >>= 4U) {
    nonce += kDigits[bits & 0xFU];
  }
  return nonce;
}

}  // namespace

const char* rota::idf::name_of(esp_http_client_method_t method) {
  constexpr std::array kNames = {"GET",       "POST",   "PUT",       "PATCH",       "DELETE",
                                 "HEAD",      "NOTIFY", "SUBSCRIBE", "UNSUBSCRIBE", "OPTIONS",
                                 "COPY",      "MOVE",   "LOCK",      "UNLOCK",      "PROPFIND",
                                 "PROPPATCH", "MKCOL",  "REPORT"};
  static_assert(kNames.size() == HTTP_METHOD_MAX);
  const auto index = static_cast<std::size_t>(method);
  return index < kNames.size() ? kNames[index] : kNames.front();
}

esp_http_client::esp_http_client(const esp_http_client_config_t& config)
    : username(config.username == nullptr ? "" : config.username),
      password(config.password == nullptr ? "" : config.password),
      auth_type(config.auth_type),
      method(config.method),
      user_data(config.user_data),
      config_(config),
      timeout_ms_(or_default(config.timeout_ms, kDefaultTimeoutMs)),
      send_buffer_bytes_(
          static_cast<std::size_t>(or_default(config.buffer_size_tx, DEFAULT_HTTP_BUF_SIZE))),
      max_redirects_(or_default(config.max_redirection_count, kDefaultTries)),
      max_authorizations_(config.max_authorization_retries < 0
                              ? 0
                              : or_default(config.max_authorization_retries, kDefaultTries)) {
  set_header("User-Agent", config.user_agent == nullptr ? kDefaultUserAgent : config.user_agent);
}

// ---- What is asked for ----

esp_err_t esp_http_client::set_url(std::string_view text) {
  Url next = url_;
  bool is_unknown = false;
  if (text.starts_with('/') && !url_.host.empty()) {
    next.target = text;
  } else if (text.starts_with('?') && !url_.host.empty()) {
    next.target = url_.target.substr(0, url_.target.find('?')) + std::string(text);
  } else {
    const std::string_view scheme = scheme_of(text);
    is_unknown = !scheme.empty() && !same_word(scheme, "http") && !same_word(scheme, "https");
    const std::string readable =
        is_unknown ? "http" + std::string(text.substr(scheme.size())) : std::string(text);
    auto parsed = Url::parse(readable);
    if (!parsed.ok()) {
      ESP_LOGE(kTag, "%s", parsed.error().sentence.c_str());
      return ESP_ERR_INVALID_ARG;
    }
    next = std::move(parsed).value();
  }
  if (!url_.host.empty() && !has_server_of(next)) close();
  if (!url_.host.empty() && !same_word(url_.host, next.host)) {
    // Another server is not to see the first one's secrets.
    delete_header("Authorization");
    delete_header("Host");
    username.clear();
    password.clear();
    challenge_.reset();
  }
  if (!next.user.empty()) {
    username = next.user;
    password = next.password;
  }
  url_ = std::move(next);
  is_unknown_scheme_ = is_unknown;
  was_redirected_ = true;
  return ESP_OK;
}

bool esp_http_client::has_server_of(const Url& other) const {
  return url_.tls == other.tls && url_.port == other.port && same_word(url_.host, other.host);
}

std::string esp_http_client::url_text() const {
  return std::string(url_.tls ? "https://" : "http://") + url_.authority() + url_.target;
}

void esp_http_client::set_header(std::string_view name, std::string_view value) {
  for (Header& header : headers_) {
    if (!same_word(header.name, name)) continue;
    header.value = value;
    return;
  }
  headers_.push_back({std::string(name), std::string(value)});
}

bool esp_http_client::delete_header(std::string_view name) {
  return std::erase_if(headers_,
                       [&](const Header& header) { return same_word(header.name, name); }) > 0;
}

char* esp_http_client::header(std::string_view name) {
  for (Header& header : headers_) {
    if (same_word(header.name, name)) return header.value.data();
  }
  return nullptr;
}

void esp_http_client::set_timeout(int timeout_ms) {
  timeout_ms_ = or_default(timeout_ms, kDefaultTimeoutMs);
  if (connection_) connection_->set_no_progress(deadlines().no_progress);
}

void esp_http_client::set_patience(std::chrono::milliseconds total) {
  patience_ = total;
  if (connection_) connection_->set_deadlines(deadlines());
}

void esp_http_client::set_post_data(const char* data, int bytes) {
  post_data = const_cast<char*>(data);  // Lent back to the program only.
  post_bytes = data == nullptr ? 0 : bytes;
  if (data == nullptr) {
    delete_header("Content-Type");
  } else if (header("Content-Type") == nullptr) {
    set_header("Content-Type", "application/x-www-form-urlencoded");
  }
}

// ---- Connecting ----

rota::client::Deadlines esp_http_client::deadlines() const {
  rota::client::Deadlines limits;
  limits.connect = std::chrono::milliseconds(timeout_ms_);
  limits.no_progress = std::chrono::milliseconds(timeout_ms_);
  limits.total = patience_;
  return limits;
}

rota::Result<TlsOptions, std::string> esp_http_client::tls_options() const {
  TlsOptions options;
  const std::string own = text_of(config_.cert_pem, config_.cert_len);
  if (config_.use_global_ca_store) {
    options.ca_pem = runtime().http_clients().global_ca_store;
    if (options.ca_pem.empty()) {
      return std::string(
          "use_global_ca_store is set, but the store is empty; call "
          "esp_tls_set_global_ca_store() first.");
    }
  } else if (config_.crt_bundle_attach != nullptr) {
    if (!config().certificate_bundle) {
      return std::string("crt_bundle_attach is set, but CONFIG_MBEDTLS_CERTIFICATE_BUNDLE is off.");
    }
    options.use_system_store = true;
  } else if (!own.empty()) {
    options.ca_pem = own;
  } else if (config().tls_insecure && config().tls_skip_server_cert_verify) {
    ESP_LOGW(kTag,
             "The server's certificate is not checked (CONFIG_ESP_TLS_SKIP_SERVER_CERT_"
             "VERIFY): whoever is on the way can send anything.");
    options.verify_nothing = true;
  } else {
    return std::string(
        "There is nothing to check the server by: set cert_pem to the certificate "
        "that signed the server's, or crt_bundle_attach to esp_crt_bundle_attach.");
  }
  options.skip_name_check = config_.skip_cert_common_name_check;
  if (config_.common_name != nullptr) options.expected_name = config_.common_name;
  if (config_.tls_version == ESP_HTTP_CLIENT_TLS_VER_TLS_1_2) options.max_version = 12;
  if (config_.tls_version == ESP_HTTP_CLIENT_TLS_VER_TLS_1_3) options.min_version = 13;
  options.client_certificate_pem = text_of(config_.client_cert_pem, config_.client_cert_len);
  const char* key = config_.client_key_pem == nullptr ? config_.client_key : config_.client_key_pem;
  options.client_key_pem = text_of(key, config_.client_key_len);
  options.client_key_password =
      text_of(config_.client_key_password, config_.client_key_password_len);
  for (const char** name = config_.alpn_protos; name != nullptr && *name != nullptr; ++name) {
    options.alpn.emplace_back(*name);
  }
  return options;
}

esp_err_t esp_http_client::connect() {
  if (connection_ && (state == HTTP_STATE_CONNECTED || connection_->is_reusable())) {
    state = HTTP_STATE_CONNECTED;
    return ESP_OK;
  }
  close();
  if (is_unknown_scheme_) {
    ESP_LOGE(kTag, "Only http:// and https:// can be opened.");
    return ESP_ERR_HTTP_INVALID_TRANSPORT;
  }
  if (url_.tls && !config().http_client_enable_https) {
    ESP_LOGE(kTag, "https:// needs CONFIG_ESP_HTTP_CLIENT_ENABLE_HTTPS=y.");
    return ESP_ERR_HTTP_INVALID_TRANSPORT;
  }
  return open_connection();
}

esp_err_t esp_http_client::open_connection() {
  const auto refuse = [this] {
    state = HTTP_STATE_INIT;
    dispatch(HTTP_EVENT_ERROR, &tls_error);
    errno = errno_;
    return ESP_ERR_HTTP_CONNECT;
  };
  TlsOptions options;
  if (url_.tls) {
    auto wanted = tls_options();
    if (!wanted.ok()) {
      ESP_LOGE(kTag, "%s", wanted.error().c_str());
      return refuse();
    }
    options = std::move(wanted).value();
  }
  state = HTTP_STATE_CONNECTING;
  auto opened = [&] {
    const BlockingSection others_run;
    return Connection::open(url_, options, deadlines());
  }();
  if (!opened.ok()) {
    remember(opened.error());
    report(opened.error());
    return refuse();
  }
  connection_.emplace(std::move(opened).value());
  requests_on_connection_ = 0;
  tls_us_ += connection_->times().tls_us;
  state = HTTP_STATE_CONNECTED;
  dispatch(HTTP_EVENT_ON_CONNECTED);
  return ESP_OK;
}

void esp_http_client::close() {
  if (connection_) {
    connection_.reset();
    dispatch(HTTP_EVENT_DISCONNECTED, &tls_error);
  }
  state = HTTP_STATE_INIT;
}

template <class Call>
auto esp_http_client::wait_for(Call call) {
  const HttpClients::Wait others_run(runtime().http_clients(), *connection_);
  return call(*connection_);
}

// ---- Asking ----

RequestHead esp_http_client::request_head(int write_len) {
  RequestHead head;
  head.method = rota::idf::name_of(method);
  head.target = url_.target;
  head.headers = headers_;
  if (write_len < 0) {
    head.headers.push_back({"Transfer-Encoding", "chunked"});
  } else if ((write_len > 0 || sends_body(method)) && header("Content-Length") == nullptr) {
    head.headers.push_back({"Content-Length", std::to_string(write_len)});
  }
  if (header("Authorization") == nullptr) authorize(head);
  return head;
}

void esp_http_client::authorize(RequestHead& head) {
  const rota::idf::Credentials credentials{username, password};
  if (username.empty()) return;
  const bool wants_digest = challenge_ && challenge_->type == HTTP_AUTH_TYPE_DIGEST;
  if (wants_digest) {
    const std::string nonce = new_client_nonce();
    head.headers.push_back(
        {"Authorization", digest_authorization(credentials, *challenge_,
                                               {head.method, head.target, ++nonce_count_, nonce})});
    return;
  }
  if (auth_type != HTTP_AUTH_TYPE_BASIC && !challenge_) return;
  if (!config().http_client_basic_auth) {
    ESP_LOGW(kTag, "The password is not sent: set CONFIG_ESP_HTTP_CLIENT_ENABLE_BASIC_AUTH=y.");
    return;
  }
  head.headers.push_back({"Authorization", basic_authorization(credentials)});
}

esp_err_t esp_http_client::check_header_sizes(const RequestHead& head) const {
  constexpr std::size_t kRestOfLine = sizeof(" HTTP/1.1\r\n");
  if (head.method.size() + head.target.size() + kRestOfLine > send_buffer_bytes_) {
    ESP_LOGE(kTag, "The URL has %zu bytes; raise buffer_size_tx (%zu) above that.",
             head.target.size(), send_buffer_bytes_);
    return ESP_FAIL;
  }
  if (!config().http_client_strict_header_buffer) return ESP_OK;
  for (const Header& header : head.headers) {
    const std::size_t bytes = header.name.size() + header.value.size() + sizeof(": \r\n");
    if (bytes <= send_buffer_bytes_) continue;
    ESP_LOGE(kTag, "The header %s has %zu bytes; raise buffer_size_tx (%zu) to that.",
             header.name.c_str(), bytes, send_buffer_bytes_);
    return ESP_ERR_HTTP_HEADER_TOO_LONG;
  }
  return ESP_OK;
}

esp_err_t esp_http_client::send_request(int write_len) {
  const esp_err_t connected = connect();
  if (connected != ESP_OK) return connected;
  const RequestHead head = request_head(write_len);
  const esp_err_t checked = check_header_sizes(head);
  if (checked != ESP_OK) return checked;
  head_.reset();
  body_is_complete_ = false;
  body_bytes_ = 0;
  const bool only_asks = method == HTTP_METHOD_GET || method == HTTP_METHOD_HEAD;
  may_ask_again_ = requests_on_connection_++ > 0 && only_asks && write_len == 0;
  const auto sent = wait_for([&](Connection& connection) { return connection.send_head(head); });
  if (!sent.ok()) {
    remember(sent.error());
    if (std::exchange(may_ask_again_, false)) {
      close();
      return send_request(write_len);
    }
    report(sent.error());
    dispatch(HTTP_EVENT_ERROR, &tls_error);
    return ESP_ERR_HTTP_WRITE_DATA;
  }
  state = HTTP_STATE_REQ_COMPLETE_HEADER;
  dispatch(HTTP_EVENT_HEADERS_SENT);
  return ESP_OK;
}

int esp_http_client::write(const char* data, int bytes) {
  if (!connection_ || state < HTTP_STATE_REQ_COMPLETE_HEADER || bytes < 0) return -1;
  const auto all = std::as_bytes(std::span(data, static_cast<std::size_t>(bytes)));
  const auto sent = wait_for([&](Connection& connection) { return connection.send_body(all); });
  if (sent.ok()) return bytes;
  remember(sent.error());
  report(sent.error());
  return -1;
}

// ---- What came back ----

std::int64_t esp_http_client::fetch_headers() {
  if (!connection_ || state < HTTP_STATE_REQ_COMPLETE_HEADER) return -1;
  if (!head_) {
    state = HTTP_STATE_REQ_COMPLETE_DATA;
    auto head = wait_for(
        [&](Connection& connection) { return connection.read_head(method == HTTP_METHOD_HEAD); });
    if (!head.ok()) {
      remember(head.error());
      const bool has_gone = last_reason_ == Reason::kClosed || last_reason_ == Reason::kReset;
      if (has_gone && std::exchange(may_ask_again_, false)) {
        close();
        return send_request(0) == ESP_OK ? fetch_headers() : -1;
      }
      report(head.error());
      return last_reason_ == Reason::kStalled ? -std::int64_t{ESP_ERR_HTTP_EAGAIN} : -1;
    }
    take_head(std::move(head).value());
  }
  return answers_as_chunked_ ? 0 : content_length();
}

void esp_http_client::take_head(ResponseHead head) {
  head_ = std::move(head);
  answers_as_chunked_ = head_->chunked || head_->content_length.value_or(0) == 0;
  body_is_complete_ = connection_->body_is_complete();
  state = HTTP_STATE_RES_COMPLETE_HEADER;
  dispatch(HTTP_EVENT_ON_STATUS_CODE, &head_->status, sizeof(head_->status));
  for (Header& header : head_->headers) dispatch_header(header);
  dispatch(HTTP_EVENT_ON_HEADERS_COMPLETE);
  state = HTTP_STATE_RES_ON_DATA_START;
}

int esp_http_client::read(char* into, int bytes) {
  if (!connection_ || !head_ || into == nullptr || bytes < 0) return -1;
  if (body_is_complete_) return 0;
  const auto buffer = std::as_writable_bytes(std::span(into, static_cast<std::size_t>(bytes)));
  const auto got = wait_for([&](Connection& connection) { return connection.read_body(buffer); });
  if (!got.ok()) {
    remember(got.error());
    report(got.error());
    errno = errno_;
    return last_reason_ == Reason::kStalled ? -ESP_ERR_HTTP_EAGAIN : -1;
  }
  body_bytes_ += static_cast<std::int64_t>(got->bytes);
  body_is_complete_ = got->end;
  if (got->bytes > 0) dispatch(HTTP_EVENT_ON_DATA, into, static_cast<int>(got->bytes));
  return static_cast<int>(got->bytes);
}

bool esp_http_client::drain(int& bytes) {
  std::array<std::byte, 1024> nowhere{};
  std::size_t drained = 0;
  while (connection_ && head_ && !body_is_complete_ && drained < kMostDrainedBytes) {
    const auto got =
        wait_for([&](Connection& connection) { return connection.read_body(nowhere); });
    if (!got.ok()) {
      remember(got.error());
      return false;
    }
    drained += got->bytes;
    body_is_complete_ = got->end;
  }
  bytes = static_cast<int>(drained);
  return body_is_complete_;
}

std::int64_t esp_http_client::content_length() const {
  if (!head_ || head_->chunked || !head_->content_length) return -1;
  return static_cast<std::int64_t>(*head_->content_length);
}

// "bytes 0-99/1000": 1000.
std::int64_t esp_http_client::content_range_total() const {
  if (!head_ || !config().http_client_get_content_range) return -1;
  const std::string_view range = head_->header("Content-Range");
  const std::size_t slash = range.rfind('/');
  if (slash == std::string_view::npos) return -1;
  const std::string_view digits = range.substr(slash + 1);
  std::int64_t total = -1;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), total);
  const bool is_number = error == std::errc{} && end == digits.data() + digits.size();
  return is_number && total >= 0 ? total : -1;
}

bool esp_http_client::is_complete() const { return head_.has_value() && body_is_complete_; }

char* esp_http_client::saved_response_header(std::string_view name) {
  if (!head_) return nullptr;
  const std::size_t most = config().http_client_max_saved_headers;
  for (std::size_t i = 0; i < std::min(most, head_->headers.size()); ++i) {
    Header& header = head_->headers[i];
    const bool fits = header.value.size() < config().http_client_max_saved_header_bytes;
    if (fits && same_word(header.name, name)) return header.value.data();
  }
  return nullptr;
}

// ---- Failures and events ----

void esp_http_client::remember(const Failure& failure) {
  last_reason_ = failure.reason;
  errno_ = errno_of(failure);
  tls_error.last_error = tls_error_of(failure.reason);
  tls_error.esp_tls_error_code = static_cast<int>(failure.tls_code);
  tls_error.esp_tls_flags = 0;
}

void esp_http_client::report(const Failure& failure) {
  if (failure.reason == Reason::kCancelled) return;
  if (failure.reason == Reason::kStalled && config_.is_async) return;
  ESP_LOGE(kTag, "%s", failure.sentence.c_str());
}

void esp_http_client::dispatch(esp_http_client_event_id_t id, void* data, int bytes) {
  if (config_.event_handler != nullptr) {
    esp_http_client_event_t event{id, this, data, bytes, user_data, nullptr, nullptr};
    config_.event_handler(&event);
  }
  post_event(id);
}

void esp_http_client::dispatch_header(Header& header) {
  if (config_.event_handler != nullptr) {
    esp_http_client_event_t event{
        HTTP_EVENT_ON_HEADER, this, nullptr, 0, user_data, header.name.data(), header.value.data()};
    config_.event_handler(&event);
  }
  post_event(HTTP_EVENT_ON_HEADER);
}

// The same for who listens on the default event loop. Nobody has to.
void esp_http_client::post_event(esp_http_client_event_id_t id) {
  const int limit_ms = config().http_client_event_post_timeout_ms;
  const TickType_t ticks =
      limit_ms < 0 ? portMAX_DELAY
                   : static_cast<TickType_t>(std::int64_t{limit_ms} * config().tick_rate_hz / 1000);
  esp_http_client_handle_t client = this;
  const esp_http_client_on_data_t on_data{this, body_bytes_};
  const esp_http_client_redirect_event_data_t redirect{this, status()};
  const void* data = &client;
  std::size_t size = sizeof(client);
  if (id == HTTP_EVENT_ON_DATA) {
    data = &on_data;
    size = sizeof(on_data);
  } else if (id == HTTP_EVENT_REDIRECT) {
    data = &redirect;
    size = sizeof(redirect);
  }
  const esp_err_t posted = esp_event_post(ESP_HTTP_CLIENT_EVENT, id, data, size, ticks);
  if (posted == ESP_OK || posted == ESP_ERR_INVALID_STATE) return;
  ESP_LOGW(kTag, "An event (%d) is lost: the default event loop's queue stayed full for %d ms.",
           static_cast<int>(id), limit_ms);
}
