// esp_http_server.h over HttpServer (surface 2.16).
#include "esp_http_server.h"

#include <algorithm>

#include "esp_log.h"
#include "idf/http_server.h"

using rota::idf::HttpExchange;
using rota::idf::HttpServer;
using rota::idf::HttpSession;
using rota::idf::runtime;

namespace {

constexpr const char* kTag = "httpd";
// lwIP sockets that a chip's server needs beside those of its clients.
constexpr std::uint32_t kOwnSockets = 3;

// nullptr for a handle that is none (any more).
HttpServer* server_of(httpd_handle_t handle) {
  auto* server = static_cast<HttpServer*>(handle);
  return server != nullptr && runtime().holds(server) ? server : nullptr;
}

HttpSession* session_of(httpd_handle_t handle, int socket) {
  HttpServer* server = server_of(handle);
  return server == nullptr ? nullptr : server->session_of(socket);
}

// nullptr for a request that is over; its memory is gone, so it is not asked for its server.
HttpExchange* exchange_of(const httpd_req_t* request) {
  return runtime().find_in_each<HttpServer>(
      [&](const HttpServer& server) { return server.exchange_of(request); });
}

HttpServer& server_of(const HttpExchange& exchange) {
  return *static_cast<HttpServer*>(exchange.request.handle);
}

// Calls a member of the session, or answers for a socket that is none.
template <class Call>
esp_err_t with_session(httpd_handle_t handle, int socket, Call call) {
  if (server_of(handle) == nullptr) return ESP_ERR_INVALID_ARG;
  HttpSession* session = session_of(handle, socket);
  if (session == nullptr) return ESP_ERR_NOT_FOUND;
  call(*session);
  return ESP_OK;
}

std::string_view text_of(const char* text, ssize_t length) {
  if (text == nullptr) return {};
  return length < 0 ? std::string_view(text)
                    : std::string_view(text, static_cast<std::size_t>(length));
}

bool breaks_a_line(std::string_view text) { return text.find_first_of("\r\n") != text.npos; }

// A client of HTTP/1.0 knows no chunks; for it the end of the connection is the end of the body.
bool has_chunks(const HttpExchange& exchange) { return exchange.head.version_minor >= 1; }

std::string head_of(const HttpExchange& exchange, const std::string& framing) {
  std::string head =
      "HTTP/1.1 " + exchange.status + "\r\nContent-Type: " + exchange.type + "\r\n" + framing;
  for (const rota::client::Header& header : exchange.response_headers) {
    head += header.name + ": " + header.value + "\r\n";
  }
  return head + "\r\n";
}

esp_err_t send(HttpExchange& exchange, const std::string& bytes) {
  return server_of(exchange).send_all(*exchange.session, bytes) ? ESP_OK : ESP_ERR_HTTPD_RESP_SEND;
}

esp_err_t send_head(HttpExchange& exchange, const std::string& head) {
  exchange.head_is_sent = true;
  const esp_err_t sent = send(exchange, head);
  if (sent == ESP_OK) {
    HttpServer::post(HTTP_SERVER_EVENT_HEADERS_SENT, exchange.session->number);
  }
  return sent;
}

esp_err_t sent_data(const HttpExchange& exchange, std::size_t bytes) {
  HttpServer::post_bytes(HTTP_SERVER_EVENT_SENT_DATA, exchange.session->number,
                         static_cast<int>(bytes));
  return ESP_OK;
}

// Sets a part of the head that may not hold a line's end.
esp_err_t set_text(httpd_req_t* request, std::string HttpExchange::*part, const char* text) {
  if (request == nullptr || text == nullptr || breaks_a_line(text)) return ESP_ERR_INVALID_ARG;
  HttpExchange* exchange = exchange_of(request);
  if (exchange == nullptr) return ESP_ERR_HTTPD_INVALID_REQ;
  exchange->*part = text;
  return ESP_OK;
}

}  // namespace

