#include "idf/http_request_head.h"

#include <algorithm>
#include <array>
#include <charconv>

#include "client/characters.h"

namespace rota::idf {

namespace {

// A method and two spaces and the version stand in the first line beside the target.
constexpr std::size_t kRoomBesideTarget = 64;

constexpr std::array kMethodNames = {
#define XX(number, name, string) #string,
    HTTP_METHOD_MAP(XX)
#undef XX
};

std::optional<http_method> method_of(std::string_view word) {
  const auto found = std::find(kMethodNames.begin(), kMethodNames.end(), word);
  if (found == kMethodNames.end()) return std::nullopt;
  return static_cast<http_method>(found - kMethodNames.begin());
}

bool has_control_character(std::string_view text) {
  return std::any_of(text.begin(), text.end(),
                     [](char c) { return client::is_control(c) && c != '\t'; });
}

}  // namespace

bool lists(std::string_view list, std::string_view word) {
  while (!list.empty()) {
    const std::size_t comma = std::min(list.find(','), list.size());
    if (client::same_word(client::trimmed(list.substr(0, comma)), word)) return true;
    list.remove_prefix(std::min(comma + 1, list.size()));
  }
  return false;
}

const char* method_name(int method) {
  const auto index = static_cast<std::size_t>(method);
  return method >= 0 && index < kMethodNames.size() ? kMethodNames[index] : nullptr;
}

const std::string* RequestHead::header(std::string_view name) const {
  const auto found = std::find_if(
      headers.begin(), headers.end(),
      [&](const client::Header& header) { return client::same_word(header.name, name); });
  return found == headers.end() ? nullptr : &found->value;
}

std::string_view RequestHead::path() const {
  return std::string_view(target).substr(0, target.find_first_of("?#"));
}

std::optional<std::string_view> RequestHead::query() const {
  const std::string_view before = std::string_view(target).substr(0, target.find('#'));
  const std::size_t mark = before.find('?');
  if (mark == std::string_view::npos) return std::nullopt;
  return before.substr(mark + 1);
}

RequestHeadReader::Step RequestHeadReader::refuse(httpd_err_code_t error, std::string sentence) {
  error_ = error;
  sentence_ = std::move(sentence);
  return Step::kFailed;
}

RequestHeadReader::Step RequestHeadReader::take(Bytes& input) {
  while (!input.empty()) {
    const char c = static_cast<char>(input.front());
    input = input.subspan(1);
    has_begun_ = true;
    Step step = Step::kMore;
    if (c == '\n') {
      step = end_line();
    } else {
      line_ += c;
      step = check_room();
    }
    if (step != Step::kMore) return step;
  }
  return Step::kMore;
}

RequestHeadReader::Step RequestHeadReader::check_room() {
  if (!has_request_line_) {
    if (line_.size() <= limits_.target_bytes + kRoomBesideTarget) return Step::kMore;
    return refuse(HTTPD_414_URI_TOO_LONG,
                  "The URI is longer than the " + std::to_string(limits_.target_bytes) +
                      " bytes that this server takes (CONFIG_HTTPD_MAX_URI_LEN).");
  }
  if (header_bytes_ + line_.size() <= limits_.header_bytes) return Step::kMore;
  return refuse(HTTPD_431_REQ_HDR_FIELDS_TOO_LARGE,
                "The header lines are longer than the " + std::to_string(limits_.header_bytes) +
                    " bytes that this server takes (CONFIG_HTTPD_MAX_REQ_HDR_LEN).");
}

RequestHeadReader::Step RequestHeadReader::end_line() {
  if (line_.ends_with('\r')) line_.pop_back();
  const std::string line = std::exchange(line_, {});
  if (has_control_character(line)) {
    return refuse(HTTPD_400_BAD_REQUEST, "A line of the head holds a control character.");
  }
  if (!has_request_line_) return line.empty() ? Step::kMore : take_request_line(line);
  if (line.empty()) return finish();
  header_bytes_ += line.size() + 2;
  return take_header(line);
}

RequestHeadReader::Step RequestHeadReader::take_request_line(std::string_view line) {
  const std::size_t first = line.find(' ');
  const std::size_t last = line.rfind(' ');
  if (first == std::string_view::npos || first == last) {
    return refuse(HTTPD_400_BAD_REQUEST, "The first line is not METHOD URI HTTP/1.1.");
  }
  const std::string_view method = line.substr(0, first);
  const std::string_view version = line.substr(last + 1);
  if (!client::is_token(method)) {
    return refuse(HTTPD_400_BAD_REQUEST, "The request does not begin with a method.");
  }
  if (version.size() != 8 || !version.starts_with("HTTP/") || !client::is_digit(version[5]) ||
      version[6] != '.' || !client::is_digit(version[7])) {
    return refuse(HTTPD_400_BAD_REQUEST, "The first line does not end with HTTP/1.1.");
  }
  if (version[5] != '1' || version[7] > '1') {
    return refuse(HTTPD_505_VERSION_NOT_SUPPORTED,
                  "This server speaks HTTP/1.1, not " + std::string(version) + ".");
  }
  head_.version_minor = version[7] - '0';
  has_request_line_ = true;
  const std::optional<http_method> known = method_of(method);
  if (!known) {
    return refuse(HTTPD_501_METHOD_NOT_IMPLEMENTED,
                  "This server does not know the method '" + std::string(method) + "'.");
  }
  head_.method = *known;
  return take_target(line.substr(first + 1, last - first - 1));
}

RequestHeadReader::Step RequestHeadReader::take_target(std::string_view target) {
  // What a proxy is sent: http://host/path.
  for (const std::string_view scheme : {"http://", "https://"}) {
    if (!target.starts_with(scheme)) continue;
    target.remove_prefix(scheme.size());
    target.remove_prefix(std::min(target.find('/'), target.size()));
    if (target.empty()) target = "/";
  }
  if (target.size() > limits_.target_bytes) {
    return refuse(HTTPD_414_URI_TOO_LONG,
                  "The URI has " + std::to_string(target.size()) + " bytes; this server takes " +
                      std::to_string(limits_.target_bytes) + " (CONFIG_HTTPD_MAX_URI_LEN).");
  }
  const bool is_path = target.starts_with('/') || target == "*";
  if (!is_path || target.find_first_of(" \t") != std::string_view::npos) {
    return refuse(HTTPD_400_BAD_REQUEST, "The URI does not begin with '/', or holds a blank.");
  }
  head_.target = target;
  return Step::kMore;
}

RequestHeadReader::Step RequestHeadReader::take_header(std::string_view line) {
  const std::size_t colon = line.find(':');
  if (colon == std::string_view::npos || !client::is_token(line.substr(0, colon))) {
    return refuse(HTTPD_400_BAD_REQUEST, "A header line is not NAME: VALUE.");
  }
  const std::string_view name = line.substr(0, colon);
  const std::string_view value = client::trimmed(line.substr(colon + 1));
  head_.headers.push_back({std::string(name), std::string(value)});
  if (client::same_word(name, "Content-Length")) return take_length(value);
  if (client::same_word(name, "Transfer-Encoding")) {
    head_.is_chunked = true;
  } else if (client::same_word(name, "Connection")) {
    closes_ = closes_ || lists(value, "close");
    stays_ = stays_ || lists(value, "keep-alive");
  } else if (client::same_word(name, "Expect")) {
    head_.expects_continue = client::same_word(value, "100-continue");
  }
  return Step::kMore;
}

RequestHeadReader::Step RequestHeadReader::take_length(std::string_view value) {
  std::uint64_t length = 0;
  const auto parsed = std::from_chars(value.data(), value.data() + value.size(), length);
  const bool is_number =
      !value.empty() && parsed.ec == std::errc{} && parsed.ptr == value.data() + value.size();
  if (!is_number || (head_.content_length && *head_.content_length != length)) {
    return refuse(HTTPD_400_BAD_REQUEST, "Content-Length is not one number.");
  }
  // A chip counts in 32 bits.
  if (length > UINT32_MAX) {
    return refuse(HTTPD_413_CONTENT_TOO_LARGE, "The body is larger than 4 GiB.");
  }
  head_.content_length = length;
  return Step::kMore;
}

RequestHeadReader::Step RequestHeadReader::finish() {
  head_.keeps_alive = !closes_ && (head_.version_minor >= 1 || stays_);
  if (head_.is_chunked) {
    if (head_.content_length) {
      return refuse(HTTPD_400_BAD_REQUEST,
                    "The request has both Content-Length and Transfer-Encoding.");
    }
    return refuse(HTTPD_411_LENGTH_REQUIRED,
                  "This server takes no chunked bodies; send Content-Length (curl: "
                  "--data-binary @FILE instead of -T -).");
  }
  return Step::kDone;
}

}  // namespace rota::idf

const char* http_method_str(enum http_method m) {
  const char* name = rota::idf::method_name(m);
  return name == nullptr ? "<unknown>" : name;
}
