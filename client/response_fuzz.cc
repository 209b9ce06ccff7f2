// Any bytes as a response, in pieces whose size the first byte tells. Invariants:
// - the outcome (head, body, end or refusal) does not depend on the pieces;
// - every refusal has a sentence;
// - heads are bounded whatever comes;
// - what is both of a length and chunked is never accepted.
#include <string>

#include "base/assert.h"
#include "client/body_framing.h"
#include "client/response_head.h"

namespace {

using rota::Bytes;
using rota::client::BodyFraming;
using rota::client::ResponseHeadReader;

struct Outcome {
  bool has_head = false, is_complete = false;
  int status = 0;
  std::string headers, body, sentence;
  bool operator==(const Outcome&) const = default;
};

// Body bytes and framing bytes of one piece; false: broken.
bool take_body(BodyFraming& framing, Bytes piece, Outcome& outcome) {
  while (!piece.empty() && !framing.is_complete()) {
    if (const std::uint64_t next = framing.body_bytes_next(); next > 0) {
      const auto count = static_cast<std::size_t>(std::min<std::uint64_t>(next, piece.size()));
      outcome.body += rota::text_of(piece.first(count));
      piece = piece.subspan(count);
      framing.took(count);
    } else if (const auto taken = framing.take(piece); !taken.ok()) {
      outcome.sentence = taken.error().sentence;
      ROTA_ASSERT(!outcome.sentence.empty());
      return false;
    }
  }
  return true;
}

Outcome read(Bytes input, std::size_t piece_bytes) {
  Outcome outcome;
  ResponseHeadReader reader;
  BodyFraming framing = BodyFraming::none();
  while (!input.empty()) {
    Bytes piece = input.first(std::min(piece_bytes, input.size()));
    input = input.subspan(piece.size());
    if (!outcome.has_head) {
      const auto step = reader.take(piece);
      if (step == ResponseHeadReader::Step::kFailed) {
        outcome.sentence = reader.failure().sentence;
        ROTA_ASSERT(!outcome.sentence.empty());
        return outcome;
      }
      if (step == ResponseHeadReader::Step::kMore) continue;
      const auto& head = reader.head();
      ROTA_ASSERT(!(head.chunked && head.content_length));
      ROTA_ASSERT(head.headers.size() <= rota::client::kMaxKeptHeaders);
      for (const auto& header : head.headers)
        outcome.headers += header.name + ":" + header.value + "\n";
      ROTA_ASSERT(outcome.headers.size() <= rota::client::kMaxHeadBytes * 2);
      outcome.has_head = true;
      outcome.status = head.status;
      framing = reader.has_no_body() ? BodyFraming::none() : BodyFraming::of(head);
    }
    if (!take_body(framing, piece, outcome)) return outcome;
  }
  outcome.is_complete = outcome.has_head && framing.is_complete();
  return outcome;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const Bytes input = std::as_bytes(std::span(data + 1, size - 1));
  const Outcome whole = read(input, input.size() + 1);
  const Outcome pieces = read(input, static_cast<std::size_t>(data[0]) + 1);
  // A refusal quotes what had come by then, which depends on the pieces.
  ROTA_ASSERT(whole.sentence.empty() == pieces.sentence.empty());
  if (whole.sentence.empty()) ROTA_ASSERT(whole == pieces);
  return 0;
}
