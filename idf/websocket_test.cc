// WebSockets: frames and handshakes as RFC 6455 has them, and a server with a client of our own
// that sends good and hostile frames.
#include "idf/websocket.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstring>
#include <functional>
#include <string>
#include <vector>

#include "idf/config.h"
#include "idf/http_server_for_test.h"

namespace rota::idf {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::StartsWith;

constexpr const char* kKey = "dGhlIHNhbXBsZSBub25jZQ==";  // RFC 6455, 1.3

RequestHead handshake(const std::vector<client::Header>& changed = {}) {
  RequestHead head;
  head.headers = changed;
  for (const client::Header& usual : std::vector<client::Header>{{"Upgrade", "websocket"},
                                                                 {"Connection", "Upgrade"},
                                                                 {"Sec-WebSocket-Version", "13"},
                                                                 {"Sec-WebSocket-Key", kKey}}) {
    head.headers.push_back(usual);  // the first one of a name counts
  }
  return head;
}

TEST(WebSocketHandshake, AnswersTheSampleOfTheStandard) {
  const auto accepted = accept_websocket(handshake(), "");
  ASSERT_TRUE(accepted.ok());
  EXPECT_EQ(accepted.value(),
            "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n");
}

TEST(WebSocketHandshake, NamesTheSubprotocolOnlyToWhoAskedForIt) {
  EXPECT_THAT(accept_websocket(handshake({{"Sec-WebSocket-Protocol", "chat, ota"}}), "ota").value(),
              HasSubstr("Sec-WebSocket-Protocol: ota\r\n"));
  EXPECT_THAT(accept_websocket(handshake({{"Sec-WebSocket-Protocol", "chat"}}), "ota").value(),
              testing::Not(HasSubstr("Protocol:")));
}

TEST(WebSocketHandshake, IsRefusedWithTheReason) {
  struct Case {
    client::Header header;
    const char* status;
  };
  for (const Case& wrong : {Case{{"Upgrade", "h2c"}, "426 Upgrade Required"},
                            Case{{"Connection", "keep-alive"}, "400 Bad Request"},
                            Case{{"Sec-WebSocket-Version", "8"}, "426 Upgrade Required"},
                            Case{{"Sec-WebSocket-Key", "short=="}, "400 Bad Request"},
                            Case{{"Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25j!Q=="}, HTTPD_400},
                            Case{{"Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZWVl"}, HTTPD_400}}) {
    const auto accepted = accept_websocket(handshake({wrong.header}), "");
    ASSERT_FALSE(accepted.ok()) << wrong.header.name << ": " << wrong.header.value;
    EXPECT_STREQ(accepted.error().status, wrong.status) << wrong.header.value;
    EXPECT_FALSE(accepted.error().sentence.empty());
  }
}

// A client's frame: masked, with any length form.
std::string frame_of(unsigned first, std::string payload, std::size_t length_bytes = 0) {
  constexpr std::uint8_t kMask[] = {0x37, 0xFA, 0x21, 0x3D};
  if (length_bytes == 0 && payload.size() > 125) length_bytes = payload.size() > 0xFFFF ? 8 : 2;
  std::string frame{static_cast<char>(first)};
  if (length_bytes == 0) {
    frame += static_cast<char>(0x80U | payload.size());
  } else {
    frame += static_cast<char>(0x80U | (length_bytes == 2 ? 126U : 127U));
    for (std::size_t i = length_bytes; i-- > 0;) {
      frame += static_cast<char>(std::uint64_t{payload.size()} >> 8U * i & 0xFFU);
    }
  }
  for (const std::uint8_t byte : kMask) frame += static_cast<char>(byte);
  for (std::size_t i = 0; i < payload.size(); ++i) {
    payload[i] = static_cast<char>(payload[i] ^ kMask[i % 4]);
  }
  return frame + payload;
}

TEST(WebSocketFrames, TheSamplesOfTheStandard) {
  const std::string hello("\x81\x85\x37\xfa\x21\x3d\x7f\x9f\x4d\x51\x58", 11);
  EXPECT_EQ(frame_of(0x81, "Hello"), hello);
  const auto frame = decode_websocket_head(bytes_of(hello).first(6), false);
  ASSERT_TRUE(frame.ok());
  EXPECT_EQ(frame.value().type, HTTPD_WS_TYPE_TEXT);
  EXPECT_EQ(frame.value().bytes, 5U);
  std::string text = hello.substr(6);
  unmask(std::as_writable_bytes(std::span(text)).first(2), frame.value(), 0);
  unmask(std::as_writable_bytes(std::span(text)).subspan(2), frame.value(), 2);
  EXPECT_EQ(text, "Hello");
  EXPECT_EQ(websocket_frame(HTTPD_WS_TYPE_TEXT, true, "Hello"), "\x81\x05Hello");
  EXPECT_THAT(websocket_frame(HTTPD_WS_TYPE_BINARY, true, std::string(256, 'x')),
              StartsWith(std::string("\x82\x7e\x01\x00", 4)));
  EXPECT_THAT(websocket_frame(HTTPD_WS_TYPE_BINARY, false, std::string(65536, 'x')),
              StartsWith(std::string("\x02\x7f\0\0\0\0\0\x01\0\0", 10)));
}

std::string fault_of(const std::string& frame, bool message_is_open = false) {
  const Bytes bytes = bytes_of(frame);
  const auto decoded =
      decode_websocket_head(bytes.first(websocket_head_bytes(bytes.first<2>())), message_is_open);
  return decoded.ok() ? "" : decoded.error().sentence;
}

TEST(WebSocketFrames, WhatTheStandardForbidsIsAFault) {
  EXPECT_EQ(fault_of(frame_of(0x81, "good")), "");
  EXPECT_EQ(fault_of(frame_of(0x80, "good"), true), "");
  EXPECT_THAT(fault_of(frame_of(0xC1, "x")), HasSubstr("reserved bit"));
  EXPECT_THAT(fault_of(frame_of(0x83, "x")), HasSubstr("type is reserved"));
  EXPECT_THAT(fault_of(frame_of(0x8B, "x")), HasSubstr("type is reserved"));
  EXPECT_THAT(fault_of("\x81\x05Hello"), HasSubstr("masked"));
  EXPECT_THAT(fault_of(frame_of(0x81, "x", 2)), HasSubstr("longer than needed"));
  EXPECT_THAT(fault_of(frame_of(0x81, "x", 8)), HasSubstr("longer than needed"));
  EXPECT_THAT(fault_of(frame_of(0x09, "x")), HasSubstr("in pieces"));
  EXPECT_THAT(fault_of(frame_of(0x89, std::string(126, 'x'))), HasSubstr("above 125"));
  EXPECT_THAT(fault_of(frame_of(0x88, "x")), HasSubstr("half a close code"));
  EXPECT_THAT(fault_of(frame_of(0x80, "x")), HasSubstr("never began"));
  EXPECT_THAT(fault_of(frame_of(0x81, "x"), true), HasSubstr("before the one before has ended"));
  EXPECT_THAT(fault_of(std::string("\x82\xff\x80\0\0\0\0\0\0\0mask", 14)), HasSubstr("1 GiB"));
}

// ---- The server ----

class WebSocketTest : public HttpServerTest {
 protected:
  WebSocketTest() { config_for_test().http_server_websockets = true; }

