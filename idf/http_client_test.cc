// esp_http_client against a server that does what the test says, byte for byte (spec 7).
#include "idf/http_client.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <vector>

#include "esp_crt_bundle.h"
#include "esp_event.h"
#include "esp_tls.h"
#include "idf/file_server_for_test.h"
#include "idf/platform_for_test.h"

namespace rota::idf {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

constexpr const char* kText = "0123456789";

class HttpClientTest : public testing::Test {
 protected:
  static constexpr int kShortTimeoutMs = 50;

  HttpClientTest() { config_for_test().http_client_basic_auth = true; }
  ~HttpClientTest() override {
    if (client != nullptr) esp_http_client_cleanup(client);
  }

  void serve(FileServerForTest::Answer answer) { server.emplace(std::move(answer)); }
  void serve_text(std::string text) {
    serve([text](const RequestForTest&) { return ReplyForTest{text, ReplyForTest::Then::kClose}; });
  }
  esp_http_client_handle_t make(const std::string& address) {
    url = address;
    settings.url = url.c_str();
    if (!boot) boot.emplace(board);
    client = esp_http_client_init(&settings);
    return client;
  }
  void open() {
    make(server->url());
    ASSERT_EQ(esp_http_client_open(client, 0), ESP_OK) << board.console;
  }
  // What read() gives until it gives nothing more; the last result is `last_read`.
  std::string read_all(int piece = 4) {
    std::string text;
    std::array<char, 64> buffer{};
    while ((last_read = esp_http_client_read(client, buffer.data(), piece)) > 0) {
      text.append(buffer.data(), static_cast<std::size_t>(last_read));
    }
    return text;
  }

