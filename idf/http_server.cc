#include "idf/http_server.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/eventfd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>

#include "esp_event.h"
#include "esp_log.h"
#include "idf/event_loops.h"
#include "idf/http_listener.h"
#include "idf/network.h"

namespace rota::idf {

namespace {

constexpr const char* kTag = "httpd";
constexpr std::chrono::seconds kLeavingTime{5};
constexpr std::size_t kMaxLeaving = 8;

timeval time_of(std::uint16_t seconds) { return {seconds, 0}; }

bool is_gone(int socket) {
  char byte = 0;
  return ::recv(socket, &byte, 1, MSG_PEEK | MSG_DONTWAIT) == 0;
}

}  // namespace

void OwnedContext::release() {
  if (value == nullptr) return;
  void* owned = std::exchange(value, nullptr);
  if (free_function != nullptr) {
    free_function(owned);
  } else {
    std::free(owned);
  }
}

HttpServer::HttpServer(const httpd_config_t& config)
    : config_(config), wake_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
  if (config_.max_uri_len == 0) config_.max_uri_len = HTTPD_MAX_URI_LEN;
  if (config_.max_req_hdr_len == 0) config_.max_req_hdr_len = HTTPD_MAX_REQ_HDR_LEN;
}

// ---- Start and stop ----

esp_err_t HttpServer::start() {
  const esp_err_t listening = listen();
  if (listening != ESP_OK) return listening;
  const auto stack = static_cast<std::uint32_t>(config_.stack_size);
  task_ =
      runtime().scheduler().create({"httpd", config_.task_priority, stack}, [this] { serve(); });
  if (task_ == nullptr) return ESP_ERR_HTTPD_TASK;
  runtime().network().served_ports().insert(config_.server_port);
  return ESP_OK;
}

esp_err_t HttpServer::listen() {
  const std::set<std::uint16_t>& served = runtime().network().served_ports();
  if (config_.server_port != 0 && served.contains(config_.server_port)) {
    ESP_LOGE(kTag,
             "Port %u is served already by this program. Give the second server another "
             "server_port, and another ctrl_port.",
             config_.server_port);
    return ESP_FAIL;
  }
  Result<Listener, std::string> listening =
      listen_for_board(config_.server_port, config_.backlog_conn);
  if (!listening.ok()) {
    ESP_LOGE(kTag, "%s", listening.error().c_str());
    return ESP_FAIL;
  }
  Listener& listener = listening.value();
  listener_ = std::move(listener.socket);
  const std::string remark =
      listener.remark.empty()
          ? ""
          : " (not at port " + std::to_string(config_.server_port) + ": " + listener.remark + ")";
  ESP_LOGI(kTag, "Serving at http://%s:%u/%s", listener.address.c_str(), listener.port,
           remark.c_str());
  return ESP_OK;
}

void HttpServer::stop() {
  must_stop_ = true;
  wake();
  while (!has_stopped_) runtime().scheduler().wait(until_stopped_, std::nullopt);
}

bool HttpServer::is_called_by_own_task() const {
  Scheduler& scheduler = runtime().scheduler();
  return scheduler.called_by_task() && &scheduler.current() == task_;
}

void HttpServer::end() {
  leaving_.clear();
  listener_.reset();
  run_work();
  wait_until_unused();
  exchanges_.clear();
  while (!sessions_.empty()) close(sessions_.front());
  leaving_.clear();
  runtime().network().served_ports().erase(config_.server_port);
  OwnedContext{config_.global_user_ctx, config_.global_user_ctx_free_fn}.release();
  OwnedContext{config_.global_transport_ctx, config_.global_transport_ctx_free_fn}.release();
  post(HTTP_SERVER_EVENT_STOP, nullptr, 0);
  has_stopped_ = true;
  runtime().scheduler().wake_all(until_stopped_);
}

// ---- The task ----

