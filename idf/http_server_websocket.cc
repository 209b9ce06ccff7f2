// A connection that became a WebSocket (RFC 6455): its handshake, its frames, and the calls of
// esp_http_server.h that programs make for it.
//
// A frame that RFC 6455 forbids is answered with a close frame and the connection ends. A close is
// answered by one; so is a ping by a pong, unless the handler wants control frames. Text is not
// checked to be UTF-8, as on a chip.
#include <cstdlib>

#include "esp_log.h"
#include "idf/http_server.h"

namespace rota::idf {

namespace {

constexpr const char* kTag = "httpd";

// ESP-IDF 5 calls the handler when the handshake is done, 6 only for frames.
bool handlers_see_handshakes() { return std::strtol(config().idf_version + 1, nullptr, 10) < 6; }

}  // namespace

// ---- The handshake ----

bool HttpServer::refuse_handshake(HttpExchange& exchange, const HandshakeRefusal& refusal) {
  ESP_LOGW(kTag, "GET %s: no WebSocket: %s", exchange.head.target.c_str(),
           refusal.sentence.c_str());
  exchange.response_headers.push_back({"Connection", "close"});
  exchange.response_headers.push_back({"Upgrade", "websocket"});
  exchange.response_headers.push_back({"Sec-WebSocket-Version", "13"});
  httpd_resp_send_custom_err(&exchange.request, refusal.status, refusal.sentence.c_str());
  return false;
}

bool HttpServer::begin_websocket(HttpExchange& exchange, const Handler& handler) {
  httpd_uri_t called = handler.given;  // the program may remove the handler
  HttpSession& session = *exchange.session;
  const Result<std::string, HandshakeRefusal> accepted =
      accept_websocket(exchange.head, handler.subprotocol);
  if (!accepted.ok()) return refuse_handshake(exchange, accepted.error());
  if (exchange.body_left > 0) {
    return refuse_handshake(exchange, {HTTPD_400, "A handshake has no body."});
  }
  const auto program = called.handler;
  if (called.ws_pre_handshake_cb != nullptr) {
    called.handler = called.ws_pre_handshake_cb;
    if (call_program(exchange, called) != ESP_OK) return false;
  }
  std::string head = accepted.value();
  for (const client::Header& header : exchange.response_headers) {
    head += header.name + ": " + header.value + "\r\n";
  }
  exchange.head_is_sent = true;
  if (!send_all(session, head + "\r\n")) return false;
  called.handler = program;
  session.websocket = WebSocket{exchange.head.target, called};
  post(HTTP_SERVER_EVENT_HEADERS_SENT, session.number);
  if (called.ws_post_handshake_cb != nullptr) {
    called.handler = called.ws_post_handshake_cb;
    if (call_program(exchange, called) != ESP_OK) return false;
  }
  called.handler = program;
  return !handlers_see_handshakes() || call_program(exchange, called) == ESP_OK;
}

// ---- Frames ----

bool HttpServer::read_exactly(HttpSession& session, std::span<std::byte> into) {
  HttpExchange bytes;
  bytes.session = &session;
  bytes.body_left = into.size();
  while (bytes.body_left > 0) {
    char* rest = reinterpret_cast<char*>(into.data()) + into.size() - bytes.body_left;
    if (receive_body(bytes, rest, into.size()) <= 0) return false;
  }
  return true;
}

// Reads the head of the next frame. False: there is none, or a wrong one, which was answered.
bool HttpServer::take_frame(HttpExchange& exchange) {
  HttpSession& session = *exchange.session;
  std::array<std::byte, 14> head;
  if (!read_exactly(session, std::span(head).first<2>())) return false;
  const std::size_t head_bytes = websocket_head_bytes(std::span(head).first<2>());
  if (!read_exactly(session, std::span(head).subspan(2, head_bytes - 2))) return false;
  const auto decoded =
      decode_websocket_head(std::span(head).first(head_bytes), session.websocket->message_is_open);
  if (!decoded.ok()) {
    const WebSocketFault fault = decoded.error();
    ESP_LOGW(kTag, "%s: a frame of the WebSocket is wrong: %s. The connection ends.",
             session.websocket->uri.c_str(), fault.sentence.c_str());
    send_frame(session, HTTPD_WS_TYPE_CLOSE, true, websocket_close_payload(fault.code));
    return false;
  }
  exchange.frame = decoded.value();
  exchange.body_left = exchange.frame->bytes;
  if (!exchange.frame->is_control()) session.websocket->message_is_open = !exchange.frame->is_final;
  return true;
}

bool HttpServer::serve_frame(HttpSession& session) {
  HttpExchange& exchange = begin_exchange(session);
  exchange.head.target = session.websocket->uri;
  exchange.request.uri = exchange.head.target.c_str();
  bool stays = take_frame(exchange);
  if (stays) {
    const WebSocketFrame& frame = *exchange.frame;
    const httpd_uri_t called = session.websocket->handler;
    if (!frame.is_control() || called.handle_ws_control_frames) {
      stays = call_program(exchange, called) == ESP_OK;
      if (session.is_taken_over) return true;
    }
    // A close is answered by the server when the program did not.
    if (stays && frame.is_control() &&
        (!called.handle_ws_control_frames || frame.type == HTTPD_WS_TYPE_CLOSE)) {
      stays = answer_control_frame(exchange);
    }
    stays = stays && read_rest_of_body(exchange);
  }
  end_exchange(exchange);
  return stays;
}

bool HttpServer::answer_control_frame(HttpExchange& exchange) {
  HttpSession& session = *exchange.session;
  const WebSocketFrame& frame = *exchange.frame;
  std::array<char, kMaxControlPayload> payload;
  const std::size_t bytes = exchange.body_left;
  if (bytes == frame.bytes && receive_payload(exchange, payload.data()) != ESP_OK) return false;
  const std::string_view text(payload.data(), bytes == frame.bytes ? bytes : 0);
  if (frame.type == HTTPD_WS_TYPE_PING) {
    const esp_err_t sent = send_frame(session, HTTPD_WS_TYPE_PONG, true, text);
    return sent == ESP_OK || sent == ESP_ERR_INVALID_STATE;
  }
  if (frame.type == HTTPD_WS_TYPE_CLOSE) {
    // The same code comes back, and the connection ends.
    send_frame(session, HTTPD_WS_TYPE_CLOSE, true, text.substr(0, 2));
    return false;
  }
  return true;
}

esp_err_t HttpServer::receive_payload(HttpExchange& exchange, char* into) {
  const WebSocketFrame& frame = *exchange.frame;
  while (exchange.body_left > 0) {
    const std::uint64_t offset = frame.bytes - exchange.body_left;
    const int got = receive_body(exchange, into, exchange.body_left);
    if (got <= 0) {
      exchange.session->must_close = true;
      return ESP_FAIL;
    }
    unmask(std::as_writable_bytes(std::span(into, static_cast<std::size_t>(got))), frame, offset);
    into += got;
  }
  return ESP_OK;
}

}  // namespace rota::idf

