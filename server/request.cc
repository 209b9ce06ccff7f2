#include "server/request.h"

#include <algorithm>
#include <array>
#include <cctype>

namespace rota::server {
namespace {

char lower(char c) { return static_cast<char>(std::tolower(static_cast<unsigned char>(c))); }

bool same_word(std::string_view a, std::string_view b) {
  return a.size() == b.size() && std::equal(a.begin(), a.end(), b.begin(),
                                            [](char x, char y) { return lower(x) == lower(y); });
}

std::string_view trimmed(std::string_view text) {
  const std::size_t first = text.find_first_not_of(" \t");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

bool is_token(std::string_view text) {
  constexpr std::string_view kMarks = "!#$%&'*+-.^_`|~";
  return !text.empty() && std::all_of(text.begin(), text.end(), [&](char c) {
    return std::isalnum(static_cast<unsigned char>(c)) != 0 ||
           kMarks.find(c) != std::string_view::npos;
  });
}

bool list_has(std::string_view list, std::string_view word) {
  while (!list.empty()) {
    const std::size_t comma = std::min(list.find(','), list.size());
    if (same_word(trimmed(list.substr(0, comma)), word)) return true;
    list.remove_prefix(std::min(comma + 1, list.size()));
  }
  return false;
}

Failed<BadRequest> bad(std::string sentence, int status = 400) {
  return {BadRequest{status, std::move(sentence)}};
}

std::optional<unsigned> hex_digit(char c) {
  if (c >= '0' && c <= '9') return static_cast<unsigned>(c - '0');
  const char l = lower(c);
  if (l >= 'a' && l <= 'f') return static_cast<unsigned>(l - 'a') + 10;
  return std::nullopt;
}

// Takes the next line off `rest`, without its end (CRLF, or LF alone).
std::string_view next_line(std::string_view& rest) {
  const std::size_t end = std::min(rest.find('\n'), rest.size());
  std::string_view line = rest.substr(0, end);
  rest.remove_prefix(std::min(end + 1, rest.size()));
  if (line.ends_with('\r')) line.remove_suffix(1);
  return line;
}

BasicStatus<BadRequest> take_target(Request& request, std::string_view target) {
  // The absolute form: whom it names is of no interest to a server with one folder.
  for (const std::string_view scheme : {"http://", "https://"}) {
    if (target.size() < scheme.size() || !same_word(target.substr(0, scheme.size()), scheme)) {
      continue;
    }
    const std::size_t path = target.find_first_of("/?", scheme.size());
    target = path == std::string_view::npos ? "/" : target.substr(path);
    break;
  }
  target = target.substr(0, target.find('#'));
  const std::size_t question = std::min(target.find('?'), target.size());
  request.query = target.substr(std::min(question + 1, target.size()));
  const std::string_view path = target.substr(0, question);
  if (!path.empty() && path[0] != '/') {
    return bad("The path in the request must start with a slash, as in GET /image.bin HTTP/1.1");
  }
  std::optional<std::string> decoded = decode_path(path);
  if (!decoded) {
    return bad(
        "The path holds '..' or '.', a bad %-escape or a control character; ask for a name "
        "that GET / lists.");
  }
  request.path = std::move(*decoded);
  return {};
}

BasicStatus<BadRequest> take_request_line(Request& request, std::string_view line) {
  const std::size_t first = line.find(' ');
  const std::size_t last = line.rfind(' ');
  if (first == std::string_view::npos || first == last) {
    return bad("The first line must be like GET /image.bin HTTP/1.1");
  }
  const std::string_view method = line.substr(0, first);
  const std::string_view target = line.substr(first + 1, last - first - 1);
  const std::string_view version = line.substr(last + 1);
  if (!is_token(method) || target.empty() || target.find(' ') != std::string_view::npos) {
    return bad(
        "The first line must be like GET /image.bin HTTP/1.1; write spaces in a path as %20");
  }
  if (version.size() != 8 || !version.starts_with("HTTP/")) {
    return bad("The first line must end with HTTP/1.1 or HTTP/1.0");
  }
  if (version[5] != '1' || version[6] != '.' ||
      std::isdigit(static_cast<unsigned char>(version[7])) == 0) {
    return bad("This server speaks HTTP/1.1 and HTTP/1.0.", 505);
  }
  request.is_http_1_0 = version[7] == '0';
  request.keeps_alive = !request.is_http_1_0;
  ROTA_TRY(take_target(request, target));
  if (method == "GET") {
    request.method = Method::kGet;
  } else if (method == "HEAD") {
    request.method = Method::kHead;
  } else {
    return bad(
        "Only GET and HEAD are answered here; nothing can be uploaded: put files into the "
        "folder that is served.",
        405);
  }
  return {};
}

void take_field(Request& request, std::string_view name, std::string_view value) {
  if (same_word(name, "Range")) request.range = value;
  if (same_word(name, "If-Range")) request.if_range = value;
  if (same_word(name, "Accept")) request.accept = value;
  if (same_word(name, "If-None-Match")) {
    if (!request.if_none_match.empty()) request.if_none_match += ',';
    request.if_none_match += value;
  }
  if (same_word(name, "Transfer-Encoding")) request.has_body = true;
  if (same_word(name, "Content-Length") && value != "0") request.has_body = true;
  if (same_word(name, "Connection")) {
    if (list_has(value, "close")) request.keeps_alive = false;
    if (request.is_http_1_0 && list_has(value, "keep-alive")) request.keeps_alive = true;
  }
}

}  // namespace

std::optional<std::size_t> head_length(std::string_view received) {
  std::size_t at = 0;
  bool has_line = false;
  while (true) {
    const std::size_t end = received.find('\n', at);
    if (end == std::string_view::npos) return std::nullopt;
    const std::string_view line = received.substr(at, end - at);
    const bool is_empty = line.empty() || line == "\r";
    at = end + 1;
    if (is_empty && has_line) return at;
    has_line = has_line || !is_empty;
  }
}

std::optional<std::string> decode_path(std::string_view target_path) {
  std::string decoded;
  for (std::size_t i = 0; i < target_path.size(); ++i) {
    char c = target_path[i];
    if (c == '%') {
      if (target_path.size() - i < 3) return std::nullopt;
      const auto high = hex_digit(target_path[i + 1]);
      const auto low = hex_digit(target_path[i + 2]);
      if (!high || !low) return std::nullopt;
      c = static_cast<char>(*high * 16 + *low);
      i += 2;
    }
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F) return std::nullopt;
    decoded += c;
  }
  std::string joined;
  std::string_view rest = decoded;
  while (!rest.empty()) {
    const std::size_t slash = std::min(rest.find('/'), rest.size());
    const std::string_view part = rest.substr(0, slash);
    rest.remove_prefix(std::min(slash + 1, rest.size()));
    if (part == ".." || part == ".") return std::nullopt;
    if (part.empty()) continue;
    if (!joined.empty()) joined += '/';
    joined += part;
  }
  return joined;
}

Result<Request, BadRequest> parse_request(std::string_view head) {
  if (head.find('\0') != std::string_view::npos) {
    return bad("The request holds a NUL byte; this server speaks HTTP.");
  }
  Request request;
  std::string_view line;
  while (line.empty() && !head.empty()) line = next_line(head);
  ROTA_TRY(take_request_line(request, line));

  std::size_t hosts = 0;
  std::size_t lines = 0;
  for (line = next_line(head); !line.empty(); line = next_line(head)) {
    if (++lines > kMaxHeaderLines) return bad("The request has too many header lines.", 431);
    const std::size_t colon = line.find(':');
    if (colon == std::string_view::npos || !is_token(line.substr(0, colon))) {
      return bad("A header line must be like Name: value, without a space before the colon.");
    }
    const std::string_view value = trimmed(line.substr(colon + 1));
    if (value.find('\r') != std::string_view::npos) {
      return bad("A header line holds a carriage return in its middle.");
    }
    if (same_word(line.substr(0, colon), "Host")) ++hosts;
    take_field(request, line.substr(0, colon), value);
  }
  if (hosts > 1 || (hosts == 0 && !request.is_http_1_0)) {
    return bad("HTTP/1.1 needs exactly one Host line, as in Host: 192.168.1.2:8070");
  }
  return request;
}

}  // namespace rota::server
