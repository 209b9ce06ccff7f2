// A web server of the program: a task that accepts connections, reads the heads of requests, finds
// the handler and calls it. One request at a time, as on a chip; requests that a handler took over
// (async) are answered by other tasks meanwhile.
//
// A connection that the server ends while its client still sends is not cut off: the response
// would be lost with it. It is read to its end for a while and then dropped.
//
// Thread use: everything is called by the task that has the baton.
#pragma once

#include <sys/socket.h>

#include <array>
#include <deque>
#include <list>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "client/waiting.h"
#include "esp_http_server.h"
#include "idf/http_request_head.h"
#include "idf/runtime.h"
#include "idf/websocket.h"
#include "net/descriptor.h"

namespace rota::idf {

// Something of the program that is freed when its owner goes.
struct OwnedContext {
  void* value = nullptr;
  httpd_free_ctx_fn_t free_function = nullptr;

  void release();
};

// What a connection becomes when its handshake was accepted.
struct WebSocket {
  std::string uri;  // of the handshake
  httpd_uri_t handler{};
  bool message_is_open = false;  // the last data frame was not its message's last
  bool close_is_sent = false;
};

struct HttpSession {
  net::Descriptor socket;
  int number = -1;     // of the socket, as the program knows it
  std::string unread;  // came behind what was read last
  OwnedContext context;
  OwnedContext transport;
  httpd_recv_func_t receive = nullptr;  // instead of the server's own
  httpd_send_func_t send = nullptr;
  httpd_pending_func_t pending = nullptr;
  std::uint64_t last_use = 0;
  bool is_taken_over = false;  // by an async request
  bool must_close = false;
  std::optional<WebSocket> websocket;
  unsigned users = 0;        // calls that send or receive on it right now
  bool sends_frame = false;  // one of them is in the middle of a frame

  bool may_close_now() const { return !is_taken_over && users == 0; }
};

// One request and its response, or one frame of a WebSocket. `request.aux` points to it.
struct HttpExchange {
  httpd_req_t request{};
  HttpSession* session = nullptr;
  RequestHead head;
  std::uint64_t body_left = 0;
  std::string status = HTTPD_200;
  std::string type = HTTPD_TYPE_TEXT;
  std::vector<client::Header> response_headers;
  bool head_is_sent = false;
  std::optional<WebSocketFrame> frame;  // its payload is `body_left` bytes from its end
};

class HttpServer final : public KernelObject {
 public:
  explicit HttpServer(const httpd_config_t& config);

  // Listens and starts the task. ESP_FAIL or ESP_ERR_HTTPD_TASK, with a sentence in the log.
  esp_err_t start();
  void stop();
  bool is_called_by_own_task() const;

  const httpd_config_t& settings() const { return config_; }

  esp_err_t add_handler(const httpd_uri_t& handler);
  // Of that URI and method; every method without one. False when there is none.
  bool remove_handlers(std::string_view uri, const int* method);
  void set_error_handler(httpd_err_code_t error, httpd_err_handler_func_t handler) {
    error_handlers_[error] = handler;
  }

  HttpSession* session_of(int socket);
  std::list<HttpSession>& sessions() { return sessions_; }
  // nullptr for a request that is over.
  HttpExchange* exchange_of(const httpd_req_t* request) const;
  esp_err_t take_over(HttpExchange& exchange, httpd_req_t** out);
  esp_err_t complete(HttpExchange& exchange);
  void close_soon(HttpSession& session);
  void use(HttpSession& session) { session.last_use = ++uses_; }
  void queue(httpd_work_fn_t work, void* argument);

  // As recv() and send() with the server's time limits; below 0: HTTPD_SOCK_ERR_*.
  int receive(HttpSession& session, char* into, std::size_t size);
  int send(HttpSession& session, std::string_view bytes, int flags = 0);
  bool send_all(HttpSession& session, std::string_view bytes);
  // Of the request's body or the frame's payload: what came before, else as receive().
  int receive_body(HttpExchange& exchange, char* into, std::size_t size);