void HttpServer::serve() {
  post(HTTP_SERVER_EVENT_START, nullptr, 0);
  while (!must_stop_) {
    wait_for_something();
    run_work();
    for (HttpSession* session : ready_) {
      if (must_stop_) break;
      if (!session->must_close && !serve_one(*session)) session->must_close = true;
    }
    close_those_that_must();
    drain_leaving();
    if (listener_is_ready_ && !must_stop_) accept_one();
  }
  end();
}

void HttpServer::wait_for_something() {
  std::vector<pollfd> polled{{wake_.get(), POLLIN, 0}};
  struct Asked {
    HttpSession* session;
    bool has_more;  // of what came before: nothing new has to arrive
  };
  std::vector<Asked> asked;
  auto until = client::Clock::time_point::max();
  for (HttpSession& session : sessions_) {
    if (session.is_taken_over) continue;
    const bool has_more = !session.unread.empty() ||
                          (session.pending != nullptr && session.pending(this, session.number) > 0);
    if (has_more) until = client::Clock::now();
    polled.push_back({session.number, POLLIN, 0});
    asked.push_back({&session, has_more});
  }
  const std::size_t listener_at = polled.size();
  if (wants_connections()) polled.push_back({listener_.get(), POLLIN, 0});
  for (const Leaving& leaving : leaving_) {
    polled.push_back({leaving.socket.get(), POLLIN, 0});
    until = std::min(until, leaving.until);
  }
  {
    const BlockingSection others_run;
    client::wait_for(polled, runtime().boot_end(), until);
  }
  eventfd_t unused = 0;
  ::eventfd_read(wake_.get(), &unused);
  listener_is_ready_ = wants_connections() && polled[listener_at].revents != 0;
  ready_.clear();
  for (std::size_t i = 0; i < asked.size(); ++i) {
    if (polled[i + 1].revents != 0 || asked[i].has_more) ready_.push_back(asked[i].session);
  }
}

bool HttpServer::wants_connections() const {
  return sessions_.size() < config_.max_open_sockets || config_.lru_purge_enable;
}

void HttpServer::accept_one() {
  if (sessions_.size() >= config_.max_open_sockets) close_least_used();
  net::Descriptor socket(::accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC));
  if (!socket.is_open()) return;
  HttpSession& session = sessions_.emplace_back();
  session.number = socket.get();
  session.socket = std::move(socket);
  use(session);
  prepare(session);
  if (config_.open_fn != nullptr && config_.open_fn(this, session.number) != ESP_OK) {
    close(session);
    return;
  }
  post(HTTP_SERVER_EVENT_ON_CONNECTED, session.number);
}

// Options as programs find them that use the socket themselves: blocking, with the server's limits.
void HttpServer::prepare(HttpSession& session) const {
  const auto set = [&](int level, int option, const auto& value) {
    ::setsockopt(session.number, level, option, &value, sizeof(value));
  };
  set(SOL_SOCKET, SO_RCVTIMEO, time_of(config_.recv_wait_timeout));
  set(SOL_SOCKET, SO_SNDTIMEO, time_of(config_.send_wait_timeout));
  set(IPPROTO_TCP, TCP_NODELAY, int{1});
  if (config_.enable_so_linger) set(SOL_SOCKET, SO_LINGER, linger{1, config_.linger_timeout});
  if (!config_.keep_alive_enable) return;
  set(SOL_SOCKET, SO_KEEPALIVE, int{1});
  set(IPPROTO_TCP, TCP_KEEPIDLE, config_.keep_alive_idle != 0 ? config_.keep_alive_idle : 5);
  set(IPPROTO_TCP, TCP_KEEPINTVL,
      config_.keep_alive_interval != 0 ? config_.keep_alive_interval : 5);
  set(IPPROTO_TCP, TCP_KEEPCNT, config_.keep_alive_count != 0 ? config_.keep_alive_count : 3);
}

// What is queued now; what that work queues comes with the next turn.
void HttpServer::run_work() {
  for (std::size_t count = work_.size(); count > 0; --count) {
    const Work work = work_.front();
    work_.pop_front();
    work.function(work.argument);
  }
}

void HttpServer::queue(httpd_work_fn_t work, void* argument) {
  work_.push_back({work, argument});
  wake();
}

