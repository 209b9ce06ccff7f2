// esp_http_client_perform: whole exchanges, redirects and authentication included (spec 7.2).
#include <strings.h>

#include <algorithm>
#include <array>

#include "esp_log.h"
#include "idf/http_client.h"

using rota::client::Reason;
using rota::idf::Challenge;
using rota::idf::config;
using rota::idf::runtime;

namespace {

constexpr const char* kTag = "HTTP_CLIENT";

// How long an asynchronous client waits inside one call.
constexpr std::chrono::milliseconds kAsyncWait{20};

bool is_redirection(int status) {
  return status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
}

// Where a redirect that names no server leads to: "next.bin" lies beside the page that sent it.
std::string absolute(std::string_view location, bool tls, std::string_view target) {
  if (location.starts_with("//")) return (tls ? "https:" : "http:") + std::string(location);
  const bool is_whole = location.find("://") != std::string_view::npos;
  if (is_whole || location.starts_with('/') || location.starts_with('?')) {
    return std::string(location);
  }
  const std::string_view path = target.substr(0, target.find('?'));
  return std::string(path.substr(0, path.rfind('/') + 1)) + std::string(location);
}

}  // namespace

esp_err_t esp_http_client::perform() {
  if (stage_ == Stage::kIdle) {
    redirect_count = 0;
    stage_ = Stage::kSend;
  }
  while (stage_ != Stage::kIdle) {
    const esp_err_t done = go_on();
    if (done == ESP_OK) continue;
    if (done == ESP_ERR_HTTP_EAGAIN && config_.is_async) return done;
    stage_ = Stage::kIdle;
    close();
    return done;
  }
  return ESP_OK;
}

esp_err_t esp_http_client::go_on() {
  switch (stage_) {
    case Stage::kSend:
      return send_whole_request();
    case Stage::kHead:
      return receive_head();
    default:
      return receive_body();
  }
}

esp_err_t esp_http_client::send_whole_request() {
  const esp_err_t sent = send_request(post_bytes);
  if (sent != ESP_OK) return sent;
  if (post_bytes > 0 && write(post_data, post_bytes) < 0) return ESP_ERR_HTTP_WRITE_DATA;
  shorten_waits();
  stage_ = Stage::kHead;
  return ESP_OK;
}

void esp_http_client::shorten_waits() {
  last_progress_us_ = runtime().scheduler().now_us();
  if (config_.is_async) connection_->set_no_progress(kAsyncWait);
}

bool esp_http_client::may_look_again() {
  if (!config_.is_async || last_reason_ != Reason::kStalled) return false;
  const std::uint64_t waited_us = runtime().scheduler().now_us() - last_progress_us_;
  if (waited_us < static_cast<std::uint64_t>(timeout_ms_) * 1000U) return true;
  ESP_LOGE(kTag, "The server sent nothing for %d ms: it or the network stalls; try again.",
           timeout_ms_);
  return false;
}

esp_err_t esp_http_client::receive_head() {
  if (fetch_headers() < 0) {
    if (may_look_again()) return ESP_ERR_HTTP_EAGAIN;
    dispatch(HTTP_EVENT_ERROR, &tls_error);
    switch (last_reason_) {
      case Reason::kStalled:
        return ESP_ERR_HTTP_EAGAIN;
      case Reason::kClosed:
      case Reason::kReset:
        return ESP_ERR_HTTP_CONNECTION_CLOSED;
      default:
        return ESP_ERR_HTTP_FETCH_HEADER;
    }
  }
  last_progress_us_ = runtime().scheduler().now_us();
  stage_ = Stage::kBody;
  return decide();
}

// Whether the answer is the last one.
esp_err_t esp_http_client::decide() {
  if (is_redirection(status())) return redirect();
  if (status() != 401 || username.empty() || add_authorization() != ESP_OK) return ESP_OK;
  int drained = 0;
  drain(drained);
  stage_ = Stage::kSend;
  return ESP_OK;
}

esp_err_t esp_http_client::redirect() {
  if (config_.disable_auto_redirect) {
    // The program may follow by itself, with esp_http_client_set_redirection().
    was_redirected_ = false;
    dispatch(HTTP_EVENT_REDIRECT);
    if (!was_redirected_) return ESP_OK;
  } else {
    if (redirect_count >= max_redirects_) {
      ESP_LOGE(kTag, "More than %d redirects; the last one came from %s. Check the server.",
               max_redirects_, url_text().c_str());
      return ESP_ERR_HTTP_MAX_REDIRECT;
    }
    const int redirected_by = status();
    const esp_err_t followed = follow_redirection();
    if (followed != ESP_OK) return followed;
    if (redirected_by == 303 && method != HTTP_METHOD_HEAD) {
      method = HTTP_METHOD_GET;
      set_post_data(nullptr, 0);
    }
  }
  int drained = 0;
  drain(drained);
  stage_ = Stage::kSend;
  return ESP_OK;
}

