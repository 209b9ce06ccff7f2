#include "server/answer.h"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <algorithm>

#include "server/listing.h"

namespace rota::server {
namespace {

std::string_view reason_of(int status) {
  switch (status) {
    case 200:
      return "OK";
    case 206:
      return "Partial Content";
    case 304:
      return "Not Modified";
    case 400:
      return "Bad Request";
    case 404:
      return "Not Found";
    case 405:
      return "Method Not Allowed";
    case 416:
      return "Range Not Satisfiable";
    case 431:
      return "Request Header Fields Too Large";
    case 503:
      return "Service Unavailable";
    case 505:
      return "HTTP Version Not Supported";
    default:
      return "Error";
  }
}

// Devices read heads into 512 bytes: only what they use is sent. Date helps those without a clock.
class Head {
 public:
  Head(int status, std::time_t now) {
    text_ = fmt::format("HTTP/1.1 {} {}\r\nDate: {:%a, %d %b %Y %H:%M:%S} GMT\r\n", status,
                        reason_of(status), fmt::gmtime(now));
  }
  Head& add(std::string_view name, std::string_view value) {
    text_ += fmt::format("{}: {}\r\n", name, value);
    return *this;
  }
  Head& add(std::string_view name, std::uint64_t value) {
    text_ += fmt::format("{}: {}\r\n", name, value);
    return *this;
  }
  // HTTP/1.0 clients must be told that the connection stays, all must be told when it does not.
  std::string finish(bool closes, bool is_http_1_0) {
    if (closes) add("Connection", "close");
    if (!closes && is_http_1_0) add("Connection", "keep-alive");
    return std::move(text_) + "\r\n";
  }

 private:
  std::string text_;
};

bool will_close(const Request& request) { return !request.keeps_alive || request.has_body; }

std::string subject_of(const Request& request) {
  return fmt::format("{} /{}", request.method == Method::kHead ? "HEAD" : "GET",
                     clean_text(request.path));
}

Answer sentence_answer(int status, std::string sentence, const Request& request, std::time_t now) {
  Answer answer;
  answer.status = status;
  answer.subject = subject_of(request);
  answer.explanation = sentence;
  answer.closes = will_close(request);
  sentence += "\n";
  Head head(status, now);
  head.add("Content-Type", "text/plain; charset=utf-8").add("Content-Length", sentence.size());
  if (status == 405) head.add("Allow", "GET, HEAD");
  if (status == 503) head.add("Retry-After", 1);
  answer.head = head.finish(answer.closes, request.is_http_1_0);
  if (request.method == Method::kGet) {
    answer.text = std::make_shared<const std::string>(std::move(sentence));
  }
  return answer;
}

// If-None-Match compares weakly: W/"x" names the same content as "x".
bool names_etag(std::string_view list, std::string_view etag) {
  while (!list.empty()) {
    const std::size_t comma = std::min(list.find(','), list.size());
    std::string_view one = list.substr(0, comma);
    list.remove_prefix(std::min(comma + 1, list.size()));
    const std::size_t first = one.find_first_not_of(" \t");
    if (first == std::string_view::npos) continue;
    one = one.substr(first, one.find_last_not_of(" \t") - first + 1);
    if (one.starts_with("W/")) one.remove_prefix(2);
    if (one == "*" || one == etag) return true;
  }
  return false;
}

bool wants_json(const Request& request) {
  if (request.query == "format=json") return true;
  if (request.query == "format=html") return false;
  return request.accept.find("application/json") != std::string::npos &&
         request.accept.find("text/html") == std::string::npos;
}

}  // namespace

Answer Answerer::refuse(const BadRequest& bad, std::time_t now) {
  Request unknown;
  unknown.keeps_alive = false;  // where the next request would start is not known
  Answer answer = sentence_answer(bad.status, bad.sentence, unknown, now);
  answer.subject = "a request";
  return answer;
}

Answer Answerer::listing(const Request& request, std::time_t now) {
  const bool is_json = wants_json(request);
  Listing& kept = is_json ? json_ : page_;
  const Entries& entries = catalog_.entries();
  if (kept.text == nullptr || kept.generation != catalog_.generation()) {
    kept.text = std::make_shared<const std::string>(
        is_json ? listing_as_json(entries) : listing_as_html(entries, catalog_.complaints()));
    kept.generation = catalog_.generation();
  }
  Answer answer;
  answer.subject = subject_of(request);
  answer.closes = will_close(request);
  answer.head = Head(200, now)
                    .add("Content-Type", is_json ? "application/json" : "text/html; charset=utf-8")
                    .add("Content-Length", kept.text->size())
                    .add("Cache-Control", "no-cache")
                    .add("X-Content-Type-Options", "nosniff")
                    .finish(answer.closes, request.is_http_1_0);
  if (request.method == Method::kGet) answer.text = kept.text;
  return answer;
}

Answer Answerer::file_answer(const Request& request, OpenedFile opened, std::time_t now) {
  const std::string etag = opened.entry.etag();
  const std::uint64_t total = opened.entry.bytes;
  Answer answer;
  answer.subject = subject_of(request);
  answer.closes = will_close(request);
  if (names_etag(request.if_none_match, etag)) {
    answer.status = 304;
    answer.head = Head(304, now).add("ETag", etag).finish(answer.closes, request.is_http_1_0);
    return answer;
  }
  // If-Range compares strongly, and a date can not prove that the content is the same.
  const bool may_range =
      request.method == Method::kGet && (request.if_range.empty() || request.if_range == etag);
  const RangeChoice choice = choose_range(may_range ? request.range : std::string(), total);
  if (choice.kind == RangeKind::kUnsatisfiable) {
    answer = sentence_answer(
        416, fmt::format("The file has {} bytes; the range starts behind its end.", total), request,
        now);
    const std::string facts = fmt::format("Content-Range: bytes */{}\r\n", total);
    answer.head.insert(answer.head.find("\r\n") + 2, facts);
    return answer;
  }
  answer.status = choice.kind == RangeKind::kPart ? 206 : 200;
  answer.range = choice.range;
  Head head(answer.status, now);
  head.add("Content-Type", "application/octet-stream").add("Content-Length", answer.range.count);
  if (answer.status == 206) {
    head.add("Content-Range", fmt::format("bytes {}-{}/{}", answer.range.first,
                                          answer.range.first + answer.range.count - 1, total));
  }
  head.add("Accept-Ranges", "bytes").add("ETag", etag).add("Cache-Control", "no-cache");
  // Files may hold anything: a browser is to store them, never to show them.
  head.add("X-Content-Type-Options", "nosniff");
  answer.head = head.finish(answer.closes, request.is_http_1_0);
  if (request.method == Method::kGet) answer.file = std::move(opened);
  return answer;
}

Answer Answerer::answer(const Request& request, std::time_t now) {
  if (request.path.empty()) return listing(request, now);
  auto opened = catalog_.open_file(request.path);
  if (!opened.ok()) {
    const NoFile& why = opened.error();
    return sentence_answer(why.passes ? 503 : 404, clean_text(why.sentence), request, now);
  }
  return file_answer(request, std::move(opened).value(), now);
}

}  // namespace rota::server