void HttpServer::wake() const {
  [[maybe_unused]] const int woken = ::eventfd_write(wake_.get(), 1);
}

// ---- Connections ----

HttpSession* HttpServer::session_of(int socket) {
  const auto found = std::find_if(sessions_.begin(), sessions_.end(),
                                  [&](const HttpSession& it) { return it.number == socket; });
  return found == sessions_.end() ? nullptr : &*found;
}

void HttpServer::close_soon(HttpSession& session) {
  session.must_close = true;
  wake();
}

void HttpServer::close(HttpSession& session) {
  post(HTTP_SERVER_EVENT_DISCONNECTED, session.number);
  if (config_.close_fn != nullptr) {
    config_.close_fn(this, session.socket.release());
  } else if (!is_gone(session.number) && leaving_.size() < kMaxLeaving) {
    ::shutdown(session.number, SHUT_WR);
    leaving_.push_back({std::move(session.socket), client::Clock::now() + kLeavingTime});
  }
  session.context.release();
  session.transport.release();
  sessions_.remove_if([&](const HttpSession& it) { return &it == &session; });
}

void HttpServer::close_those_that_must() {
  for (auto it = sessions_.begin(); it != sessions_.end();) {
    HttpSession& session = *it++;
    if (session.must_close && session.may_close_now()) close(session);
  }
}

void HttpServer::close_least_used() {
  const auto least = std::min_element(sessions_.begin(), sessions_.end(),
                                      [](const HttpSession& a, const HttpSession& b) {
                                        return std::pair(!a.may_close_now(), a.last_use) <
                                               std::pair(!b.may_close_now(), b.last_use);
                                      });
  if (least != sessions_.end() && least->may_close_now()) close(*least);
}

void HttpServer::drain_leaving() {
  const auto now = client::Clock::now();
  leaving_.remove_if([&](const Leaving& leaving) {
    std::array<char, 4096> unwanted;
    ssize_t got = 1;
    for (int pieces = 0; got > 0 && pieces < 64; ++pieces) {
      got = ::recv(leaving.socket.get(), unwanted.data(), unwanted.size(), MSG_DONTWAIT);
    }
    return got == 0 || (got < 0 && errno != EAGAIN) || now >= leaving.until;
  });
}

// ---- Bytes ----

class HttpServer::Use {
 public:
  Use(HttpServer& server, HttpSession& session) : server_(server), session_(session) {
    ++session_.users;
  }
  Use(const Use&) = delete;
  Use& operator=(const Use&) = delete;
  ~Use() {
    --session_.users;
    if (session_.sends_frame && ends_frame_) session_.sends_frame = false;
    if (session_.must_close) server_.wake();
    runtime().scheduler().wake_all(server_.until_unused_);
  }
  // Waits until no other task is in the middle of a frame.
  void begin_frame() {
    while (session_.sends_frame) {
      runtime().scheduler().wait(server_.until_unused_, std::nullopt);
    }
    session_.sends_frame = true;
    ends_frame_ = true;
  }

 private:
  HttpServer& server_;
  HttpSession& session_;
  bool ends_frame_ = false;
};

void HttpServer::wait_until_unused() {
  const auto is_used = [](const HttpSession& session) { return session.users > 0; };
  while (std::any_of(sessions_.begin(), sessions_.end(), is_used)) {
    for (const HttpSession& session : sessions_) ::shutdown(session.number, SHUT_RDWR);
    runtime().scheduler().wait(until_unused_, std::nullopt);
  }
}

int HttpServer::receive(HttpSession& session, char* into, std::size_t size) {
  const Use use(*this, session);
  if (session.receive != nullptr) return session.receive(this, session.number, into, size, 0);
  const auto until = client::deadline_after(std::chrono::seconds(config_.recv_wait_timeout));
  const BlockingSection others_run;
  while (true) {
    const ssize_t got = ::recv(session.number, into, size, MSG_DONTWAIT);
    if (got >= 0) return static_cast<int>(got);
    if (errno == EINTR) continue;
    if (errno != EAGAIN) return HTTPD_SOCK_ERR_FAIL;
    pollfd polled{session.number, POLLIN, 0};
    const client::Woken woken = client::wait_for({&polled, 1}, runtime().boot_end(), until);
    if (woken == client::Woken::kLate) return HTTPD_SOCK_ERR_TIMEOUT;
    if (woken == client::Woken::kCancelled) return HTTPD_SOCK_ERR_FAIL;
  }
}