esp_err_t esp_http_client::follow_redirection() {
  const std::string location(head_ ? head_->header("Location") : std::string_view{});
  if (location.empty()) {
    ESP_LOGE(kTag, "The answer %d of %s has no Location to go to. Check the server.", status(),
             url_text().c_str());
    return ESP_ERR_INVALID_ARG;
  }
  const bool stays_safe = location.size() > 8 && ::strncasecmp(location.data(), "https://", 8) == 0;
  if (url_.tls && !stays_safe) {
    ESP_LOGE(kTag,
             "%s redirects to '%s', which is not https:// in full; such a redirect is refused.",
             url_text().c_str(), location.c_str());
    return ESP_ERR_HTTP_REDIRECT_DOWNGRADE;
  }
  const esp_err_t moved = set_url(absolute(location, url_.tls, url_.target));
  if (moved == ESP_OK) ++redirect_count;
  return moved;
}

esp_err_t esp_http_client::set_challenge(std::string_view header) {
  const auto challenge = Challenge::parse(header);
  if (!challenge) return ESP_ERR_NOT_SUPPORTED;
  if (challenge_ && challenge_->nonce != challenge->nonce) nonce_count_ = 0;
  challenge_ = challenge;
  auth_type = challenge->type;
  return ESP_OK;
}

void esp_http_client::forget_request() {
  stage_ = Stage::kIdle;
  close();
}

esp_err_t esp_http_client::add_authorization() {
  if (state != HTTP_STATE_RES_ON_DATA_START || !head_) return ESP_ERR_INVALID_STATE;
  if (redirect_count >= max_authorizations_) {
    ESP_LOGE(kTag, "%s refuses the user name and the password; check them.", url_text().c_str());
    return ESP_FAIL;
  }
  for (const Header& header : head_->headers) {
    if (::strcasecmp(header.name.c_str(), "WWW-Authenticate") != 0) continue;
    const auto challenge = Challenge::parse(header.value);
    if (!challenge) continue;
    const bool is_enabled = challenge->type == HTTP_AUTH_TYPE_BASIC
                                ? config().http_client_basic_auth
                                : config().http_client_digest_auth;
    if (!is_enabled) continue;
    ++redirect_count;
    return set_challenge(header.value);
  }
  ESP_LOGE(kTag,
           "%s wants a password in a way that this client can not give: '%.*s'. Set username and "
           "password, and CONFIG_ESP_HTTP_CLIENT_ENABLE_BASIC_AUTH=y or ..._DIGEST_AUTH=y.",
           url_text().c_str(), static_cast<int>(head_->header("WWW-Authenticate").size()),
           head_->header("WWW-Authenticate").data());
  return ESP_ERR_NOT_SUPPORTED;
}

esp_err_t esp_http_client::receive_body() {
  std::array<char, DEFAULT_HTTP_BUF_SIZE * 8> buffer{};
  const int most = std::min(static_cast<int>(buffer.size()),
                            config_.buffer_size > 0 ? config_.buffer_size : DEFAULT_HTTP_BUF_SIZE);
  while (!is_complete()) {
    const int got = read(buffer.data(), most);
    if (got >= 0) {
      last_progress_us_ = runtime().scheduler().now_us();
      continue;
    }
    if (may_look_again()) return ESP_ERR_HTTP_EAGAIN;
    dispatch(HTTP_EVENT_ERROR, &tls_error);
    switch (last_reason_) {
      case Reason::kStalled:
        return ESP_ERR_HTTP_READ_TIMEOUT;
      case Reason::kClosed:
      case Reason::kReset:
        return ESP_ERR_HTTP_CONNECTION_CLOSED;
      default:
        return ESP_ERR_HTTP_INCOMPLETE_DATA;
    }
  }
  return finish();
}

esp_err_t esp_http_client::finish() {
  stage_ = Stage::kIdle;
  state = HTTP_STATE_RES_COMPLETE_DATA;
  dispatch(HTTP_EVENT_ON_FINISH);
  if (!connection_) return ESP_OK;
  if (config_.is_async) connection_->set_no_progress(deadlines().no_progress);
  if (!keeps_alive()) close();
  return ESP_OK;
}
