// Where the body of a response is in the bytes that follow its head, and where it ends (RFC 9112, 6
// and 7). No I/O and no copies: body bytes go from the socket straight to whoever wants them.
//
//   while (!framing.is_complete()) {
//     if (framing.body_bytes_next() == 0) take framing bytes: framing.take(input)
//     else move at most that many body bytes, then framing.took(count)
//   }
#pragma once

#include "client/http_exchange.h"

namespace rota::client {

class BodyFraming {
 public:
  static BodyFraming none() { return BodyFraming(Kind::kNone); }
  static BodyFraming of_length(std::uint64_t bytes);
  static BodyFraming chunked() { return BodyFraming(Kind::kChunked); }
  static BodyFraming until_close() { return BodyFraming(Kind::kUntilClose); }
  static BodyFraming of(const ResponseHead& head);

  // So many body bytes come next; 0: the end, or framing bytes come first.
  std::uint64_t body_bytes_next() const;
  void took(std::uint64_t body_bytes);

  // Takes framing bytes (chunk sizes, trailers) off the front of `input`, up to the next body byte
  // or the end. kBadFraming is final.
  Done take(Bytes& input);

  // The peer will send no more: complete when the body was to last until then, else kClosed.
  Done end();

  bool is_complete() const { return is_complete_; }
  std::uint64_t body_bytes_taken() const { return taken_; }
  bool ends_with_connection() const { return kind_ == Kind::kUntilClose; }
  bool is_chunked() const { return kind_ == Kind::kChunked; }
  // Of a body with a length.
  std::uint64_t body_bytes_left() const { return left_; }

 private:
  enum class Kind : std::uint8_t { kNone, kLength, kChunked, kUntilClose };
  enum class Place : std::uint8_t {
    kSize,
    kExtension,
    kSizeEnd,
    kChunk,
    kChunkEnd,
    kChunkEndLf,
    kTrailer,
    kTrailerLine,
    kTrailerEnd,
    kLastLf
  };
  explicit BodyFraming(Kind kind) : kind_(kind), is_complete_(kind == Kind::kNone) {}
  Done take_byte(char c);
  Done take_size(char c);
  Done refuse(std::string_view what, char c) const;

  Kind kind_;
  Place place_ = Place::kSize;
  bool is_complete_;
  int digits_ = 0;
  std::size_t line_bytes_ = 0;  // of an extension, or of all trailers
  std::uint64_t left_ = 0;      // of the length, or of this chunk
  std::uint64_t taken_ = 0;
};

}  // namespace rota::client