  esp_err_t serve_websocket(Handler& handler, bool control_frames = false) {
    const httpd_uri_t entry{"/ws",          HTTP_GET, call,   &handler,  true,
                            control_frames, "rota",   before, afterwards};
    return httpd_register_uri_handler(server, &entry);
  }
  std::string request(const std::string& more = "") const {
    return "GET /ws HTTP/1.1\r\nUpgrade: websocket\r\nConnection: keep-alive, Upgrade\r\n"
           "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: " +
           std::string(kKey) + "\r\n" + more + "\r\n";
  }
  // What the server sends after the handshake and these frames, to the end of the connection.
  std::string answer_to(const std::string& frames, Handler handler, bool control_frames = false) {
    std::string answer;
    run([&] {
      EXPECT_EQ(serve_websocket(handler, control_frames), ESP_OK);
      Client client(port());
      client.send(request() + frames);
      answer = client.read_until("");
    });
    const std::size_t head_end = answer.find("\r\n\r\n");
    EXPECT_THAT(answer, StartsWith("HTTP/1.1 101 "));
    return head_end == std::string::npos ? answer : answer.substr(head_end + 4);
  }
  static std::string payload_of(httpd_req_t* request) {
    httpd_ws_frame_t frame{};
    EXPECT_EQ(httpd_ws_recv_frame(request, &frame, 0), ESP_OK);
    std::string payload(frame.len, '?');
    frame.payload = reinterpret_cast<std::uint8_t*>(payload.data());
    EXPECT_EQ(httpd_ws_recv_frame(request, &frame, payload.size()), ESP_OK);
    return payload;
  }
  static httpd_ws_frame_t text_frame(const std::string& text) {
    httpd_ws_frame_t frame{};
    frame.type = HTTPD_WS_TYPE_TEXT;
    frame.payload = reinterpret_cast<std::uint8_t*>(const_cast<char*>(text.data()));
    frame.len = text.size();
    return frame;
  }

