// Any bytes as requests to the program's server, in pieces whose size the first byte tells.
// Invariants:
// - the outcome (head or refusal, and where the next request begins) does not depend on the pieces;
// - every refusal has a sentence;
// - what is kept is bounded by the limits;
// - a head that is accepted has a path, and one way only to tell where its body ends.
#include <string>

#include "base/assert.h"
#include "idf/config.h"
#include "idf/http_request_head.h"

namespace {

using rota::Bytes;
using rota::idf::RequestHeadReader;

constexpr RequestHeadReader::Limits kLimits{64, 256};

struct Outcome {
  RequestHeadReader::Step step = RequestHeadReader::Step::kMore;
  std::size_t taken = 0;
  std::string target, headers, sentence;
  bool operator==(const Outcome&) const = default;
};

Outcome read(Bytes input, std::size_t piece_bytes) {
  Outcome outcome;
  RequestHeadReader reader(kLimits);
  while (!input.empty() && outcome.step == RequestHeadReader::Step::kMore) {
    Bytes piece = input.first(std::min(piece_bytes, input.size()));
    const std::size_t offered = piece.size();
    outcome.step = reader.take(piece);
    outcome.taken += offered - piece.size();
    input = input.subspan(offered - piece.size());
  }
  const rota::idf::RequestHead& head = reader.head();
  std::size_t header_bytes = 0;
  for (const auto& header : head.headers) {
    header_bytes += header.name.size() + header.value.size();
    outcome.headers += header.name + ":" + header.value + "\n";
  }
  ROTA_ASSERT(head.target.size() <= kLimits.target_bytes);
  ROTA_ASSERT(header_bytes <= kLimits.header_bytes);
  outcome.target = head.target;
  if (outcome.step == RequestHeadReader::Step::kFailed) {
    outcome.sentence = reader.sentence();
    ROTA_ASSERT(!outcome.sentence.empty());
  } else if (outcome.step == RequestHeadReader::Step::kDone) {
    ROTA_ASSERT(!head.is_chunked);
    ROTA_ASSERT(head.path() == "*" || head.path().starts_with('/'));
  }
  return outcome;
}

}  // namespace

// No project's options here.
const rota::idf::Config& rota::idf::config() {
  static const Config defaults;
  return defaults;
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::size_t piece_bytes = std::size_t{data[0]} + 1;
  const Bytes input = std::as_bytes(std::span(data, size)).subspan(1);
  ROTA_ASSERT(read(input, piece_bytes) == read(input, input.size() + 1));
  return 0;
}
