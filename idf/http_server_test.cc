// esp_http_server with a client that says what the test wants, byte for byte (surface 2.16).
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <optional>
#include <string>
#include <vector>

#include "esp_event.h"
#include "esp_http_server.h"
#include "esp_system.h"
#include "idf/http_server_for_test.h"

namespace rota::idf {
namespace {

using testing::ElementsAre;
using testing::EndsWith;
using testing::HasSubstr;
using testing::StartsWith;

std::string get(const std::string& target, const std::string& headers = "") {
  return "GET " + target + " HTTP/1.1\r\n" + headers + "Connection: close\r\n\r\n";
}

std::string post(const std::string& target,
                 const std::string& body,
                 const std::string& headers = "Connection: close\r\n") {
  return "POST " + target + " HTTP/1.1\r\n" + headers +
         "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
}

std::string body_of(httpd_req_t* request, std::size_t piece = 5) {
  std::string body;
  std::vector<char> buffer(piece);
  int got = 0;
  while ((got = httpd_req_recv(request, buffer.data(), buffer.size())) > 0) {
    body.append(buffer.data(), static_cast<std::size_t>(got));
  }
  EXPECT_EQ(got, 0);
  return body;
}

// ---- Responses ----

TEST_F(HttpServerTest, AResponseHasItsLengthAndWhatTheHandlerSet) {
  const std::string answer = answer_of(
      [](httpd_req_t* request) {
        EXPECT_EQ(httpd_resp_set_status(request, "202 Accepted"), ESP_OK);
        EXPECT_EQ(httpd_resp_set_type(request, HTTPD_TYPE_JSON), ESP_OK);
        EXPECT_EQ(httpd_resp_set_hdr(request, "X-Version", "1.0.0"), ESP_OK);
        EXPECT_EQ(httpd_resp_set_hdr(request, "X", "a\r\nSet-Cookie: b"), ESP_ERR_INVALID_ARG);
        return httpd_resp_send(request, "{}...", 2);
      },
      get("/"));
  EXPECT_EQ(answer,
            "HTTP/1.1 202 Accepted\r\nContent-Type: application/json\r\nContent-Length: 2\r\n"
            "X-Version: 1.0.0\r\n\r\n{}");
}

TEST_F(HttpServerTest, ABodyOfUnknownLengthComesInChunks) {
  Handler pieces = [](httpd_req_t* request) {
    EXPECT_EQ(httpd_resp_sendstr_chunk(request, "0123456789abcdef"), ESP_OK);
    EXPECT_EQ(httpd_resp_sendstr_chunk(request, "x"), ESP_OK);
    return httpd_resp_sendstr_chunk(request, nullptr);
  };
  EXPECT_EQ(answer_of(pieces, get("/")),
            "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nTransfer-Encoding: chunked\r\n\r\n"
            "10\r\n0123456789abcdef\r\n1\r\nx\r\n0\r\n\r\n");
  EXPECT_THAT(answer_of(pieces, "GET / HTTP/1.0\r\n\r\n"),
              EndsWith("Connection: close\r\n\r\n0123456789abcdefx"));
  EXPECT_THAT(answer_of(pieces, "HEAD / HTTP/1.1\r\nConnection: close\r\n\r\n"),
              EndsWith("chunked\r\n\r\n"));
}

TEST_F(HttpServerTest, MoreHeadersThanThereIsRoomForAreRefused) {
  settings.max_resp_headers = 1;
  answer_of(
      [](httpd_req_t* request) {
        EXPECT_EQ(httpd_resp_set_hdr(request, "A", "1"), ESP_OK);
        EXPECT_EQ(httpd_resp_set_hdr(request, "B", "2"), ESP_ERR_HTTPD_RESP_HDR);
        return httpd_resp_sendstr(request, "");
      },
      get("/"));
  EXPECT_TRUE(board.console_has("no room for the header 'B': raise max_resp_headers"));
}

// ---- Requests ----

TEST_F(HttpServerTest, ABodyIsReadInPiecesToItsEnd) {
  const std::string body(3000, 'x');
  const std::string answer = answer_of(
      [&](httpd_req_t* request) {
        EXPECT_EQ(request->method, HTTP_POST);
        EXPECT_EQ(request->content_len, body.size());
        EXPECT_STREQ(request->uri, "/update?x=1");
        EXPECT_EQ(body_of(request, 700), body);
        return httpd_resp_sendstr(request, "done");
      },
      post("/update?x=1", body));
  EXPECT_THAT(answer, EndsWith("\r\n\r\ndone"));
}

TEST_F(HttpServerTest, HeadersQueryAndCookiesAreFound) {
  answer_of(
      [](httpd_req_t* request) {
        char text[16];
        std::size_t size = sizeof(text);
        EXPECT_EQ(httpd_req_get_hdr_value_len(request, "x-name"), 4U);
        EXPECT_EQ(httpd_req_get_hdr_value_str(request, "X-NAME", text, size), ESP_OK);
        EXPECT_STREQ(text, "rota");
        EXPECT_EQ(httpd_req_get_hdr_value_str(request, "X-Name", text, 4),
                  ESP_ERR_HTTPD_RESULT_TRUNC);
        EXPECT_STREQ(text, "rot");
        EXPECT_EQ(httpd_req_get_hdr_value_str(request, "Absent", text, size), ESP_ERR_NOT_FOUND);
        EXPECT_EQ(httpd_req_get_cookie_val(request, "b", text, &size), ESP_OK);
        EXPECT_STREQ(text, "two");
        EXPECT_EQ(httpd_req_get_url_query_len(request), 11U);
        EXPECT_EQ(httpd_req_get_url_query_str(request, text, sizeof(text)), ESP_OK);
        char value[4];
        EXPECT_EQ(httpd_query_key_value(text, "slot", value, sizeof(value)), ESP_OK);
        EXPECT_STREQ(value, "1");
        EXPECT_EQ(httpd_query_key_value(text, "lot", value, sizeof(value)), ESP_ERR_NOT_FOUND);
        EXPECT_EQ(httpd_query_key_value(text, "y", value, 2), ESP_ERR_HTTPD_RESULT_TRUNC);
        return httpd_resp_sendstr(request, "");
      },
      get("/?slot=1&y=22", "X-Name:  rota \r\nCookie: a=one; b=two\r\n"));
}

TEST_F(HttpServerTest, AClientThatAsksWhetherToSendIsTold) {
  const std::string head =
      "POST / HTTP/1.1\r\nExpect: 100-continue\r\nConnection: close\r\nContent-Length: 2\r\n\r\n";
  EXPECT_THAT(answer_of(
                  [](httpd_req_t* request) {
                    EXPECT_EQ(body_of(request), "ab");
                    return httpd_resp_sendstr(request, "ok");
                  },
                  head + "ab"),
              StartsWith("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\n"));
  // Refused before it was read: the body never comes, and nobody waits for it.
  EXPECT_THAT(answer_of(
                  [](httpd_req_t* request) {
                    return httpd_resp_send_err(request, HTTPD_413_CONTENT_TOO_LARGE, nullptr);
                  },
                  head),
              StartsWith("HTTP/1.1 413 Content Too Large\r\n"));
}

TEST_F(HttpServerTest, RequestsOnOneConnectionFollowEachOther) {
  std::vector<std::string> seen;
  Handler keep = [&](httpd_req_t* request) {
    // Kept for the connection, whatever the handler reads of the body.
    auto* count = static_cast<int*>(request->sess_ctx);
    if (count == nullptr) {
      request->sess_ctx = count = static_cast<int*>(std::calloc(1, sizeof(int)));
    }
    seen.push_back(std::to_string(++*count) + request->uri);
    return httpd_resp_sendstr(request, "");
  };
  answer_of(keep,
            post("/a", "unread", "") + post("/b", "", "") + post("/c", std::string(9000, 'x')));
  EXPECT_THAT(seen, ElementsAre("1/a", "2/b", "3/c"));
}

// ---- Which handler ----

TEST(UriTemplateTest, MayEndWithMarks) {
  const auto matches = [](const char* pattern, const std::string& uri) {
    return httpd_uri_match_wildcard(pattern, uri.c_str(), uri.size());
  };
  struct Row {
    const char* pattern;
    std::vector<std::string> matching;
    std::vector<std::string> others;
  };
  for (const Row& row : std::vector<Row>{
           {"/", {"/"}, {"", "/a"}},
           {"*", {"", "/", "/a/b"}, {}},
           {"/foo/?", {"/foo", "/foo/"}, {"/fo", "/foo/b", "/foox"}},
           {"/foo/*", {"/foo/", "/foo/bar"}, {"/foo", "/fo"}},
           {"/foo/?*", {"/foo", "/foo/", "/foo/bar"}, {"/foox", "/fo"}},
           {"/foo/*?", {"/foo", "/foo/", "/foo/bar"}, {"/foox", "/fo"}},
           {"/a*b", {"/a*b"}, {"/axb", "/ab"}},
       }) {
    for (const std::string& uri : row.matching)
      EXPECT_TRUE(matches(row.pattern, uri)) << row.pattern << uri;
    for (const std::string& uri : row.others)
      EXPECT_FALSE(matches(row.pattern, uri)) << row.pattern << uri;
  }
  EXPECT_TRUE(httpd_uri_match_wildcard("/a", "/a?query", 2));
}

TEST_F(HttpServerTest, TheFirstHandlerThatMatchesIsCalled) {
  settings.max_uri_handlers = 3;
  run([&] {
    Handler other = [](httpd_req_t* request) { return httpd_resp_sendstr(request, "other"); };
    EXPECT_EQ(serve("/a", HTTP_GET, hello), ESP_OK);
    EXPECT_EQ(serve("/a", HTTP_GET, other), ESP_ERR_HTTPD_HANDLER_EXISTS);
    EXPECT_EQ(serve("/a", HTTP_POST, other), ESP_OK);
    EXPECT_EQ(serve("/b/*", HTTP_GET, other), ESP_OK);
    EXPECT_EQ(serve("/c", HTTP_GET, hello), ESP_ERR_HTTPD_HANDLERS_FULL);
    EXPECT_THAT(ask(get("/a?b")), EndsWith("hello"));
    EXPECT_THAT(ask(post("/a", "")), EndsWith("other"));
    EXPECT_THAT(ask(get("/b/x")), EndsWith("other"));
    EXPECT_THAT(ask(get("/c")), HasSubstr("404 Not Found"));
    EXPECT_THAT(ask("PUT /a HTTP/1.1\r\n\r\n"), HasSubstr("405 Method Not Allowed"));
    EXPECT_EQ(httpd_unregister_uri(server, "/a"), ESP_OK);
    EXPECT_EQ(httpd_unregister_uri_handler(server, "/a", HTTP_GET), ESP_ERR_NOT_FOUND);
    EXPECT_THAT(ask(get("/a")), HasSubstr("404 Not Found"));
  });
}

TEST_F(HttpServerTest, WhatIsNoRequestIsAnsweredWithTheReason) {
  run([&] {
    EXPECT_EQ(serve("/", HTTP_GET, hello), ESP_OK);
    EXPECT_THAT(ask("POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n"),
                testing::AllOf(HasSubstr("411 Length Required"), HasSubstr("send Content-Length"),
                               HasSubstr("Connection: close")));
    EXPECT_THAT(ask(get("/" + std::string(600, 'a'))), HasSubstr("414 URI Too Long"));
    EXPECT_THAT(ask("\x16\x03\x01\n"), HasSubstr("400 Bad Request"));
  });
  EXPECT_TRUE(board.console_has("411, This server takes no chunked bodies"));
}

TEST_F(HttpServerTest, AProgramMayAnswerErrorsItself) {
  static int errors = 0;
  errors = 0;
  run([&] {
    EXPECT_EQ(serve("/a", HTTP_GET, hello), ESP_OK);
    EXPECT_EQ(httpd_register_err_handler(server, HTTPD_ERR_CODE_MAX, nullptr), ESP_ERR_INVALID_ARG);
    EXPECT_EQ(httpd_register_err_handler(server, HTTPD_404_NOT_FOUND,
                                         [](httpd_req_t* request, httpd_err_code_t) {
                                           ++errors;
                                           httpd_resp_send_custom_err(request, "302 Found", "go");
                                           return ESP_OK;
                                         }),
              ESP_OK);
    // ESP_OK keeps the connection: the next request on it is answered.
    EXPECT_THAT(ask("POST /x HTTP/1.1\r\nContent-Length: 3\r\n\r\nabc" + get("/a")),
                testing::AllOf(HasSubstr("302 Found"), EndsWith("hello")));
  });
  EXPECT_EQ(errors, 1);
}

// ---- Connections ----

TEST_F(HttpServerTest, AResponseArrivesThoughItsBodyWasNotRead) {
  const std::string answer = answer_of(
      [](httpd_req_t* request) {
        httpd_resp_send_err(request, HTTPD_400_BAD_REQUEST, "no image");
        return ESP_FAIL;
      },
      post("/", std::string(2'000'000, 'x')));
  EXPECT_THAT(answer, EndsWith("no image"));
}

TEST_F(HttpServerTest, AClientThatIsSilentForTooLongIsTold) {
  settings.recv_wait_timeout = 1;
  run([&] { EXPECT_THAT(ask("GET / HT"), HasSubstr("408 Request Timeout")); });
}

TEST_F(HttpServerTest, ABodyThatStopsIsATimeoutAndThenAnEnd) {
  settings.recv_wait_timeout = 1;
  std::vector<int> results;
  run([&] {
    Handler read = [&](httpd_req_t* request) {
      char buffer[8];
      for (int i = 0; i < 2; ++i) results.push_back(httpd_req_recv(request, buffer, 8));
      xSemaphoreGive(happened);
      results.push_back(httpd_req_recv(request, buffer, 8));
      return ESP_FAIL;
    };
    EXPECT_EQ(serve("/", HTTP_POST, read), ESP_OK);
    Client client(port());
    client.send("POST / HTTP/1.1\r\nContent-Length: 9\r\n\r\nabc");
    wait_for_it();
    client.stop_sending();
    client.read_until("");
  });
  EXPECT_THAT(results, ElementsAre(3, HTTPD_SOCK_ERR_TIMEOUT, 0));
}

TEST_F(HttpServerTest, OneConnectionTooManyClosesTheOneUnusedTheLongest) {
  settings.max_open_sockets = 2;
  settings.lru_purge_enable = true;
  run([&] {
    EXPECT_EQ(serve("/", HTTP_GET, hello), ESP_OK);
    Client first(port()), second(port());
    for (Client* client : {&second, &first}) {
      client->send("GET / HTTP/1.1\r\n\r\n");
      client->read_until("hello");
    }
    int sockets[2];
    std::size_t count = 2;
    EXPECT_EQ(httpd_get_client_list(server, &count, sockets), ESP_OK);
    EXPECT_EQ(count, 2U);
    EXPECT_THAT(ask(get("/")), EndsWith("hello"));
    EXPECT_EQ(second.read_until(""), "");
    first.send("GET / HTTP/1.1\r\n\r\n");
    EXPECT_THAT(first.read_until("hello"), EndsWith("hello"));
  });
}

TEST_F(HttpServerTest, AConnectionCanBeClosedFromOutside) {
  run([&] {
    EXPECT_EQ(serve("/", HTTP_GET, hello), ESP_OK);
    Client client(port());
    client.send("GET / HTTP/1.1\r\n\r\n");
    client.read_until("hello");
    int sockets[7];
    std::size_t count = 7;
    EXPECT_EQ(httpd_get_client_list(server, &count, sockets), ESP_OK);
    ASSERT_EQ(count, 1U);
    EXPECT_EQ(httpd_sess_trigger_close(server, sockets[0]), ESP_OK);
    EXPECT_EQ(httpd_sess_trigger_close(server, 9999), ESP_ERR_NOT_FOUND);
    EXPECT_EQ(client.read_until(""), "");
  });
}

TEST_F(HttpServerTest, AnotherTaskMayAnswer) {
  static httpd_req_t* taken = nullptr;
  taken = nullptr;
  run([&] {
    Handler take = [](httpd_req_t* request) {
      EXPECT_EQ(httpd_req_async_handler_begin(request, &taken), ESP_OK);
      xSemaphoreGive(happened);
      return ESP_OK;
    };
    EXPECT_EQ(serve("/slow", HTTP_GET, take), ESP_OK);
    EXPECT_EQ(serve("/", HTTP_GET, hello), ESP_OK);
    Client slow(port());
    slow.send(get("/slow"));
    wait_for_it();
    EXPECT_THAT(ask(get("/")), EndsWith("hello"));  // the server goes on meanwhile
    EXPECT_STREQ(taken->uri, "/slow");
    EXPECT_EQ(httpd_resp_sendstr(taken, "late"), ESP_OK);
    EXPECT_EQ(httpd_req_async_handler_complete(taken), ESP_OK);
    EXPECT_EQ(httpd_req_async_handler_complete(taken), ESP_ERR_INVALID_ARG);
    EXPECT_THAT(slow.read_until(""), EndsWith("late"));
  });
}

// ---- Start and stop ----

TEST_F(HttpServerTest, WorkRunsInTheServersTask) {
  static std::string where;
  run([&] {
    const auto work = [](void*) {
      where = pcTaskGetName(nullptr);
      xSemaphoreGive(happened);
    };
    EXPECT_EQ(httpd_queue_work(server, work, nullptr), ESP_OK);
    wait_for_it();
  });
  EXPECT_EQ(where, "httpd");
}

TEST_F(HttpServerTest, StoppingFreesWhatTheServerWasGiven) {
  static int freed = 0;
  freed = 0;
  settings.global_user_ctx = &freed;
  settings.global_user_ctx_free_fn = [](void* context) { ++*static_cast<int*>(context); };
  run([&] { EXPECT_EQ(httpd_get_global_user_ctx(server), &freed); });
  EXPECT_EQ(freed, 1);
}

TEST_F(HttpServerTest, AHandlerCanNotStopItsOwnServer) {
  answer_of(
      [&](httpd_req_t* request) {
        EXPECT_EQ(httpd_stop(server), ESP_FAIL);
        return httpd_resp_sendstr(request, "");
      },
      get("/"));
  EXPECT_TRUE(board.console_has("call it in another task"));
}

TEST_F(HttpServerTest, WrongSettingsAreRefusedWithAReason) {
  board.run([&] {
    settings.max_open_sockets = 8;
    EXPECT_EQ(httpd_start(&server, &settings), ESP_ERR_INVALID_ARG);
    EXPECT_EQ(httpd_start(nullptr, &settings), ESP_ERR_INVALID_ARG);
    EXPECT_EQ(httpd_stop(&settings), ESP_ERR_INVALID_ARG);
  });
  EXPECT_TRUE(board.console_has("with CONFIG_LWIP_MAX_SOCKETS=10 it may be 1 to 7"));
}

TEST_F(HttpServerTest, APortIsServedOnce) {
  board.run([&] {
    settings.server_port = 8080;  // a wish: another one of this machine if it is taken
    httpd_handle_t second = nullptr;
    ASSERT_EQ(httpd_start(&server, &settings), ESP_OK);
    EXPECT_EQ(httpd_start(&second, &settings), ESP_FAIL);
    EXPECT_EQ(httpd_stop(server), ESP_OK);
    EXPECT_EQ(httpd_start(&server, &settings), ESP_OK);
    EXPECT_EQ(httpd_stop(server), ESP_OK);
  });
  EXPECT_TRUE(board.console_has("Port 8080 is served already by this program"));
}

TEST_F(HttpServerTest, ARestartInAHandlerEndsTheBootAndTheResponseArrives) {
  std::optional<Client> client;
  const auto reason = board.run([&] {
    ASSERT_EQ(httpd_start(&server, &settings), ESP_OK);
    Handler restart = [](httpd_req_t* request) -> esp_err_t {
      httpd_resp_sendstr(request, "restarting");
      esp_restart();
    };
    EXPECT_EQ(serve("/restart", HTTP_POST, restart), ESP_OK);
    client.emplace(port());
    client->send(post("/restart", ""));
    vTaskDelay(portMAX_DELAY);
  });
  EXPECT_EQ(reason, ResetReason::kSoftware);
  EXPECT_THAT(client->read_until(""), EndsWith("restarting"));
}

TEST_F(HttpServerTest, EventsTellWhatHappens) {
  static std::vector<std::int32_t> seen;
  seen.clear();
  board.run([&] {
    esp_event_loop_create_default();
    esp_event_handler_register(
        ESP_HTTP_SERVER_EVENT, ESP_EVENT_ANY_ID,
        [](void*, esp_event_base_t, std::int32_t id, void*) { seen.push_back(id); }, nullptr);
    ASSERT_EQ(httpd_start(&server, &settings), ESP_OK);
    EXPECT_EQ(serve("/", HTTP_GET, hello), ESP_OK);
    ask(get("/"));
    httpd_stop(server);
    vTaskDelay(1);
  });
  EXPECT_THAT(seen, ElementsAre(HTTP_SERVER_EVENT_START, HTTP_SERVER_EVENT_ON_CONNECTED,
                                HTTP_SERVER_EVENT_ON_HEADER, HTTP_SERVER_EVENT_HEADERS_SENT,
                                HTTP_SERVER_EVENT_SENT_DATA, HTTP_SERVER_EVENT_DISCONNECTED,
                                HTTP_SERVER_EVENT_STOP));
}

}  // namespace
}  // namespace rota::idf