  // Sends back what it gets.
  Handler echo = [](httpd_req_t* request) {
    const std::string payload = payload_of(request);
    httpd_ws_frame_t frame = text_frame(payload);
    return httpd_ws_send_frame(request, &frame);
  };
  esp_err_t (*before)(httpd_req_t*) = nullptr;
  esp_err_t (*afterwards)(httpd_req_t*) = nullptr;
  const std::string close = frame_of(0x88, "\x03\xe8");
  const std::string closed = "\x88\x02\x03\xe8";
};

TEST_F(WebSocketTest, FramesOfEverySizeComeAndGo) {
  for (const std::size_t size : {0U, 1U, 125U, 126U, 65535U, 65536U, 200'000U}) {
    const std::string payload(size, 'a');
    EXPECT_EQ(answer_to(frame_of(0x81, payload) + close, echo),
              websocket_frame(HTTPD_WS_TYPE_TEXT, true, payload) + closed)
        << size;
  }
}

TEST_F(WebSocketTest, AFragmentedMessageComesFrameByFrameWithAPingBetween) {
  static std::vector<std::string> seen;
  seen.clear();
  const std::string answer =
      answer_to(frame_of(0x01, "up") + frame_of(0x89, "alive?") + frame_of(0x00, "da") +
                    frame_of(0x80, "te") + close,
                [](httpd_req_t* request) {
                  httpd_ws_frame_t frame{};
                  EXPECT_EQ(httpd_ws_recv_frame(request, &frame, 0), ESP_OK);
                  seen.push_back(std::to_string(frame.type) + (frame.final ? "F:" : ":") +
                                 payload_of(request));
                  EXPECT_STREQ(request->uri, "/ws");
                  return ESP_OK;
                });
  EXPECT_THAT(seen, ElementsAre("1:up", "0:da", "0F:te"));
  EXPECT_EQ(answer,
            "\x8a\x06"
            "alive?" +
                closed);
}

TEST_F(WebSocketTest, AHandlerMayTakeControlFramesItself) {
  static std::vector<int> seen;
  seen.clear();
  const std::string answer = answer_to(
      frame_of(0x89, "x") + frame_of(0x8A, "") + close,
      [](httpd_req_t* request) {
        httpd_ws_frame_t frame{};
        EXPECT_EQ(httpd_ws_recv_frame(request, &frame, 0), ESP_OK);
        seen.push_back(frame.type);
        return ESP_OK;
      },
      true);
  EXPECT_THAT(seen, ElementsAre(HTTPD_WS_TYPE_PING, HTTPD_WS_TYPE_PONG, HTTPD_WS_TYPE_CLOSE));
  EXPECT_EQ(answer, closed) << "the ping was the handler's; a close is answered in any case";
}

TEST_F(WebSocketTest, HostileFramesEndTheConnectionWithACode) {
  const std::string protocol_error = "\x88\x02\x03\xea";
  EXPECT_EQ(answer_to("\x81\x05Hello", echo), protocol_error);
  EXPECT_TRUE(
      board.console_has("/ws: a frame of the WebSocket is wrong: a client's frame must be"));
  EXPECT_EQ(answer_to(frame_of(0xF1, "x"), echo), protocol_error);
  EXPECT_EQ(answer_to(frame_of(0x80, "x"), echo), protocol_error);
  EXPECT_EQ(
      answer_to(frame_of(0x01, "x") + frame_of(0x81, "y"), [](httpd_req_t*) { return ESP_OK; }),
      protocol_error);
  EXPECT_EQ(answer_to(std::string("\x82\xff\x40\0\0\0\0\0\0\0mask", 14), echo), "\x88\x02\x03\xf1");
}

TEST_F(WebSocketTest, AClientThatStopsWithinAFrameDoesNotHoldTheServer) {
  Handler tolerant = [](httpd_req_t* request) -> esp_err_t {
    char text[16] = "";
    httpd_ws_frame_t frame{};
    frame.payload = reinterpret_cast<std::uint8_t*>(text);
    const esp_err_t got = httpd_ws_recv_frame(request, &frame, sizeof(text));
    if (got != ESP_OK) return got;
    return httpd_ws_send_frame(request, &frame);
  };
  run([&] {
    EXPECT_EQ(serve_websocket(tolerant), ESP_OK);
    for (const std::size_t bytes : {1U, 4U, 8U}) {  // within the head, the mask, the payload
      Client half(port());
      half.send(request() + frame_of(0x81, "Hello").substr(0, bytes));
      half.stop_sending();
      EXPECT_THAT(half.read_until(""), StartsWith("HTTP/1.1 101 "));
    }
    Client whole(port());
    whole.send(request() + frame_of(0x81, "next") + close);
    EXPECT_THAT(whole.read_until(""), HasSubstr("\x81\x04next"));
  });
}

TEST_F(WebSocketTest, WhatAHandlerDoesNotReadIsSkipped) {
  EXPECT_EQ(answer_to(frame_of(0x82, std::string(5000, 'x')) + frame_of(0x81, "ok") + close,
                      [](httpd_req_t* request) {
                        httpd_ws_frame_t frame{};
                        std::uint8_t small[16];
                        frame.payload = small;
                        const esp_err_t got = httpd_ws_recv_frame(request, &frame, sizeof(small));
                        if (frame.type == HTTPD_WS_TYPE_BINARY) {
                          EXPECT_EQ(got, ESP_ERR_INVALID_SIZE);
                          EXPECT_EQ(frame.len, 5000U);
                          return ESP_OK;
                        }
                        EXPECT_EQ(got, ESP_OK);
                        return httpd_ws_send_frame(request, &frame);
                      }),
            "\x81\x02ok" + closed);
}

TEST_F(WebSocketTest, PlainRequestsAndWrongHandshakesAreRefused) {
  run([&] {
    EXPECT_EQ(serve_websocket(echo), ESP_OK);
    EXPECT_THAT(ask("GET /ws HTTP/1.1\r\n\r\n"), StartsWith("HTTP/1.1 426 Upgrade Required"));
    EXPECT_THAT(ask("GET /ws HTTP/1.1\r\nUpgrade: websocket\r\n\r\n"),
                StartsWith("HTTP/1.1 400 Bad Request"));
  });
  EXPECT_TRUE(board.console_has("ask with ws://"));
}

TEST_F(WebSocketTest, TheProgramMayRefuseAHandshake) {
  before = [](httpd_req_t* request) -> esp_err_t {
    char query[16] = "";
    httpd_req_get_url_query_str(request, query, sizeof(query));
    if (std::strcmp(query, "key=1") == 0) return ESP_OK;
    httpd_resp_set_status(request, "401 Unauthorized");
    httpd_resp_sendstr(request, "no");
    return ESP_FAIL;
  };
  run([&] {
    settings.uri_match_fn = nullptr;
    EXPECT_EQ(serve_websocket(echo), ESP_OK);
    EXPECT_THAT(ask(request()), StartsWith("HTTP/1.1 401 Unauthorized"));
    Client client(port());
    std::string good = request() + close;
    good.replace(good.find("/ws"), 3, "/ws?key=1");
    client.send(good);
    EXPECT_THAT(client.read_until(""), StartsWith("HTTP/1.1 101 "));
  });
}

TEST_F(WebSocketTest, HandlersOfVersion5SeeTheHandshake) {
  for (const char* version : {"v5.5", "v6.2"}) {
    config_for_test().idf_version = version;
    static int handshakes = 0;
    handshakes = 0;
    answer_to(close, [](httpd_req_t* request) {
      handshakes += request->method == HTTP_GET ? 1 : 0;
      return ESP_OK;
    });
    EXPECT_EQ(handshakes, std::string(version) == "v5.5" ? 1 : 0) << version;
  }
}

TEST_F(WebSocketTest, OtherTasksSendToAConnection) {
  static int told = 0;
  told = 0;
  afterwards = [](httpd_req_t*) -> esp_err_t {
    xSemaphoreGive(happened);
    return ESP_OK;
  };
  run([&] {
    EXPECT_EQ(serve_websocket(echo), ESP_OK);
    Client client(port());
    client.send(request("Sec-WebSocket-Protocol: rota\r\n"));
    EXPECT_THAT(client.read_until("\r\n\r\n"), HasSubstr("Sec-WebSocket-Protocol: rota"));
    wait_for_it();
    int sockets[7];
    std::size_t count = 7;
    ASSERT_EQ(httpd_get_client_list(server, &count, sockets), ESP_OK);
    ASSERT_EQ(count, 1U);
    const int socket = sockets[0];
    EXPECT_EQ(httpd_ws_get_fd_info(server, socket), HTTPD_WS_CLIENT_WEBSOCKET);
    EXPECT_EQ(httpd_ws_get_fd_info(server, 9999), HTTPD_WS_CLIENT_INVALID);

    const std::string text = "news";
    httpd_ws_frame_t frame = text_frame(text);
    EXPECT_EQ(httpd_ws_send_frame_async(server, socket, &frame), ESP_OK);
    EXPECT_EQ(client.read_until("news"), "\x81\x04news");
    frame.fragmented = true;
    EXPECT_EQ(httpd_ws_send_data(server, socket, &frame), ESP_OK);
    EXPECT_EQ(client.read_until("news"), "\x01\x04news");
    frame.type = HTTPD_WS_TYPE_CONTINUE;
    frame.final = true;
    EXPECT_EQ(httpd_ws_send_data_async(
                  server, socket, &frame,
                  [](esp_err_t result, int, void*) {
                    told = result == ESP_OK ? 1 : 2;
                    xSemaphoreGive(happened);
                  },
                  nullptr),
              ESP_OK);
    wait_for_it();
    EXPECT_EQ(told, 1);
    EXPECT_EQ(client.read_until("news"), "\x80\x04news");

    const std::string long_text(126, 'x');
    httpd_ws_frame_t ping = text_frame(long_text);
    ping.type = HTTPD_WS_TYPE_PING;
    EXPECT_EQ(httpd_ws_send_frame_async(server, socket, &ping), ESP_ERR_INVALID_ARG);
    EXPECT_EQ(httpd_ws_send_frame_async(server, 9999, &frame), ESP_ERR_INVALID_ARG);
    httpd_ws_frame_t bye{};
    bye.type = HTTPD_WS_TYPE_CLOSE;
    EXPECT_EQ(httpd_ws_send_frame_async(server, socket, &bye), ESP_OK);
    EXPECT_EQ(httpd_ws_send_frame_async(server, socket, &frame), ESP_ERR_INVALID_STATE);
    client.send(close);
    EXPECT_EQ(client.read_until(""), std::string("\x88\x00", 2));
  });
}

// Two tasks send large frames to a client that reads slowly: none begins within another.
TEST_F(WebSocketTest, FramesOfTwoTasksDoNotMix) {
  static httpd_handle_t handle = nullptr;
  static int socket = -1;
  afterwards = [](httpd_req_t* request) -> esp_err_t {
    handle = request->handle;
    socket = httpd_req_to_sockfd(request);
    xSemaphoreGive(happened);
    return ESP_OK;
  };
  constexpr std::size_t kBytes = 3'000'000;  // more than the sockets keep
  run([&] {
    EXPECT_EQ(serve_websocket(echo), ESP_OK);
    Client client(port());
    client.send(request());
    client.read_until("\r\n\r\n");
    wait_for_it();
    const auto sender = [](void* letter) {
      const std::string text(kBytes, *static_cast<const char*>(letter));
      httpd_ws_frame_t frame = text_frame(text);
      EXPECT_EQ(httpd_ws_send_frame_async(handle, socket, &frame), ESP_OK);
      vTaskDelete(nullptr);
    };
    xTaskCreate(sender, "a", 4096, const_cast<char*>("a"), 5, nullptr);
    xTaskCreate(sender, "b", 4096, const_cast<char*>("b"), 5, nullptr);
    std::string expected;
    for (const char letter : {'a', 'b'}) {
      expected += websocket_frame(HTTPD_WS_TYPE_TEXT, true, std::string(kBytes, letter));
    }
    EXPECT_TRUE(client.read(expected.size()) == expected);
  });
}

TEST_F(WebSocketTest, OptionWebSocketSupport) {
  run([&] {
    config_for_test().http_server_websockets = false;
    EXPECT_EQ(serve_websocket(echo), ESP_ERR_NOT_SUPPORTED);
    config_for_test().http_server_websockets = true;
    EXPECT_EQ(serve_websocket(echo), ESP_OK);
  });
  EXPECT_TRUE(board.console_has("CONFIG_HTTPD_WS_SUPPORT"));
}

}  // namespace
}  // namespace rota::idf