extern "C" {

ESP_EVENT_DEFINE_BASE(ESP_HTTP_SERVER_EVENT);

// ---- Start and stop ----

esp_err_t httpd_start(httpd_handle_t* handle, const httpd_config_t* config) {
  if (handle == nullptr || config == nullptr) return ESP_ERR_INVALID_ARG;
  const std::uint32_t sockets = rota::idf::config().lwip_max_sockets;
  if (config->max_open_sockets == 0 || config->max_open_sockets + kOwnSockets > sockets) {
    ESP_LOGE(kTag,
             "max_open_sockets is %u; with CONFIG_LWIP_MAX_SOCKETS=%u it may be 1 to %u (%u are "
             "the server's own). Lower it, or raise the option.",
             config->max_open_sockets, static_cast<unsigned>(sockets),
             static_cast<unsigned>(sockets > kOwnSockets ? sockets - kOwnSockets : 0),
             static_cast<unsigned>(kOwnSockets));
    return ESP_ERR_INVALID_ARG;
  }
  auto* server = runtime().create<HttpServer>(*config);
  if (server == nullptr) return ESP_ERR_HTTPD_ALLOC_MEM;
  const esp_err_t started = server->start();
  if (started == ESP_OK) {
    *handle = server;
  } else {
    runtime().destroy(server);
  }
  return started;
}

esp_err_t httpd_stop(httpd_handle_t handle) {
  HttpServer* server = server_of(handle);
  if (server == nullptr) return ESP_ERR_INVALID_ARG;
  if (server->is_called_by_own_task()) {
    ESP_LOGE(kTag,
             "httpd_stop() in a handler would wait for itself for ever; call it in another task.");
    return ESP_FAIL;
  }
  server->stop();
  runtime().destroy(server);
  return ESP_OK;
}

// ---- Handlers ----

esp_err_t httpd_register_uri_handler(httpd_handle_t handle, const httpd_uri_t* uri_handler) {
  HttpServer* server = server_of(handle);
  if (server == nullptr || uri_handler == nullptr || uri_handler->uri == nullptr ||
      uri_handler->handler == nullptr) {
    return ESP_ERR_INVALID_ARG;
  }
  if (uri_handler->is_websocket && !rota::idf::config().http_server_websockets) {
    ESP_LOGE(kTag, "'%s' is a WebSocket: set CONFIG_HTTPD_WS_SUPPORT=y.", uri_handler->uri);
    return ESP_ERR_NOT_SUPPORTED;
  }
  return server->add_handler(*uri_handler);
}

esp_err_t httpd_unregister_uri_handler(httpd_handle_t handle,
                                       const char* uri,
                                       httpd_method_t method) {
  HttpServer* server = server_of(handle);
  if (server == nullptr || uri == nullptr) return ESP_ERR_INVALID_ARG;
  const int number = method;
  return server->remove_handlers(uri, &number) ? ESP_OK : ESP_ERR_NOT_FOUND;
}

esp_err_t httpd_unregister_uri(httpd_handle_t handle, const char* uri) {
  HttpServer* server = server_of(handle);
  if (server == nullptr || uri == nullptr) return ESP_ERR_INVALID_ARG;
  return server->remove_handlers(uri, nullptr) ? ESP_OK : ESP_ERR_NOT_FOUND;
}

esp_err_t httpd_register_err_handler(httpd_handle_t handle,
                                     httpd_err_code_t error,
                                     httpd_err_handler_func_t handler_fn) {
  HttpServer* server = server_of(handle);
  if (server == nullptr || error < 0 || error >= HTTPD_ERR_CODE_MAX) return ESP_ERR_INVALID_ARG;
  server->set_error_handler(error, handler_fn);
  return ESP_OK;
}

// ---- The request ----

int httpd_req_recv(httpd_req_t* r, char* buf, size_t buf_len) {
  HttpExchange* exchange = exchange_of(r);
  if (exchange == nullptr || buf == nullptr) return HTTPD_SOCK_ERR_INVALID;
  if (buf_len == 0 || exchange->body_left == 0 || exchange->frame) return 0;
  HttpSession& session = *exchange->session;
  HttpServer& server = server_of(*exchange);
  if (exchange->head.expects_continue && !exchange->head_is_sent) {
    exchange->head.expects_continue = false;
    if (!server.send_all(session, "HTTP/1.1 100 Continue\r\n\r\n")) return HTTPD_SOCK_ERR_FAIL;
  }
  const int got = server.receive_body(*exchange, buf, buf_len);
  if (got <= 0) return got;
  HttpServer::post_bytes(HTTP_SERVER_EVENT_ON_DATA, session.number, got);
  return got;
}

int httpd_req_to_sockfd(httpd_req_t* r) {
  const HttpExchange* exchange = exchange_of(r);
  return exchange == nullptr ? -1 : exchange->session->number;
}

esp_err_t httpd_req_async_handler_begin(httpd_req_t* r, httpd_req_t** out) {
  HttpExchange* exchange = exchange_of(r);
  if (exchange == nullptr || out == nullptr) return ESP_ERR_INVALID_ARG;
  return server_of(*exchange).take_over(*exchange, out);
}

esp_err_t httpd_req_async_handler_complete(httpd_req_t* r) {
  HttpExchange* exchange = exchange_of(r);
  return exchange == nullptr ? ESP_ERR_INVALID_ARG : server_of(*exchange).complete(*exchange);
}

// ---- The response ----

esp_err_t httpd_resp_set_status(httpd_req_t* r, const char* status) {
  return set_text(r, &HttpExchange::status, status);
}

esp_err_t httpd_resp_set_type(httpd_req_t* r, const char* type) {
  return set_text(r, &HttpExchange::type, type);
}

esp_err_t httpd_resp_set_hdr(httpd_req_t* r, const char* field, const char* value) {
  if (r == nullptr || field == nullptr || value == nullptr) return ESP_ERR_INVALID_ARG;
  HttpExchange* exchange = exchange_of(r);
  if (exchange == nullptr) return ESP_ERR_HTTPD_INVALID_REQ;
  if (breaks_a_line(field) || breaks_a_line(value)) return ESP_ERR_INVALID_ARG;
  if (exchange->response_headers.size() >= server_of(*exchange).settings().max_resp_headers) {
    ESP_LOGW(kTag, "The response has no room for the header '%s': raise max_resp_headers.", field);
    return ESP_ERR_HTTPD_RESP_HDR;
  }
  exchange->response_headers.push_back({field, value});
  return ESP_OK;
}

esp_err_t httpd_resp_send(httpd_req_t* r, const char* buf, ssize_t buf_len) {
  if (r == nullptr) return ESP_ERR_INVALID_ARG;
  HttpExchange* exchange = exchange_of(r);
  if (exchange == nullptr) return ESP_ERR_HTTPD_INVALID_REQ;
  const std::string_view body = text_of(buf, buf_len);
  std::string bytes = head_of(*exchange, "Content-Length: " + std::to_string(body.size()) + "\r\n");
  if (exchange->head.method != HTTP_HEAD) bytes += body;
  const esp_err_t sent = send_head(*exchange, bytes);
  return sent == ESP_OK ? sent_data(*exchange, body.size()) : sent;
}

esp_err_t httpd_resp_send_chunk(httpd_req_t* r, const char* buf, ssize_t buf_len) {
  if (r == nullptr) return ESP_ERR_INVALID_ARG;
  HttpExchange* exchange = exchange_of(r);
  if (exchange == nullptr) return ESP_ERR_HTTPD_INVALID_REQ;
  const bool chunks = has_chunks(*exchange);
  if (!chunks) exchange->head.keeps_alive = false;
  if (!exchange->head_is_sent) {
    const esp_err_t sent = send_head(
        *exchange,
        head_of(*exchange, chunks ? "Transfer-Encoding: chunked\r\n" : "Connection: close\r\n"));
    if (sent != ESP_OK) return sent;
  }
  if (exchange->head.method == HTTP_HEAD) return ESP_OK;
  const std::string piece(text_of(buf, buf_len));
  if (!chunks) return piece.empty() ? ESP_OK : send(*exchange, piece);
  char size[2 + 2 * sizeof(std::size_t) + 1];
  std::snprintf(size, sizeof(size), "%zx\r\n", piece.size());
  const esp_err_t sent = send(*exchange, size + piece + "\r\n");
  return sent == ESP_OK ? sent_data(*exchange, piece.size()) : sent;
}

esp_err_t httpd_resp_send_err(httpd_req_t* req, httpd_err_code_t error, const char* msg) {
  if (req == nullptr) return ESP_ERR_INVALID_ARG;
  return rota::idf::send_error(req, error, msg);
}

esp_err_t httpd_resp_send_custom_err(httpd_req_t* req, const char* status, const char* msg) {
  if (req == nullptr || status == nullptr) return ESP_ERR_INVALID_ARG;
  esp_err_t result = httpd_resp_set_status(req, status);
  if (result == ESP_OK) result = httpd_resp_set_type(req, HTTPD_TYPE_TEXT);
  return result == ESP_OK ? httpd_resp_sendstr(req, msg) : result;
}

int httpd_send(httpd_req_t* r, const char* buf, size_t buf_len) {
  HttpExchange* exchange = exchange_of(r);
  if (exchange == nullptr || buf == nullptr) return HTTPD_SOCK_ERR_INVALID;
  exchange->head_is_sent = true;
  return server_of(*exchange).send(*exchange->session, {buf, buf_len});
}

int httpd_socket_send(httpd_handle_t hd, int sockfd, const char* buf, size_t buf_len, int flags) {
  HttpSession* session = session_of(hd, sockfd);
  if (session == nullptr || buf == nullptr) return HTTPD_SOCK_ERR_INVALID;
  return server_of(hd)->send(*session, {buf, buf_len}, flags);
}

int httpd_socket_recv(httpd_handle_t hd, int sockfd, char* buf, size_t buf_len, int) {
  HttpSession* session = session_of(hd, sockfd);
  if (session == nullptr || buf == nullptr) return HTTPD_SOCK_ERR_INVALID;
  return server_of(hd)->receive(*session, buf, buf_len);
}

// ---- Connections ----

esp_err_t httpd_sess_set_recv_override(httpd_handle_t hd, int sockfd, httpd_recv_func_t recv_func) {
  const esp_err_t set =
      with_session(hd, sockfd, [&](HttpSession& session) { session.receive = recv_func; });
  return set == ESP_OK ? ESP_OK : ESP_ERR_INVALID_ARG;
}

esp_err_t httpd_sess_set_send_override(httpd_handle_t hd, int sockfd, httpd_send_func_t send_func) {
  const esp_err_t set =
      with_session(hd, sockfd, [&](HttpSession& session) { session.send = send_func; });
  return set == ESP_OK ? ESP_OK : ESP_ERR_INVALID_ARG;
}

esp_err_t httpd_sess_set_pending_override(httpd_handle_t hd,
                                          int sockfd,
                                          httpd_pending_func_t pending_func) {
  const esp_err_t set =
      with_session(hd, sockfd, [&](HttpSession& session) { session.pending = pending_func; });
  return set == ESP_OK ? ESP_OK : ESP_ERR_INVALID_ARG;
}

void* httpd_sess_get_ctx(httpd_handle_t handle, int sockfd) {
  const HttpSession* session = session_of(handle, sockfd);
  return session == nullptr ? nullptr : session->context.value;
}

void httpd_sess_set_ctx(httpd_handle_t handle, int sockfd, void* ctx, httpd_free_ctx_fn_t free_fn) {
  with_session(handle, sockfd, [&](HttpSession& session) {
    if (session.context.value != ctx) session.context.release();
    session.context = {ctx, free_fn};
  });
}

void* httpd_sess_get_transport_ctx(httpd_handle_t handle, int sockfd) {
  const HttpSession* session = session_of(handle, sockfd);
  return session == nullptr ? nullptr : session->transport.value;
}

void httpd_sess_set_transport_ctx(httpd_handle_t handle,
                                  int sockfd,
                                  void* ctx,
                                  httpd_free_ctx_fn_t free_fn) {
  with_session(handle, sockfd, [&](HttpSession& session) {
    if (session.transport.value != ctx) session.transport.release();
    session.transport = {ctx, free_fn};
  });
}

void* httpd_get_global_user_ctx(httpd_handle_t handle) {
  const HttpServer* server = server_of(handle);
  return server == nullptr ? nullptr : server->settings().global_user_ctx;
}

void* httpd_get_global_transport_ctx(httpd_handle_t handle) {
  const HttpServer* server = server_of(handle);
  return server == nullptr ? nullptr : server->settings().global_transport_ctx;
}

esp_err_t httpd_sess_trigger_close(httpd_handle_t handle, int sockfd) {
  return with_session(handle, sockfd,
                      [&](HttpSession& session) { server_of(handle)->close_soon(session); });
}

esp_err_t httpd_sess_update_lru_counter(httpd_handle_t handle, int sockfd) {
  return with_session(handle, sockfd,
                      [&](HttpSession& session) { server_of(handle)->use(session); });
}

esp_err_t httpd_get_client_list(httpd_handle_t handle, size_t* fds, int* client_fds) {
  HttpServer* server = server_of(handle);
  if (server == nullptr || fds == nullptr || client_fds == nullptr ||
      *fds < server->settings().max_open_sockets) {
    return ESP_ERR_INVALID_ARG;
  }
  *fds = 0;
  for (const HttpSession& session : server->sessions()) client_fds[(*fds)++] = session.number;
  return ESP_OK;
}

esp_err_t httpd_queue_work(httpd_handle_t handle, httpd_work_fn_t work, void* arg) {
  HttpServer* server = server_of(handle);
  if (server == nullptr || work == nullptr) return ESP_ERR_INVALID_ARG;
  server->queue(work, arg);
  return ESP_OK;
}

}  // extern "C"
