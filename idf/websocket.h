// The frames of WebSockets (RFC 6455) and the handshake that begins them, as a server sees them. No
// I/O, no state.
//
// A frame's head, big endian:
//
//   byte 0   bit 7: the last frame of its message; bits 4 to 6: 0; bits 0 to 3: the type
//   byte 1   bit 7: masked; bits 0 to 6: the length, or 126 or 127
//   2 bytes  after 126: the length; 8 bytes after 127: the length, below 2^63
//   4 bytes  if masked: the mask that every fourth byte of the payload was combined with
//
// Clients mask, servers do not. Strict: a frame that RFC 6455 forbids ends the connection, because
// what follows it can not be told apart from what it forged.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/bytes.h"
#include "base/result.h"
#include "esp_http_server.h"
#include "idf/http_request_head.h"

namespace rota::idf {

// Of a ping, a pong or a close (RFC 6455, 5.5).
inline constexpr std::size_t kMaxControlPayload = 125;
// A frame larger than this is no frame for a device: the connection ends.
inline constexpr std::uint64_t kMaxFramePayload = 1U << 30U;

// What a close frame says (RFC 6455, 7.4.1).
enum class WebSocketClose : std::uint16_t {
  kNormal = 1000,
  kGoingAway = 1001,
  kProtocolError = 1002,
  kTooBig = 1009,
};

struct WebSocketFrame {
  httpd_ws_type_t type = HTTPD_WS_TYPE_CONTINUE;
  bool is_final = true;
  std::uint64_t bytes = 0;
  std::array<std::uint8_t, 4> mask{};

  bool is_control() const { return type >= HTTPD_WS_TYPE_CLOSE; }
};

// Why a frame is refused, for the client and as a sentence for the log.
struct WebSocketFault {
  WebSocketClose code = WebSocketClose::kProtocolError;
  std::string sentence;
};

// The size of a client's frame head, from its first two bytes.
std::size_t websocket_head_bytes(std::span<const std::byte, 2> begin);

// `head` has exactly that size. `message_is_open`: the frames before it began a message that is not
// complete yet.
Result<WebSocketFrame, WebSocketFault> decode_websocket_head(Bytes head, bool message_is_open);

// Takes the mask off bytes that begin `offset` bytes behind the frame's head.
void unmask(MutableBytes bytes, const WebSocketFrame& frame, std::uint64_t offset);

// A server's frame, whole.
std::string websocket_frame(httpd_ws_type_t type, bool is_final, std::string_view payload);
// The payload of a close.
std::string websocket_close_payload(WebSocketClose code);

// How a handshake is refused.
struct HandshakeRefusal {
  const char* status = "";  // "400 Bad Request"
  std::string sentence;
};
// The head of the response that accepts a handshake. `subprotocol`: the one that the program
// speaks;
// "" for none.
Result<std::string, HandshakeRefusal> accept_websocket(const RequestHead& request,
                                                       std::string_view subprotocol);

// Whether a request asks for one.
bool asks_for_websocket(const RequestHead& request);

}  // namespace rota::idf