int HttpServer::send(HttpSession& session, std::string_view bytes, int flags) {
  const Use use(*this, session);
  if (session.send != nullptr) {
    return session.send(this, session.number, bytes.data(), bytes.size(), flags);
  }
  const auto until = client::deadline_after(std::chrono::seconds(config_.send_wait_timeout));
  const BlockingSection others_run;
  while (true) {
    const ssize_t sent =
        ::send(session.number, bytes.data(), bytes.size(), flags | MSG_DONTWAIT | MSG_NOSIGNAL);
    if (sent >= 0) return static_cast<int>(sent);
    if (errno == EINTR) continue;
    if (errno != EAGAIN) return HTTPD_SOCK_ERR_FAIL;
    pollfd polled{session.number, POLLOUT, 0};
    const client::Woken woken = client::wait_for({&polled, 1}, runtime().boot_end(), until);
    if (woken == client::Woken::kLate) return HTTPD_SOCK_ERR_TIMEOUT;
    if (woken == client::Woken::kCancelled) return HTTPD_SOCK_ERR_FAIL;
  }
}

bool HttpServer::send_all(HttpSession& session, std::string_view bytes) {
  while (!bytes.empty()) {
    const int sent = send(session, bytes);
    if (sent <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
  return true;
}

esp_err_t HttpServer::send_frame(HttpSession& session,
                                 httpd_ws_type_t type,
                                 bool is_final,
                                 std::string_view payload) {
  Use use(*this, session);
  use.begin_frame();
  if (!session.websocket || session.websocket->close_is_sent || session.must_close) {
    return ESP_ERR_INVALID_STATE;
  }
  if (type == HTTPD_WS_TYPE_CLOSE) session.websocket->close_is_sent = true;
  return send_all(session, websocket_frame(type, is_final, payload)) ? ESP_OK : ESP_FAIL;
}

int HttpServer::receive_body(HttpExchange& exchange, char* into, std::size_t size) {
  HttpSession& session = *exchange.session;
  const std::size_t wanted = std::min<std::uint64_t>(size, exchange.body_left);
  if (wanted == 0) return 0;
  int got = 0;
  if (!session.unread.empty()) {
    got = static_cast<int>(session.unread.copy(into, wanted));
    session.unread.erase(0, static_cast<std::size_t>(got));
  } else {
    got = receive(session, into, wanted);
  }
  if (got > 0) exchange.body_left -= static_cast<std::uint64_t>(got);
  return got;
}

// ---- Events ----

void HttpServer::post(esp_http_server_event_id_t event, const void* data, std::size_t size) {
  if (runtime().event_loops().default_loop() == nullptr) return;
  const std::int32_t limit_ms = rota::idf::config().http_server_event_post_timeout_ms;
  const TickType_t ticks =
      limit_ms < 0 ? portMAX_DELAY : pdMS_TO_TICKS(static_cast<TickType_t>(limit_ms));
  const esp_err_t posted = esp_event_post(ESP_HTTP_SERVER_EVENT, event, data, size, ticks);
  if (posted != ESP_OK) {
    ESP_LOGW(kTag, "An event of the server is lost (%s): the default event loop is too busy.",
             esp_err_to_name(posted));
  }
}

void HttpServer::post(esp_http_server_event_id_t event, int socket) {
  post(event, &socket, sizeof(socket));
}

void HttpServer::post_bytes(esp_http_server_event_id_t event, int socket, int bytes) {
  const esp_http_server_event_data data{socket, bytes};
  post(event, &data, sizeof(data));
}

}  // namespace rota::idf
