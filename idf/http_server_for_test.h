// What tests of the program's web server share: a client that says what the test wants, byte for
// byte, and a board whose program serves. Not a test by itself.
#pragma once

#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <functional>
#include <string>
#include <string_view>

#include "esp_http_server.h"
#include "freertos/semphr.h"
#include "idf/platform_for_test.h"
#include "idf/runtime.h"
#include "net/descriptor.h"

namespace rota::idf {

using Handler = std::function<esp_err_t(httpd_req_t*)>;

inline esp_err_t call(httpd_req_t* request) {
  return (*static_cast<Handler*>(request->user_ctx))(request);
}

// A connection to the server from outside the board.
class Client {
 public:
  explicit Client(std::uint16_t port) : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    const timeval never_for_ever{30, 0};  // a server that says nothing fails the test, not hangs it
    ::setsockopt(socket_.get(), SOL_SOCKET, SO_RCVTIMEO, &never_for_ever, sizeof(never_for_ever));
    sockaddr_in at{};
    at.sin_family = AF_INET;
    at.sin_port = htons(port);
    at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    EXPECT_EQ(::connect(socket_.get(), reinterpret_cast<sockaddr*>(&at), sizeof(at)), 0);
  }
  void send(std::string_view text) {
    const BlockingSection others_run;
    while (!text.empty()) {
      const ssize_t sent = ::send(socket_.get(), text.data(), text.size(), MSG_NOSIGNAL);
      if (sent <= 0) return;
      text.remove_prefix(static_cast<std::size_t>(sent));
    }
  }
  // Until the text ends with this; "": until the server closes.
  std::string read_until(std::string_view end) {
    const BlockingSection others_run;
    std::string text;
    char piece[4096];
    while (end.empty() || !text.ends_with(end)) {
      const ssize_t got = ::recv(socket_.get(), piece, sizeof(piece), 0);
      if (got < 0) text += "<no end>";
      if (got <= 0) break;
      text.append(piece, static_cast<std::size_t>(got));
    }
    return text;
  }
  std::string read(std::size_t size) {
    const BlockingSection others_run;
    std::string text(size, '\0');
    const ssize_t got = ::recv(socket_.get(), text.data(), size, MSG_WAITALL);
    text.resize(got < 0 ? 0 : static_cast<std::size_t>(got));
    return text;
  }
  void stop_sending() { ::shutdown(socket_.get(), SHUT_WR); }

 private:
  net::Descriptor socket_;
};

class HttpServerTest : public testing::Test {
 protected:
  HttpServerTest() {
    settings.server_port = 0;  // any free one
    settings.uri_match_fn = httpd_uri_match_wildcard;
  }

  esp_err_t serve(const char* uri, int method, Handler& handler) {
    const httpd_uri_t entry{
        uri,    static_cast<httpd_method_t>(method), call, &handler, false, false, nullptr, nullptr,
        nullptr};
    return httpd_register_uri_handler(server, &entry);
  }
  std::uint16_t port() const {
    const std::string mark = "Serving at http://127.0.0.1:";
    const std::size_t found = board.console.rfind(mark);
    EXPECT_NE(found, std::string::npos) << board.console;
    return static_cast<std::uint16_t>(std::stoul(board.console.substr(found + mark.size())));
  }
  static void wait_for_it() { EXPECT_EQ(xSemaphoreTake(happened, portMAX_DELAY), pdTRUE); }
  std::string ask(const std::string& request) const {
    Client client(port());
    client.send(request);
    return client.read_until("");
  }
  // The board's program: starts the server, does what the test says, stops the server.
  void run(const std::function<void()>& body) {
    board.run([&] {
      happened = xSemaphoreCreateBinary();
      ASSERT_EQ(httpd_start(&server, &settings), ESP_OK) << board.console;
      body();
      if (server != nullptr) {
        EXPECT_EQ(httpd_stop(server), ESP_OK);
      }
    });
    // What failed inside went to the board's console.
    if (testing::Test::HasFailure()) ADD_FAILURE() << board.console;
  }
  // A server with one handler, and what it answers.
  std::string answer_of(Handler handler, const std::string& request) {
    std::string answer;
    run([&] {
      EXPECT_EQ(serve("*", HTTP_ANY, handler), ESP_OK);
      answer = ask(request);
    });
    return answer;
  }

  PlatformForTest board;
  httpd_config_t settings = HTTPD_DEFAULT_CONFIG();
  httpd_handle_t server = nullptr;
  // What a test waits for. Not vTaskDelay(): the board's clock stands while the server listens.
  static inline SemaphoreHandle_t happened = nullptr;
  Handler hello = [](httpd_req_t* request) { return httpd_resp_sendstr(request, "hello"); };
};

}  // namespace rota::idf
