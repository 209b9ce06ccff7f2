// The head of an HTTP/1.x response (RFC 9112), taken from bytes as they come. No I/O.
//
// Strict wherever two readers of the same bytes could disagree on where a message ends: both length
// and chunks, lengths that differ or are no numbers, transfer codings other than chunked, spaces in
// names, NUL or a lone CR. Lenient where nothing hangs on it: lines may end with LF alone, folded
// lines are joined, the reason may be missing, empty lines may come first.
#pragma once

#include "client/http_exchange.h"

namespace rota::client {

class ResponseHeadReader {
 public:
  enum class Step : std::uint8_t { kMore, kDone, kFailed };

  // `head_request`: the answer has no body whatever it says.
  explicit ResponseHeadReader(bool head_request = false) : is_head_request_(head_request) {}

  // Takes bytes off the front of `input` until the final head ends (1xx heads are passed over).
  Step take(Bytes& input);

  bool has_begun() const { return taken_ > 0; }
  // After kDone.
  ResponseHead& head() { return head_; }
  bool has_no_body() const;
  // After kFailed.
  const Failure& failure() const { return failure_; }

 private:
  Step end_line();
  Done take_line(std::string_view line);
  Done take_status_line(std::string_view line);
  Done take_header(std::string_view line);
  Done settle_header();
  Done take_length(std::string_view value);
  Done finish();

  bool is_head_request_;
  bool has_status_ = false;
  std::size_t taken_ = 0;    // bytes, all heads
  std::size_t headers_ = 0;  // lines of this head
  std::string line_;         // so far, without its end
  std::string pending_;      // the last header line, until the next one shows that it ended
  bool closes_ = false, keeps_alive_ = false;  // what Connection says
  ResponseHead head_;
  Failure failure_;
};

}  // namespace rota::client
