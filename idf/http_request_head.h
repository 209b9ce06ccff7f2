// The head of an HTTP/1.x request (RFC 9112), taken from bytes as they come. No I/O.
//
// Strict wherever two readers of the same bytes could disagree on where the request ends: lengths
// that differ or are no numbers, a length beside chunks, spaces in names, folded lines, control
// characters. Lines may end with LF alone, and empty lines may come first.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "client/http_exchange.h"
#include "esp_http_server.h"

namespace rota::idf {

struct RequestHead {
  http_method method = HTTP_GET;
  std::string target;  // path and query, as sent
  int version_minor = 1;
  std::vector<client::Header> headers;
  std::optional<std::uint64_t> content_length;
  bool is_chunked = false;
  bool keeps_alive = true;
  bool expects_continue = false;

  // First header of that name, any case; nullptr without it.
  const std::string* header(std::string_view name) const;
  std::string_view path() const;
  // What follows '?', without a fragment; nullopt without '?'.
  std::optional<std::string_view> query() const;
};

class RequestHeadReader {
 public:
  enum class Step : std::uint8_t { kMore, kDone, kFailed };
  struct Limits {
    std::size_t target_bytes = HTTPD_MAX_URI_LEN;
    std::size_t header_bytes = HTTPD_MAX_REQ_HDR_LEN;  // all lines together
  };

  explicit RequestHeadReader(Limits limits) : limits_(limits) {}

  // Takes bytes off the front of `input` until the head ends.
  Step take(Bytes& input);

  bool has_begun() const { return has_begun_; }
  // After kDone; after kFailed as far as it was read.
  RequestHead& head() { return head_; }
  // After kFailed: the answer, and what is wrong as a sentence.
  httpd_err_code_t error() const { return error_; }
  const std::string& sentence() const { return sentence_; }

 private:
  Step refuse(httpd_err_code_t error, std::string sentence);
  Step end_line();
  Step take_request_line(std::string_view line);
  Step take_target(std::string_view target);
  Step take_header(std::string_view line);
  Step take_length(std::string_view value);
  Step check_room();
  Step finish();

  Limits limits_;
  bool has_begun_ = false;
  bool has_request_line_ = false;
  std::string line_;  // so far, without its end
  std::size_t header_bytes_ = 0;
  bool closes_ = false;
  bool stays_ = false;
  RequestHead head_;
  httpd_err_code_t error_ = HTTPD_400_BAD_REQUEST;
  std::string sentence_;
};

// Whether a list like that of "Connection: keep-alive, Upgrade" holds a word, in any case.
bool lists(std::string_view list, std::string_view word);

// "GET"; nullptr for a number that is none.
const char* method_name(int method);

}  // namespace rota::idf
