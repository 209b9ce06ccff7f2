// The parts of a URL, as http_parser.h tells them.
#include <charconv>
#include <limits>
#include <string_view>

#include "client/characters.h"
#include "http_parser.h"

namespace {

class Splitter {
 public:
  Splitter(std::string_view text, http_parser_url& into) : text_(text), into_(into) {}

  bool split(bool is_connect) {
    if (text_.empty() || text_.size() > std::numeric_limits<std::uint16_t>::max()) return false;
    for (const char c : text_) {
      if (c == ' ' || rota::client::is_control(c)) return false;
    }
    if (is_connect) return take_authority(text_.size()) && has(UF_PORT);
    if (text_.front() == '/' || text_ == "*") return take_rest();
    const std::size_t colon = text_.find("://");
    if (colon == std::string_view::npos || !is_scheme(text_.substr(0, colon))) return false;
    set(UF_SCHEMA, 0, colon);
    at_ = colon + 3;
    const std::size_t end = std::min(text_.find_first_of("/?#", at_), text_.size());
    return take_authority(end) && take_rest();
  }

 private:
  static bool is_scheme(std::string_view text) {
    if (text.empty() || !rota::client::is_letter(text.front())) return false;
    for (const char c : text) {
      const bool is_good = rota::client::is_letter(c) || rota::client::is_digit(c) || c == '+' ||
                           c == '-' || c == '.';
      if (!is_good) return false;
    }
    return true;
  }

  bool has(http_parser_url_fields field) const { return (into_.field_set >> field & 1U) != 0; }

  void set(http_parser_url_fields field, std::size_t from, std::size_t end) {
    into_.field_set = static_cast<std::uint16_t>(into_.field_set | 1U << field);
    into_.field_data[field] = {static_cast<std::uint16_t>(from),
                               static_cast<std::uint16_t>(end - from)};
  }

  // user:password@host:port; an IPv6 address stands in brackets.
  bool take_authority(std::size_t end) {
    const std::size_t sign = text_.substr(0, end).rfind('@');
    if (sign != std::string_view::npos && sign >= at_) {
      set(UF_USERINFO, at_, sign);
      at_ = sign + 1;
    }
    std::size_t host_end = end;
    if (at_ < end && text_[at_] == '[') {
      const std::size_t bracket = text_.find(']', at_);
      if (bracket >= end) return false;
      set(UF_HOST, at_ + 1, bracket);
      host_end = bracket + 1;
    } else {
      host_end = std::min(text_.find(':', at_), end);
      set(UF_HOST, at_, host_end);
    }
    if (into_.field_data[UF_HOST].len == 0) return false;
    at_ = end;
    return host_end == end || take_port(host_end, end);
  }

  bool take_port(std::size_t colon, std::size_t end) {
    if (text_[colon] != ':') return false;
    const char* last = text_.data() + end;
    const auto parsed = std::from_chars(text_.data() + colon + 1, last, into_.port);
    if (parsed.ec != std::errc{} || parsed.ptr != last) return false;
    set(UF_PORT, colon + 1, end);
    return true;
  }

  bool take_rest() {
    const std::size_t fragment = std::min(text_.find('#', at_), text_.size());
    const std::size_t query = std::min(text_.find('?', at_), fragment);
    if (query > at_) set(UF_PATH, at_, query);
    if (query < fragment) set(UF_QUERY, query + 1, fragment);
    if (fragment < text_.size()) set(UF_FRAGMENT, fragment + 1, text_.size());
    return true;
  }

  std::string_view text_;
  http_parser_url& into_;
  std::size_t at_ = 0;
};

}  // namespace

void http_parser_url_init(struct http_parser_url* u) { *u = {}; }

int http_parser_parse_url(const char* buf,
                          size_t buflen,
                          int is_connect,
                          struct http_parser_url* u) {
  *u = {};
  return Splitter({buf, buflen}, *u).split(is_connect != 0) ? 0 : 1;
}