  PlatformForTest board;
  std::optional<FileServerForTest> server;
  std::optional<Runtime> boot;
  esp_http_client_config_t settings{};
  std::string url;
  esp_http_client_handle_t client = nullptr;
  int last_read = 0;
};

// ---- Step by step ----

TEST_F(HttpClientTest, ABodyWithALengthIsReadToItsEnd) {
  serve([](const RequestForTest&) { return reply(200, "", kText); });
  open();
  EXPECT_EQ(esp_http_client_fetch_headers(client), 10);
  EXPECT_EQ(esp_http_client_get_status_code(client), 200);
  EXPECT_EQ(esp_http_client_get_content_length(client), 10);
  EXPECT_FALSE(esp_http_client_is_chunked_response(client));
  EXPECT_FALSE(esp_http_client_is_complete_data_received(client));
  EXPECT_EQ(read_all(), kText);
  EXPECT_EQ(last_read, 0);
  EXPECT_TRUE(esp_http_client_is_complete_data_received(client));
}

TEST_F(HttpClientTest, AChunkedBodyHasNoLength) {
  serve_text(
      "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\n012\r\n7\r\n3456789\r\n0\r\n\r\n");
  open();
  EXPECT_EQ(esp_http_client_fetch_headers(client), 0);
  EXPECT_TRUE(esp_http_client_is_chunked_response(client));
  EXPECT_EQ(esp_http_client_get_content_length(client), -1);
  EXPECT_EQ(read_all(), kText);
  EXPECT_TRUE(esp_http_client_is_complete_data_received(client));
}

TEST_F(HttpClientTest, TheLengthOfAChunkIsNotKnown) {
  serve_text("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n");
  open();
  int length = 0;
  EXPECT_EQ(esp_http_client_get_chunk_length(client, &length), ESP_FAIL);
  esp_http_client_fetch_headers(client);
  EXPECT_EQ(esp_http_client_get_chunk_length(client, &length), ESP_ERR_NOT_SUPPORTED);
}

TEST_F(HttpClientTest, ABodyThatEndsTooSoonIsNotComplete) {
  serve_text("HTTP/1.1 200 OK\r\nContent-Length: 20\r\n\r\n0123456789");
  open();
  EXPECT_EQ(esp_http_client_fetch_headers(client), 20);
  EXPECT_EQ(read_all(), kText);
  EXPECT_EQ(last_read, -1);
  EXPECT_EQ(errno, ENOTCONN);
  EXPECT_EQ(esp_http_client_get_errno(client), ENOTCONN);
  EXPECT_FALSE(esp_http_client_is_complete_data_received(client));
}

TEST_F(HttpClientTest, Trap64WithoutALengthTheEndOfTheConnectionIsTheEnd) {
  serve_text("HTTP/1.1 200 OK\r\n\r\n0123456789");
  open();
  EXPECT_EQ(esp_http_client_fetch_headers(client), 0);
  EXPECT_EQ(read_all(), kText);
  EXPECT_TRUE(esp_http_client_is_complete_data_received(client));
}

TEST_F(HttpClientTest, ASilentServerCanBeAskedAgain) {
  settings.timeout_ms = kShortTimeoutMs;
  serve([](const RequestForTest&) {
    return ReplyForTest{"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n01234",
                        ReplyForTest::Then::kStall};
  });
  open();
  EXPECT_EQ(esp_http_client_fetch_headers(client), 10);
  EXPECT_EQ(read_all(10), "01234");
  EXPECT_EQ(last_read, -ESP_ERR_HTTP_EAGAIN);
  std::array<char, 4> buffer{};
  EXPECT_EQ(esp_http_client_read(client, buffer.data(), 4), -ESP_ERR_HTTP_EAGAIN);
  EXPECT_TRUE(board.console_has("sent nothing for"));
}

TEST_F(HttpClientTest, AServerWithoutAnAnswerIsATimeout) {
  settings.timeout_ms = kShortTimeoutMs;
  serve([](const RequestForTest&) { return ReplyForTest{"", ReplyForTest::Then::kStall}; });
  open();
  EXPECT_EQ(esp_http_client_fetch_headers(client), -ESP_ERR_HTTP_EAGAIN);
}

TEST_F(HttpClientTest, TheRequestSaysWhatWasSet) {
  settings.user_agent = "unit";
  serve([](const RequestForTest&) { return reply(200, "", ""); });
  make(server->url("/a?b=c"));
  esp_http_client_set_header(client, "X-Device", "first");
  esp_http_client_set_header(client, "x-device", "second");
  esp_http_client_set_header(client, "X-Gone", "1");
  EXPECT_EQ(esp_http_client_delete_header(client, "X-Gone"), ESP_OK);
  EXPECT_EQ(esp_http_client_delete_header(client, "X-Gone"), ESP_ERR_NOT_FOUND);
  EXPECT_EQ(esp_http_client_perform(client), ESP_OK) << board.console;
  const RequestForTest request = server->requests().at(0);
  EXPECT_EQ(request.method(), "GET");
  EXPECT_EQ(request.target(), "/a?b=c");
  EXPECT_EQ(request.header("User-Agent"), "unit");
  EXPECT_EQ(request.header("X-Device"), "second");
  EXPECT_THAT(request.head, Not(HasSubstr("X-Gone")));
  EXPECT_THAT(request.head, Not(HasSubstr("Content-Length")));
}

TEST_F(HttpClientTest, AHeaderThatDoesNotFitTheBufferIsRefused) {
  serve([](const RequestForTest&) { return reply(200, "", ""); });
  make(server->url());
  esp_http_client_set_header(client, "X-Long", std::string(600, 'x').c_str());
  EXPECT_EQ(esp_http_client_open(client, 0), ESP_ERR_HTTP_HEADER_TOO_LONG);
  EXPECT_TRUE(board.console_has("raise buffer_size_tx (512)"));
}

TEST_F(HttpClientTest, NobodyThereIsNoConnection) {
  serve([](const RequestForTest&) { return reply(200, "", ""); });
  const std::string address = server->url();
  server.reset();
  make(address);
  EXPECT_EQ(esp_http_client_open(client, 0), ESP_ERR_HTTP_CONNECT);
  EXPECT_EQ(esp_http_client_get_errno(client), ECONNREFUSED);
  int code = 0;
  EXPECT_EQ(esp_http_client_get_and_clear_last_tls_error(client, &code, nullptr),
            ESP_ERR_ESP_TLS_FAILED_CONNECT_TO_HOST);
  EXPECT_EQ(esp_http_client_get_and_clear_last_tls_error(client, &code, nullptr), ESP_OK);
}

TEST_F(HttpClientTest, UrlsThatLeadNowhereAreRefused) {
  EXPECT_EQ(make("not a url"), nullptr);
  EXPECT_EQ(make("http://"), nullptr);
  ASSERT_NE(make("ftp://127.0.0.1/a"), nullptr);
  EXPECT_EQ(esp_http_client_open(client, 0), ESP_ERR_HTTP_INVALID_TRANSPORT);
  EXPECT_EQ(esp_http_client_set_url(client, "https://127.0.0.1/a"), ESP_OK);
  config_for_test().http_client_enable_https = false;
  EXPECT_EQ(esp_http_client_open(client, 0), ESP_ERR_HTTP_INVALID_TRANSPORT);
}

TEST_F(HttpClientTest, AHandleThatIsNoneIsRefused) {
  boot.emplace(board);
  EXPECT_EQ(esp_http_client_init(nullptr), nullptr);
  EXPECT_EQ(esp_http_client_cleanup(nullptr), ESP_ERR_INVALID_ARG);
  EXPECT_EQ(esp_http_client_perform(nullptr), ESP_ERR_INVALID_ARG);
  EXPECT_EQ(esp_http_client_read(nullptr, nullptr, 1), -1);
  EXPECT_EQ(esp_http_client_fetch_headers(nullptr), -1);
}

TEST_F(HttpClientTest, TheTotalStandsInTheContentRange) {
  config_for_test().http_client_get_content_range = true;
  std::string range = "bytes 0-9/1000";
  serve(
      [&](const RequestForTest&) { return reply(206, "Content-Range: " + range + "\r\n", kText); });
  make(server->url());
  EXPECT_EQ(esp_http_client_perform(client), ESP_OK);
  EXPECT_EQ(esp_http_client_get_content_range(client), 1000);
  for (const char* none : {"bytes 0-9/*", "bytes 0-9", "bytes 0-9/1x", "bytes 0-9/-5"}) {
    range = none;
    EXPECT_EQ(esp_http_client_perform(client), ESP_OK);
    EXPECT_EQ(esp_http_client_get_content_range(client), -1) << none;
  }
}

// ---- Whole exchanges ----

TEST_F(HttpClientTest, OneConnectionCarriesManyExchanges) {
  serve([](const RequestForTest&) { return reply(200, "", kText); });
  make(server->url());
  EXPECT_EQ(esp_http_client_perform(client), ESP_OK);
  EXPECT_EQ(esp_http_client_perform(client), ESP_OK);
  EXPECT_EQ(server->requests().at(1).connection, 0);
}

TEST_F(HttpClientTest, AConnectionThatTheServerLeftIsReplaced) {
  serve([](const RequestForTest&) {
    ReplyForTest answer = reply(200, "", kText);  // promises to stay, but leaves
    answer.then = ReplyForTest::Then::kClose;
    return answer;
  });
  make(server->url());
  for (int i = 0; i < 20; ++i) EXPECT_EQ(esp_http_client_perform(client), ESP_OK) << board.console;
  EXPECT_EQ(server->requests().size(), 20U);
}

TEST_F(HttpClientTest, ABodyIsSentWithItsLength) {
  serve([](const RequestForTest&) { return reply(201, "", ""); });
  make(server->url());
  esp_http_client_set_method(client, HTTP_METHOD_POST);
  EXPECT_EQ(esp_http_client_set_post_field(client, "", 0), ESP_OK);
  EXPECT_EQ(esp_http_client_perform(client), ESP_OK);
  EXPECT_EQ(esp_http_client_get_status_code(client), 201);
  const RequestForTest request = server->requests().at(0);
  EXPECT_EQ(request.method(), "POST");
  EXPECT_EQ(request.header("Content-Length"), "0");
  EXPECT_EQ(request.header("Content-Type"), "application/x-www-form-urlencoded");
}

TEST_F(HttpClientTest, RedirectsAreFollowedToAnotherServer) {
  FileServerForTest target([](const RequestForTest&) { return reply(200, "", kText); });
  serve([&](const RequestForTest&) {
    return reply(302, "Location: " + target.url("/moved.bin") + "\r\n", "gone");
  });
  make(server->url());
  esp_http_client_set_header(client, "Authorization", "secret");
  EXPECT_EQ(esp_http_client_perform(client), ESP_OK) << board.console;
  EXPECT_EQ(esp_http_client_get_status_code(client), 200);
  EXPECT_EQ(target.requests().at(0).target(), "/moved.bin");
}

TEST_F(HttpClientTest, RelativeRedirectsStayOnAServerWithoutTls) {
  serve([](const RequestForTest& request) {
    if (request.target() == "/folder/app.bin") return reply(301, "Location: next.bin\r\n", "");
    return reply(200, "", kText);
  });
  make(server->url("/folder/app.bin"));
  EXPECT_EQ(esp_http_client_perform(client), ESP_OK);
  EXPECT_EQ(server->requests().at(1).target(), "/folder/next.bin");
}

TEST_F(HttpClientTest, RedirectsEndAtTheirLimit) {
  settings.max_redirection_count = 3;
  serve([](const RequestForTest&) { return reply(307, "Location: /again\r\n", ""); });
  make(server->url());
  EXPECT_EQ(esp_http_client_perform(client), ESP_ERR_HTTP_MAX_REDIRECT);
  EXPECT_EQ(server->requests().size(), 4U);
  EXPECT_TRUE(board.console_has("More than 3 redirects"));
}

TEST_F(HttpClientTest, ARedirectWithoutATargetIsRefused) {
  serve([](const RequestForTest&) { return reply(302, "", ""); });
  make(server->url());
  EXPECT_EQ(esp_http_client_perform(client), ESP_ERR_INVALID_ARG);
}

TEST_F(HttpClientTest, RedirectsCanBeLeftToTheProgram) {
  settings.disable_auto_redirect = true;
  serve([](const RequestForTest&) { return reply(302, "Location: /next\r\n", ""); });
  make(server->url());
  EXPECT_EQ(esp_http_client_perform(client), ESP_OK);
  EXPECT_EQ(esp_http_client_get_status_code(client), 302);
  EXPECT_EQ(server->requests().size(), 1U);
}

TEST_F(HttpClientTest, BasicCredentialsGoWithTheFirstRequest) {
  settings.auth_type = HTTP_AUTH_TYPE_BASIC;
  settings.username = "a";
  settings.password = "b";
  serve([](const RequestForTest&) { return reply(200, "", ""); });
  make(server->url());
  EXPECT_EQ(esp_http_client_perform(client), ESP_OK);
  EXPECT_EQ(server->requests().at(0).header("Authorization"), "Basic YTpi");
}

TEST_F(HttpClientTest, ADigestAnswersTheServersChallenge) {
  config_for_test().http_client_digest_auth = true;
  settings.auth_type = HTTP_AUTH_TYPE_DIGEST;
  settings.username = "a";
  settings.password = "b";
  serve([](const RequestForTest& request) {
    if (request.header("Authorization").starts_with("Digest username=\"a\"")) {
      return reply(200, "", kText);
    }
    return reply(401, "WWW-Authenticate: Digest realm=\"r\", nonce=\"n\", qop=\"auth\"\r\n", "no");
  });
  make(server->url());
  EXPECT_EQ(esp_http_client_perform(client), ESP_OK) << board.console;
  EXPECT_EQ(esp_http_client_get_status_code(client), 200);
}

TEST_F(HttpClientTest, WrongCredentialsEndAtTheirLimit) {
  settings.username = "a";
  settings.password = "b";
  settings.max_authorization_retries = 2;
  serve([](const RequestForTest&) {
    return reply(401, "WWW-Authenticate: Basic realm=\"r\"\r\n", "");
  });
  make(server->url());
  EXPECT_EQ(esp_http_client_perform(client), ESP_OK);
  EXPECT_EQ(esp_http_client_get_status_code(client), 401);
  EXPECT_EQ(server->requests().size(), 3U);
  EXPECT_TRUE(board.console_has("refuses the user name and the password"));
}

TEST_F(HttpClientTest, AnAsynchronousClientAsksToBeCalledAgain) {
  settings.is_async = true;
  serve([](const RequestForTest&) {
    return ReplyForTest{"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n01234",
                        ReplyForTest::Then::kStall};
  });
  make(server->url());
  EXPECT_EQ(esp_http_client_perform(client), ESP_ERR_HTTP_EAGAIN);
  board.now_us += 6'000'000;  // longer than the timeout
  EXPECT_EQ(esp_http_client_perform(client), ESP_ERR_HTTP_READ_TIMEOUT);
}

// ---- TLS ----

TEST_F(HttpClientTest, WithoutACertificateToCheckByThereIsNoTls) {
  make("https://127.0.0.1:1/a");
  EXPECT_EQ(esp_http_client_open(client, 0), ESP_ERR_HTTP_CONNECT);
  EXPECT_TRUE(board.console_has("There is nothing to check the server by"));
}

TEST_F(HttpClientTest, ABundleOfTheProjectsOwnIsRefused) {
  boot.emplace(board);
  EXPECT_EQ(esp_crt_bundle_set(nullptr, 0), ESP_ERR_NOT_SUPPORTED);
  EXPECT_TRUE(board.console_has("give its certificates as cert_pem"));
}

TEST_F(HttpClientTest, TheServerIsCheckedByTheGivenCertificate) {
  const net::CertificateForTest certificate = net::make_certificate({});
  FileServerForTest safe(certificate, [](const RequestForTest&) { return reply(200, "", kText); });
  settings.cert_pem = certificate.pem.c_str();
  make(safe.url());
  EXPECT_EQ(esp_http_client_perform(client), ESP_OK) << board.console;
  EXPECT_EQ(esp_http_client_get_transport_type(client), HTTP_TRANSPORT_OVER_SSL);
}

TEST_F(HttpClientTest, TheServerIsCheckedByTheCommonStore) {
  const net::CertificateForTest certificate = net::make_certificate({});
  FileServerForTest safe(certificate, [](const RequestForTest&) { return reply(200, "", kText); });
  settings.use_global_ca_store = true;
  make(safe.url());
  EXPECT_EQ(esp_http_client_open(client, 0), ESP_ERR_HTTP_CONNECT);
  const std::string& pem = certificate.pem;
  EXPECT_EQ(esp_tls_set_global_ca_store(reinterpret_cast<const unsigned char*>(pem.c_str()),
                                        static_cast<unsigned>(pem.size() + 1)),
            ESP_OK);
  EXPECT_EQ(esp_http_client_perform(client), ESP_OK) << board.console;
}

TEST_F(HttpClientTest, ARedirectToTlsUsesTls) {
  const net::CertificateForTest certificate = net::make_certificate({});
  FileServerForTest safe(certificate, [](const RequestForTest&) { return reply(200, "", kText); });
  serve([&](const RequestForTest&) { return reply(302, "Location: " + safe.url() + "\r\n", ""); });
  settings.cert_pem = certificate.pem.c_str();
  make(server->url());
  EXPECT_EQ(esp_http_client_perform(client), ESP_OK) << board.console;
  EXPECT_EQ(esp_http_client_get_transport_type(client), HTTP_TRANSPORT_OVER_SSL);
}

TEST_F(HttpClientTest, ASafeServerMayOnlyRedirectToASafeOne) {
  const net::CertificateForTest certificate = net::make_certificate({});
  FileServerForTest safe(certificate, [](const RequestForTest&) {
    return reply(302, "Location: /relative.bin\r\n", "");
  });
  settings.cert_pem = certificate.pem.c_str();
  make(safe.url());
  EXPECT_EQ(esp_http_client_perform(client), ESP_ERR_HTTP_REDIRECT_DOWNGRADE);
}

// ---- Events ----

std::vector<int>& seen() {
  static std::vector<int> list;
  return list;
}

TEST_F(HttpClientTest, TheHandlerHearsEverythingInOrder) {
  seen().clear();
  settings.event_handler = [](esp_http_client_event_t* event) {
    if (event->event_id == HTTP_EVENT_ON_HEADER) {
      EXPECT_STREQ(event->header_key, "Content-Length");
      EXPECT_STREQ(event->header_value, "10");
    }
    if (event->event_id == HTTP_EVENT_ON_DATA) {
      EXPECT_EQ(event->data_len, 10);
    }
    EXPECT_EQ(event->user_data, &seen());
    seen().push_back(event->event_id);
    return ESP_OK;
  };
  settings.user_data = &seen();
  serve([](const RequestForTest&) { return reply(200, "", kText); });
  make(server->url());
  EXPECT_EQ(esp_http_client_perform(client), ESP_OK);
  esp_http_client_cleanup(std::exchange(client, nullptr));
  EXPECT_THAT(seen(), ElementsAre(HTTP_EVENT_ON_CONNECTED, HTTP_EVENT_HEADERS_SENT,
                                  HTTP_EVENT_ON_STATUS_CODE, HTTP_EVENT_ON_HEADER,
                                  HTTP_EVENT_ON_HEADERS_COMPLETE, HTTP_EVENT_ON_DATA,
                                  HTTP_EVENT_ON_FINISH, HTTP_EVENT_DISCONNECTED));
}

TEST_F(HttpClientTest, TheDefaultEventLoopHearsIt) {
  seen().clear();
  serve([](const RequestForTest&) { return reply(200, "", kText); });
  url = server->url();
  settings.url = url.c_str();
  board.run([&] {
    esp_event_loop_create_default();
    esp_event_handler_register(
        ESP_HTTP_CLIENT_EVENT, ESP_EVENT_ANY_ID,
        [](void*, esp_event_base_t, std::int32_t id, void* data) {
          if (id == HTTP_EVENT_ON_DATA) {
            EXPECT_EQ(static_cast<esp_http_client_on_data_t*>(data)->data_process, 10);
          }
          seen().push_back(id);
        },
        nullptr);
    esp_http_client_handle_t own = esp_http_client_init(&settings);
    EXPECT_EQ(esp_http_client_perform(own), ESP_OK);
    esp_http_client_cleanup(own);
  });
  EXPECT_THAT(seen(), testing::Contains(static_cast<int>(HTTP_EVENT_ON_DATA)));
  EXPECT_THAT(seen(), testing::Contains(static_cast<int>(HTTP_EVENT_DISCONNECTED)));
}

TEST_F(HttpClientTest, OtherTasksRunWhileAClientWaits) {
  settings.timeout_ms = kShortTimeoutMs;
  serve([](const RequestForTest&) { return ReplyForTest{"", ReplyForTest::Then::kStall}; });
  url = server->url();
  settings.url = url.c_str();
  std::vector<std::string> order;
  board.run([&] {
    static std::vector<std::string>* noted;
    noted = &order;
    xTaskCreate(
        [](void*) {
          noted->push_back("other");
          vTaskDelete(nullptr);
        },
        "other", 4096, nullptr, 1, nullptr);
    esp_http_client_handle_t own = esp_http_client_init(&settings);
    EXPECT_EQ(esp_http_client_perform(own), ESP_ERR_HTTP_EAGAIN);
    order.push_back("client");
  });
  EXPECT_THAT(order, ElementsAre("other", "client"));
}

}  // namespace
}  // namespace rota::idf
