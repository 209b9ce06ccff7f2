// The head of an HTTP request (RFC 9112), as strict as a server that stands in the open must be,
// and as lenient as hand-typed requests need. Nothing is kept but what an answer depends on.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"

namespace rota::server {

// A device sends about 200 bytes, a browser with cookies up to a few thousand.
inline constexpr std::size_t kMaxHeadBytes = 8 * 1024;
inline constexpr std::size_t kMaxHeaderLines = 100;

enum class Method : std::uint8_t { kGet, kHead };

struct Request {
  Method method = Method::kGet;
  std::string path;   // decoded, without the leading '/', no empty, "." or ".." parts; "" = listing
  std::string query;  // as sent
  bool is_http_1_0 = false;
  bool keeps_alive = true;  // what the client wishes
  bool has_body = false;    // which nobody reads: the connection ends with the answer
  std::string accept, range, if_range, if_none_match;
};

// What to answer instead. The sentence is the body: what was wrong and what to send.
struct BadRequest {
  int status = 400;
  std::string sentence;
};

// Length of the first head in `received`, with its empty line; nullopt: it is not complete.
std::optional<std::size_t> head_length(std::string_view received);

// `head` is complete, and at most kMaxHeadBytes long. Empty lines before it are skipped.
Result<Request, BadRequest> parse_request(std::string_view head);

// The parts of a request target, decoded and joined. Empty parts are dropped, so that //a and /a
// are one; nullopt: a bad escape, a control character, or a ".." or "." part.
std::optional<std::string> decode_path(std::string_view target_path);

}  // namespace rota::server
