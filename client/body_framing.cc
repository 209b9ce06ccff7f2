#include "client/body_framing.h"

#include <limits>

#include "client/characters.h"
#include "client/failures.h"

namespace rota::client {
namespace {

constexpr int kMaxSizeDigits = 16;
constexpr std::size_t kMaxExtensionBytes = 4 * 1024;  // after a chunk's size

std::string shown(char c) {
  if (c > ' ' && c <= '~') return "'" + std::string(1, c) + "'";
  return "byte " + std::to_string(static_cast<unsigned char>(c));
}

}  // namespace

BodyFraming BodyFraming::of_length(std::uint64_t bytes) {
  BodyFraming framing(Kind::kLength);
  framing.left_ = bytes;
  framing.is_complete_ = bytes == 0;
  return framing;
}

BodyFraming BodyFraming::of(const ResponseHead& head) {
  if (head.chunked) return chunked();
  if (head.content_length) return of_length(*head.content_length);
  return until_close();
}

std::uint64_t BodyFraming::body_bytes_next() const {
  if (is_complete_) return 0;
  switch (kind_) {
    case Kind::kNone:
      return 0;
    case Kind::kLength:
      return left_;
    case Kind::kChunked:
      return place_ == Place::kChunk ? left_ : 0;
    case Kind::kUntilClose:
      break;
  }
  return std::numeric_limits<std::uint64_t>::max();
}

void BodyFraming::took(std::uint64_t body_bytes) {
  ROTA_ASSERT(body_bytes <= body_bytes_next());
  if (body_bytes == 0) return;
  taken_ += body_bytes;
  if (kind_ == Kind::kUntilClose) return;
  left_ -= body_bytes;
  if (left_ > 0) return;
  if (kind_ == Kind::kLength) is_complete_ = true;
  if (kind_ == Kind::kChunked) place_ = Place::kChunkEnd;
}

Done BodyFraming::take(Bytes& input) {
  if (kind_ != Kind::kChunked) return {};
  while (!input.empty() && !is_complete_ && place_ != Place::kChunk) {
    ROTA_TRY(take_byte(static_cast<char>(input.front())));
    input = input.subspan(1);
  }
  return {};
}

Done BodyFraming::refuse(std::string_view what, char c) const {
  return fail(Reason::kBadFraming, "The chunks of the body are broken after " +
                                       std::to_string(taken_) + " bytes: " + std::string(what) +
                                       " was expected, " + shown(c) +
                                       " came; something between may have changed it: try again.");
}

Done BodyFraming::take_size(char c) {
  if (const auto digit = hex_digit(c)) {
    if (++digits_ > kMaxSizeDigits) return refuse("a chunk size of at most 16 digits", c);
    left_ = left_ * 16U + *digit;
    return {};
  }
  if (digits_ == 0) return refuse("a chunk size", c);
  if (c == '\r') {
    place_ = Place::kSizeEnd;
  } else if (c == ';' || c == ' ' || c == '\t') {
    place_ = Place::kExtension;
  } else {
    return refuse("a line end after the chunk size", c);
  }
  return {};
}

Done BodyFraming::take_byte(char c) {
  const auto expect = [&](char wanted, Place next, std::string_view what) -> Done {
    if (c != wanted) return refuse(what, c);
    place_ = next;
    return {};
  };
  switch (place_) {
    case Place::kSize:
      return take_size(c);
    case Place::kExtension:
      if (++line_bytes_ > kMaxExtensionBytes || c == '\n')
        return refuse("the end of the chunk size", c);
      if (c == '\r') place_ = Place::kSizeEnd;
      return {};
    case Place::kSizeEnd:
      ROTA_TRY(expect('\n', left_ == 0 ? Place::kTrailer : Place::kChunk, "a line feed"));
      digits_ = 0;
      line_bytes_ = 0;
      return {};
    case Place::kChunk:
      return {};
    case Place::kChunkEnd:
      return expect('\r', Place::kChunkEndLf, "a line end after a chunk");
    case Place::kChunkEndLf:
      return expect('\n', Place::kSize, "a line feed after a chunk");
    case Place::kTrailer:
      if (c == '\r') {
        place_ = Place::kLastLf;
        return {};
      }
      place_ = Place::kTrailerLine;
      [[fallthrough]];
    case Place::kTrailerLine:
      if (++line_bytes_ > kMaxHeadBytes || c == '\n') return refuse("the end of the trailers", c);
      if (c == '\r') place_ = Place::kTrailerEnd;
      return {};
    case Place::kTrailerEnd:
      return expect('\n', Place::kTrailer, "a line feed after a trailer");
    case Place::kLastLf:
      ROTA_TRY(expect('\n', Place::kLastLf, "the end of the body"));
      is_complete_ = true;
      return {};
  }
  return {};
}

Done BodyFraming::end() {
  if (is_complete_) return {};
  if (kind_ == Kind::kUntilClose) {
    is_complete_ = true;
    return {};
  }
  std::string sentence = "The server closed the connection after " + std::to_string(taken_);
  if (kind_ == Kind::kLength) sentence += " of " + std::to_string(taken_ + left_);
  sentence += " bytes";
  if (kind_ == Kind::kChunked) sentence += ", before the last chunk";
  return fail(Reason::kClosed, sentence + ": try again; it may have been stopped.");
}

}  // namespace rota::client
