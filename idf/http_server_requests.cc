// From the first byte of a request to the handler that answers it, and what the server answers when
// there is none.
#include <algorithm>

#include "esp_log.h"
#include "idf/http_server.h"

namespace rota::idf {

namespace {

constexpr const char* kTag = "httpd";
constexpr std::size_t kPiece = 1024;

constexpr std::array<HttpErrorText, HTTPD_ERR_CODE_MAX> kErrorTexts{{
    {"500 Internal Server Error", "The server could not do what was asked; its log says why."},
    {"501 Method Not Implemented", "This server does not know the method of the request."},
    {"505 Version Not Supported", "This server speaks HTTP/1.1 only."},
    {"400 Bad Request", "This is not a request as HTTP wants it."},
    {"401 Unauthorized", "This needs a name and a password."},
    {"403 Forbidden", "This is not allowed, with or without a password."},
    {"404 Not Found", "Nothing is served at this URI."},
    {"405 Method Not Allowed", "This URI exists, but not for this method."},
    {"408 Request Timeout", "The request did not arrive in time."},
    {"411 Length Required", "The request must say how long its body is (Content-Length)."},
    {"413 Content Too Large", "The body is larger than this server takes."},
    {"414 URI Too Long", "The URI is longer than this server takes."},
    {"431 Request Header Fields Too Large", "The header lines are longer than this server takes."},
}};

// Behind these the next request's begin is known; behind a broken head it is not.
bool may_go_on_after(httpd_err_code_t error) {
  return error == HTTPD_404_NOT_FOUND || error == HTTPD_405_METHOD_NOT_ALLOWED;
}

bool equal_text(const char* known, const char* asked, std::size_t length) {
  return std::string_view(known) == std::string_view(asked, length);
}

}  // namespace

const HttpErrorText& http_error_text(httpd_err_code_t error) {
  const bool is_known = error >= 0 && error < HTTPD_ERR_CODE_MAX;
  return kErrorTexts[is_known ? error : HTTPD_500_INTERNAL_SERVER_ERROR];
}

esp_err_t send_error(httpd_req_t* request, httpd_err_code_t error, const char* sentence) {
  const HttpErrorText& text = http_error_text(error);
  return httpd_resp_send_custom_err(request, text.status,
                                    sentence == nullptr ? text.sentence : sentence);
}

// ---- Handlers ----

const HttpServer::Handler* HttpServer::find(std::string_view path,
                                            int method,
                                            httpd_err_code_t& error) const {
  const auto matches = config_.uri_match_fn != nullptr ? config_.uri_match_fn : equal_text;
  const std::string text(path);
  error = HTTPD_404_NOT_FOUND;
  for (const Handler& handler : handlers_) {
    if (!matches(handler.uri.c_str(), text.c_str(), text.size())) continue;
    const int its_method = handler.given.method;
    if (its_method == method || its_method == HTTP_ANY) return &handler;
    error = HTTPD_405_METHOD_NOT_ALLOWED;
  }
  return nullptr;
}

esp_err_t HttpServer::add_handler(const httpd_uri_t& handler) {
  httpd_err_code_t unused{};
  if (const Handler* known = find(handler.uri, handler.method, unused)) {
    ESP_LOGW(kTag, "The handler of '%s' is not registered: the one of '%s' takes its requests.",
             handler.uri, known->uri.c_str());
    return ESP_ERR_HTTPD_HANDLER_EXISTS;
  }
  if (handlers_.size() >= config_.max_uri_handlers) {
    ESP_LOGW(kTag, "The handler of '%s' is not registered: raise max_uri_handlers above %u.",
             handler.uri, config_.max_uri_handlers);
    return ESP_ERR_HTTPD_HANDLERS_FULL;
  }
  const char* subprotocol = handler.supported_subprotocol;
  handlers_.push_back({handler.uri, subprotocol == nullptr ? "" : subprotocol, handler});
  // The program's texts may be gone by the next use.
  handlers_.back().given.uri = nullptr;
  handlers_.back().given.supported_subprotocol = nullptr;
  return ESP_OK;
}

bool HttpServer::remove_handlers(std::string_view uri, const int* method) {
  return std::erase_if(handlers_, [&](const Handler& handler) {
           return handler.uri == uri &&
                  (method == nullptr || *method == static_cast<int>(handler.given.method));
         }) > 0;
}

// ---- Requests ----

HttpExchange* HttpServer::exchange_of(const httpd_req_t* request) const {
  for (const auto& exchange : exchanges_) {
    if (&exchange->request == request) return exchange.get();
  }
  return nullptr;
}

// kMore: the client went away (the session must close), or is too slow.
RequestHeadReader::Step HttpServer::read_head(HttpSession& session, RequestHeadReader& reader) {
  while (true) {
    Bytes input = std::as_bytes(std::span(session.unread));
    const RequestHeadReader::Step step = reader.take(input);
    session.unread.erase(0, session.unread.size() - input.size());
    if (step != RequestHeadReader::Step::kMore) return step;
    std::array<char, kPiece> piece;
    const int got = receive(session, piece.data(), piece.size());
    if (got <= 0) {
      session.must_close = got != HTTPD_SOCK_ERR_TIMEOUT || !reader.has_begun();
      return step;
    }
    session.unread.append(piece.data(), static_cast<std::size_t>(got));
  }
}

HttpExchange& HttpServer::begin_exchange(HttpSession& session) {
  HttpExchange& exchange = *exchanges_.emplace_back(std::make_unique<HttpExchange>());
  exchange.session = &session;
  exchange.request.handle = this;
  exchange.request.aux = &exchange;
  return exchange;
}

void HttpServer::end_exchange(const HttpExchange& exchange) {
  exchanges_.remove_if([&](const auto& it) { return it.get() == &exchange; });
}

bool HttpServer::serve_one(HttpSession& session) {
  use(session);
  if (session.websocket) return serve_frame(session);
  RequestHeadReader reader({config_.max_uri_len, config_.max_req_hdr_len});
  const RequestHeadReader::Step step = read_head(session, reader);
  if (session.must_close) return false;

  HttpExchange& exchange = begin_exchange(session);
  exchange.head = std::move(reader.head());
  exchange.body_left = exchange.head.content_length.value_or(0);
  httpd_req_t& request = exchange.request;
  request.method = exchange.head.method;
  request.uri = exchange.head.target.c_str();
  request.content_len = static_cast<std::size_t>(exchange.body_left);

  bool stays = false;
  httpd_err_code_t error = reader.error();
  if (step == RequestHeadReader::Step::kMore) {
    stays =
        refuse(exchange, HTTPD_408_REQ_TIMEOUT, http_error_text(HTTPD_408_REQ_TIMEOUT).sentence);
  } else if (step == RequestHeadReader::Step::kFailed) {
    stays = refuse(exchange, error, reader.sentence());
  } else {
    post(HTTP_SERVER_EVENT_ON_HEADER, session.number);
    const Handler* handler = find(exchange.head.path(), request.method, error);
    stays = handler != nullptr ? call(exchange, *handler)
                               : refuse(exchange, error, http_error_text(error).sentence);
  }
  if (session.is_taken_over) return true;
  const bool keeps_alive = exchange.head.keeps_alive;
  end_exchange(exchange);
  return stays && keeps_alive;
}

bool HttpServer::refuse(HttpExchange& exchange,
                        httpd_err_code_t error,
                        const std::string& sentence) {
  ESP_LOGW(kTag, "%s %s: %.3s, %s", http_method_str(exchange.head.method),
           exchange.head.target.c_str(), http_error_text(error).status, sentence.c_str());
  post(HTTP_SERVER_EVENT_ERROR, &error, sizeof(error));
  if (error_handlers_[error] != nullptr) {
    const esp_err_t answered = error_handlers_[error](&exchange.request, error);
    return answered == ESP_OK && may_go_on_after(error) && read_rest_of_body(exchange);
  }
  exchange.response_headers.push_back({"Connection", "close"});
  send_error(&exchange.request, error, sentence.c_str());
  return false;
}

bool HttpServer::call(HttpExchange& exchange, const Handler& handler) {
  if (handler.given.is_websocket && exchange.head.method == HTTP_GET) {
    return begin_websocket(exchange, handler);
  }
  const httpd_uri_t called = handler.given;  // the handler may remove itself
  const esp_err_t result = call_program(exchange, called);
  if (exchange.session->is_taken_over) return true;
  if (result != ESP_OK) return false;
  if (!exchange.head_is_sent) {
    ESP_LOGW(kTag,
             "The handler of %s returned ESP_OK without a response; its client waits for one.",
             exchange.head.target.c_str());
  }
  return read_rest_of_body(exchange);
}

esp_err_t HttpServer::call_program(HttpExchange& exchange, const httpd_uri_t& called) {
  HttpSession& session = *exchange.session;
  httpd_req_t& request = exchange.request;
  request.user_ctx = called.user_ctx;
  request.sess_ctx = session.context.value;
  request.free_ctx = session.context.free_function;
  request.ignore_sess_ctx_changes = false;
  const esp_err_t result = called.handler(&request);

  if (request.sess_ctx != session.context.value && !request.ignore_sess_ctx_changes) {
    session.context.release();
  }
  session.context = {request.sess_ctx, request.free_ctx};
  return result;
}

// What the handler did not want: the next request stands behind it.
bool HttpServer::read_rest_of_body(HttpExchange& exchange) {
  // A client that asked first (Expect) may not send it at all.
  if (exchange.body_left > 0 && exchange.head.expects_continue) return false;
  std::array<char, kPiece> unwanted;
  while (exchange.body_left > 0) {
    if (receive_body(exchange, unwanted.data(), unwanted.size()) <= 0) return false;
  }
  return true;
}

// ---- Requests that another task answers ----

esp_err_t HttpServer::take_over(HttpExchange& exchange, httpd_req_t** out) {
  if (exchange.session->is_taken_over) return ESP_ERR_INVALID_STATE;
  exchange.session->is_taken_over = true;
  *out = &exchange.request;
  return ESP_OK;
}

esp_err_t HttpServer::complete(HttpExchange& exchange) {
  HttpSession& session = *exchange.session;
  if (!session.is_taken_over) return ESP_ERR_INVALID_STATE;
  session.is_taken_over = false;
  if (exchange.body_left > 0 || !exchange.head.keeps_alive) session.must_close = true;
  end_exchange(exchange);
  wake();
  return ESP_OK;
}

}  // namespace rota::idf