using rota::idf::HttpExchange;
using rota::idf::HttpServer;
using rota::idf::HttpSession;
using rota::idf::runtime;

namespace {

HttpServer* server_of(httpd_handle_t handle) {
  auto* server = static_cast<HttpServer*>(handle);
  return server != nullptr && runtime().holds(server) ? server : nullptr;
}

struct Transfer {
  httpd_handle_t server;
  int socket;
  httpd_ws_frame_t frame;
  transfer_complete_cb callback;
  void* argument;
};

void carry_out(void* argument) {
  const std::unique_ptr<Transfer> transfer(static_cast<Transfer*>(argument));
  const esp_err_t sent =
      httpd_ws_send_frame_async(transfer->server, transfer->socket, &transfer->frame);
  if (transfer->callback != nullptr) {
    transfer->callback(sent, transfer->socket, transfer->argument);
  }
}

}  // namespace

extern "C" {

esp_err_t httpd_ws_recv_frame(httpd_req_t* req, httpd_ws_frame_t* pkt, size_t max_len) {
  HttpServer* server = req == nullptr ? nullptr : server_of(req->handle);
  if (server == nullptr || pkt == nullptr) return ESP_ERR_INVALID_ARG;
  HttpExchange* exchange = server->exchange_of(req);
  if (exchange == nullptr || !exchange->frame) return ESP_ERR_INVALID_STATE;
  pkt->type = exchange->frame->type;
  pkt->final = exchange->frame->is_final;
  pkt->len = exchange->frame->bytes;
  if (max_len == 0) return ESP_OK;
  if (pkt->len > max_len) return ESP_ERR_INVALID_SIZE;
  if (pkt->len == 0) return ESP_OK;
  if (pkt->payload == nullptr || exchange->body_left != pkt->len) return ESP_FAIL;
  return server->receive_payload(*exchange, reinterpret_cast<char*>(pkt->payload));
}

esp_err_t httpd_ws_send_frame(httpd_req_t* req, httpd_ws_frame_t* pkt) {
  if (req == nullptr) return ESP_ERR_INVALID_ARG;
  return httpd_ws_send_frame_async(req->handle, httpd_req_to_sockfd(req), pkt);
}

esp_err_t httpd_ws_send_frame_async(httpd_handle_t hd, int fd, httpd_ws_frame_t* frame) {
  HttpServer* server = server_of(hd);
  HttpSession* session = server == nullptr ? nullptr : server->session_of(fd);
  if (session == nullptr || frame == nullptr) return ESP_ERR_INVALID_ARG;
  const bool is_control = frame->type >= HTTPD_WS_TYPE_CLOSE;
  const bool is_final = frame->final || !frame->fragmented;
  if ((frame->len > 0 && frame->payload == nullptr) ||
      (is_control && (frame->len > rota::idf::kMaxControlPayload || !is_final))) {
    return ESP_ERR_INVALID_ARG;
  }
  const std::string_view payload =
      frame->len == 0 ? std::string_view()
                      : std::string_view(reinterpret_cast<const char*>(frame->payload), frame->len);
  return server->send_frame(*session, frame->type, is_final, payload);
}

httpd_ws_client_info_t httpd_ws_get_fd_info(httpd_handle_t hd, int fd) {
  HttpServer* server = server_of(hd);
  const HttpSession* session = server == nullptr ? nullptr : server->session_of(fd);
  if (session == nullptr || session->must_close) return HTTPD_WS_CLIENT_INVALID;
  const bool is_open = session->websocket && !session->websocket->close_is_sent;
  return is_open ? HTTPD_WS_CLIENT_WEBSOCKET : HTTPD_WS_CLIENT_HTTP;
}

esp_err_t httpd_ws_send_data(httpd_handle_t handle, int socket, httpd_ws_frame_t* frame) {
  return httpd_ws_send_frame_async(handle, socket, frame);
}

esp_err_t httpd_ws_send_data_async(httpd_handle_t handle,
                                   int socket,
                                   httpd_ws_frame_t* frame,
                                   transfer_complete_cb callback,
                                   void* arg) {
  if (server_of(handle) == nullptr || frame == nullptr) return ESP_ERR_INVALID_ARG;
  const auto transfer = new Transfer{handle, socket, *frame, callback, arg};
  return httpd_queue_work(handle, carry_out, transfer);
}

}  // extern "C"
