#include "client/response_head.h"

#include <charconv>

#include "client/characters.h"
#include "client/failures.h"
#include "net/printable.h"

namespace rota::client {
namespace {

constexpr std::size_t kMaxInterimStatus = 199;

Failed<Failure> bad_head(std::string_view what, std::string_view line) {
  return fail(Reason::kBadHead, "The head of the server's answer is broken: " + std::string(what) +
                                    " in '" + net::printable(line) +
                                    "'; something between may have changed it.");
}

Failed<Failure> bad_framing(std::string what) {
  return fail(Reason::kBadFraming,
              "The server's answer can not be trusted, since it is unclear "
              "where it ends: " +
                  std::move(what));
}

Failed<Failure> not_http(std::string_view line) {
  constexpr char kTlsAlert = 0x15, kTlsHandshake = 0x16;
  if (line.starts_with(kTlsAlert) || line.starts_with(kTlsHandshake)) {
    return fail(Reason::kBadHead, "This port speaks TLS: use https:// in the URL.");
  }
  return fail(Reason::kBadHead, "What came is not an HTTP answer; it begins with '" +
                                    net::printable(line) + "': check the port in the URL.");
}

// The next element of a comma-separated list; empty ones are skipped.
std::string_view next_element(std::string_view& list) {
  while (!list.empty()) {
    const std::size_t comma = std::min(list.find(','), list.size());
    const std::string_view element = trimmed(list.substr(0, comma));
    list.remove_prefix(std::min(comma + 1, list.size()));
    if (!element.empty()) return element;
  }
  return {};
}

}  // namespace

ResponseHeadReader::Step ResponseHeadReader::take(Bytes& input) {
  while (!input.empty()) {
    const std::string_view text = text_of(input);
    const std::size_t end = text.find('\n');
    const std::size_t count = end == std::string_view::npos ? text.size() : end + 1;
    const std::size_t allowed =
        std::min(kMaxHeadBytes - taken_, kMaxHeaderBytes + 2 - line_.size());
    const std::size_t moved = std::min(count, allowed);
    line_.append(text.substr(0, moved));
    taken_ += moved;
    input = input.subspan(moved);
    if (moved < count) {
      const bool is_line = line_.size() > kMaxHeaderBytes;
      failure_ = fail(Reason::kHeadTooLarge,
                      is_line ? "A header line of the server's answer is longer than " +
                                    std::to_string(kMaxHeaderBytes) + " bytes: '" +
                                    net::printable(line_, 30) + "'."
                              : "The head of the server's answer is larger than " +
                                    std::to_string(kMaxHeadBytes) +
                                    " bytes; this is no server for updates: check the URL.")
                     .error;
      return Step::kFailed;
    }
    if (end == std::string_view::npos) {
      // Something that is not HTTP may never send a line end.
      constexpr std::string_view kBegin = "HTTP/";
      if (has_status_ || line_.size() < kBegin.size()) return Step::kMore;
      if (line_.find_first_not_of("\r") != 0 || line_.starts_with(kBegin)) return Step::kMore;
      failure_ = not_http(line_).error;
      return Step::kFailed;
    }
    if (const Step step = end_line(); step != Step::kMore) return step;
  }
  return Step::kMore;
}

ResponseHeadReader::Step ResponseHeadReader::end_line() {
  std::string line;
  line.swap(line_);
  line.pop_back();
  if (line.ends_with('\r')) line.pop_back();
  Done taken;
  bool is_end = false;
  if (line.empty() && !has_status_) return Step::kMore;
  if (line.empty()) {
    taken = finish();
    is_end = head_.status > static_cast<int>(kMaxInterimStatus);
  } else {
    taken = take_line(line);
  }
  if (!taken.ok()) {
    failure_ = taken.error();
    return Step::kFailed;
  }
  if (is_end) return Step::kDone;
  if (line.empty()) {  // an interim answer; the final one follows
    head_ = ResponseHead();
    has_status_ = closes_ = keeps_alive_ = false;
    headers_ = 0;
  }
  return Step::kMore;
}

Done ResponseHeadReader::take_line(std::string_view line) {
  if (!has_status_) return take_status_line(line);
  if (line.find_first_of(std::string_view("\0\r", 2)) != std::string_view::npos) {
    return bad_head("a NUL or a carriage return", line);
  }
  if (line[0] == ' ' || line[0] == '\t') {
    if (pending_.empty()) return bad_head("a folded line without a beginning", line);
    pending_ += ' ';
    pending_ += trimmed(line);
    if (pending_.size() > kMaxHeaderBytes) {
      return fail(Reason::kHeadTooLarge,
                  "A folded header line of the server's answer is longer "
                  "than " +
                      std::to_string(kMaxHeaderBytes) + " bytes.");
    }
    return {};
  }
  ROTA_TRY(settle_header());
  pending_ = line;
  return {};
}

// HTTP/1.1 200 OK
Done ResponseHeadReader::take_status_line(std::string_view line) {
  constexpr std::string_view kBegin = "HTTP/1.";
  constexpr std::size_t kVersion = 7, kCode = 9, kReason = 12;
  if (!line.starts_with("HTTP/")) return not_http(line);
  if (line.size() < kReason || !line.starts_with(kBegin) || !is_digit(line[kVersion]) ||
      line[kVersion + 1] != ' ') {
    return fail(Reason::kBadHead, "The server speaks another HTTP than 1.1 and 1.0: '" +
                                      net::printable(line, 30) + "'.");
  }
  const std::string_view code = line.substr(kCode, 3);
  const bool is_number = std::all_of(code.begin(), code.end(), is_digit) && code[0] != '0';
  if (!is_number || (line.size() > kReason && line[kReason] != ' ')) {
    return bad_head("no status code", line);
  }
  head_.version_minor = line[kVersion] == '0' ? 0 : 1;
  head_.status = (code[0] - '0') * 100 + (code[1] - '0') * 10 + (code[2] - '0');
  head_.reason = net::printable(trimmed(line.substr(kReason)));
  has_status_ = true;
  return {};
}

// The line that is pending is complete.
Done ResponseHeadReader::settle_header() {
  if (pending_.empty()) return {};
  std::string line;
  line.swap(pending_);
  return take_header(line);
}

Done ResponseHeadReader::take_header(std::string_view line) {
  const std::size_t colon = line.find(':');
  if (colon == std::string_view::npos || !is_token(line.substr(0, colon))) {
    return bad_head("no header name", line);
  }
  const std::string_view name = line.substr(0, colon);
  const std::string_view value = trimmed(line.substr(colon + 1));
  if (same_word(name, "Content-Length")) ROTA_TRY(take_length(value));
  if (same_word(name, "Transfer-Encoding")) {
    if (head_.chunked || !same_word(value, "chunked")) {
      return bad_framing("its Transfer-Encoding is '" + net::printable(value) +
                         "'; only 'chunked', once, can be read.");
    }
    head_.chunked = true;
  }
  if (same_word(name, "Connection")) {
    std::string_view list = value;
    for (std::string_view word = next_element(list); !word.empty(); word = next_element(list)) {
      closes_ = closes_ || same_word(word, "close");
      keeps_alive_ = keeps_alive_ || same_word(word, "keep-alive");
    }
  }
  if (++headers_ <= kMaxKeptHeaders) {
    head_.headers.push_back({std::string(name), std::string(value)});
  }
  return {};
}

// A number, or the same number several times ("5, 5"), in one line or in several.
Done ResponseHeadReader::take_length(std::string_view value) {
  std::string_view list = value;
  std::string_view element = next_element(list);
  if (element.empty()) return bad_framing("its Content-Length is empty.");
  for (; !element.empty(); element = next_element(list)) {
    std::int64_t length = 0;
    const char* end = element.data() + element.size();
    const auto [stop, error] = std::from_chars(element.data(), end, length);
    if (error != std::errc() || stop != end || !is_digit(element[0])) {
      return bad_framing("its Content-Length is '" + net::printable(value) + "', not a number.");
    }
    const auto bytes = static_cast<std::uint64_t>(length);
    if (head_.content_length && *head_.content_length != bytes) {
      return bad_framing("it has two lengths, " + std::to_string(*head_.content_length) + " and " +
                         std::to_string(bytes) + ".");
    }
    head_.content_length = bytes;
  }
  return {};
}

Done ResponseHeadReader::finish() {
  ROTA_TRY(settle_header());
  constexpr int kSwitchingProtocols = 101;
  if (head_.status == kSwitchingProtocols) {
    return fail(Reason::kBadHead,
                "The server wants to change to another protocol, which nobody "
                "asked for: check the URL.");
  }
  if (head_.chunked && head_.content_length) {
    return bad_framing("it has a Content-Length and is chunked as well.");
  }
  const bool is_old = head_.version_minor == 0;
  // Chunks in an HTTP/1.0 answer: somebody between the two does not know them.
  head_.keep_alive = !closes_ && (is_old ? keeps_alive_ && !head_.chunked : true);
  return {};
}

bool ResponseHeadReader::has_no_body() const {
  constexpr int kNoContent = 204, kNotModified = 304;
  return is_head_request_ || head_.status == kNoContent || head_.status == kNotModified;
}

std::string_view ResponseHead::header(std::string_view name) const {
  for (const Header& header : headers) {
    if (same_word(header.name, name)) return header.value;
  }
  return {};
}

}  // namespace rota::client
