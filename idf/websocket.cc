#include "idf/websocket.h"

#include <openssl/evp.h>

#include <algorithm>

#include "client/characters.h"

namespace rota::idf {

namespace {

constexpr std::uint8_t kFinal = 0x80;
constexpr std::uint8_t kReserved = 0x70;
constexpr std::uint8_t kMasked = 0x80;
constexpr std::uint8_t kLengthBits = 0x7F;
constexpr std::uint8_t kTwoByteLength = 126;
constexpr std::uint8_t kEightByteLength = 127;
constexpr std::size_t kKeyCharacters = 24;
constexpr std::string_view kKeySalt = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

std::uint8_t byte_at(Bytes bytes, std::size_t at) {
  return std::to_integer<std::uint8_t>(bytes[at]);
}

std::size_t length_bytes(std::uint8_t length) {
  if (length == kTwoByteLength) return 2;
  return length == kEightByteLength ? 8 : 0;
}

std::uint64_t big_endian(Bytes bytes) {
  std::uint64_t value = 0;
  for (const std::byte byte : bytes) value = value << 8U | std::to_integer<std::uint8_t>(byte);
  return value;
}

bool is_known(httpd_ws_type_t type) {
  return type <= HTTPD_WS_TYPE_BINARY ||
         (type >= HTTPD_WS_TYPE_CLOSE && type <= HTTPD_WS_TYPE_PONG);
}

// Base64 of 16 bytes.
bool is_key(std::string_view text) {
  if (text.size() != kKeyCharacters) return false;
  std::array<unsigned char, kKeyCharacters> decoded;
  const int bytes =
      EVP_DecodeBlock(decoded.data(), reinterpret_cast<const unsigned char*>(text.data()),
                      static_cast<int>(text.size()));
  return bytes == 18 && text.ends_with("==") && !text.substr(0, kKeyCharacters - 2).ends_with('=');
}

std::string accept_of(std::string_view key) {
  const std::string salted = std::string(key) + std::string(kKeySalt);
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned int digest_bytes = 0;
  EVP_Digest(salted.data(), salted.size(), digest.data(), &digest_bytes, EVP_sha1(), nullptr);
  std::array<unsigned char, 2 * EVP_MAX_MD_SIZE> text{};
  const int characters =
      EVP_EncodeBlock(text.data(), digest.data(), static_cast<int>(digest_bytes));
  return {text.begin(), text.begin() + characters};
}

WebSocketFault fault(const char* sentence) { return {WebSocketClose::kProtocolError, sentence}; }

std::string_view header_of(const RequestHead& request, std::string_view name) {
  const std::string* value = request.header(name);
  return value == nullptr ? std::string_view() : client::trimmed(*value);
}

}  // namespace

// ---- Frames ----

std::size_t websocket_head_bytes(std::span<const std::byte, 2> begin) {
  const auto second = std::to_integer<std::uint8_t>(begin[1]);
  const std::size_t mask_bytes = (second & kMasked) != 0 ? 4 : 0;
  return 2 + length_bytes(second & kLengthBits) + mask_bytes;
}

Result<WebSocketFrame, WebSocketFault> decode_websocket_head(Bytes head, bool message_is_open) {
  const std::uint8_t first = byte_at(head, 0);
  const std::uint8_t second = byte_at(head, 1);
  WebSocketFrame frame;
  frame.is_final = (first & kFinal) != 0;
  frame.type = static_cast<httpd_ws_type_t>(first & 0x0FU);
  const std::uint8_t length = second & kLengthBits;
  const std::size_t more = length_bytes(length);
  frame.bytes = more == 0 ? length : big_endian(head.subspan(2, more));

  if ((first & kReserved) != 0) return fault("a reserved bit is set; no extension was agreed");
  if (!is_known(frame.type)) return fault("its type is reserved");
  if ((second & kMasked) == 0) return fault("a client's frame must be masked");
  if ((more == 2 && frame.bytes < kTwoByteLength) || (more == 8 && frame.bytes <= 0xFFFF)) {
    return fault("its length is written longer than needed");
  }
  if (frame.is_control()) {
    if (!frame.is_final) return fault("a ping, pong or close can not be in pieces");
    if (frame.bytes > kMaxControlPayload) return fault("a ping, pong or close is above 125 bytes");
    if (frame.type == HTTPD_WS_TYPE_CLOSE && frame.bytes == 1) return fault("half a close code");
  } else if (message_is_open != (frame.type == HTTPD_WS_TYPE_CONTINUE)) {
    return fault(message_is_open ? "a message begins before the one before has ended"
                                 : "it continues a message that never began");
  }
  if (frame.bytes > kMaxFramePayload) {
    return WebSocketFault{WebSocketClose::kTooBig, "it is larger than 1 GiB"};
  }
  const Bytes mask = head.subspan(2 + more, frame.mask.size());
  for (std::size_t i = 0; i < frame.mask.size(); ++i) frame.mask[i] = byte_at(mask, i);
  return frame;
}

void unmask(MutableBytes bytes, const WebSocketFrame& frame, std::uint64_t offset) {
  for (std::byte& byte : bytes) byte ^= std::byte{frame.mask[offset++ % frame.mask.size()]};
}

std::string websocket_frame(httpd_ws_type_t type, bool is_final, std::string_view payload) {
  std::string frame;
  const auto add = [&](std::uint64_t value, unsigned bytes) {
    while (bytes-- > 0) frame += static_cast<char>(value >> 8U * bytes & 0xFFU);
  };
  add((is_final ? kFinal : 0U) | static_cast<unsigned>(type), 1);
  if (payload.size() < kTwoByteLength) {
    add(payload.size(), 1);
  } else if (payload.size() <= 0xFFFF) {
    add(kTwoByteLength, 1);
    add(payload.size(), 2);
  } else {
    add(kEightByteLength, 1);
    add(payload.size(), 8);
  }
  frame += payload;
  return frame;
}

std::string websocket_close_payload(WebSocketClose code) {
  const auto number = static_cast<unsigned>(code);
  return {static_cast<char>(number >> 8U), static_cast<char>(number & 0xFFU)};
}

// ---- The handshake ----

bool asks_for_websocket(const RequestHead& request) {
  return lists(header_of(request, "Upgrade"), "websocket");
}

Result<std::string, HandshakeRefusal> accept_websocket(const RequestHead& request,
                                                       std::string_view subprotocol) {
  const std::string_view key = header_of(request, "Sec-WebSocket-Key");
  if (!asks_for_websocket(request)) {
    return HandshakeRefusal{"426 Upgrade Required",
                            "This URI is a WebSocket: ask with ws://, not with http://."};
  }
  if (!lists(header_of(request, "Connection"), "Upgrade") || request.version_minor < 1) {
    return HandshakeRefusal{HTTPD_400,
                            "The handshake needs HTTP/1.1 and \"Connection: Upgrade\"; a proxy on "
                            "the way may have taken it off."};
  }
  if (header_of(request, "Sec-WebSocket-Version") != "13") {
    return HandshakeRefusal{"426 Upgrade Required",
                            "This server speaks version 13 of WebSockets (RFC 6455)."};
  }
  if (!is_key(key)) {
    return HandshakeRefusal{HTTPD_400, "Sec-WebSocket-Key must be 16 bytes in Base64."};
  }
  std::string head =
      "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
      "Sec-WebSocket-Accept: " +
      accept_of(key) + "\r\n";
  if (!subprotocol.empty() && lists(header_of(request, "Sec-WebSocket-Protocol"), subprotocol)) {
    head += "Sec-WebSocket-Protocol: " + std::string(subprotocol) + "\r\n";
  }
  return head;
}

}  // namespace rota::idf