  // A whole frame, not mixed with those of other tasks. ESP_ERR_INVALID_STATE: no WebSocket, or the
  // server has closed it.
  esp_err_t send_frame(HttpSession& session,
                       httpd_ws_type_t type,
                       bool is_final,
                       std::string_view payload);
  // The whole payload, which has room in `into`.
  esp_err_t receive_payload(HttpExchange& exchange, char* into);

  static void post(esp_http_server_event_id_t event, const void* data, std::size_t size);
  static void post(esp_http_server_event_id_t event, int socket);
  static void post_bytes(esp_http_server_event_id_t event, int socket, int bytes);

 private:
  struct Handler {
    std::string uri;
    std::string subprotocol;  // of a WebSocket
    httpd_uri_t given;
  };
  struct Work {
    httpd_work_fn_t function;
    void* argument;
  };
  // Keeps a session from being closed while a call waits on it.
  class Use;
  // What the client still sends is read until it ends or this time comes.
  struct Leaving {
    net::Descriptor socket;
    client::Clock::time_point until;
  };

  esp_err_t listen();
  void serve();
  void wait_for_something();
  bool wants_connections() const;
  void accept_one();
  void prepare(HttpSession& session) const;
  // The next request of a session. False: the session is to be closed.
  bool serve_one(HttpSession& session);
  RequestHeadReader::Step read_head(HttpSession& session, RequestHeadReader& reader);
  bool refuse(HttpExchange& exchange, httpd_err_code_t error, const std::string& sentence);
  const Handler* find(std::string_view path, int method, httpd_err_code_t& error) const;
  HttpExchange& begin_exchange(HttpSession& session);
  void end_exchange(const HttpExchange& exchange);
  bool call(HttpExchange& exchange, const Handler& handler);
  esp_err_t call_program(HttpExchange& exchange, const httpd_uri_t& handler);
  bool read_rest_of_body(HttpExchange& exchange);
  // Answers a handshake. False: the session is to be closed.
  bool begin_websocket(HttpExchange& exchange, const Handler& handler);
  bool refuse_handshake(HttpExchange& exchange, const HandshakeRefusal& refusal);
  // The next frame of a session. False: the session is to be closed.
  bool serve_frame(HttpSession& session);
  bool read_exactly(HttpSession& session, std::span<std::byte> into);
  bool take_frame(HttpExchange& exchange);
  bool answer_control_frame(HttpExchange& exchange);
  void close(HttpSession& session);
  void close_those_that_must();
  void close_least_used();
  void drain_leaving();
  void wait_until_unused();
  void run_work();
  void wake() const;
  void end();

  httpd_config_t config_;
  net::Descriptor listener_;
  net::Descriptor wake_;  // an eventfd
  Task* task_ = nullptr;
  bool must_stop_ = false;
  bool has_stopped_ = false;
  WaitList until_stopped_;
  std::vector<Handler> handlers_;
  std::array<httpd_err_handler_func_t, HTTPD_ERR_CODE_MAX> error_handlers_{};
  std::list<HttpSession> sessions_;
  std::list<Leaving> leaving_;
  WaitList until_unused_;
  std::list<std::unique_ptr<HttpExchange>> exchanges_;
  std::deque<Work> work_;
  std::uint64_t uses_ = 0;
  // Of the last wait.
  bool listener_is_ready_ = false;
  std::vector<HttpSession*> ready_;
};

// What a response with this error says, unless the program says something else.
struct HttpErrorText {
  const char* status;
  const char* sentence;
};
const HttpErrorText& http_error_text(httpd_err_code_t error);

// Sends a response of this error. Its connection should be closed then.
esp_err_t send_error(httpd_req_t* request, httpd_err_code_t error, const char* sentence);

}  // namespace rota::idf
